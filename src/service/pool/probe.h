// One look at a replica: is it ready, how long ago did its engine compute, what does it serve?
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/net/http_client.h"
#include "service/pool/replica_table.h"

namespace lemma::pool {

// A model as /v1/models shows it.
struct ServedModel {
  std::string id;
  std::string entry;           // its JSON object
  int64_t context_tokens = 0;  // its max_model_len; 0: it does not say
};

// One of which nothing but the name is known.
ServedModel PlainModel(const std::string& id);

// The reply of GET /v1/models. Errors: kDataLoss.
Result<std::vector<ServedModel>> ParseModelList(std::string_view body);

struct ProbeRequest {
  std::string address;
  std::vector<net::Header> headers;
  size_t path = 0;  // the last answer's: not every server has /readyz (probe.cc)
  bool wants_models = false;
};

struct ProbeAnswer {
  enum class Kind { kReady, kNotReady, kSilent, kUnreachable };
  Kind kind = Kind::kUnreachable;
  std::string why;  // it is not ready
  size_t path = 0;
  std::optional<Duration> heartbeat_age;  // what a Lemma worker says
  std::optional<Capacity> capacity;       // what a Lemma worker says
  Resources resources;
  std::vector<ServedModel> models;  // where they were wanted and it is ready
};

// Asks the replica as a Lemma worker or gateway (/readyz), else as vLLM or llama-server (/health),
// else by /v1/models. `done` is called once, on the client's thread. `client` gives up soon.
void Probe(net::HttpClient& client, const ProbeRequest& request,
           std::function<void(ProbeAnswer)> done);

}  // namespace lemma::pool
