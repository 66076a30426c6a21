// Who is let in: every route of the gateway's table with every kind of key, over real sockets.
#include "service/gateway/door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "service/access/evaluation_key.h"
#include "service/access/key_text.h"
#include "service/gateway/test_access.h"
#include "service/solve/asked_chat.h"

namespace lemma::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kAnyBody = R"({"prompt":"1+1","messages":[{"role":"user","content":"1+1"}]})";

// A path of the route, and a method that it takes.
std::pair<std::string, std::string> Example(const Gateway::Route& route) {
  const bool is_prefix = route.path.size() > 1 && route.path.ends_with('/');
  return {route.method.empty() ? "POST" : route.method,
          is_prefix ? route.path + "completions" : route.path};
}

TEST_F(AccessTest, EveryRouteWithEveryKindOfKey) {
  BeginWithKeys(AnswerChat);
  access::KeySpec metrics = Spec("metrics"), admin = Spec("admin"), expiring = Spec("expiring");
  metrics.scopes = {"metrics"};
  admin.scopes = {"admin"};
  expiring.expires_ms = clock_.NowMs() + 1000;
  const store::NewKey revoked = Create(Spec("revoked"));
  ASSERT_TRUE(store_->keys->Revoke(revoked.key.id).ok());
  const store::NewKey expired = Create(expiring);
  clock_.Advance(1001);
  std::string mistyped = Create(Spec("mistyped")).text;
  mistyped.back() = mistyped.back() == 'a' ? 'b' : 'a';
  struct Caller {
    const char* name;
    std::string key;
    bool is_known, may_infer, may_measure;
  };
  const Caller callers[] = {
      {"nobody", "", false, false, false},
      {"another service's", "sk-1234567890", false, false, false},
      {"unknown", access::MakeKeyText(), false, false, false},
      {"mistyped", mistyped, false, false, false},
      {"revoked", revoked.text, false, false, false},
      {"expired", expired.text, false, false, false},
      {"inference", Create(Spec("inference")).text, true, true, false},
      {"metrics", Create(metrics).text, true, false, true},
      {"admin", Create(admin).text, true, true, true},
  };
  std::vector<Gateway::Route> routes = Gateway::Routes();
  ASSERT_GE(routes.size(), 10u);
  routes.push_back({"GET", "/no/such/path", RouteNeed::kAnyKey});
  for (const Gateway::Route& route : routes) {
    const auto [method, path] = Example(route);
    for (const Caller& caller : callers) {
      for (const char* header : {"Authorization", "x-api-key"}) {
        SCOPED_TRACE(method + " " + path + " as " + caller.name + " by " + header);
        const bool is_bearer = header[0] == 'A';
        const auto before = worker_->n_requests();
        const auto answer = Ask(method, path, method == "POST" ? kAnyBody : "",
                                {{header, (is_bearer ? "bearer  " : "") + caller.key}});
        const bool is_allowed = route.need == RouteNeed::kNothing ||
                                (route.need == RouteNeed::kAnyKey && caller.is_known) ||
                                (route.need == RouteNeed::kInference && caller.may_infer) ||
                                (route.need == RouteNeed::kMetrics && caller.may_measure);
        if (is_allowed) {
          const bool is_there = path != "/no/such/path" && path != "/v1/models/completions" &&
                                path != "/assets/completions" && path != "/admin" &&
                                !path.starts_with("/v1/requests/") &&  // none of that id runs
                                !path.starts_with("/v1/jobs");         // none are kept
          EXPECT_EQ(answer.status, is_there ? 200 : 404) << answer.body;
          continue;
        }
        EXPECT_EQ(worker_->n_requests(), before);
        EXPECT_EQ(answer.status, caller.is_known ? 403 : 401);
        EXPECT_EQ(ErrorOf(answer).at("type"),
                  caller.is_known ? "permission_error" : "authentication_error");
        EXPECT_EQ(answer.header("www-authenticate"),
                  caller.is_known ? "" : "Bearer realm=\"lemma\"");
        EXPECT_NE(answer.header("x-request-id"), "");
        if (!caller.key.empty()) EXPECT_THAT(answer.body, Not(HasSubstr(caller.key)));
      }
    }
  }
}

TEST_F(AccessTest, ARevokedKeyIsRefusedWithinASecond) {
  BeginWithKeys(AnswerChat);
  const store::NewKey made = Create(Spec("a"));
  EXPECT_EQ(PostAs(made.text, "/generate", kAnyBody).status, 200);
  ASSERT_TRUE(store_->keys->Revoke(made.key.id).ok());
  EXPECT_TRUE(Eventually([&] { return PostAs(made.text, "/generate", kAnyBody).status == 401; }));
}

