// Looks at the alerts' rules again and again, and tells the receivers what has changed. Where
// several processes share a database, one of them does so at a time.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/access/key_secret.h"
#include "service/store/alert_store.h"
#include "service/store/periodic_task.h"
#include "service/store/usage_store.h"

namespace lemma::alerts {

// Under which a rule's webhooks are signed: made of the server's own secret, so that no database
// holds it, and every gateway that has the secret makes the same.
std::string WebhookSecret(const access::KeySecret& secret, const std::string& rule_id);

// Look and Deliver block on the database and the receivers: for one thread at a time.
class AlertWatch {
 public:
  // All outlive it.
  AlertWatch(store::Database& database, const access::KeySecret& secret, const UnixClock& clock);

  // One round: where it is this process's turn, every rule is compared and what is due is sent.
  // Errors: those of the database, and of a rule whose figure is not to be had; the first one,
  // after all that can be done is done.
  Status Round();

 private:
  Status Look(const store::AlertRule& rule);
  Status Deliver(const store::AlertDelivery& delivery);

  const access::KeySecret& secret_;
  const UnixClock& clock_;
  const std::string holder_;  // this process
  store::UsageStore usage_;
  store::AlertStore alerts_;
};

// A thread that does so every `interval`.
class AlertThread {
 public:
  AlertThread(AlertWatch& watch, std::chrono::milliseconds interval = std::chrono::seconds(10));

 private:
  void Run();

  AlertWatch& watch_;
  std::string told_;  // what failed last; of the thread alone
  store::PeriodicTask task_;
};

}  // namespace lemma::alerts
