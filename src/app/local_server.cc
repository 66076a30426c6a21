#include "app/local_server.h"

#include <chrono>
#include <thread>

#include "app/served_profiles.h"
#include "common/base/log.h"

namespace lemma::app {
namespace {

// Its worker is ready: the pool only has to see it.
constexpr std::chrono::milliseconds kReadyPollInterval{1};

}  // namespace

Result<std::unique_ptr<LocalServer>> LocalServer::Start(const ModelOptions& model,
                                                        const Options& options) {
  std::unique_ptr<LocalServer> server(new LocalServer);
  LEMMA_RETURN_IF_ERROR(server->StartParts(model, options));
  return server;
}

Status LocalServer::StartParts(const ModelOptions& model, const Options& options) {
  SetLogLevel(LogLevel::kWarning);
  LEMMA_ASSIGN_OR_RETURN(directory_, RuntimeDirectory::Make());
  end_on_signal_ = std::make_unique<EndOnSignal>([this] { directory_->Remove(); });
  LEMMA_ASSIGN_OR_RETURN(LoadedModel loaded, LoadModel(model));
  LEMMA_ASSIGN_OR_RETURN(worker_,
                         StartWorker(std::move(loaded), directory_->SocketAddress("worker"),
                                     /*key=*/"", clock_));
  pool::PoolOptions pool_options;
  pool_options.remotes = {{"worker", worker_->address(), "", ""}};
  // However slow this machine is: nobody else could answer.
  pool_options.routing.health.hung_after = pool_options.routing.health.stall_max =
      std::chrono::hours(24);
  LEMMA_ASSIGN_OR_RETURN(pool_, pool::Pool::Start(pool_options));
  while (pool_->n_ready() == 0) std::this_thread::sleep_for(kReadyPollInterval);
  gateway::GatewayOptions gateway_options;
  gateway_options.listen = directory_->SocketAddress("gateway");
  gateway_options.pool = pool_.get();
  gateway_options.judge = options.judge;
  gateway_options.chosen_profiles = ProfilesToChooseFrom(model.model);
  gateway_options.judges_domain = options.judges_domain;
  LEMMA_ASSIGN_OR_RETURN(gateway_, gateway::Gateway::Start(gateway_options));
  return Ok();
}

}  // namespace lemma::app
