// Usage over both databases: what RequestLog writes is what is asked, in every grouping.
#include "service/store/usage_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include <random>

#include "service/store/request_log.h"
#include "service/store/test_databases.h"
#include "service/store/usage_rows.h"

namespace lemma::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kHourMs = 60 * kMinuteMs;
constexpr int64_t kNow = 480'000 * kHourMs;

class UsageStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (!HasFatalFailure()) database_ = Open();
  }
  void Write(const std::vector<RequestRecord>& records) {
    RequestLog log(*database_);
    for (const RequestRecord& record : records) log.Append(record);
  }
  UsageReport Ask(UsageQuery query) {
    if (query.to_ms == 0) query.to_ms = kNow + 10 * kHourMs;
    if (query.from_ms == 0) query.from_ms = kNow;
    auto report = UsageStore(*database_).Query(query);
    EXPECT_TRUE(report.ok()) << report.status().message();
    return report.ok() ? *report : UsageReport();
  }
  int64_t CountRows() {
    int64_t n = -1;
    EXPECT_TRUE(database_
                    ->Read([&](soci::session& sql) {
                      sql << "SELECT count(*) FROM usage_rollups", soci::into(n);
                      return Ok();
                    })
                    .ok());
    return n;
  }
  std::unique_ptr<Database> database_;
};
LEMMA_FOR_BOTH_DATABASES(UsageStoreTest);

// Of a few keys, profiles, ... over some hours; `n` different ones.
std::vector<RequestRecord> RandomRecords(int n, unsigned seed, int n_hours = 3) {
  std::mt19937_64 random(seed);
  const auto below = [&](int64_t limit) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(limit));
  };
  std::vector<RequestRecord> records;
  for (int i = 0; i < n; ++i) {
    RequestRecord record;
    record.id = "r" + std::to_string(seed) + "-" + std::to_string(i);
    record.key_id = "key_" + std::to_string(below(3));
    record.profile = below(2) == 0 ? "math" : "algorithm";
    record.profile_version = below(3);
    record.task = record.profile;
    record.model = "m" + std::to_string(below(2));
    record.replica = "w" + std::to_string(below(2));
    record.http_status = below(4) == 0 ? 503 : 200;
    record.error_reason = record.http_status == 200 ? "" : "overloaded";
    record.finish_reason = below(3) == 0 ? "length" : "stop";
    record.duration_ms = below(5000);
    record.started_ms = kNow + below(n_hours * kHourMs) - record.duration_ms;
    if (record.started_ms + record.duration_ms < kNow) record.started_ms = kNow;
    record.queue_ms = below(20);
    record.first_token_ms = below(300);
    record.per_token_us = below(30'000);
    record.answer_ms = below(4000);
    record.prompt_tokens = below(100);
    record.completion_tokens = below(1000);
    record.thinking_tokens = below(record.completion_tokens + 1);
    record.is_looped = below(10) == 0;
    records.push_back(record);
  }
  return records;
}

// The slow twin of a query.
std::map<std::pair<UsageValues, int64_t>, UsageSums> Twin(const std::vector<RequestRecord>& records,
                                                          const UsageQuery& query) {
  std::map<std::pair<UsageValues, int64_t>, UsageSums> groups;
  for (const RequestRecord& record : records) {
    const UsagePlace place = PlaceOf(record);
    const int64_t at = place.minute * kMinuteMs;
    bool fits = at >= query.from_ms && at < query.to_ms;
    for (const UsageFilter& filter : query.filters) {
      const std::string& value = place.values[static_cast<size_t>(filter.dimension)];
      fits &= std::find(filter.values.begin(), filter.values.end(), value) != filter.values.end();
    }
    if (!fits) continue;
    UsageValues values;
    for (const UsageDimension d : query.group_by) {
      values[static_cast<size_t>(d)] = place.values[static_cast<size_t>(d)];
    }
    const int64_t width = query.bucket_minutes * kMinuteMs;
    groups[{values, width == 0 ? query.from_ms : at / width * width}].Add(record);
  }
  return groups;
}

