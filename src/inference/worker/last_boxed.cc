#include "inference/worker/last_boxed.h"

#include "common/text/partial_match.h"

namespace lemma::worker {
namespace {

constexpr std::string_view kOpening = "\\boxed{";

}  // namespace

void LastBoxed::Push(std::string_view text) {
  held_ += text;
  while (n_braces_ > 0 ? FindEnd() : FindOpening()) continue;
}

bool LastBoxed::FindOpening() {
  const size_t at = held_.find(kOpening);
  if (at == std::string::npos) {
    held_.erase(0, held_.size() - text::PartialMatchLength(held_, kOpening));
    return false;
  }
  held_.erase(0, at);
  n_read_ = kOpening.size();
  n_braces_ = 1;
  return true;
}

// True where the braces are closed, or too far away; what follows is looked at next.
bool LastBoxed::FindEnd() {
  while (n_read_ < held_.size() && n_braces_ > 0) {
    const char c = held_[n_read_];
    if (c == '\\') {
      if (n_read_ + 1 == held_.size()) return false;
      ++n_read_;  // \{ and \} are signs
    } else if (c == '{') {
      ++n_braces_;
    } else if (c == '}') {
      --n_braces_;
    }
    ++n_read_;
  }
  if (n_braces_ == 0) {
    last_ = held_.substr(0, n_read_);
    held_.erase(0, n_read_);
    return true;
  }
  if (held_.size() <= kBytesMax) return false;
  held_.erase(0, kOpening.size());
  n_braces_ = 0;
  return true;
}

}  // namespace lemma::worker
