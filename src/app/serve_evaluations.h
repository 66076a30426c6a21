// The evaluations that `lemma serve` runs of the profiles of its database.
#pragma once

#include <functional>
#include <memory>

#include "app/serve_access.h"
#include "common/base/status.h"
#include "service/evaluations/evaluation_runner.h"
#include "service/gateway/gateway.h"
#include "service/pool/pool.h"
#include "service/store/evaluation_store.h"
#include "service/store/problem_set_store.h"

namespace lemma::app {

class ServeEvaluations {
 public:
  // Null: there is no database. All that is given outlives it; `options` are the gateway's.
  static std::unique_ptr<ServeEvaluations> Start(const ServeAccess& access,
                                                 gateway::Gateway& gateway,
                                                 const gateway::GatewayOptions& options);

  void Stop() { runner_->Stop(); }  // what runs waits again; idempotent

 private:
  ServeEvaluations(store::Database& database, const UnixClock& clock)
      : store_(database, clock), sets_(database, clock) {}

  store::EvaluationStore store_;
  store::ProblemSetStore sets_;
  std::unique_ptr<evaluations::EvaluationRunner> runner_;
};

}  // namespace lemma::app
