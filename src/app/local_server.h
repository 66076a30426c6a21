// A server of this process alone: a worker and a gateway in front of it, on private Unix sockets,
// with the profiles that are shipped. For commands that need answers and no service.
#pragma once

#include <memory>
#include <string>

#include "app/model_choice.h"
#include "app/runtime_directory.h"
#include "app/signals.h"
#include "app/worker.h"
#include "common/base/clock.h"
#include "service/gateway/gateway.h"
#include "service/pool/pool.h"
#include "service/reason/judge/judge.h"

namespace lemma::app {

class LocalServer {
 public:
  struct Options {
    const reason::Judge* judge = nullptr;  // of /v1/solve's programs; outlives the server
    // Who loads a model to ask it knows what it is for: nothing is refused as off-domain.
    bool judges_domain = false;
  };
  // Returns when it answers. From then on Ctrl-C ends the program at once and leaves nothing
  // behind, and the log says warnings alone. Errors: as LoadModel and StartWorker.
  static Result<std::unique_ptr<LocalServer>> Start(const ModelOptions& model,
                                                    const Options& options);

  std::string gateway_address() const { return gateway_->address(); }
  std::string worker_address() const { return worker_->address(); }  // no system prompt is put in

 private:
  LocalServer() = default;
  Status StartParts(const ModelOptions& model, const Options& options);

  // Signals that arrive wait until end_on_signal_ can remove the directory.
  const StopSignals held_;
  const SteadyClock clock_;
  std::unique_ptr<RuntimeDirectory> directory_;
  std::unique_ptr<EndOnSignal> end_on_signal_;
  std::unique_ptr<worker::Worker> worker_;
  std::unique_ptr<pool::Pool> pool_;
  std::unique_ptr<gateway::Gateway> gateway_;
};

}  // namespace lemma::app
