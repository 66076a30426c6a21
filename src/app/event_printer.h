// What `lemma ask` prints of a streamed answer, event by event.
//
// Threads: one at a time.
#pragma once

#include <cstdio>
#include <string_view>

#include "common/base/status.h"
#include "common/net/sse.h"

namespace lemma::app {

// Writes all of it now. Errors (kIo): nobody reads it any more, a full disk.
Status WriteNow(std::string_view text, std::FILE* file);

class EventPrinter {
 public:
  virtual ~EventPrinter() = default;
  // The server's own error; kInvalidArgument for an event that is none of the protocol; kIo where
  // standard output takes no more.
  virtual Status Print(const net::SseParser::Event& event) = 0;
  // After the last event. kIo as above.
  virtual Status Finish() = 0;
};

}  // namespace lemma::app
