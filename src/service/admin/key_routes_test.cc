// API keys through the admin API: what is shown of them and when, and what changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/admin/test_admin.h"

namespace lemma::admin {
namespace {

using access::AdminRole;
using testing::HasSubstr;
using testing::Not;

class KeyRoutesTest : public AdminTest {
 protected:
  // Whether the text opens anything now.
  bool Works(const std::string& text) {
    return keys_->Authenticate(**keys_->Snapshot(), text).ok();
  }
  static std::string TextOf(const boost::json::object& object, const char* name) {
    return std::string(object.at(name).as_string());
  }
};

TEST_F(KeyRoutesTest, ANewKeyWorksAndItsTextIsShownOnce) {
  const Person admin = NewPerson("admin", AdminRole::kAdmin);
  const net::HttpResponse made = AskAs(
      admin, "POST", "/keys", R"({"name": "judge", "rpm": 60, "tpd": 5000, "expires": "90d"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const boost::json::object key = Parse(made);
  const std::string text = TextOf(key, "key"), id = TextOf(key, "id");
  EXPECT_TRUE(Works(text));
  EXPECT_EQ(key.at("rpm"), 60);
  EXPECT_EQ(key.at("tpm"), 0);
  EXPECT_EQ(keys_->FindById(id)->spec.expires_ms, clock_.NowMs() + int64_t{90} * 86'400'000);
  const Person viewer = NewPerson("viewer", AdminRole::kViewer);
  for (const std::string& path : {std::string("/keys"), "/keys/" + id}) {
    const net::HttpResponse shown = AskAs(viewer, "GET", path);
    EXPECT_EQ(shown.status, 200);
    EXPECT_THAT(shown.body, HasSubstr("judge"));
    EXPECT_THAT(shown.body, Not(HasSubstr(text.substr(14))));
  }
  EXPECT_THAT(AskAs(admin, "GET", "/audit").body, Not(HasSubstr(text.substr(14))));
}

TEST_F(KeyRoutesTest, AnUpdateChangesWhatIsSentAlone) {
  const Person admin = NewPerson("admin", AdminRole::kAdmin);
  access::KeySpec before = store::Named("judge");
  before.profiles = {"math"};
  before.limits = {60, 0, 0, 2};
  before.expires_ms = clock_.NowMs() + 10'000'000;
  const store::NewKey made = *keys_->Create(before);
  const std::string path = "/keys/" + made.key.id;
  const net::HttpResponse changed =
      AskAs(admin, "PATCH", path, R"({"tpm": 9000, "concurrency": 0, "expires": "never"})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  const access::KeySpec spec = keys_->FindById(made.key.id)->spec;
  EXPECT_EQ(spec.name, "judge");
  EXPECT_EQ(spec.profiles, std::vector<std::string>{"math"});
  EXPECT_EQ(spec.limits.requests_per_minute, 60);
  EXPECT_EQ(spec.limits.tokens_per_minute, 9000);
  EXPECT_EQ(spec.limits.concurrency, 0);
  EXPECT_EQ(spec.expires_ms, 0);
  EXPECT_EQ(Parse(changed).at("tpm"), 9000);
  EXPECT_EQ(AskAs(admin, "PATCH", path, R"({"profiles": []})").status, 200);
  EXPECT_TRUE(keys_->FindById(made.key.id)->spec.profiles.empty()) << "[] is a value";
}

TEST_F(KeyRoutesTest, TheOldTextIsAcceptedForTheGraceAndARevokedKeyOpensNothing) {
  const Person admin = NewPerson("admin", AdminRole::kAdmin);
  const store::NewKey made = *keys_->Create(store::Named("judge"));
  const std::string path = "/keys/" + made.key.id;
  const net::HttpResponse rotated = AskAs(admin, "POST", path + "/rotate", R"({"grace": "1m"})");
  ASSERT_EQ(rotated.status, 200) << rotated.body;
  const std::string text = TextOf(Parse(rotated), "key");
  EXPECT_TRUE(Works(made.text));
  clock_.Advance(60'000);
  EXPECT_FALSE(Works(made.text));
  EXPECT_TRUE(Works(text));
  const net::HttpResponse revoked = AskAs(admin, "POST", path + "/revoke");
  ASSERT_EQ(revoked.status, 200) << revoked.body;
  EXPECT_EQ(Parse(revoked).at("state"), "revoked");
  EXPECT_FALSE(Works(text));
  EXPECT_EQ(AskAs(admin, "POST", path + "/rotate").status, 400) << "it is over";
}

TEST_F(KeyRoutesTest, EachChangeIsAuditedWithWhoMadeIt) {
  const Person admin = NewPerson("admin", AdminRole::kAdmin);
  const std::string id = TextOf(Parse(AskAs(admin, "POST", "/keys", R"({"name": "a"})")), "id");
  AskAs(admin, "PATCH", "/keys/" + id, R"({"rpm": 5})");
  AskAs(admin, "POST", "/keys/" + id + "/rotate", R"({"grace": "0"})");
  AskAs(admin, "POST", "/keys/" + id + "/revoke");
  const boost::json::object log = Parse(AskAs(admin, "GET", "/audit?target=" + id));
  std::vector<std::string> actions;
  for (const auto& entry : log.at("entries").as_array()) {
    EXPECT_EQ(entry.at("actor"), "admin");
    actions.insert(actions.begin(), std::string(entry.at("action").as_string()));
  }
  EXPECT_EQ(actions,
            (std::vector<std::string>{"key.create", "key.update", "key.rotate", "key.revoke"}));
}

TEST_F(KeyRoutesTest, WhatIsWrongIsNamedAsItWasSent) {
  const Person admin = NewPerson("admin", AdminRole::kAdmin);
  const std::string id = keys_->Create(store::Named("judge"))->key.id;
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"rpm": -1})", "rpm: must"},
      {R"({"tpm": 99999999999})", "tpm: must"},
      {R"({"tpd": -1})", "tpd: must"},
      {R"({"priority": 101})", "priority: must"},
      {R"({"scopes": ["root"]})", "scopes: "},
      {R"({"expires": "soon"})", "or never"},
      {R"({"expires": "2001-01-01"})", "expires: must lie in the future"},
      {R"({"scopes": "inference"})", "scopes: must be an array of strings"}};
  for (const auto& [body, message] : wrong) {
    const net::HttpResponse answer = AskAs(admin, "PATCH", "/keys/" + id, body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr(message));
  }
  EXPECT_THAT(AskAs(admin, "POST", "/keys/" + id + "/rotate", R"({"grace": "x"})").body,
              HasSubstr("grace: must be"));
  for (const auto& [method, path] :
       {std::pair("GET", "/keys/x"), std::pair("PATCH", "/keys/x"),
        std::pair("POST", "/keys/x/rotate"), std::pair("POST", "/keys/x/revoke")}) {
    EXPECT_EQ(AskAs(admin, method, path).status, 404) << path;
  }
}

}  // namespace
}  // namespace lemma::admin
