// What a worker's answer becomes on its way to the client.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/net/http.h"
#include "service/gateway/generation_body.h"

namespace lemma::gateway {

// What the worker's answer becomes for the client. Used by one thread at a time.
class AnswerMapper {
 public:
  virtual ~AnswerMapper() = default;
  // A whole answer, whatever its status. An error becomes the client's answer instead.
  virtual Result<net::HttpResponse> MapWhole(net::HttpResponse response) = 0;
  // The next bytes of an event stream.
  virtual std::string MapEvents(std::string_view bytes) = 0;
  // What is left when the stream has ended in good order. An error becomes its last event.
  virtual Result<std::string> EndEvents() = 0;
};

// The answer as it is. Of a stream, an event that is not complete waits until it is, so that a
// worker's death cannot leave half an event in front of the error. A chat's or completion's stream
// that has told neither a finish_reason, nor [DONE], nor an error was cut, however orderly:
// kDataLoss.
std::unique_ptr<AnswerMapper> PassThrough(CallKind kind = CallKind::kFree);

}  // namespace lemma::gateway
