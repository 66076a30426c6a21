#include "service/alerts/alert_watch.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/base/log.h"
#include "common/base/random_id.h"
#include "service/alerts/alert_body.h"
#include "service/webhook/webhook.h"

namespace lemma::alerts {
namespace {

using store::AlertRule;
using store::AlertState;

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kLeaseMs = 30'000;  // of the turn: after a process that died another one goes on
// After this a round sends no more: receivers that hang (10 s each) must not outlast the turn, nor
// hold up the end of the process.
constexpr std::chrono::seconds kRoundMax{10};

// Only what is told: the beginning of an alert, and its end.
bool IsTold(AlertState before, AlertState after) {
  return before != after && (after == AlertState::kFiring || after == AlertState::kResolved);
}

}  // namespace

std::string WebhookSecret(const access::KeySecret& secret, const std::string& rule_id) {
  return secret.Hash("webhook:" + rule_id);
}

AlertWatch::AlertWatch(store::Database& database, const access::KeySecret& secret,
                       const UnixClock& clock)
    : secret_(secret),
      clock_(clock),
      holder_(RandomHex()),
      usage_(database),
      alerts_(database, clock) {}

Status AlertWatch::Round() {
  const TimePoint end = std::chrono::steady_clock::now() + kRoundMax;
  LEMMA_ASSIGN_OR_RETURN(const std::vector<AlertRule> rules, alerts_.List());
  if (rules.empty()) return Ok();  // without a write
  LEMMA_ASSIGN_OR_RETURN(const bool is_our_turn, alerts_.TakeLease(holder_, kLeaseMs));
  if (!is_our_turn) return Ok();
  Status first;
  const auto note = [&first](const Status& status) {
    if (first.ok() && !status.ok()) first = status;
  };
  for (const AlertRule& rule : rules) {
    note(Look(rule).WithPrefix("alert " + rule.id + " (" + rule.spec.name + ")"));
  }
  const auto due = alerts_.Due();
  note(due.status());
  if (!due.ok()) return first;
  for (const store::AlertDelivery& delivery : *due) {
    note(Deliver(delivery));
    if (std::chrono::steady_clock::now() > end) break;  // the next round goes on
  }
  return first;
}

Status AlertWatch::Look(const AlertRule& rule) {
  const int64_t now = clock_.NowMs();
  const int64_t minute = now / kMinuteMs;
  store::UsageQuery query;
  query.from_ms = (minute - rule.spec.window_minutes) * kMinuteMs;
  query.to_ms = (minute + 1) * kMinuteMs;
  query.filters = rule.spec.filters;
  LEMMA_ASSIGN_OR_RETURN(const store::UsageReport report, usage_.Query(query));
  LEMMA_ASSIGN_OR_RETURN(const auto value, store::AlertValue(rule.spec.metric, report.total));
  const AlertState state = store::NextState(rule, value, now);
  std::optional<std::string> body;
  if (IsTold(rule.state, state)) body = AlertBody(rule, NameOf(state), value, now);
  return alerts_.Move(rule, value, state, body);
}

Status AlertWatch::Deliver(const store::AlertDelivery& delivery) {
  // Operators choose the receivers, which mostly live beside the server.
  const Status sent = webhook::SendWebhook({delivery.url, delivery.id, delivery.body},
                                           WebhookSecret(secret_, delivery.rule_id),
                                           clock_.NowMs() / 1000, webhook::Reach::kPrivateToo);
  if (sent.ok()) return alerts_.Delivered(delivery);
  const int64_t wait_ms = webhook::RetryAfterMs(delivery.n_attempts + 1);
  LogWarning("alerts: {}: {}{}", delivery.rule_id, sent.message(),
             wait_ms > 0 ? "" : "; it is given up");
  return alerts_.Failed(delivery, sent.message(), wait_ms > 0 ? clock_.NowMs() + wait_ms : 0);
}

AlertThread::AlertThread(AlertWatch& watch, std::chrono::milliseconds interval)
    : watch_(watch), task_(interval, [this] { Run(); }) {}

void AlertThread::Run() {
  const Status done = watch_.Round();
  if (!done.ok() && done.message() != told_) LogWarning("alerts: {}", done.message());
  told_ = done.message();
}

}  // namespace lemma::alerts
