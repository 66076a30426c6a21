// The gateway's own Prometheus metrics, lemma_gateway_*.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstdint>
#include <string>

#include "common/base/clock.h"

namespace lemma::gateway {

// Thread-safe.
class Metrics {
 public:
  explicit Metrics(const std::string& version);  // of this program

  // `route` is one of a fixed set, never what a client wrote. 499: the client left first.
  void CountAnswer(const std::string& route, int http_status);
  void CountInjection(const std::string& profile);
  // `outcome`: refused or warned.
  void CountOffDomain(const std::string& profile, const std::string& outcome);
  // `limit`: as access::LimitName.
  void CountLimited(const std::string& limit);
  void ObserveOverhead(Duration overhead);
  // A request that has ended, whichever way; where it waited in line, for so long.
  void ObserveRequest(const std::string& route, Duration duration);
  void ObserveQueueWait(const std::string& route, Duration wait);
  // Arrival to the begin of a stream.
  void ObserveFirstToken(const std::string& route, Duration wait);
  // Of an answer, between two of its tokens, as a mean.
  void ObservePerToken(const std::string& route, Duration time);
  void CountTokens(const std::string& route, int64_t n_prompt, int64_t n_completion);
  // A call to a replica, or one that waits for it, begins (1) or ends (-1).
  void CountInFlight(int change) { in_flight_.Increment(change); }

  std::string Render() const;  // the exposition text

 private:
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& answers_;
  prometheus::Family<prometheus::Counter>& injections_;
  prometheus::Family<prometheus::Counter>& off_domain_;
  prometheus::Family<prometheus::Counter>& limited_;
  prometheus::Family<prometheus::Counter>& tokens_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Histogram>& queue_waits_;
  prometheus::Family<prometheus::Histogram>& first_tokens_;
  prometheus::Family<prometheus::Histogram>& per_token_;
  prometheus::Gauge& in_flight_;
  prometheus::Histogram& overhead_;
};

}  // namespace lemma::gateway
