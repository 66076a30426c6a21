#include "common/text/stop_matcher.h"

#include <algorithm>
#include <utility>

#include "common/text/partial_match.h"

namespace lemma::text {

StopMatcher::StopMatcher(std::vector<std::string> stops) : stops_(std::move(stops)) {
  std::erase(stops_, "");
}

StopMatcher::Match StopMatcher::Push(std::string_view text) {
  held_ += text;
  const std::string* first = nullptr;
  size_t first_end = std::string::npos;
  size_t n_held = 0;
  for (const std::string& stop : stops_) {
    const size_t at = held_.find(stop);
    if (at != std::string::npos) {
      const size_t end = at + stop.size();
      if (end < first_end || (end == first_end && stop.size() > first->size())) {
        first = &stop;
        first_end = end;
      }
    }
    n_held = std::max(n_held, PartialMatchLength(held_, stop));
  }
  Match match;
  if (first != nullptr) {
    match = {held_.substr(0, first_end - first->size()), true, *first};
    held_.clear();
    return match;
  }
  match.text = held_.substr(0, held_.size() - n_held);
  held_.erase(0, match.text.size());
  return match;
}

std::string StopMatcher::Finish() { return std::exchange(held_, ""); }

}  // namespace lemma::text
