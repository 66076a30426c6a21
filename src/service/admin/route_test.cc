// Every row of the table: who may call it, and that the OpenAPI document tells of it.
#include "service/admin/route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "service/admin/openapi.h"
#include "service/admin/test_admin.h"

namespace lemma::admin {
namespace {

using access::AdminRole;
using testing::HasSubstr;

class RouteTest : public AdminTest {};

// The path with a text for each "{name}" that nothing has.
std::string Concrete(std::string path) {
  for (size_t open; (open = path.find('{')) != path.npos;) {
    path.replace(open, path.find('}') - open + 1, "nothing");
  }
  return path;
}

// An unknown member, which is only looked at after the role: 400 says that the caller may.
constexpr const char* kUnknown = R"({"no such member": 1})";

TEST_F(RouteTest, EveryRouteForEveryRole) {
  std::vector<std::pair<AdminRole, Person>> people;
  for (const AdminRole role : access::kAdminRoles) {
    people.emplace_back(role, NewPerson(std::string(access::NameOf(role)), role));
  }
  int n_refused = 0;
  for (const Route& route : Routes()) {
    if (!route.least) continue;
    const std::string method = route.method;
    const std::string path = Concrete(route.path) + (method == "GET" ? "?no%20such=1" : "");
    const std::string body = method == "GET" ? "" : kUnknown;
    EXPECT_EQ(Ask(method, path, body).status, 401) << method << path;
    for (const auto& [role, person] : people) {
      const net::HttpResponse answer = AskAs(person, method, path, body);
      const bool may = role >= *route.least;
      EXPECT_EQ(answer.status, may ? 400 : 403)
          << method << path << " as " << access::NameOf(role) << ": " << answer.body;
      n_refused += !may;
    }
  }
  EXPECT_GT(n_refused, 10);
}

TEST_F(RouteTest, WithoutTheCsrfTokenNothingChanges) {
  const Person owner = NewPerson("owner", AdminRole::kOwner);
  const Person other = SignIn("owner");
  for (const Route& route : Routes()) {
    if (!route.least || std::string_view(route.method) == "GET") continue;
    const std::string path = Concrete(route.path);
    for (const std::string& csrf : {std::string(), std::string("x"), other.csrf}) {
      const net::HttpResponse answer =
          Ask(route.method, path, kUnknown, {{"Cookie", owner.cookie}, {"x-csrf-token", csrf}});
      EXPECT_EQ(answer.status, 403) << path;
      EXPECT_THAT(answer.body, HasSubstr("x-csrf-token")) << path;
    }
  }
}

TEST_F(RouteTest, OnlyRoutesThatNobodyNeedsToSignInForAreOpen) {
  std::set<std::string> open;
  for (const Route& route : Routes()) {
    if (!route.least) open.insert(std::string(route.method) + " " + route.path);
  }
  EXPECT_EQ(open, (std::set<std::string>{"POST /sign-in", "GET /openapi.json"}));
}

TEST_F(RouteTest, TheOpenApiDocumentHasEveryRoute) {
  const net::HttpResponse answer = Ask("GET", "/openapi.json");
  EXPECT_EQ(answer.status, 200);
  const boost::json::object document = Parse(answer);
  size_t n_operations = 0;
  for (const auto& path : document.at("paths").as_object()) {
    n_operations += path.value().as_object().size();
  }
  EXPECT_EQ(n_operations, Routes().size()) << "a method and path stands twice";
  const auto& role = document.at("paths").at("/admin/api/users/{id}/role").at("post").as_object();
  EXPECT_EQ(role.at("x-lemma-role"), "admin");
  EXPECT_EQ(role.at("parameters").at(0).at("name"), "id");
  const auto& schema = role.at("requestBody").at("content").at("application/json").at("schema");
  EXPECT_EQ(schema.at("properties").at("role").at("type"), "string");
  EXPECT_EQ(schema.at("required").at(0), "role");
}

TEST_F(RouteTest, WhatIsNotThereIsSaid) {
  EXPECT_EQ(Ask("GET", "/nothing").status, 404);
  const net::HttpResponse wrong_method = Ask("DELETE", "/users");
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(wrong_method.header("allow"), "GET, POST");
}

TEST_F(RouteTest, MembersAreCheckedAgainstTheRow) {
  const Person owner = NewPerson("owner", AdminRole::kOwner);
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"name": "a", "role": "viewer"})", "password: is missing"},
      {R"({"name": 1, "role": "viewer", "password": "x"})", "name: must be a string"},
      {R"({"name": "a", "role": "viewer", "password": null})", "password: is missing"},
      {R"({"name": "a", "role": "root", "password": "x"})", "role: must be viewer"},
      {R"({"name": "a b", "role": "viewer", "password": "correct horse"})", "name: must have"},
      {R"({"name": "a", "role": "viewer", "password": "short"})", "password: must have"},
      {R"([1])", "must be a JSON object"},
      {"{", "not valid JSON"}};
  for (const auto& [body, message] : wrong) {
    const net::HttpResponse answer = AskAs(owner, "POST", "/users", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr(message));
  }
  EXPECT_THAT(AskAs(owner, "GET", "/audit?limit=0").body, HasSubstr("limit: must be"));
}

}  // namespace
}  // namespace lemma::admin
