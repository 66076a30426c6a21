// What the gateway needs to know and limit its callers: made by the program, since it lies in a
// database that others share. Without any of it everybody is served, and nobody is counted.
#pragma once

namespace lemma::access {
class Limiter;
}
namespace lemma::store {
class JobStore;
class KeyCache;
class RequestLog;
}  // namespace lemma::store

namespace lemma::gateway {

class PromptCounter;

// All outlive the gateway; null: there is none.
struct GatewayAccess {
  bool requires_keys = false;       // nobody is served without one
  store::KeyCache* keys = nullptr;  // with it: both limiters
  // Of keys with a limit a day: it outlasts the process.
  access::Limiter* lasting_limiter = nullptr;
  // Of all other keys with limits. May forget when the process ends, and block no less than the
  // lasting one; where gateways share their limits it is the same one.
  access::Limiter* brief_limiter = nullptr;
  store::RequestLog* log = nullptr;
  const PromptCounter* counter = nullptr;
  store::JobStore* jobs = nullptr;
};

}  // namespace lemma::gateway
