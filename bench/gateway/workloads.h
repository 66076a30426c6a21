// The rows of the benchmark: each runs its load on every contender in turn, round after round, the
// first one changing, and gives the medians of what the rounds say.
#pragma once

#include <vector>

#include "common/base/status.h"
#include "common/net/http_client.h"
#include "contenders.h"
#include "figures.h"
#include "mock_replica.h"

namespace lemma::bench {

struct Effort {
  int n_rounds = 3;
  Duration time = std::chrono::seconds(3);  // of each load in a round
  int n_streams = 1000;
  double rate = 2000;  // requests a second
};

struct Bench {
  net::HttpClient& client;
  MockReplica& replica;
  const std::vector<Contender>& contenders;  // the direct path is the first
  Effort effort;
};

// All: errors (kUnavailable) where requests are not answered 200.

// One client that asks a hundred times a second, so that it hardly ever waits for itself.
Result<std::vector<Figure>> MeasureOneClient(const Bench& bench);
// effort.rate requests a second, at random times.
Result<std::vector<Figure>> MeasureRate(const Bench& bench);
// effort.n_streams at once, ten frames a second each.
Result<std::vector<Figure>> MeasureStreams(const Bench& bench);
std::vector<Figure> MeasureMemory(const Bench& bench);
// `lemma` gives the replica kOverloadSlots at a time: ten times of what it can answer comes.
inline constexpr int kOverloadSlots = 20;
Result<std::vector<Figure>> MeasureOverload(const Bench& bench, const Contender& lemma);

// How long `lemma`, with a worker, takes to say how it is while kSaturatingStreams are asked of it.
inline constexpr int kSaturatingStreams = 64;
Result<std::vector<Figure>> MeasureSaturated(const Bench& bench, const Contender& lemma);

}  // namespace lemma::bench
