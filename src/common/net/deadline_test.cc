#include "common/net/deadline.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

namespace lemma::net {
namespace {

using namespace std::chrono_literals;  // NOLINT

struct Owner : std::enable_shared_from_this<Owner> {
  explicit Owner(boost::asio::io_context& io) : deadline(io.get_executor()) {}
  void Set(Duration time) { deadline.Set(time, weak_from_this(), &Owner::OnPassed); }
  void OnPassed() { passed_at.push_back(SteadyClock().Now()); }

  Deadline deadline;
  std::vector<TimePoint> passed_at;
};

class DeadlineTest : public testing::Test {
 protected:
  boost::asio::io_context io_;
  std::shared_ptr<Owner> owner_ = std::make_shared<Owner>(io_);
};

TEST_F(DeadlineTest, PassesOnceAndNotBeforeItsTime) {
  const TimePoint begin = SteadyClock().Now();
  owner_->Set(20ms);
  io_.run();
  ASSERT_EQ(owner_->passed_at.size(), 1u);
  EXPECT_GE(owner_->passed_at[0] - begin, 20ms);
}

TEST_F(DeadlineTest, MovedToLaterItPassesThen) {
  owner_->Set(1ms);
  io_.run_one_for(0ms);
  const TimePoint begin = SteadyClock().Now();
  owner_->Set(30ms);
  io_.run();
  ASSERT_EQ(owner_->passed_at.size(), 1u);
  EXPECT_GE(owner_->passed_at[0] - begin, 30ms);
}

TEST_F(DeadlineTest, MovedToEarlierItPassesThen) {
  const TimePoint begin = SteadyClock().Now();
  owner_->Set(1h);
  owner_->Set(1ms);
  io_.run();  // ends, though an hour was waited for
  ASSERT_EQ(owner_->passed_at.size(), 1u);
  EXPECT_LT(owner_->passed_at[0] - begin, 1h);
}

TEST_F(DeadlineTest, ClearedItDoesNotPassAndCanBeSetAgain) {
  owner_->Set(1ms);
  owner_->deadline.Clear();
  io_.run();
  EXPECT_TRUE(owner_->passed_at.empty());
  owner_->Set(1ms);
  io_.restart();
  io_.run();
  EXPECT_EQ(owner_->passed_at.size(), 1u);
}

TEST_F(DeadlineTest, EndedItKeepsNoLoopWaiting) {
  owner_->Set(1h);
  owner_->deadline.End();
  io_.run();
  EXPECT_TRUE(owner_->passed_at.empty());
}

TEST_F(DeadlineTest, AnOwnerThatIsGoneIsNotCalled) {
  owner_->Set(1ms);
  io_.run_one_for(0ms);
  owner_.reset();
  EXPECT_EQ(io_.run(), 1u);  // the wait ends, and finds nobody
}

TEST_F(DeadlineTest, SetAgainAndAgainItWaitsOnceOnly) {
  for (int i = 0; i < 1000; ++i) owner_->Set(20ms + i * 1us);
  EXPECT_LE(io_.run(), 3u);  // handlers: the wait, and what was left of it
  EXPECT_EQ(owner_->passed_at.size(), 1u);
}

}  // namespace
}  // namespace lemma::net