TEST_P(UsageStoreTest, EveryGroupingAndFilterGivesWhatAddingUpTheRequestsGives) {
  const std::vector<RequestRecord> records = RandomRecords(400, 1);
  Write(records);
  std::mt19937_64 random(7);
  for (int round = 0; round < 40; ++round) {
    UsageQuery query{.from_ms = kNow, .to_ms = kNow + 3 * kHourMs, .groups_max = 1000};
    for (size_t i = 0; i < kUsageDimensions; ++i) {
      if (random() % 3 == 0) query.group_by.push_back(static_cast<UsageDimension>(i));
    }
    if (random() % 2 == 0) query.bucket_minutes = std::array{1, 7, 60}[random() % 3];
    if (random() % 2 == 0) query.filters.push_back({UsageDimension::kKey, {"key_0", "key_2"}});
    if (random() % 3 == 0) query.filters.push_back({UsageDimension::kStatus, {"200"}});
    if (random() % 3 == 0) query.to_ms = kNow + kHourMs;
    const UsageReport report = Ask(query);
    const auto expected = Twin(records, query);
    ASSERT_EQ(report.groups.size(), expected.size()) << "round " << round;
    UsageSums total;
    for (const UsageGroup& group : report.groups) {
      EXPECT_EQ(group.sums, expected.at({group.values, group.begin_ms})) << "round " << round;
      total.Merge(group.sums);
    }
    EXPECT_EQ(report.total, total) << "round " << round;
  }
}

TEST_P(UsageStoreTest, TheSameRequestTwiceCountsOnce) {
  std::vector<RequestRecord> records = RandomRecords(20, 1);
  Write(records);
  Write(records);
  EXPECT_EQ(Ask({}).total.counts.n_requests, 20);
}

TEST_P(UsageStoreTest, GatewaysThatAddToTheSameRowLoseNothing) {
  const auto another = Open();
  std::vector<RequestRecord> all;
  {
    RequestLog one(*database_, {.batch_max = 5, .interval = std::chrono::milliseconds(1)});
    RequestLog two(*another, {.batch_max = 5, .interval = std::chrono::milliseconds(1)});
    std::vector<std::vector<RequestRecord>> parts;
    for (unsigned i = 0; i < 4; ++i) {
      parts.push_back(RandomRecords(100, i, /*n_hours=*/1));
      for (RequestRecord& record : parts.back()) {
        record.started_ms = kNow;  // of a few rows
        all.push_back(record);
      }
    }
    InThreads(4, [&](int i) {
      for (const RequestRecord& record : parts[static_cast<size_t>(i)]) {
        (i % 2 == 0 ? one : two).Append(record);
      }
    });
  }
  const UsageReport report = Ask({.group_by = {UsageDimension::kKey}});
  const auto expected =
      Twin(all, {.from_ms = kNow, .to_ms = kNow + kHourMs, .group_by = {UsageDimension::kKey}});
  ASSERT_EQ(report.groups.size(), 3u);
  for (const UsageGroup& group : report.groups) {
    EXPECT_EQ(group.sums, expected.at({group.values, kNow}));
  }
}

TEST_P(UsageStoreTest, OldMinutesBecomeHoursAndNoAnswerChanges) {
  const std::vector<RequestRecord> records = RandomRecords(600, 3);
  Write(records);
  const UsageQuery query{.group_by = {UsageDimension::kKey, UsageDimension::kStatus},
                         .bucket_minutes = 60};
  const UsageReport before = Ask(query);
  const int64_t n_before = CountRows();
  UsageStore usage(*database_);
  std::stop_source stopped;
  stopped.request_stop();
  const int64_t end_ms = kNow + 2 * kHourMs + 59 * kMinuteMs;
  ASSERT_TRUE(usage.FoldBefore(end_ms, stopped.get_token()).ok());
  EXPECT_EQ(CountRows(), n_before) << "a stop waits for no hour that has not begun";
  ASSERT_TRUE(usage.FoldBefore(end_ms).ok());
  const UsageReport after = Ask(query);
  ASSERT_EQ(after.groups.size(), before.groups.size());
  for (size_t i = 0; i < after.groups.size(); ++i) {
    EXPECT_EQ(after.groups[i].sums, before.groups[i].sums);
    EXPECT_EQ(after.groups[i].begin_ms, before.groups[i].begin_ms);
  }
  EXPECT_LT(CountRows(), n_before);
  // The hour that is not over yet keeps its minutes.
  const UsageQuery last{.from_ms = kNow + 2 * kHourMs, .bucket_minutes = 1};
  EXPECT_GT(Ask(last).groups.size(), 10u);

  // One that comes late is added to its hour.
  const int64_t n_folded = CountRows();
  RequestRecord late = records.front();
  late.id = "late";
  Write({late});
  ASSERT_TRUE(usage.FoldBefore(kNow + 2 * kHourMs).ok());
  EXPECT_EQ(Ask({}).total.counts.n_requests, 601);
  EXPECT_EQ(CountRows(), n_folded);
}

TEST_P(UsageStoreTest, ManyThatFoldAndWriteAtOnceCountEachRequestOnce) {
  const std::vector<RequestRecord> records = RandomRecords(300, 4);
  Write(records);
  const auto another = Open();
  InThreads(4, [&](int i) {
    if (i == 3) return Write(RandomRecords(200, 5));
    const Status folded = UsageStore(i == 0 ? *another : *database_).FoldBefore(kNow + 9 * kHourMs);
    EXPECT_TRUE(folded.ok()) << folded.message();
  });
  EXPECT_EQ(Ask({}).total.counts.n_requests, 500);
  EXPECT_EQ(Ask({}).total.of(UsageLatency::kQueue).count(), 500);
}

