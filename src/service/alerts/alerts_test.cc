// Alerts from the rows of the request log to a receiver: real databases, a real HTTP server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include <atomic>
#include <boost/json.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "service/alerts/alert_watch.h"
#include "service/store/request_log.h"
#include "service/store/test_databases.h"
#include "service/webhook/test_receiver.h"
#include "service/webhook/webhook.h"

namespace lemma::alerts {
namespace {

using store::AlertState;
using testing::HasSubstr;
using testing::Not;
using webhook::IsSigned;
using webhook::Receiver;

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kNow = 480'000 * 60 * kMinuteMs;

class AlertWatchTest : public store::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (HasFatalFailure()) return;
    database_ = Open();
    secret_ = *access::KeySecret::LoadOrCreate(directory_ / "key-secret");
    alerts_ = std::make_unique<store::AlertStore>(*database_, clock_);
  }
  void Log(int n, const std::string& key_id, bool is_error) {
    store::RequestLog log(*database_);
    for (int i = 0; i < n; ++i) {
      store::RequestRecord record;
      record.id = std::to_string(++n_logged_);
      record.key_id = key_id;
      record.http_status = is_error ? 503 : 200;
      record.error_reason = is_error ? "unavailable" : "";
      record.started_ms = clock_.NowMs();
      log.Append(record);
    }
  }
  store::AlertRule Create(double threshold, int64_t for_minutes, const std::string& url = "") {
    store::AlertSpec spec;
    spec.name = "too many errors";
    spec.metric = "error_rate";
    spec.threshold = threshold;
    spec.for_minutes = for_minutes;
    spec.window_minutes = 5;
    spec.filters = {{store::UsageDimension::kKey, {"key_a"}}};
    spec.webhook_url = url.empty() ? receiver_.url() : url;
    return *alerts_->Create(spec);
  }
  store::AlertRule Only() { return alerts_->List()->at(0); }
  std::string StateOf(const net::HttpRequest& request) {
    return std::string(boost::json::parse(request.body).at("state").as_string());
  }

  Receiver receiver_;
  ManualUnixClock clock_{kNow};
  std::unique_ptr<store::Database> database_;
  std::optional<access::KeySecret> secret_;
  std::unique_ptr<store::AlertStore> alerts_;
  int n_logged_ = 0;
};
LEMMA_FOR_BOTH_DATABASES(AlertWatchTest);

TEST_P(AlertWatchTest, AnAlertIsToldWhenItHasHeldAndWhenItIsOver) {
  AlertWatch watch(*database_, *secret_, clock_);
  const store::AlertRule rule = Create(0.5, /*for_minutes=*/1);
  Log(10, "key_b", /*is_error=*/true);  // another key's
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(Only().state, AlertState::kInactive);

  Log(9, "key_a", /*is_error=*/true);
  Log(3, "key_a", /*is_error=*/false);
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(Only().state, AlertState::kPending);
  EXPECT_EQ(Only().value, 0.75);
  EXPECT_TRUE(receiver_.requests().empty());
  clock_.Advance(kMinuteMs);
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(Only().state, AlertState::kFiring);
  ASSERT_EQ(receiver_.requests().size(), 1u);
  const net::HttpRequest told = receiver_.requests()[0];
  const boost::json::value body = boost::json::parse(told.body);
  EXPECT_EQ(body.at("alert_id"), boost::json::value(rule.id));
  EXPECT_EQ(body.at("state"), "firing");
  EXPECT_EQ(body.at("value"), 0.75);
  EXPECT_EQ(body.at("filters").at("key_id").at(0), "key_a");
  EXPECT_EQ(told.header("content-type"), "application/json");
  EXPECT_TRUE(IsSigned(told, WebhookSecret(*secret_, rule.id)));
  EXPECT_FALSE(IsSigned(told, WebhookSecret(*secret_, "another rule")));
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(receiver_.requests().size(), 1u) << "once";

  clock_.Advance(6 * kMinuteMs);
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(Only().state, AlertState::kResolved);
  ASSERT_EQ(receiver_.requests().size(), 2u);
  EXPECT_EQ(StateOf(receiver_.requests()[1]), "resolved");
  EXPECT_NE(receiver_.requests()[1].header("x-lemma-delivery"), told.header("x-lemma-delivery"));
}

