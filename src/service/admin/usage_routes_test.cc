// Usage, the request log and what runs, through the admin API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/admin/test_admin.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class UsageRoutesTest : public AdminTest {
 protected:
  void SetUp() override {
    AdminTest::SetUp();
    viewer_ = NewPerson("viewer", AdminRole::kViewer);
  }

  net::HttpResponse Get(const std::string& path) { return AskAs(viewer_, "GET", path); }
  store::RequestRecord Record(const std::string& id, const std::string& key_id) const {
    store::RequestRecord record;
    record.id = id;
    record.key_id = key_id;
    record.profile = "math";
    record.model = "lemma-mini";
    record.http_status = 200;
    record.started_ms = clock_.NowMs() - 60'000;
    record.duration_ms = 1000;
    record.first_token_ms = 100;
    record.prompt_tokens = 10;
    record.completion_tokens = 20;
    return record;
  }
  // The rows are there when this returns: the log writes what waits when it ends.
  void Write(std::vector<store::RequestRecord> records) {
    server_.reset();
    for (auto& record : records) log_->Append(std::move(record));
    log_.emplace(*database_);
    Begin();
  }

  Person viewer_;
};

TEST_F(UsageRoutesTest, SumsByAnyDimensionAsJsonAndCsv) {
  Write({Record("r1", "key_a"), Record("r2", "key_a"), Record("r3", "=key_b")});
  const net::HttpResponse answer = Get("/usage?group_by=key_id");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json::object usage = Parse(answer);
  EXPECT_EQ(usage.at("total").at("requests"), 3);
  EXPECT_EQ(usage.at("n_groups"), 2);
  const json::object& first = usage.at("groups").at(0).as_object();
  EXPECT_EQ(first.at("key_id"), "key_a");
  EXPECT_EQ(first.at("completion_tokens"), 40);
  EXPECT_NEAR(first.at("first_token").at("p95_ms").to_number<double>(), 100, 5);
  EXPECT_TRUE(first.at("answer").at("p50_ms").is_null()) << "nobody knows it";
  EXPECT_EQ(Parse(Get("/usage?key_id=key_a")).at("total").at("requests"), 2);
  const net::HttpResponse csv = Get("/usage?group_by=key_id&format=csv");
  EXPECT_EQ(csv.header("content-type"), "text/csv; charset=utf-8");
  EXPECT_THAT(csv.body, StartsWith("key_id,requests,errors,prompt_tokens,"));
  EXPECT_THAT(csv.body, HasSubstr("\r\n\"key_a\",2,0,20,40,"));
  EXPECT_THAT(csv.body, HasSubstr("\r\n\"'=key_b\",1,")) << "no formula for a spreadsheet";
}

TEST_F(UsageRoutesTest, RequestsAreFoundAndTheirTextIsForAdmins) {
  store::RequestRecord failed = Record("r2", "key_b");
  failed.http_status = 503;
  failed.error_reason = "unavailable";
  failed.keeps_content = true;
  failed.prompt = "the secret question";
  failed.started_ms += 1000;
  Write({Record("r1", "key_a"), failed});
  const json::object all = Parse(Get("/requests?limit=1"));
  ASSERT_EQ(all.at("requests").as_array().size(), 1u);
  EXPECT_EQ(all.at("requests").at(0).at("id"), "r2") << "the newest first";
  const std::string next(all.at("next").as_string());
  EXPECT_EQ(Parse(Get("/requests?limit=1&cursor=" + next)).at("requests").at(0).at("id"), "r1");
  const net::HttpResponse errors = Get("/requests?reason=any");
  EXPECT_EQ(Parse(errors).at("requests").as_array().size(), 1u);
  EXPECT_THAT(errors.body, Not(HasSubstr("secret question")));
  EXPECT_EQ(Parse(Get("/requests?status=503")).at("requests").at(0).at("id"), "r2");
  EXPECT_EQ(Get("/requests/r2").status, 403) << "its text";
  const Person admin = NewPerson("admin", AdminRole::kAdmin);
  EXPECT_EQ(Parse(AskAs(admin, "GET", "/requests/r2")).at("prompt"), "the secret question");
  EXPECT_TRUE(Parse(AskAs(admin, "GET", "/requests/r1")).at("prompt").is_null());
  EXPECT_EQ(AskAs(admin, "GET", "/requests/none").status, 404);
}