TEST_F(AccessTest, WhereNoKeyIsRequiredOnlyWhatLooksLikeOursMustBeOne) {
  GatewayOptions options;
  options.access = store_->parts();
  options.access.requires_keys = false;
  Begin(AnswerChat, options);
  const std::string key = Create(Spec("a")).text;
  for (const std::string& text :
       {std::string(), std::string("any key"), std::string("sk-0"), key}) {
    EXPECT_EQ(PostAs(text, "/generate", kAnyBody).status, 200) << text;
  }
  EXPECT_EQ(Post("/generate", kAnyBody).status, 200);
  EXPECT_EQ(Ask("GET", "/metrics").status, 200);
  for (const std::string& text : {access::MakeKeyText(), std::string("lemma_"), key + "x"}) {
    const auto answer = PostAs(text, "/generate", kAnyBody);
    EXPECT_EQ(answer.status, 401) << text;
    EXPECT_EQ(ErrorOf(answer).at("code"), "invalid_api_key");
  }
}

TEST_F(GatewayTest, WithoutAKeyNoOtherSitesPageAsksForAnything) {
  Begin(AnswerChat);
  for (const Gateway::Route& route : Gateway::Routes()) {
    const auto [method, path] = Example(route);
    SCOPED_TRACE(method + " " + path);
    const std::string body = method == "POST" ? kAnyBody : "";
    const auto expect_refused = [&](const net::Header& header) {
      const auto answer = Ask(method, path, body, {header});
      const bool is_refused = route.need != RouteNeed::kNothing;
      EXPECT_EQ(answer.status == 403, is_refused) << answer.body;
      if (is_refused) EXPECT_EQ(ErrorOf(answer).at("type"), "permission_error");
    };
    expect_refused({"Sec-Fetch-Site", "cross-site"});
    expect_refused({"Sec-Fetch-Site", "same-site"});
    expect_refused({"Host", "rebind.example:8080"});
    EXPECT_NE(Ask(method, path, body, {{"Sec-Fetch-Site", "same-origin"}}).status, 403);
  }
}

TEST_F(GatewayTest, AServerWithoutKeysSaysSoToWhoeverPresentsOne) {
  Begin(AnswerChat);
  const auto answer = Ask("POST", "/generate", kAnyBody, {{"x-api-key", access::MakeKeyText()}});
  EXPECT_EQ(answer.status, 401);
  EXPECT_THAT(answer.body, HasSubstr("knows no API keys"));
}

TEST_F(AccessTest, AKeyIsHeldToItsProfiles) {
  BeginWithKeys(AnswerChat);
  access::KeySpec spec = Spec("judge");
  spec.profiles = {"algorithm"};
  const std::string key = Create(spec).text;
  const std::pair<const char*, const char*> refused[] = {
      {"/generate", R"({"prompt":"a","profile":"math"})"},
      {"/v1/chat/completions", R"({"messages":"not an array"})"},
      {"/v1/completions", R"({"prompt":"a"})"},
      {"/v1/responses", R"({"input":"a"})"},
  };
  for (const auto& [path, body] : refused) {
    const auto answer = PostAs(key, path, body);
    EXPECT_EQ(answer.status, 403) << path << body;
    EXPECT_EQ(ErrorOf(answer).at("param"), "profile");
    EXPECT_THAT(answer.body, HasSubstr("only: algorithm"));
  }
  EXPECT_EQ(worker_->n_requests(), 0u);
  const std::pair<const char*, const char*> served[] = {
      {"/generate", R"({"prompt":"a","profile":"algorithm"})"},
      {"/generate", R"({"prompt":"What is 2 + 2?"})"},
      {"/generate", R"({"prompt":"a","profile":"algorithm","system":"Mine."})"},
      {"/v1/chat/completions",
       R"({"messages":[{"role":"user","content":"a"}],"profile":"algorithm"})"},
      {"/tokenize", R"({"content":"a"})"},
  };
  for (const auto& [path, body] : served) {
    EXPECT_EQ(PostAs(key, path, body).status, 200) << path << body;
    const boost::json::object asked = worker_->last_body();
    if (!asked.contains("messages")) continue;
    EXPECT_THAT(
        SystemOf(asked),
        HasSubstr(
            reason::ProfileSet::Shipped()->Find("algorithm", "").value()->system.en.substr(0, 40)))
        << "wrapped or alone, the profile's own is there";
  }
  EXPECT_EQ(Ask("GET", "/v1/models", "", Bearer(key)).status, 200);
}

TEST_F(AccessTest, TheWorkerLearnsTheTenantFromTheKeyAlone) {
  BeginWithKeys(AnswerChat);
  const store::NewKey made = Create(Spec("a"));
  for (const char* path : {"/generate", "/v1/chat/completions", "/v1/completions", "/tokenize"}) {
    std::vector<net::Header> headers = Bearer(made.text);
    headers.push_back({"X-Lemma-Tenant", "key_of_another"});
    ASSERT_EQ(Ask("POST", path, kAnyBody, headers).status, 200);
    int n_tenants = 0;
    for (const net::Header& header : worker_->last().headers) {
      if (!net::EqualsIgnoreCase(header.name, "x-lemma-tenant")) continue;
      EXPECT_EQ(header.value, made.key.id) << path;
      ++n_tenants;
    }
    EXPECT_EQ(n_tenants, 1) << path;
    EXPECT_EQ(worker_->last().header("authorization"), "");
    EXPECT_EQ(worker_->last().header("x-api-key"), "");
  }
}

