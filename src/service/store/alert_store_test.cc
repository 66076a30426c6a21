#include "service/store/alert_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include <atomic>
#include <limits>

#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

using testing::HasSubstr;

constexpr int64_t kMinuteMs = 60'000;

AlertSpec Spec() {
  AlertSpec spec;
  spec.name = "errors";
  spec.metric = "error_rate";
  spec.threshold = 0.05;
  spec.filters = {{UsageDimension::kKey, {"key_a", "key_b"}}, {UsageDimension::kTask, {"math"}}};
  spec.webhook_url = "https://hooks.example/lemma?x=1";
  return spec;
}

TEST(AlertRuleTest, WhatMakesNoSenseIsRefusedWithTheField) {
  EXPECT_TRUE(CheckAlert(Spec()).ok());
  const auto field = [](void (*change)(AlertSpec&)) {
    AlertSpec spec = Spec();
    change(spec);
    const Status status = CheckAlert(spec);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    return status.field();
  };
  EXPECT_EQ(field([](AlertSpec& s) { s.name = ""; }), "name");
  EXPECT_EQ(field([](AlertSpec& s) { s.metric = "queue_p42"; }), "metric");
  EXPECT_EQ(field([](AlertSpec& s) { s.threshold = std::numeric_limits<double>::quiet_NaN(); }),
            "threshold");
  EXPECT_EQ(field([](AlertSpec& s) { s.window_minutes = 0; }), "window_minutes");
  EXPECT_EQ(field([](AlertSpec& s) { s.window_minutes = 1441; }), "window_minutes");
  EXPECT_EQ(field([](AlertSpec& s) { s.for_minutes = -1; }), "for_minutes");
  EXPECT_EQ(field([](AlertSpec& s) { s.filters[0].values.clear(); }), "key_id");
  EXPECT_EQ(field([](AlertSpec& s) { s.webhook_url = "file:///etc/passwd"; }), "webhook_url");
  EXPECT_EQ(field([](AlertSpec& s) { s.webhook_url = "gopher://a"; }), "webhook_url");
  EXPECT_EQ(field([](AlertSpec& s) { s.webhook_url = "http://user:pass@a/"; }), "webhook_url");
  EXPECT_EQ(field([](AlertSpec& s) { s.webhook_url = "http://a/\r\nx: y"; }), "webhook_url");
  EXPECT_EQ(field([](AlertSpec& s) { s.webhook_url.append(2000, 'a'); }), "webhook_url");
}

TEST(AlertRuleTest, EveryMetricIsReadFromTheSums) {
  UsageSums sums;
  sums.counts = {.n_requests = 10,
                 .n_errors = 1,
                 .prompt_tokens = 20,
                 .completion_tokens = 30,
                 .thinking_tokens = 25,
                 .n_truncated = 4,
                 .n_looped = 5,
                 .duration_ms = 0};
  for (int i = 1; i <= 100; ++i) {
    sums.latencies[static_cast<size_t>(UsageLatency::kFirstToken)].Add(i * 1000);
  }
  const auto value = [&](const char* metric) { return (*AlertValue(metric, sums)).value_or(-1); };
  EXPECT_EQ(value("requests"), 10);
  EXPECT_EQ(value("errors"), 1);
  EXPECT_EQ(value("thinking_tokens"), 25);
  EXPECT_EQ(value("error_rate"), 0.1);
  EXPECT_EQ(value("truncated_rate"), 0.4);
  EXPECT_EQ(value("looped_rate"), 0.5);
  EXPECT_NEAR(value("first_token_p50"), 50, 50 * 0.05);
  EXPECT_NEAR(value("first_token_p99"), 99, 99 * 0.05);
  EXPECT_EQ(value("answer_p95"), -1) << "of nothing there is no percentile";
  EXPECT_FALSE(AlertValue("error_rate", {})->has_value()) << "nor a rate";
  EXPECT_EQ(*AlertValue("requests", {}), 0.0);
}

