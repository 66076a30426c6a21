// Tells the receivers of jobs that have ended: signed, and again later where one does not take it.
#pragma once

#include "service/store/job_store.h"
#include "service/store/periodic_task.h"
#include "service/webhook/webhook.h"

namespace lemma::jobs {

// One thread, which waits for the database and for receivers, one after the other.
class JobHooks {
 public:
  // `store` outlives it.
  JobHooks(store::JobStore& store, webhook::Reach reach);

  void Stop() { task_.Stop(); }  // waits for a delivery under way; idempotent

 private:
  void Round();
  Status Deliver(const store::Job& job);

  store::JobStore& store_;
  const webhook::Reach reach_;
  store::PeriodicTask task_;
};

}  // namespace lemma::jobs