TEST_F(GatewayTest, NobodyCanNameATenantWithoutAKey) {
  Begin(AnswerChat);
  Ask("POST", "/v1/completions", kAnyBody, {{"x-lemma-tenant", "key_of_another"}});
  EXPECT_EQ(worker_->last().header("x-lemma-tenant"), "-") << "nobody's";
}

TEST_F(AccessTest, TheSecretOfAKeyIsFoundNowhere) {
  BeginWithKeys(AnswerChat);
  access::KeySpec spec = Spec("a", {.requests_per_minute = 3, .tokens_per_day = 1'000'000});
  spec.scopes = {"inference", "metrics"};
  spec.keeps_content = true;
  const store::NewKey made = Create(spec);
  const std::string secret = made.text.substr(access::kKeyPrefix.size() + access::kKeyHandleChars);
  const auto expect_without = [&](const std::string& text, const std::string& where) {
    EXPECT_EQ(text.find(secret.substr(0, 12)), std::string::npos) << where;
    EXPECT_EQ(text.find(secret.substr(12)), std::string::npos) << where;
  };
  testing::internal::CaptureStderr();
  const std::string body = R"({"prompt":"a","max_tokens":5})";
  for (const std::string& key : {made.text, made.text + "x", "Lemma_" + made.text.substr(6)}) {
    for (const auto& headers : {Bearer(key), std::vector<net::Header>{{"x-api-key", key}}}) {
      for (const char* path : {"/generate", "/v1/responses", "/nowhere"}) {
        const auto answer = Ask("POST", path, body, headers);
        expect_without(answer.body, path);
        for (const net::Header& header : answer.headers) expect_without(header.value, header.name);
      }
    }
  }
  expect_without(Ask("GET", "/metrics", "", Bearer(made.text)).body, "/metrics");
  for (const net::Header& header : worker_->last().headers) expect_without(header.value, "worker");
  gateway_.reset();
  store_.reset();  // writes what waits
  expect_without(testing::internal::GetCapturedStderr(), "log");
  int n_files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    expect_without(bytes, entry.path());
    if (entry.path().filename() == "lemma.db") {
      EXPECT_THAT(bytes, HasSubstr(made.key.id)) << "the rows are here, so the test can fail";
    }
    ++n_files;
  }
  EXPECT_GE(n_files, 2);
}

TEST_F(AccessTest, WhatTheServerAsksForAKeyIsThatKeysAsLongAsItIsUsable) {
  const store::NewKey made = Create(Spec("absent"));
  const Door door(store_->cache.get(), /*requires_keys=*/true);
  net::HttpRequest request;
  request.peer = solve::OwnPeerFor(made.key.id);
  EXPECT_EQ((*door.Check(request, RouteNeed::kInference))->id, made.key.id);
  EXPECT_EQ(door.Check(request, RouteNeed::kMetrics).status().code(),
            StatusCode::kPermissionDenied);
  ASSERT_TRUE(store_->keys->Revoke(made.key.id).ok());
  ASSERT_TRUE(store_->cache->Refresh().ok());
  const Status revoked = door.Check(request, RouteNeed::kInference).status();
  EXPECT_EQ(revoked.code(), StatusCode::kUnauthenticated);
  EXPECT_THAT(revoked.message(), HasSubstr("revoked"));
  request.peer = solve::OwnPeerFor("");
  EXPECT_EQ(door.Check(request, RouteNeed::kInference).status().code(),
            StatusCode::kUnauthenticated);
  const Door open(store_->cache.get(), /*requires_keys=*/false);
  EXPECT_EQ(*open.Check(request, RouteNeed::kInference), nullptr);
}

TEST_F(AccessTest, EvaluationsComeInForNobodysKeyAndBehindAll) {
  const Door door(store_->cache.get(), /*requires_keys=*/true);
  net::HttpRequest request;
  request.peer = solve::OwnPeerFor(access::kEvaluationKeyId);
  const Result<KeyPtr> key = door.Check(request, RouteNeed::kInference);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ((*key)->id, "evaluation");
  EXPECT_TRUE(access::CheckKeySpec((*key)->spec).ok());
  EXPECT_LT(access::WeightOf((*key)->spec), access::WeightOf({}));
  EXPECT_FALSE((*key)->spec.limits.any());
  EXPECT_EQ(door.Check(request, RouteNeed::kMetrics).status().code(),
            StatusCode::kPermissionDenied);
  request.peer = "evaluation";  // as no socket says, but nothing else lets anybody in
  EXPECT_EQ(door.Check(request, RouteNeed::kInference).status().code(),
            StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace lemma::gateway