TEST_P(AlertWatchTest, AReceiverThatFailsIsAskedAgainLaterWithTheSameDelivery) {
  AlertWatch watch(*database_, *secret_, clock_);
  const store::AlertRule rule = Create(0.5, /*for_minutes=*/0);
  Log(4, "key_a", /*is_error=*/true);
  receiver_.http_status = 500;
  ASSERT_TRUE(watch.Round().ok());
  ASSERT_EQ(receiver_.requests().size(), 1u);
  EXPECT_THAT(Only().delivery_error, HasSubstr("500"));
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(receiver_.requests().size(), 1u) << "not yet";
  receiver_.http_status = 200;
  clock_.Advance(webhook::RetryAfterMs(1));
  ASSERT_TRUE(watch.Round().ok());
  const auto requests = receiver_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].header("x-lemma-delivery"), requests[1].header("x-lemma-delivery"));
  EXPECT_TRUE(IsSigned(requests[1], WebhookSecret(*secret_, rule.id)));
  EXPECT_NE(requests[0].header("x-lemma-signature"), requests[1].header("x-lemma-signature"));
  EXPECT_EQ(Only().delivery_error, "");
}

TEST_P(AlertWatchTest, OfGatewaysThatShareADatabaseOneTells) {
  const auto another = Open();
  AlertWatch one(*database_, *secret_, clock_), two(*another, *secret_, clock_);
  Create(0.5, /*for_minutes=*/0);
  Log(4, "key_a", /*is_error=*/true);
  store::InThreads(2, [&](int i) {
    for (int round = 0; round < 4; ++round) {
      const Status done = (i == 0 ? one : two).Round();
      EXPECT_TRUE(done.ok()) << done.message();
    }
  });
  EXPECT_EQ(receiver_.requests().size(), 1u);
}

TEST_P(AlertWatchTest, ARuleThatFailsSilencesNoOther) {
  AlertWatch watch(*database_, *secret_, clock_);
  const std::string broken = Create(0.5, /*for_minutes=*/0).id;
  clock_.Advance(1);  // rules are looked at by time of creation
  Create(0.5, /*for_minutes=*/0);
  ASSERT_TRUE(database_
                  ->Write([&](soci::session& sql) {
                    sql << "UPDATE alert_rules SET metric = 'none' WHERE id = :id",
                        soci::use(broken);
                    return Ok();
                  })
                  .ok());
  Log(4, "key_a", /*is_error=*/true);
  const Status done = watch.Round();
  EXPECT_FALSE(done.ok());
  EXPECT_THAT(done.message(), HasSubstr(broken));
  EXPECT_EQ(alerts_->List()->at(1).state, AlertState::kFiring);
  EXPECT_EQ(receiver_.requests().size(), 1u);
}

TEST_P(AlertWatchTest, WhatIsOverIsNotToldAsBegunAfterwards) {
  AlertWatch watch(*database_, *secret_, clock_);
  Create(0.5, /*for_minutes=*/0);
  Log(4, "key_a", /*is_error=*/true);
  receiver_.http_status = 500;
  ASSERT_TRUE(watch.Round().ok());
  Log(6, "key_a", /*is_error=*/false);
  receiver_.http_status = 200;
  ASSERT_TRUE(watch.Round().ok());
  clock_.Advance(webhook::RetryAfterMs(1));
  ASSERT_TRUE(watch.Round().ok());
  const auto requests = receiver_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(StateOf(requests[0]), "firing") << "which has failed";
  EXPECT_EQ(StateOf(requests[1]), "resolved");
}

TEST_P(AlertWatchTest, ReceiversThatFailDoNotHoldUpOthers) {
  AlertWatch watch(*database_, *secret_, clock_);
  Receiver broken;
  broken.http_status = 500;
  for (int i = 0; i < 3; ++i) Create(0.5, /*for_minutes=*/0, broken.url());
  Create(0.5, /*for_minutes=*/0);
  Log(4, "key_a", /*is_error=*/true);
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(broken.requests().size(), 3u);
  EXPECT_EQ(receiver_.requests().size(), 1u);
}

TEST_P(AlertWatchTest, AThreadDoesSoByItself) {
  AlertWatch watch(*database_, *secret_, clock_);
  Create(0.5, /*for_minutes=*/0);
  Log(4, "key_a", /*is_error=*/true);
  const AlertThread thread(watch, std::chrono::milliseconds(1));
  for (int i = 0; i < 10'000 && receiver_.requests().empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(receiver_.requests().size(), 1u);
}

}  // namespace
}  // namespace lemma::alerts
