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

// Text before the first tag is content, unless that tag starts within kPreambleBytesMax: then it
// is reasoning (as when a template has opened the thinking and only </think> comes). Reasoning ends
// at the first </think>, or at the end of the text; all after it is content. White space before the
// content's first character is dropped.
// The result does not depend on how the text is cut into pushes. One stream; not thread-safe.
class ReasoningSplitter {
 public:
  static constexpr size_t kPreambleBytesMax = 1024;

  SplitText Push(std::string_view text);
  SplitText Finish();  // what was held back
  bool in_reasoning() const { return state_ == State::kReasoning; }

 private:
  enum class State { kStart, kReasoning, kBeforeContent, kContent };

  // Each consumes what it can of held_ and returns true when the state has changed.
  bool ReadStart(SplitText& out);
  bool ReadReasoning(SplitText& out);
  bool ReadBeforeContent();

  State state_ = State::kStart;
  std::string held_;
};

}  // namespace lemma::text
