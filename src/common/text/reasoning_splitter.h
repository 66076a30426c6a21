// Splits generated text into thinking and answer at <think> and </think>, while it streams.
//
// VibeThinker emits the tags itself, sometimes after a short preamble, as single tokens or as
// several: the splitter works on text. A tag cut across two pushes is held back until decided.
#pragma once

#include <string>
#include <string_view>

namespace lemma::text {

struct SplitText {
  std::string reasoning;
  std::string content;
};

// Preamble before <think> is content unless a tag follows within kPreambleBytesMax; then it is
// reasoning. White space right after </think> and around the answer's start is dropped.
// One stream; not thread-safe.
class ReasoningSplitter {
 public:
  static constexpr size_t kPreambleBytesMax = 1024;

  SplitText Push(std::string_view text);
  SplitText Finish();  // what was held back
  bool in_reasoning() const { return state_ == State::kReasoning; }

 private:
  enum class State { kStart, kReasoning, kAfterReasoning, kContent };
  State state_ = State::kStart;
  std::string held_;
};

}  // namespace lemma::text
