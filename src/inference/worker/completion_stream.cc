#include "inference/worker/completion_stream.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace lemma::worker {
namespace {

using engine::FinishReason;

double Milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

CompletionStream::CompletionStream(const Shape& shape, const text::Tokenizer& tokenizer,
                                   Metrics& metrics, const Clock& clock,
                                   std::shared_ptr<ReplyWriter> writer)
    : shape_(shape),
      tokenizer_(tokenizer),
      metrics_(metrics),
      clock_(clock),
      writer_(std::move(writer)),
      arrival_(clock.Now()) {
  usage_.prompt_tokens = shape.n_prompt_tokens;
  for (int32_t i = 0; i < shape.n_samples; ++i) {
    const bool split_reasoning = shape.kind == ReplyKind::kChat;
    samples_.push_back({.decoder = SampleDecoder(tokenizer, shape.stops, split_reasoning),
                        .stop_string = std::nullopt,
                        .last_token = arrival_});
  }
}

engine::RequestSink::Verdict CompletionStream::OnToken(const engine::TokenEvent& event) {
  Sample& sample = samples_[static_cast<size_t>(event.sample)];
  ObserveToken(sample);
  ++usage_.completion_tokens;
  SampleDecoder::Piece text = sample.decoder.Push(event.token);
  Choice piece;
  piece.index = event.sample;
  piece.reasoning = std::move(text.reasoning);
  piece.content = std::move(text.content);
  piece.has_logprobs = shape_.has_logprobs;
  if (shape_.has_logprobs) piece.logprobs.push_back(MakeLogprobs(event, sample));
  writer_->OnPiece(std::move(piece), usage_);
  sample.stop_string = std::move(text.stop_string);
  return sample.stop_string ? Verdict::kStop : Verdict::kContinue;
}

void CompletionStream::OnSampleDone(int32_t index, FinishReason reason,
                                    std::optional<TokenId> stop_id) {
  Sample& sample = samples_[static_cast<size_t>(index)];
  const bool ended_well = reason == FinishReason::kStop || reason == FinishReason::kLength;
  Choice piece;
  piece.index = index;
  piece.finish_reason = reason == FinishReason::kLength ? "length" : "stop";
  if (!sample.stop_string) {
    SampleDecoder::Piece rest = sample.decoder.Finish();
    piece.reasoning = std::move(rest.reasoning);
    piece.content = std::move(rest.content);
    sample.stop_string = std::move(rest.stop_string);
    // The last token completed a stop string that the decoder could not be sure of before.
    if (sample.stop_string) piece.finish_reason = "stop";
  }
  if (sample.stop_string) {
    piece.stop_reason = *sample.stop_string;
  } else if (stop_id) {
    piece.stop_reason = *stop_id;
  }
  if (stop_id) ++usage_.completion_tokens;
  usage_.reasoning_tokens += sample.decoder.n_reasoning_tokens();
  if (ended_well) writer_->OnPiece(std::move(piece), usage_);
}

void CompletionStream::OnDone(const Status& status) {
  const TimePoint now = clock_.Now();
  const TimePoint first_token = has_first_token_ ? first_token_ : now;
  const Timings timings = {.prompt_n = usage_.prompt_tokens,
                           .prompt_ms = Milliseconds(first_token - arrival_),
                           .predicted_n = usage_.completion_tokens,
                           .predicted_ms = Milliseconds(now - first_token)};
  if (status.ok()) {
    metrics_.ObserveFinished({.since_arrival = now - arrival_,
                              .prompt_tokens = usage_.prompt_tokens,
                              .generated_tokens = usage_.completion_tokens,
                              .reasoning_tokens = usage_.reasoning_tokens});
  }
  writer_->OnEnd(status, has_begun_ ? usage_ : Usage(), timings);
}

void CompletionStream::ObserveToken(Sample& sample) {
  const TimePoint now = clock_.Now();
  if (!has_first_token_) {
    has_first_token_ = true;
    first_token_ = now;
    metrics_.ObserveFirstToken(now - arrival_);
  } else if (sample.decoder.n_tokens() > 0) {
    metrics_.ObserveNextToken(now - sample.last_token);
  }
  sample.last_token = now;
}

LogprobEntry CompletionStream::MakeLogprobs(const engine::TokenEvent& event, Sample& sample) const {
  const auto bytes_of = [&](TokenId id) { return std::string(tokenizer_.TokenBytes(id)); };
  LogprobEntry entry;
  entry.token = {bytes_of(event.token), event.logprob};
  entry.text_offset = sample.n_characters;
  for (const engine::TokenLogprob& top : event.top_logprobs) {
    entry.top.push_back({bytes_of(top.token), top.logprob});
  }
  // Every byte that does not continue a UTF-8 character begins one.
  sample.n_characters += std::count_if(entry.token.bytes.begin(), entry.token.bytes.end(),
                                       [](char c) { return (c & 0xC0) != 0x80; });
  return entry;
}

}  // namespace lemma::worker
