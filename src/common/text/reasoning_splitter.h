// Splits generated text into thinking and answer at <think> and </think>, while it streams.
//
// VibeThinker emits the tags itself, sometimes after a preamble of one short paragraph, as single
// tokens or as several: the splitter works on text. A tag cut across two pushes is held back until
// decided, and so is a first paragraph, as it may be that preamble.
#pragma once

#include <string>
#include <string_view>

namespace lemma::text {

struct SplitText {
  std::string reasoning;
  std::string content;
};

// The tag that decides is the first one, if it starts in the first paragraph (which a blank line
// ends), or right after it but for white space, and within kPreambleBytesMax: all before it is
// reasoning, and <think> opens more of it. Reasoning ends at the first </think>, or at the end of
// the text; all after it is content. Where no tag decides, all is content, tags included. White
// space before the content's first character is dropped.
// The result does not depend on how the text is cut into pushes. One stream; not thread-safe.
class ReasoningSplitter {
 public:
  static constexpr size_t kPreambleBytesMax = 1024;

  // is_open: the text begins inside the thinking, which the prompt has opened.
  explicit ReasoningSplitter(bool is_open = false)
      : state_(is_open ? State::kReasoning : State::kStart) {}

  SplitText Push(std::string_view text);
  SplitText Finish();  // what was held back
  bool in_reasoning() const { return state_ == State::kReasoning; }
  bool is_decided() const { return state_ > State::kReasoning; }  // all that follows is content

 private:
  enum class State { kStart, kReasoning, kBeforeContent, kContent };

  // Each consumes what it can of held_ and returns true when the state has changed.
  bool ReadStart(SplitText& out);
  bool ReadReasoning(SplitText& out);
  bool ReadBeforeContent();

  State state_;
  std::string held_;
};

}  // namespace lemma::text
