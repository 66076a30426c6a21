// The tokens of one sample -> its thinking and its answer, while they are generated:
// detokenizer, then the <think> splitter (chat), then stop strings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/text/detokenizer.h"
#include "common/text/reasoning_splitter.h"
#include "common/text/stop_matcher.h"
#include "common/text/tokenizer.h"

namespace lemma::worker {

enum class ThinkingText {
  kKeep,   // it is text like any other
  kSplit,  // it stands between its tags
  kOpen,   // the same, and the prompt has opened it
};

// One stream; not thread-safe; the tokenizer must outlive it.
class SampleDecoder {
 public:
  // Stop strings end the answer. They are not looked for in the thinking, where a model often
  // writes what it is asked to stop at before it has answered anything.
  SampleDecoder(const text::Tokenizer& tokenizer, std::vector<std::string> stops,
                ThinkingText thinking);

  struct Piece {
    std::string reasoning;
    std::string content;
    std::optional<std::string> stop_string;  // the sample ends here
  };
  Piece Push(text::TokenId id);
  Piece Finish();  // what was held back; not after a stop string

  // After the last token: is it amid the thinking?
  bool in_reasoning() const { return splitter_ && splitter_->in_reasoning(); }
  int64_t n_tokens() const { return n_tokens_; }
  // Tokens from the start to the end of the thinking, its tags included.
  int64_t n_reasoning_tokens() const { return n_reasoning_tokens_; }

 private:
  void MatchStops(std::string content, Piece& piece);

  const text::Tokenizer& tokenizer_;
  text::Detokenizer detokenizer_;
  text::StopMatcher stop_matcher_;
  std::optional<text::ReasoningSplitter> splitter_;
  int64_t n_tokens_ = 0;
  int64_t n_reasoning_tokens_ = 0;
};

}  // namespace lemma::worker
