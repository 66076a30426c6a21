#include "common/text/reasoning_splitter.h"

#include <algorithm>
#include <utility>

#include "common/text/partial_match.h"

namespace lemma::text {
namespace {

constexpr std::string_view kOpen = "<think>";
constexpr std::string_view kClose = "</think>";
constexpr std::string_view kWhiteSpace = " \t\r\n";

}  // namespace

SplitText ReasoningSplitter::Push(std::string_view text) {
  SplitText out;
  held_ += text;
  if (state_ == State::kStart && !ReadStart(out)) return out;
  if (state_ == State::kReasoning && !ReadReasoning(out)) return out;
  if (state_ == State::kBeforeContent && !ReadBeforeContent()) return out;
  out.content = std::exchange(held_, "");
  return out;
}

SplitText ReasoningSplitter::Finish() {
  SplitText out;
  if (state_ == State::kReasoning) {
    out.reasoning = std::exchange(held_, "");
  } else {
    ReadBeforeContent();
    out.content = std::exchange(held_, "");
  }
  return out;
}

bool ReasoningSplitter::ReadStart(SplitText& out) {
  const size_t open = held_.find(kOpen);
  const size_t close = held_.find(kClose);
  const size_t tag = std::min(open, close);
  if (tag <= kPreambleBytesMax) {
    out.reasoning = held_.substr(0, tag);
    held_.erase(0, tag + (tag == open ? kOpen.size() : kClose.size()));
    state_ = tag == open ? State::kReasoning : State::kBeforeContent;
    return true;
  }
  // Every tag that starts in time would be here as a whole.
  if (held_.size() < kPreambleBytesMax + kClose.size()) return false;
  state_ = State::kBeforeContent;
  return true;
}

bool ReasoningSplitter::ReadReasoning(SplitText& out) {
  const size_t close = held_.find(kClose);
  if (close == std::string::npos) {
    const size_t certain = held_.size() - PartialMatchLength(held_, kClose);
    out.reasoning += held_.substr(0, certain);
    held_.erase(0, certain);
    return false;
  }
  out.reasoning += held_.substr(0, close);
  held_.erase(0, close + kClose.size());
  state_ = State::kBeforeContent;
  return true;
}

bool ReasoningSplitter::ReadBeforeContent() {
  held_.erase(0, held_.find_first_not_of(kWhiteSpace));
  if (held_.empty()) return false;
  state_ = State::kContent;
  return true;
}

}  // namespace lemma::text
