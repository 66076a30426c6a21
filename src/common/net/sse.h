// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::net {

// "data: <data>\n\n", or "event: <event>\ndata: <data>\n\n"; newlines in data become data: lines.
std::string SseEvent(std::string_view data, std::string_view event = "");

// Bytes in any pieces -> whole events. Comments and ids are skipped. Not thread-safe.
class SseParser {
 public:
  struct Event {
    std::string event;  // "" for a plain message
    std::string data;
  };
  static constexpr size_t kEventBytesMax = 4 << 20;

  std::vector<Event> Push(std::string_view bytes);
  bool overflowed() const { return overflowed_; }  // an event over kEventBytesMax was dropped

 private:
  void EndLine(std::vector<Event>* events);
  void TakeField(std::string_view line);

  std::string line_;        // of the current line, what has come
  Event event_;             // of the current event, the lines before it; data ends with '\n'
  bool after_cr_ = false;   // an LF now would belong to the line that has ended
  bool first_line_ = true;  // may begin with a byte order mark
  bool skipping_ = false;   // the rest of an event that is too large
  bool overflowed_ = false;
};

}  // namespace lemma::net
