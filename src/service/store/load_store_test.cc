#include "service/store/load_store.h"

#include <gtest/gtest.h>

#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kBegin = 1'000'000 * kMinuteMs;  // a whole number of any bucket asked here

class LoadStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (HasFatalFailure()) return;
    database_ = Open();
    store_.emplace(*database_);
  }
  std::vector<LoadBucket> Query(int64_t bucket_minutes) {
    auto buckets = store_->Query(
        {.from_ms = kBegin, .to_ms = kBegin + 60 * kMinuteMs, .bucket_minutes = bucket_minutes});
    EXPECT_TRUE(buckets.ok()) << buckets.status().ToString();
    return *buckets;
  }
  std::unique_ptr<Database> database_;
  std::optional<LoadStore> store_;
};
LEMMA_FOR_BOTH_DATABASES(LoadStoreTest);

TEST_P(LoadStoreTest, SeveralGatewaysAddUpAndMinutesAverage) {
  ASSERT_TRUE(store_
                  ->Put("one", kBegin + 59'000,
                        {.n_running = 4, .n_waiting = 2, .n_ready = 2, .kv_usage = 0.5})
                  .ok());
  ASSERT_TRUE(
      store_->Put("two", kBegin, {.n_running = 1.5, .n_waiting = 0, .n_ready = 1, .kv_usage = 0.75})
          .ok());
  ASSERT_TRUE(store_
                  ->Put("one", kBegin + 4 * kMinuteMs,
                        {.n_running = 0.5, .n_waiting = 0, .n_ready = 2, .cpu_usage = 1})
                  .ok());
  ASSERT_TRUE(store_->Put("one", kBegin + 5 * kMinuteMs, {.gpu_usage = 0.25}).ok());
  const auto minutes = Query(1);
  ASSERT_EQ(minutes.size(), 3u) << "of minutes in which nobody ran nothing is told";
  EXPECT_EQ(minutes[0].begin_ms, kBegin);
  EXPECT_EQ(minutes[0].load.n_running, 5.5);
  EXPECT_EQ(minutes[0].load.n_waiting, 2);
  EXPECT_EQ(minutes[0].load.n_ready, 1);
  EXPECT_EQ(minutes[0].load.kv_usage, 0.75);
  EXPECT_FALSE(minutes[0].load.cpu_usage);
  EXPECT_EQ(minutes[1].begin_ms, kBegin + 4 * kMinuteMs);
  EXPECT_FALSE(minutes[1].load.kv_usage) << "that of the row before is not told again";
  const auto buckets = Query(5);
  ASSERT_EQ(buckets.size(), 2u);
  EXPECT_EQ(buckets[0].begin_ms, kBegin);
  EXPECT_EQ(buckets[0].load.n_running, 3) << "the average of two minutes, 5.5 and 0.5";
  EXPECT_EQ(buckets[0].load.cpu_usage, 1);
  EXPECT_EQ(buckets[1].begin_ms, kBegin + 5 * kMinuteMs);
  EXPECT_EQ(buckets[1].load.gpu_usage, 0.25);
}

TEST_P(LoadStoreTest, AMinuteToldAgainIsReplacedAndOldOnesAreDeleted) {
  ASSERT_TRUE(store_->Put("one", kBegin, {.n_running = 4, .kv_usage = 0.5}).ok());
  ASSERT_TRUE(store_->Put("one", kBegin + 10'000, {.n_running = 3}).ok());
  ASSERT_TRUE(store_->Put("one", kBegin + kMinuteMs, {.n_running = 1}).ok());
  ASSERT_EQ(Query(1).size(), 2u);
  EXPECT_EQ(Query(1)[0].load.n_running, 3);
  EXPECT_FALSE(Query(1)[0].load.kv_usage);
  ASSERT_TRUE(store_->DeleteBefore(kBegin + kMinuteMs).ok());
  ASSERT_EQ(Query(1).size(), 1u);
  EXPECT_EQ(Query(1)[0].load.n_running, 1);
}

TEST_P(LoadStoreTest, ABadQueryNamesItsField) {
  const auto field_of = [&](const LoadQuery& query) {
    const auto answer = store_->Query(query);
    EXPECT_EQ(answer.status().code(), StatusCode::kInvalidArgument);
    return answer.status().field();
  };
  EXPECT_EQ(field_of({.from_ms = 5, .to_ms = 5}), "from_ms");
  EXPECT_EQ(field_of({.from_ms = -1, .to_ms = 5}), "from_ms");
  EXPECT_EQ(field_of({.from_ms = 0, .to_ms = 5, .bucket_minutes = 0}), "bucket_minutes");
  EXPECT_EQ(field_of({.from_ms = 0, .to_ms = kLoadBucketsMax * kMinuteMs}), "bucket_minutes");
  EXPECT_TRUE(store_->Query({.from_ms = 0, .to_ms = kLoadBucketsMax * kMinuteMs - 1}).ok());
}

}  // namespace
}  // namespace lemma::store
