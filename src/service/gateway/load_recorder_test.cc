// Properties: the minute that runs is written with what ran and waited in it, on average, and with
// the highest shares that were seen; a database that fails ends nothing.
#include "service/gateway/load_recorder.h"

#include <gtest/gtest.h>
#include <soci/soci.h>

#include "service/gateway/test_worker.h"
#include "service/store/test_databases.h"

namespace lemma::gateway {
namespace {

using std::chrono::milliseconds;

class LoadRecorderTest : public testing::Test {
 protected:
  std::unique_ptr<pool::Pool> StartPool() const {
    pool::PoolOptions options;
    options.remotes.push_back({"r0", worker_.address(), "", "", 0});
    options.probe_interval = milliseconds(20);
    return *pool::Pool::Start(options);
  }

  // Of each minute told so far.
  std::vector<store::Load> Told() {
    std::vector<store::Load> told;
    const auto buckets = store_.Query({.from_ms = 0, .to_ms = clock_.NowMs() + 1});
    if (!buckets.ok()) return told;
    for (const store::LoadBucket& bucket : *buckets) told.push_back(bucket.load);
    return told;
  }

  const std::string file_ = (store::NewTestDirectory() / "lemma.db").string();
  std::unique_ptr<store::Database> database_ = *store::Database::Open({.address = file_});
  store::LoadStore store_{*database_};
  const TestWorker worker_{
      [](auto exchange) { exchange->Send(net::HttpResponse::Json(200, "{}")); },
      TestSocketAddress("worker"), "tiny", R"({"kv_usage": 0.5, "cpu_usage": 0.75})"};
  const std::unique_ptr<pool::Pool> pool_ = StartPool();
  LiveRequests live_;
  const GpuWatch gpus_{LEMMA_TEST_NVML, milliseconds(5)};
  ManualUnixClock clock_{600'000};
  const LoadSources sources_{live_, gpus_, *pool_};
};

TEST_F(LoadRecorderTest, TheMinuteIsWrittenWhileItRuns) {
  const auto one = live_.Enter("one", 0), two = live_.Enter("two", 0),
             three = live_.Enter("three", 0);
  one->SetState(LiveState::kThinking);
  two->SetState(LiveState::kPrefill);
  const LoadRecorder recorder(store_, "one", sources_, clock_, milliseconds(2));
  ASSERT_TRUE(
      Eventually([&] { return !Told().empty() && Told()[0].cpu_usage && Told()[0].gpu_usage; }));
  store::Load told = Told()[0];
  EXPECT_EQ(told.n_running, 2);
  EXPECT_EQ(told.n_waiting, 1);
  EXPECT_EQ(told.kv_usage, 0.5);
  EXPECT_EQ(told.cpu_usage, 0.75);
  EXPECT_EQ(told.gpu_usage, 0.25);
  two->SetState(LiveState::kQueued);
  ASSERT_TRUE(Eventually([&] { return Told()[0].n_running < 2; })) << "an average";
  EXPECT_GT(Told()[0].n_running, 1);
  clock_.Advance(60'000);
  ASSERT_TRUE(Eventually([&] { return Told().size() == 2; }));
  told = Told()[1];
  EXPECT_EQ(told.n_running, 1) << "a minute begins anew";
  EXPECT_EQ(told.n_waiting, 2);
  EXPECT_EQ(told.n_ready, 1);
}

TEST_F(LoadRecorderTest, ADatabaseThatFailsIsTriedAgain) {
  const auto rename = [&](const char* from, const char* to) {
    return database_->Write([&](auto& sql) {
      sql << "ALTER TABLE " << from << " RENAME TO " << to;
      return Ok();
    });
  };
  ASSERT_TRUE(rename("load_minutes", "hidden").ok());
  const LoadRecorder recorder(store_, "one", sources_, clock_, milliseconds(2));
  std::this_thread::sleep_for(milliseconds(20));
  ASSERT_TRUE(rename("hidden", "load_minutes").ok());
  EXPECT_TRUE(Eventually([&] { return !Told().empty(); }));
}

}  // namespace
}  // namespace lemma::gateway
