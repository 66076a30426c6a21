// From a request that was understood to one that may be relayed: its body completed, its tokens
// counted, its key's limits asked: on the calling thread where that takes no time, else in a lane.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/net/http.h"
#include "service/gateway/gateway_access.h"
#include "service/gateway/generation_body.h"
#include "service/gateway/key_lanes.h"
#include "service/gateway/metrics.h"
#include "service/gateway/relay.h"
#include "service/gateway/reply.h"
#include "service/pool/pool.h"

namespace lemma::gateway {

// One call to the worker, ready but for its admission.
struct Call {
  std::shared_ptr<Reply> reply;
  net::HttpRequest request;  // for the worker
  CallKind kind = CallKind::kFree;
  std::unique_ptr<AnswerMapper> mapper;
  std::string refusal = "";  // what is answered, once it is admitted, without a worker
};

// Thread-safe. Outlives the tasks that it has given to the lanes.
class Admitter {
 public:
  using Relay = std::function<void(Call)>;
  Admitter(const GatewayAccess& access, const pool::Pool& pool, KeyLanes& lanes, Metrics& metrics,
           Relay relay)
      : access_(access), pool_(pool), lanes_(lanes), metrics_(metrics), relay_(std::move(relay)) {}

  // Relays the call, here or from a lane, or answers: 400 where its body is no JSON object, 403,
  // 429 where a limit is reached, 503 where too many wait or the limits cannot be asked.
  void Admit(Call call);

 private:
  struct Waiting {
    Call call;
    std::optional<GenerationBody> body;
    TimePoint since = std::chrono::steady_clock::now();
  };

  // Reads the body of a call that generates, and completes it.
  Status Complete(Call& call, std::optional<GenerationBody>& body) const;
  // On a lane, or where that does not block.
  void AskLimits(Waiting waiting) const;
  access::Limiter& LimiterOf(const access::ApiKey& key) const;
  Result<TokenClaim> Claim(const Waiting& waiting, const access::KeyLimits& limits) const;

  const GatewayAccess access_;
  const pool::Pool& pool_;
  KeyLanes& lanes_;
  Metrics& metrics_;
  const Relay relay_;
};

}  // namespace lemma::gateway
