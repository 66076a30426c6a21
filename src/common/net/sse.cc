#include "common/net/sse.h"

#include <algorithm>
#include <utility>

namespace lemma::net {

std::string SseEvent(std::string_view data, std::string_view event) {
  std::string out;
  if (!event.empty()) out.append("event: ").append(event).append("\n");
  for (;;) {
    const size_t end = data.find_first_of("\r\n");
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == data.npos) break;
    data.remove_prefix(data.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  return out.append("\n");
}

std::vector<SseParser::Event> SseParser::Push(std::string_view bytes) {
  std::vector<Event> events;
  while (!bytes.empty()) {
    if (std::exchange(after_cr_, false) && bytes[0] == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    if (line_.size() + event_.data.size() + end > kEventBytesMax) {
      overflowed_ = skipping_ = true;
      event_ = {};
      // One byte stays, so that the line does not pass for the empty one that ends the event.
      line_.assign(1, ':');
    } else {
      line_.append(bytes.substr(0, end));
    }
    if (end == bytes.size()) break;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    EndLine(&events);
  }
  return events;
}

void SseParser::EndLine(std::vector<Event>* events) {
  std::string_view line = line_;
  if (std::exchange(first_line_, false) && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (!line.empty()) {
    if (!skipping_) TakeField(line);
  } else {
    if (!skipping_ && !event_.data.empty()) {
      event_.data.pop_back();  // the newline after the last data line
      events->push_back(std::move(event_));
    }
    event_ = {};
    skipping_ = false;
  }
  line_.clear();
}

void SseParser::TakeField(std::string_view line) {
  const size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    event_.data.append(value).push_back('\n');
  } else if (name == "event") {
    event_.event = value;
  }
}

}  // namespace lemma::net
