#include "service/eval/server_fingerprint.h"

#include <boost/json.hpp>
#include <utility>

#include "common/base/json.h"
#include "service/eval/chat_protocol.h"

namespace lemma::eval {

Result<std::string> ServerFingerprint(PatientClient& client, RunSettings settings,
                                      const Problem& problem, std::stop_token stop) {
  settings.strategy = "";  // /v1/solve does not say it
  settings.max_tokens = 1;
  settings.deadline_ms.reset();
  LEMMA_ASSIGN_OR_RETURN(
      const PatientClient::Answer answer,
      client.Call(RenderRequest(settings, problem, settings.seed), std::move(stop)));
  const auto body = ParseJsonObject(answer.response.body, "the reply");
  const auto* fingerprint = body.ok() ? body->if_contains("system_fingerprint") : nullptr;
  if (fingerprint == nullptr || !fingerprint->is_string()) return std::string();
  return std::string(fingerprint->get_string());
}

}  // namespace lemma::eval
