// What the pool must know of a request to place it, read from its body; and what is put into the
// body so that the request can be asked again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/net/http.h"

namespace lemma::gateway {

struct Routing {
  std::string model;          // "": none is named
  int64_t tokens = 0;         // of prompt and answers, at most and about: bytes / 3 and max_tokens
  int n_open_answers = 0;     // that the request does not bound; not in `tokens`
  uint64_t conversation = 0;  // a hash of the messages up to the first of the user, or of the
                              // prompt's beginning; 0: none
  uint64_t request_hash = 0;  // of what is to be computed; 0: it generates nothing
  // For room on a replica: it generates, or is posted below /v1/ to a server that knows what it is.
  bool waits_in_line = false;
  bool is_repeatable = false;        // a server that has seen it has changed nothing for good
  bool lacks_model = false;          // a body that generates and names none
  bool is_stream = false;            // what is asked for is
  std::optional<Duration> deadline;  // from the request's arrival
};

// Reads the body of `request` and, where it generates without a seed, gives it one: asked again, it
// gets the same answer. A body that is not what it should be stays as it is, for the worker says
// what is wrong with it.
// `deadline_ms`: of its key, for what says none itself; 0: none.
Routing PrepareForPool(net::HttpRequest& request, int64_t deadline_ms = 0);

// What a replica is told beside what the client said, or instead of it.
struct BodyAdditions {
  std::string model = {};                 // "": nothing; else the body names none
  int64_t max_tokens = 0;                 // where the body has none; 0: nothing
  std::optional<Duration> deadline = {};  // at least 1 ms is told, the least that a worker takes
};
// The body as it is where nothing is to be told, or where it is no object.
std::string WithAdditions(const std::string& body, const BodyAdditions& told);

}  // namespace lemma::gateway
