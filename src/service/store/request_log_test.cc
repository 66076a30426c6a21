#include "service/store/request_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include <thread>

#include "service/store/test_databases.h"
#include "service/store/usage_store.h"

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
  UsageSums TotalUsage() {
    return UsageStore(*database_).Query({.from_ms = kNow, .to_ms = kNow + kHourMs})->total;
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

TEST_P(RequestLogTest, EveryColumnIsReadBackAsItWasWritten) {
  RequestRecord record = Record("r1");
  record.profile_version = 3;
  record.task = "math";
  record.error_reason = "client_left";
  record.answer_ms = 200;
  record.per_token_us = 12'345;
  record.thinking_tokens = 300;
  record.is_looped = true;
  {
    RequestLog(*database_).Append(record);
  }
  RequestLog log(*database_);
  for (const RequestRecord& found : {**log.Find("r1"), log.Search({.id = "r1"})->records.at(0)}) {
    EXPECT_EQ(found.profile_version, 3);
    EXPECT_EQ(found.task, "math");
    EXPECT_EQ(found.error_reason, "client_left");
    EXPECT_EQ(found.answer_ms, 200);
    EXPECT_EQ(found.per_token_us, 12'345);
    EXPECT_EQ(found.thinking_tokens, 300);
    EXPECT_TRUE(found.is_looped);
    EXPECT_EQ(found.replica, "worker-0");
    EXPECT_EQ(found.duration_ms, 300);
  }
}

TEST_P(RequestLogTest, ASearchPagesThroughAllThatFitsTheNewestFirst) {
  {
    RequestLog log(*database_);
    for (int i = 0; i < 60; ++i) {
      // Many of one millisecond: a page ends among them.
      RequestRecord record = Record("r" + std::to_string(100 + i), kNow + i / 20);
      record.key_id = i % 2 == 0 ? "key_a" : "key_b";
      record.http_status = i % 3 == 0 ? 429 : 200;
      record.error_reason = i % 3 == 0 ? "rate_limit" : "";
      log.Append(record);
    }
  }
  RequestLog log(*database_);
  const auto ids = [&](RequestSearch search) {
    std::vector<std::string> ids;
    for (int i = 0; i < 100; ++i) {
      const RequestPage page = *log.Search(search);
      EXPECT_LE(page.records.size(), search.page_max);
      for (const RequestRecord& record : page.records) ids.push_back(record.id);
      if (page.next.empty()) break;
      search.cursor = page.next;
    }
    return ids;
  };
  std::vector<std::string> all, refused;
  for (int i = 59; i >= 0; --i) {
    const std::string id = "r" + std::to_string(100 + i);
    all.push_back(id);
    if (i % 6 == 0) refused.push_back(id);
  }
  EXPECT_EQ(ids({.page_max = 7}), all);
  EXPECT_EQ(ids({.page_max = 60}), all) << "a full last page has no next one";
  EXPECT_EQ(ids({.key_id = "key_a", .http_status = 429, .page_max = 3}), refused);
  EXPECT_EQ(ids({.key_id = "key_a", .error_reason = "rate_limit", .page_max = 3}), refused);
  EXPECT_EQ(ids({.key_id = "key_a", .has_error = true, .page_max = 3}), refused);
  EXPECT_EQ(ids({.from_ms = kNow + 1, .to_ms = kNow + 2}).size(), 20u);
  EXPECT_EQ(ids({.id = "r130"}), std::vector<std::string>{"r130"});
  EXPECT_TRUE(ids({.profile = "' OR ''='"}).empty());
}

TEST_P(RequestLogTest, ASearchThatMakesNoSenseNamesTheField) {
  RequestLog log(*database_);
  const auto field = [&](const RequestSearch& search) {
    const Status status = log.Search(search).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    return status.field();
  };
  EXPECT_EQ(field({.page_max = 0}), "limit");
  EXPECT_EQ(field({.page_max = 201}), "limit");
  EXPECT_EQ(field({.from_ms = 2, .to_ms = 2}), "from_ms");
  for (const char* cursor : {"x", "12", ".a", "99999999999999999999.a"}) {
    EXPECT_EQ(field({.cursor = cursor}), "cursor");
  }
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
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
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
  EXPECT_NE(log.RenderMetrics().find("\nlemma_gateway_log_rows_dropped_total 3\n"),
            std::string::npos);
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
  const UsageSums total = TotalUsage();
  EXPECT_EQ(total.counts.n_requests, 400);
  EXPECT_EQ(total.of(UsageLatency::kWhole).count(), 400) << "nor what a histogram has counted";
  EXPECT_EQ(Count("requests"), 400);
}

TEST_P(RequestLogTest, OfManyRowsAtOnceEachIsCountedOnce) {
  {
    RequestLog log(*database_, {.interval = std::chrono::hours(1)});
    for (int i = 0; i < 480; ++i) {
      RequestRecord record = Record("r" + std::to_string(i % 237));
      record.key_id = "key_" + std::to_string(i % 3);
      record.keeps_content = i == 7;
      if (i == 7) record.prompt = std::string("a\0b", 3);
      log.Append(record);
    }
  }
  EXPECT_EQ(Count("requests"), 237);
  EXPECT_EQ(TotalUsage().counts.n_requests, 237);
  RequestLog log(*database_);
  EXPECT_EQ((*log.Find("r7"))->prompt, "ab");
  EXPECT_EQ((*log.Find("r236"))->key_id, "key_" + std::to_string(236 % 3));
}

TEST_P(RequestLogTest, OldRowsAreDeletedAndTheirSumsStay) {
  {
    RequestLog log(*database_);
    for (int i = 0; i < 2300; ++i) log.Append(Record("r" + std::to_string(i), kNow + i));
  }
  RequestLog log(*database_);
  std::stop_source stopped;
  stopped.request_stop();
  ASSERT_TRUE(log.DeleteBefore(kNow + 2250, stopped.get_token()).ok());
  EXPECT_EQ(Count("requests"), 2300) << "a stop waits for no batch that has not begun";
  ASSERT_TRUE(log.DeleteBefore(kNow + 2250).ok());
  EXPECT_EQ(Count("requests"), 50);
  EXPECT_EQ(TotalUsage().counts.n_requests, 2300);
}

}  // namespace
}  // namespace lemma::store
