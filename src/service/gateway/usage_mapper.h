// Reads from the worker's answer what a request has used, on its way to the client. In a stream
// every chunk tells it, because the gateway asked; a client that did not ask is not shown it.
#pragma once

#include <memory>

#include "service/gateway/generation_body.h"
#include "service/gateway/relay.h"
#include "service/gateway/reply.h"

namespace lemma::gateway {

// Tells the account of `reply`, and hands on to `inner`. The stream's [DONE] waits for the end of
// the worker's answer, so that no client asks again before its last request is settled.
std::unique_ptr<AnswerMapper> MeterUsage(std::shared_ptr<Reply> reply, UsageWish wish,
                                         std::unique_ptr<AnswerMapper> inner);

// The member "usage" of a JSON object, found in its text: where it begins and ends with the comma
// that goes with it, and its value. Not there: value is "". Its value is an object, or null.
struct UsageMember {
  size_t begin = 0;
  size_t end = 0;
  std::string_view value;
};
UsageMember FindUsage(std::string_view object_text);

}  // namespace lemma::gateway