TEST(AlertRuleTest, AStateFollowsFromTheValueAndTheTimeItHeld) {
  AlertRule rule;
  rule.spec = Spec();
  rule.spec.for_minutes = 2;
  const auto step = [&](std::optional<double> value, int64_t now_ms) {
    const AlertState next = NextState(rule, value, now_ms);
    if (next != rule.state) rule.since_ms = now_ms;
    rule.state = next;
    return next;
  };
  EXPECT_EQ(step(0.05, 0), AlertState::kInactive) << "not above";
  EXPECT_EQ(step(0.06, 10), AlertState::kPending);
  EXPECT_EQ(step(0.01, 20), AlertState::kInactive) << "it did not hold";
  EXPECT_EQ(step(0.06, 100), AlertState::kPending);
  EXPECT_EQ(step(0.06, 99 + 2 * kMinuteMs), AlertState::kPending);
  EXPECT_EQ(step(0.06, 100 + 2 * kMinuteMs), AlertState::kFiring);
  EXPECT_EQ(step(0.9, 3 * kMinuteMs), AlertState::kFiring);
  EXPECT_EQ(step(std::nullopt, 4 * kMinuteMs), AlertState::kResolved);
  EXPECT_EQ(step(0.0, 5 * kMinuteMs), AlertState::kResolved);
  EXPECT_EQ(step(0.9, 6 * kMinuteMs), AlertState::kPending) << "anew";
  rule = {};
  rule.spec = Spec();
  rule.spec.is_above = false;
  EXPECT_EQ(step(0.05, 0), AlertState::kInactive);
  EXPECT_EQ(step(0.04, 0), AlertState::kFiring) << "without a time to hold, at once";
}

class AlertStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (!HasFatalFailure()) database_ = Open();
  }
  AlertRule Only(AlertStore& alerts) {
    const auto rules = *alerts.List();
    EXPECT_EQ(rules.size(), 1u);
    return rules.empty() ? AlertRule() : rules[0];
  }
  std::unique_ptr<Database> database_;
  ManualUnixClock clock_{1'000'000};
};
LEMMA_FOR_BOTH_DATABASES(AlertStoreTest);

TEST_P(AlertStoreTest, ARuleIsReadBackAsItWasMadeAndGoesWithAllOfIts) {
  AlertStore alerts(*database_, clock_);
  const AlertRule made = *alerts.Create(Spec());
  ASSERT_TRUE(alerts.Move(made, 0.5, AlertState::kFiring, "{}").ok());
  const AlertRule found = Only(alerts);
  EXPECT_EQ(found.id, made.id);
  EXPECT_EQ(found.spec.threshold, 0.05);
  EXPECT_EQ(found.spec.webhook_url, Spec().webhook_url);
  ASSERT_EQ(found.spec.filters.size(), 2u);
  EXPECT_EQ(found.spec.filters[0].dimension, UsageDimension::kKey);
  EXPECT_EQ(found.spec.filters[0].values, (std::vector<std::string>{"key_a", "key_b"}));
  EXPECT_EQ(found.state, AlertState::kFiring);
  EXPECT_EQ(found.value, 0.5);
  EXPECT_EQ(alerts.Due()->size(), 1u);
  EXPECT_TRUE(alerts.Delete(made.id).ok());
  EXPECT_TRUE(alerts.List()->empty());
  EXPECT_TRUE(alerts.Due()->empty());
  EXPECT_EQ(alerts.Delete(made.id).code(), StatusCode::kNotFound);
}

