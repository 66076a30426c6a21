#include "service/store/request_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include <thread>

#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

using std::chrono::milliseconds;

constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kNow = 480'000 * kHourMs;

class RequestLogTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (!HasFatalFailure()) database_ = Open();
  }
  int64_t Count(const std::string& table) {
    int64_t n = -1;
    const Status status = database_->Read([&](soci::session& sql) {
      sql << "SELECT count(*) FROM " + table, soci::into(n);
      return Ok();
    });
    EXPECT_TRUE(status.ok()) << status.message();
    return n;
  }
  std::unique_ptr<Database> database_;
};
LEMMA_FOR_BOTH_DATABASES(RequestLogTest);

RequestRecord Record(const std::string& id, int64_t started_ms = kNow) {
  RequestRecord record;
  record.id = id;
  record.key_id = "key_a";
  record.profile = "math";
  record.model = "lemma-mini";
  record.replica = "worker-0";
  record.finish_reason = "stop";
  record.http_status = 200;
  record.started_ms = started_ms;
  record.queue_ms = 1;
  record.first_token_ms = 20;
  record.duration_ms = 300;
  record.prompt_tokens = 40;
  record.completion_tokens = 500;
  return record;
}

bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000 && !condition(); ++i) std::this_thread::sleep_for(milliseconds(10));
  return condition();
}

TEST_P(RequestLogTest, WhatIsAppendedIsWrittenSoon) {
  RequestLog log(*database_, {.interval = milliseconds(20)});
  log.Append(Record("r1"));
  ASSERT_TRUE(Eventually([&] { return log.n_written() == 1; }));
  const auto found = **log.Find("r1");
  EXPECT_EQ(found.key_id, "key_a");
  EXPECT_EQ(found.finish_reason, "stop");
  EXPECT_EQ(found.first_token_ms, 20);
  EXPECT_EQ(found.completion_tokens, 500);
  EXPECT_FALSE((*log.Find("r2")).has_value());
}

TEST_P(RequestLogTest, PromptsAndAnswersAreKeptOnlyForKeysThatSaySo) {
  {
    RequestLog log(*database_);
    for (const bool keeps : {false, true}) {
      RequestRecord record = Record(keeps ? "kept" : "not");
      record.keeps_content = keeps;
      record.prompt = std::string("secret\0 \xe9\xa2\x98", 11);
      record.answer = "42";
      log.Append(record);
    }
  }
  RequestLog log(*database_);
  EXPECT_FALSE((**log.Find("not")).prompt.has_value());
  EXPECT_FALSE((**log.Find("not")).answer.has_value());
  EXPECT_EQ((**log.Find("kept")).prompt, "secret \xe9\xa2\x98");
  EXPECT_EQ((**log.Find("kept")).answer, "42");
}

TEST_P(RequestLogTest, SumsByTheHourCountEachRequestOnce) {
  {
    RequestLog log(*database_, {.batch_max = 7, .interval = milliseconds(10)});
    for (int i = 0; i < 50; ++i) log.Append(Record("r" + std::to_string(i), kNow + i));
    log.Append(Record("r7"));  // comes twice
    log.Append(Record("next hour", kNow + kHourMs));
    RequestRecord refused = Record("refused");
    refused.http_status = 429;
    refused.prompt_tokens = refused.completion_tokens = 0;
    log.Append(refused);
  }
  RequestLog log(*database_);
  const std::vector<UsageHour> hours = *log.Usage(kNow, kNow + 2 * kHourMs);
  ASSERT_EQ(hours.size(), 3u);
  EXPECT_EQ(hours[0].hour_ms, kNow);
  EXPECT_EQ(hours[0].n_requests, 50);
  EXPECT_EQ(hours[0].prompt_tokens, 50 * 40);
  EXPECT_EQ(hours[0].completion_tokens, 50 * 500);
  EXPECT_EQ(hours[0].duration_ms, 50 * 300);
  EXPECT_EQ(hours[1].http_status, 429);
  EXPECT_EQ(hours[2].hour_ms, kNow + kHourMs);
  EXPECT_EQ(log.Usage(kNow, kNow + kHourMs)->size(), 2u);
  EXPECT_TRUE(log.Usage(kNow + 2 * kHourMs, kNow + 3 * kHourMs)->empty());
}

TEST_P(RequestLogTest, AStalledDatabaseDropsWithACountAndNeverBlocks) {
  RequestLog log(*database_, {.records_max = 20, .batch_max = 5, .interval = milliseconds(10)});
  const auto rename = [&](const char* from, const char* to) {
    return database_->Write([&](soci::session& sql) {
      sql << std::string("ALTER TABLE ") + from + " RENAME TO " + to;
      return Ok();
    });
  };
  ASSERT_TRUE(rename("requests", "away").ok());
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) log.Append(Record("r" + std::to_string(i)));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(500));
  EXPECT_EQ(log.n_dropped(), 80);
  ASSERT_TRUE(rename("away", "requests").ok());
  EXPECT_TRUE(Eventually([&] { return log.n_written() == 20; })) << "what waited is not lost";
  EXPECT_EQ(Count("requests"), 20);
}

TEST_P(RequestLogTest, ContentThatWaitsIsBounded) {
  RequestLog log(*database_, {.bytes_max = 1000, .interval = std::chrono::hours(1)});
  for (int i = 0; i < 5; ++i) {
    RequestRecord record = Record("r" + std::to_string(i));
    record.keeps_content = true;
    record.prompt = std::string(400, 'x');
    log.Append(record);
  }
  EXPECT_EQ(log.n_dropped(), 3);
}

TEST_P(RequestLogTest, GatewaysThatShareADatabaseLoseNoSum) {
  const auto another = Open();
  {
    RequestLog one(*database_, {.batch_max = 10, .interval = milliseconds(1)});
    RequestLog two(*another, {.batch_max = 10, .interval = milliseconds(1)});
    InThreads(4, [&](int thread) {
      for (int i = 0; i < 100; ++i) {
        RequestRecord record = Record(std::to_string(thread) + "-" + std::to_string(i));
        record.key_id = "key_" + std::to_string((i * 7 + thread) % 5);
        (thread % 2 == 0 ? one : two).Append(record);
      }
    });
  }
  RequestLog log(*database_);
  int64_t n = 0;
  const std::vector<UsageHour> hours = *log.Usage(0, kNow + kHourMs);
  for (const UsageHour& hour : hours) n += hour.n_requests;
  EXPECT_EQ(n, 400);
  EXPECT_EQ(Count("requests"), 400);
}

TEST_P(RequestLogTest, OldRowsAreDeletedAndTheirSumsStay) {
  {
    RequestLog log(*database_);
    for (int i = 0; i < 2300; ++i) log.Append(Record("r" + std::to_string(i), kNow + i));
  }
  RequestLog log(*database_);
  ASSERT_TRUE(log.DeleteBefore(kNow + 2250).ok());
  EXPECT_EQ(Count("requests"), 50);
  EXPECT_EQ((*log.Usage(kNow, kNow + kHourMs))[0].n_requests, 2300);
}

}  // namespace
}  // namespace lemma::store
