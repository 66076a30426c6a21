// Tells the receivers of jobs that have ended: signed, and again later where one does not take it.
#pragma once

#include <array>
#include <atomic>

#include "service/store/job_store.h"
#include "service/store/periodic_task.h"
#include "service/webhook/webhook.h"

namespace lemma::jobs {

// Several threads, each of which waits for the database and for one receiver at a time.
class JobHooks {
 public:
  // `store` outlives it.
  JobHooks(store::JobStore& store, webhook::Reach reach);
  ~JobHooks() { Stop(); }

  void Stop();  // waits for deliveries under way; idempotent

 private:
  // Of one sender.
  struct Sender {
    explicit Sender(JobHooks& hooks);
    store::PeriodicTask task;
  };
  void Round(Sender& sender);
  Status Deliver(const store::Job& job);

  store::JobStore& store_;
  const webhook::Reach reach_;
  std::atomic<bool> is_stopping_ = false;
  // So that a receiver that takes its time, or never answers, does not hold up all others.
  std::array<Sender, 4> senders_;  // last: they use the others
};

}  // namespace lemma::jobs