TEST_P(AlertStoreTest, AReplacedRuleBeginsAnewAndNothingOfTheOldOneIsDelivered) {
  AlertStore alerts(*database_, clock_);
  const AlertRule made = *alerts.Create(Spec());
  ASSERT_TRUE(alerts.Move(made, 0.5, AlertState::kFiring, "{}").ok());
  ASSERT_EQ(alerts.Waiting(made.id)->size(), 1u);
  AlertSpec other;
  other.name = "silence";
  other.metric = "requests";
  other.is_above = false;
  other.threshold = 1;
  other.webhook_url = "https://b.example/x";
  clock_.Advance(5);
  const auto replaced = alerts.Replace(made.id, other);
  ASSERT_TRUE(replaced.ok()) << replaced.status().message();
  EXPECT_EQ(replaced->id, made.id);
  EXPECT_EQ(replaced->spec.name, "silence");
  EXPECT_EQ(replaced->spec.webhook_url, "https://b.example/x");
  EXPECT_TRUE(replaced->spec.filters.empty());
  EXPECT_EQ(replaced->state, AlertState::kInactive);
  EXPECT_EQ(replaced->since_ms, clock_.NowMs());
  EXPECT_FALSE(replaced->value);
  EXPECT_TRUE(alerts.Waiting(made.id)->empty());
  EXPECT_EQ(alerts.Replace("alert_none", other).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(alerts.Find("alert_none").status().code(), StatusCode::kNotFound);
  other.window_minutes = 0;
  EXPECT_EQ(alerts.Replace(made.id, other).status().field(), "window_minutes");
}

TEST_P(AlertStoreTest, ThereIsABoundOfRules) {
  AlertStore alerts(*database_, clock_);
  // All but one in one transaction, which waits for the disk once.
  ASSERT_TRUE(
      database_
          ->Write([](soci::session& sql) {
            for (int i = 1; i < kAlertRulesMax; ++i) {
              sql << "INSERT INTO alert_rules VALUES ('r" << i
                  << "', 'n', 'errors', 1, 0, 5, 0, 'http://a', 1, 'inactive', 1, 0, 0, '')";
            }
            return Ok();
          })
          .ok());
  ASSERT_TRUE(alerts.Create(Spec()).ok());
  EXPECT_EQ(alerts.Create(Spec()).status().code(), StatusCode::kTooLarge);
}

TEST_P(AlertStoreTest, OneProcessHasTheTurnUntilItNoLongerAsks) {
  const auto another = Open();
  AlertStore one(*database_, clock_), two(*another, clock_);
  EXPECT_TRUE(*one.TakeLease("one", 30'000));
  EXPECT_FALSE(*two.TakeLease("two", 30'000));
  clock_.Advance(20'000);
  EXPECT_TRUE(*one.TakeLease("one", 30'000)) << "renewed";
  clock_.Advance(29'999);
  EXPECT_FALSE(*two.TakeLease("two", 30'000));
  clock_.Advance(1);
  EXPECT_TRUE(*two.TakeLease("two", 30'000)) << "the other one has died";
  EXPECT_FALSE(*one.TakeLease("one", 30'000));
}

TEST_P(AlertStoreTest, OfManyThatAskAtOnceOneHasTheTurn) {
  AlertStore alerts(*database_, clock_);
  std::atomic<int> n_told{0};
  InThreads(6, [&](int i) { n_told += *alerts.TakeLease(std::to_string(i), 30'000) ? 1 : 0; });
  EXPECT_EQ(n_told, 1);
}

TEST_P(AlertStoreTest, AMoveFromAStateThatIsNoLongerThereTellsNothing) {
  AlertStore alerts(*database_, clock_);
  const AlertRule made = *alerts.Create(Spec());
  clock_.Advance(5);
  ASSERT_TRUE(alerts.Move(made, 0.5, AlertState::kFiring, "first").ok());
  ASSERT_TRUE(alerts.Move(made, 0.6, AlertState::kFiring, "second").ok());
  const auto due = *alerts.Due();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].body, "first");
  EXPECT_EQ(Only(alerts).since_ms, clock_.NowMs());
}

TEST_P(AlertStoreTest, WhatHasNotArrivedGivesWayToTheNewerState) {
  AlertStore alerts(*database_, clock_);
  const AlertRule made = *alerts.Create(Spec());
  ASSERT_TRUE(alerts.Move(made, 0.5, AlertState::kFiring, "firing").ok());
  ASSERT_TRUE(alerts.Failed(alerts.Due()->at(0), "it hangs", clock_.NowMs() + 10'000).ok());
  ASSERT_TRUE(alerts.Move(Only(alerts), 0.1, AlertState::kResolved, "resolved").ok());
  clock_.Advance(10'000);
  const auto due = *alerts.Due();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].body, "resolved");
  EXPECT_EQ(due[0].n_attempts, 0);
  EXPECT_EQ(alerts.Waiting(made.id)->size(), 1u);
}

TEST_P(AlertStoreTest, AReceiverThatFailsIsAskedAfterAllOthers) {
  AlertStore alerts(*database_, clock_);
  const auto fire = [&](const std::string& url) {
    AlertSpec spec = Spec();
    spec.webhook_url = url;
    clock_.Advance(1);
    ASSERT_TRUE(alerts.Move(*alerts.Create(spec), 0.5, AlertState::kFiring, "{}").ok());
  };
  for (const char* url : {"http://hangs", "http://hangs", "http://well"}) fire(url);
  ASSERT_TRUE(alerts.Failed(alerts.Due()->at(0), "it hangs", clock_.NowMs()).ok());
  const auto due = *alerts.Due();
  ASSERT_EQ(due.size(), 3u);
  EXPECT_EQ(due[0].url, "http://well");
}

TEST_P(AlertStoreTest, WhatFailedIsDueAgainLaterAndWhatArrivedNever) {
  AlertStore alerts(*database_, clock_);
  const AlertRule made = *alerts.Create(Spec());
  ASSERT_TRUE(alerts.Move(made, 1.0, AlertState::kFiring, "{}").ok());
  AlertDelivery delivery = alerts.Due()->at(0);
  ASSERT_TRUE(alerts.Failed(delivery, "it answered 500", clock_.NowMs() + 10).ok());
  EXPECT_TRUE(alerts.Due()->empty());
  EXPECT_THAT(Only(alerts).delivery_error, HasSubstr("500"));
  clock_.Advance(10);
  delivery = alerts.Due()->at(0);
  EXPECT_EQ(delivery.n_attempts, 1);
  ASSERT_TRUE(alerts.Delivered(delivery).ok());
  EXPECT_TRUE(alerts.Due()->empty());
  EXPECT_EQ(Only(alerts).delivery_error, "");
}

}  // namespace
}  // namespace lemma::store