TEST_P(UsageStoreTest, TheLargestGroupsAreNamedAndTheRestIsCounted) {
  std::vector<RequestRecord> records = RandomRecords(60, 6);
  for (size_t i = 0; i < records.size(); ++i) {
    records[i].key_id = i < 30 ? "many" : (i < 50 ? "some" : "few" + std::to_string(i));
    records[i].completion_tokens = records[i].key_id == "some" ? 5000 : 1;
  }
  Write(records);
  const auto keys = [&](UsageOrder order) {
    UsageQuery query{.group_by = {UsageDimension::kKey}, .order = order, .groups_max = 2};
    const UsageReport report = Ask(query);
    EXPECT_EQ(report.n_groups, 12);
    EXPECT_EQ(report.total.counts.n_requests, 60);
    std::vector<std::string> names;
    for (const UsageGroup& group : report.groups) names.push_back(group.values[0]);
    return names;
  };
  EXPECT_THAT(keys(UsageOrder::kRequests), ElementsAre("many", "some"));
  EXPECT_THAT(keys(UsageOrder::kCompletionTokens), ElementsAre("some", "many"));
}

TEST_P(UsageStoreTest, WhatMakesNoSenseIsRefusedWithTheField) {
  UsageStore usage(*database_);
  const auto field = [&](const UsageQuery& query) {
    const Status status = usage.Query(query).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    return status.field();
  };
  const UsageDimension key = UsageDimension::kKey;
  EXPECT_EQ(field({.from_ms = 5, .to_ms = 5}), "from_ms");
  EXPECT_EQ(field({.to_ms = 5, .bucket_minutes = -1}), "bucket");
  EXPECT_EQ(field({.to_ms = 5, .groups_max = 0}), "limit");
  EXPECT_EQ(field({.to_ms = 5, .groups_max = 1001}), "limit");
  EXPECT_EQ(field({.to_ms = 5, .group_by = {key, key}}), "group_by");
  EXPECT_EQ(field({.to_ms = 5, .filters = {{key, {}}}}), "key_id");
  EXPECT_EQ(field({.to_ms = 5, .filters = {{key, {"a"}}, {key, {"b"}}}}), "key_id");
  EXPECT_EQ(field({.to_ms = 5, .filters = {{key, std::vector<std::string>(101, "a")}}}), "filters");
}

TEST_P(UsageStoreTest, MoreRowsThanMayBeReadAreRefusedAndNotFetched) {
  Write(RandomRecords(30, 10));
  const int64_t n_rows = CountRows();
  const UsageQuery query{.from_ms = kNow, .to_ms = kNow + 10 * kHourMs};
  EXPECT_TRUE(UsageStore(*database_, n_rows).Query(query).ok());
  EXPECT_EQ(UsageStore(*database_, n_rows - 1).Query(query).status().code(), StatusCode::kTooLarge);
  int64_t n_visited = 0;
  EXPECT_TRUE(database_
                  ->Read([&](soci::session& sql) {
                    n_visited = 0;
                    return VisitUsage(sql, 0, (kNow + 10 * kHourMs) / kMinuteMs, /*filters=*/{},
                                      /*rows_max=*/5, [&](const UsagePlace&, const UsageSums&) {
                                        ++n_visited;
                                        return Ok();
                                      });
                  })
                  .ok());
  EXPECT_EQ(n_visited, 5);
}

TEST_P(UsageStoreTest, FiltersAreValuesAndNeverStatements) {
  Write(RandomRecords(10, 8));
  for (const char* value : {"' OR ''='", "key_0'; DROP TABLE usage_rollups; --", ":f0", "?"}) {
    EXPECT_EQ(Ask({.filters = {{UsageDimension::kKey, {value}}}}).total.counts.n_requests, 0);
  }
  EXPECT_EQ(Ask({}).total.counts.n_requests, 10);
}

TEST_P(UsageStoreTest, ADamagedHistogramIsReportedAndNotCounted) {
  Write(RandomRecords(1, 9));
  ASSERT_TRUE(database_
                  ->Write([](soci::session& sql) {
                    sql << "UPDATE usage_rollups SET queue = '5:x'";
                    return Ok();
                  })
                  .ok());
  const Status status =
      UsageStore(*database_).Query({.from_ms = kNow, .to_ms = kNow + 9 * kHourMs}).status();
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr("damaged"));
}

}  // namespace
}  // namespace lemma::store
