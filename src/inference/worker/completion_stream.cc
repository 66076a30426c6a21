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

// Nothing but white space, control characters, and characters of which a part is missing.
bool IsBlank(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text[0]);
    if (c > ' ' && c != 0x7F && !text.starts_with(kReplacement)) return false;
    text.remove_prefix(text.starts_with(kReplacement) ? kReplacement.size() : 1);
  }
  return true;
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
    const ThinkingText thinking = shape.kind != ReplyKind::kChat ? ThinkingText::kKeep
                                  : shape.opens_thinking         ? ThinkingText::kOpen
                                                                 : ThinkingText::kSplit;
    samples_.push_back({.decoder = SampleDecoder(tokenizer, shape.stops, thinking),
                        .stop_string = std::nullopt,
                        .last_token = arrival_,
                        .boxed = {}});
  }
}

void CompletionStream::OnPromptToken(const engine::TokenLogprob& token) {
  prompt_.push_back({token.token, std::string(tokenizer_.TokenBytes(token.token)), token.logprob});
}

engine::RequestSink::Verdict CompletionStream::OnToken(const engine::TokenEvent& event) {
  Sample& sample = samples_[static_cast<size_t>(event.sample)];
  ObserveToken(sample);
  ++usage_.completion_tokens;
  SampleDecoder::Piece text = sample.decoder.Push(event.token);
  ObserveText(sample, text);
  Choice piece;
  piece.index = event.sample;
  piece.reasoning = std::move(text.reasoning);
  piece.content = std::move(text.content);
  piece.has_logprobs = shape_.has_logprobs;
  if (shape_.has_logprobs) piece.logprobs.push_back(MakeLogprobs(event, sample));
  writer_->OnPiece(std::move(piece), usage_);
  sample.stop_string = std::move(text.stop_string);
  if (sample.stop_string || shape_.wishes->IsStopped(event.sample)) return Verdict::kStop;
  return VerdictOf(sample);
}

engine::RequestSink::Verdict CompletionStream::Foresee(int32_t index, engine::TokenId token) const {
  Sample sample = samples_[static_cast<size_t>(index)];
  const SampleDecoder::Piece text = sample.decoder.Push(token);
  if (text.stop_string) return Verdict::kStop;
  ObserveText(sample, text);
  return VerdictOf(sample);
}

engine::RequestSink::Verdict CompletionStream::VerdictOf(const Sample& sample) {
  if (sample.decoder.in_reasoning()) return Verdict::kThinking;
  if (sample.has_content) return Verdict::kContinue;
  SampleDecoder decoder = sample.decoder;  // what is held back is shown where it is the end
  const SampleDecoder::Piece rest = decoder.Finish();
  return IsBlank(rest.content) ? Verdict::kBlank : Verdict::kContinue;
}

void CompletionStream::OnSampleDone(int32_t index, const engine::SampleEnd& end) {
  Sample& sample = samples_[static_cast<size_t>(index)];
  Choice piece;
  piece.index = index;
  piece.finish_reason = end.reason == FinishReason::kStop ? "stop" : "length";
  piece.intervention = {.thinking_closed = end.thinking_closed,
                        .loops = end.loops,
                        .stopped_loop = end.reason == FinishReason::kLoop};
  if (!sample.stop_string) FinishText(sample, piece);
  if (sample.stop_string) {
    piece.stop_reason = *sample.stop_string;
  } else if (end.stop_id) {
    piece.stop_reason = *end.stop_id;
  } else if (end.reason == FinishReason::kStop) {
    piece.stop_reason = std::string("asked");
  } else if (end.reason == FinishReason::kLoop) {
    piece.stop_reason = std::string("repetition_detected");  // as vLLM calls it
  } else if (end.reason == FinishReason::kDeadline) {
    piece.stop_reason = std::string("deadline");
  }
  if (end.stop_id) ++usage_.completion_tokens;
  if (shape_.has_prompt_logprobs) piece.prompt_logprobs = std::move(prompt_);
  const int64_t n_tokens = sample.decoder.n_tokens() + (end.stop_id ? 1 : 0);
  if (shape_.n_samples > 1) piece.n_tokens = n_tokens;
  longest_sample_tokens_ = std::max(longest_sample_tokens_, n_tokens);
  usage_.reasoning_tokens += sample.decoder.n_reasoning_tokens();
  if (end.loops.n_rewinds > 0) LogLoop(index, end);
  const bool has_answer = end.reason != FinishReason::kCancelled &&
                          end.reason != FinishReason::kError && sample.decoder.n_tokens() > 0;
  if (has_answer || end.reason == FinishReason::kStop) writer_->OnPiece(std::move(piece), usage_);
}

void CompletionStream::ObserveText(Sample& sample, const SampleDecoder::Piece& text) {
  sample.boxed.Push(text.reasoning);
  sample.has_content |= !IsBlank(text.content);
}

// What was held back; and where there is no answer, the one that the thinking may have come to.
void CompletionStream::FinishText(Sample& sample, Choice& piece) {
  SampleDecoder::Piece rest = sample.decoder.Finish();
  ObserveText(sample, rest);
  piece.reasoning = std::move(rest.reasoning);
  piece.content = std::move(rest.content);
  sample.stop_string = std::move(rest.stop_string);
  // The last token completed a stop string that the decoder could not be sure of before.
  if (sample.stop_string) piece.finish_reason = "stop";
  if (sample.has_content || sample.boxed.text().empty()) return;
  piece.content = sample.boxed.text();
  piece.intervention.answer_salvaged = true;
  metrics_.CountSalvaged();
}

void CompletionStream::LogLoop(int32_t index, const engine::SampleEnd& end) const {
  LogInfo(log_subject(),
          "worker: sample {} went round in circles ({} tokens, {} copies): {} rewind(s){}", index,
          end.loops.period, end.loops.n_copies, end.loops.n_rewinds,
          end.reason == FinishReason::kLoop                      ? ", stopped"
          : end.thinking_closed == engine::ThinkingClosed::kLoop ? ", concluded"
                                                                 : "");
}

void CompletionStream::OnDone(const Status& status) {
  const TimePoint now = clock_.Now();
  const TimePoint first_token = has_first_token_ ? first_token_ : now;
  const Timings timings = {.prompt_n = usage_.prompt_tokens,
                           .prompt_ms = Milliseconds(first_token - arrival_),
                           .predicted_n = usage_.completion_tokens,
                           .predicted_ms = Milliseconds(now - first_token)};
  if (status.ok() && has_begun_) {
    metrics_.ObserveFinished({.since_arrival = now - arrival_,
                              .queued = begun_ - arrival_,
                              .prefill = first_token - begun_,
                              .decode = now - first_token,
                              .prompt_tokens = usage_.prompt_tokens,
                              .generated_tokens = usage_.completion_tokens,
                              .longest_sample_tokens = longest_sample_tokens_,
                              .reasoning_tokens = usage_.reasoning_tokens});
  }
  LogInfo(log_subject(),
          "worker: {} tokens in, {} out, {:.0f} ms to the first, {:.0f} ms after{}{}",
          usage_.prompt_tokens, usage_.completion_tokens, timings.prompt_ms, timings.predicted_ms,
          status.ok() ? "" : ": ", status.message());
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
  entry.entropy = event.entropy;
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
