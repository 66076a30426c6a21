#include "inference/worker/key_check.h"

#include "common/base/constant_time.h"
#include "common/net/bearer.h"
#include "common/net/foreign.h"

namespace lemma::worker {

Status CheckKey(std::string_view key, const net::HttpRequest& request) {
  if (key.empty()) return net::CheckNotForeign(request);
  const std::string_view presented = net::BearerKey(request);
  if (EqualInConstantTime(presented, key)) return Ok();
  return Status(StatusCode::kUnauthenticated,
                presented.empty()
                    ? "this worker's key is needed: send the header \"Authorization: Bearer KEY\""
                    : "this is not the worker's key");
}

}  // namespace lemma::worker