TEST_F(UsageRoutesTest, TheRequestLogIsExportedAsCsvOverAllItsPages) {
  std::vector<store::RequestRecord> records;
  for (int i = 0; i < 450; ++i) {
    records.push_back(Record("r" + std::to_string(i), "key_a"));
    records.back().started_ms += i;
  }
  records[449].model = "=1+1,\"x\"";
  Write(std::move(records));
  const auto lines = [](const net::HttpResponse& answer) {
    return std::count(answer.body.begin(), answer.body.end(), '\n');
  };
  const net::HttpResponse all = Get("/requests?format=csv");
  EXPECT_EQ(all.header("content-type"), "text/csv; charset=utf-8");
  EXPECT_EQ(lines(all), 451);
  EXPECT_EQ(all.header("x-lemma-next"), "");
  EXPECT_TRUE(all.body.starts_with("id,started,key_id,")) << all.body.substr(0, 200);
  EXPECT_THAT(all.body, HasSubstr("\n\"r449\","));
  EXPECT_THAT(all.body, HasSubstr(R"("'=1+1,""x""")")) << "a text, no formula";
  const net::HttpResponse some = Get("/requests?format=csv&limit=201");
  EXPECT_EQ(lines(some), 202);
  const std::string next(some.header("x-lemma-next"));
  EXPECT_EQ(lines(Get("/requests?format=csv&cursor=" + next)), 450 - 201 + 1);
  EXPECT_EQ(lines(Get("/requests?format=csv&key_id=none")), 1);
}

TEST_F(UsageRoutesTest, WhatRunsIsSeenAndEnded) {
  const auto request = live_.Enter("r1", clock_.NowMs() - 5000);
  request->SetKey("key_a");
  request->SetTokens(7);
  bool is_ended = false;
  request->OnCancel([&] { is_ended = true; });
  const json::object shown = Parse(Get("/live")).at("requests").at(0).as_object();
  EXPECT_EQ(shown.at("id"), "r1");
  EXPECT_EQ(shown.at("key_id"), "key_a");
  EXPECT_EQ(shown.at("state"), "queued");
  EXPECT_EQ(shown.at("age_ms"), 5000);
  EXPECT_EQ(shown.at("tokens"), 7);
  const Person admin = NewPerson("admin", AdminRole::kAdmin);
  EXPECT_EQ(AskAs(admin, "POST", "/live/r1/cancel").status, 204);
  EXPECT_TRUE(is_ended);
  EXPECT_EQ(AskAs(admin, "POST", "/live/none/cancel").status, 404);
  const json::object log = Parse(AskAs(admin, "GET", "/audit?action=request.cancel"));
  ASSERT_EQ(log.at("entries").as_array().size(), 2u) << "of what was asked for";
  EXPECT_EQ(log.at("entries").at(0).at("target"), "none");
  EXPECT_EQ(log.at("entries").at(1).at("target"), "r1");
}

TEST_F(UsageRoutesTest, WhatIsWrongIsNamed) {
  const std::pair<const char*, const char*> wrong[] = {
      {"/usage?group_by=color", "group_by: must be of"},
      {"/usage?order=x", "order: must be"},
      {"/usage?format=xml", "format: must be"},
      {"/usage?limit=0", "limit: must be"},
      {"/usage?from_ms=yesterday", "from_ms: must be"},
      {"/usage?from_ms=9&to_ms=8", "from_ms: must be before"},
      {"/requests?status=99", "status: must be"},
      {"/requests?cursor=x", "cursor: "},
      {"/requests?limit=1000", "limit: must be"},
      {"/requests?format=xml", "format: must be"},
      {"/requests?format=csv&limit=10001", "limit: must be"}};
  for (const auto& [path, message] : wrong) {
    const net::HttpResponse answer = Get(path);
    EXPECT_EQ(answer.status, 400) << path << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(message));
  }
}

}  // namespace
}  // namespace lemma::admin
