// Load from clients that do not wait: requests leave at the times that were drawn for them, however
// late the answers are, and an answer's time counts from then. So a server that stalls is charged
// for all that came meanwhile (Tene, "How NOT to measure latency": coordinated omission).
#pragma once

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/net/http.h"
#include "common/net/http_client.h"

namespace lemma::bench {

// Where requests go, and how.
struct Destination {
  std::string address;
  net::HttpRequest request;  // a chat that is not streamed
  net::HttpRequest stream;   // the same, streamed
};

enum class Arrivals { kEven, kPoisson };

struct OpenLoad {
  double rate = 0;  // requests a second
  Duration time{};
  Arrivals arrivals = Arrivals::kPoisson;  // the same ones each time
};

struct Answered {
  int status = 0;   // 0: none
  std::string why;  // there is none
  TimePoint due, at;
  double ms() const { return std::chrono::duration<double, std::milli>(at - due).count(); }
};

// One for each request, when the last one is answered. Not from a callback of `client`.
std::vector<Answered> RunOpenLoad(net::HttpClient& client, const Destination& to,
                                  const OpenLoad& load);

struct StreamLoad {
  int n_streams = 0;
  int n_frames = 0;         // of each
  Duration begun_within{};  // evenly
};

struct StreamReport {
  int n_complete = 0;             // streams that came to their end with every frame, in order
  int n_lost = 0;                 // frames that never came, or out of order
  int n_merged = 0;               // frames that came together with another one of their stream
  std::vector<double> gaps_ms;    // between two frames of a stream
  std::vector<double> delays_ms;  // from the mock's writing to the client's reading
};

// As RunOpenLoad.
StreamReport RunStreams(net::HttpClient& client, const Destination& to, const StreamLoad& load);

}  // namespace lemma::bench
