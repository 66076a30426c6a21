#include "app/serve_evaluations.h"

#include <string>

namespace lemma::app {
namespace {

// The model that a request which names none is for.
Result<std::string> ModelOf(const gateway::GatewayOptions& options, const std::string& reference) {
  LEMMA_ASSIGN_OR_RETURN(const reason::ProfilePtr profile, options.profiles()->Find(reference));
  if (!profile->model.empty()) return profile->model;
  const auto models = options.pool->Models();
  if (models.empty() || options.pool->n_ready() == 0) return Unavailable("no replica is ready");
  return models.front().id;
}

}  // namespace

std::unique_ptr<ServeEvaluations> ServeEvaluations::Start(const ServeAccess& access,
                                                          gateway::Gateway& gateway,
                                                          const gateway::GatewayOptions& options) {
  if (access.database() == nullptr) return nullptr;
  std::unique_ptr<ServeEvaluations> made(new ServeEvaluations(*access.database(), access.clock()));
  evaluations::RunParts parts;
  parts.store = &made->store_;
  parts.sets = &made->sets_;
  parts.front_door = gateway.front_door();
  parts.model_of = [&options](const std::string& profile) { return ModelOf(options, profile); };
  parts.judge = options.judge;
  parts.no_judge = options.no_judge;
  made->runner_ = std::make_unique<evaluations::EvaluationRunner>(std::move(parts));
  return made;
}

}  // namespace lemma::app
