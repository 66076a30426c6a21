#include "inference/worker/sample_decoder.h"

#include <utility>

namespace lemma::worker {

SampleDecoder::SampleDecoder(const text::Tokenizer& tokenizer, std::vector<std::string> stops,
                             ThinkingText thinking)
    : tokenizer_(tokenizer),
      detokenizer_(tokenizer, /*skip_special=*/true),
      stop_matcher_(std::move(stops)) {
  if (thinking != ThinkingText::kKeep) splitter_.emplace(thinking == ThinkingText::kOpen);
}

SampleDecoder::Piece SampleDecoder::Push(text::TokenId id) {
  ++n_tokens_;
  std::string text = detokenizer_.Push(id);
  Piece piece;
  if (!splitter_) {
    MatchStops(std::move(text), piece);
    return piece;
  }
  const std::string_view bytes = tokenizer_.TokenBytes(id);
  if (bytes == "<think>" || bytes == "</think>") {
    // Some checkpoints mark the tags as special tokens, which the detokenizer leaves out.
    if (tokenizer_.IsSpecial(id)) text += bytes;
    // A model whose thinking was closed for it may close it once more: no part of its answer.
    if (splitter_->is_decided() && text.ends_with(bytes)) text.resize(text.size() - bytes.size());
  }
  const bool was_in_reasoning = splitter_->in_reasoning();
  text::SplitText split = splitter_->Push(text);
  if (was_in_reasoning || splitter_->in_reasoning() || !split.reasoning.empty()) {
    n_reasoning_tokens_ = n_tokens_;
  }
  piece.reasoning = std::move(split.reasoning);
  MatchStops(std::move(split.content), piece);
  return piece;
}

SampleDecoder::Piece SampleDecoder::Finish() {
  Piece piece;
  std::string content = detokenizer_.Finish();
  if (splitter_) {
    text::SplitText split = splitter_->Push(content);
    const text::SplitText rest = splitter_->Finish();
    piece.reasoning = split.reasoning + rest.reasoning;
    content = split.content + rest.content;
  }
  MatchStops(std::move(content), piece);
  if (!piece.stop_string) piece.content += stop_matcher_.Finish();
  return piece;
}

void SampleDecoder::MatchStops(std::string content, Piece& piece) {
  text::StopMatcher::Match match = stop_matcher_.Push(content);
  piece.content = std::move(match.text);
  if (match.stopped) piece.stop_string = std::move(match.stop_string);
}

}  // namespace lemma::worker
