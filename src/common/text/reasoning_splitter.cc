#include "common/text/reasoning_splitter.h"

#include <algorithm>
#include <utility>

#include "common/text/partial_match.h"

namespace lemma::text {
namespace {

constexpr std::string_view kOpen = "<think>";
constexpr std::string_view kClose = "</think>";
constexpr std::string_view kWhiteSpace = " \t\r\n";
constexpr std::string_view kBlankLine = "\n\n";

// Where the text after the first paragraph begins; npos while that is not known.
size_t SecondParagraph(std::string_view text) {
  const size_t first = text.find_first_not_of(kWhiteSpace);
  const size_t gap = first == text.npos ? text.npos : text.find(kBlankLine, first);
  return gap == text.npos ? text.npos : text.find_first_not_of(kWhiteSpace, gap);
}

// May a tag begin with all of `text`?
bool MayBecomeTag(std::string_view text) {
  return kOpen.starts_with(text) || kClose.starts_with(text);
}

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
  const size_t second = SecondParagraph(held_);
  if (tag <= std::min(second, kPreambleBytesMax)) {
    out.reasoning = held_.substr(0, tag);
    held_.erase(0, tag + (tag == open ? kOpen.size() : kClose.size()));
    state_ = tag == open ? State::kReasoning : State::kBeforeContent;
    return true;
  }
  // Is every tag that starts in time here as a whole?
  const bool is_late = held_.size() >= kPreambleBytesMax + kClose.size();
  const bool is_second =
      second != held_.npos && !MayBecomeTag(std::string_view(held_).substr(second));
  if (!is_late && !is_second) return false;
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
