// The sink of one request: token events of the engine -> pieces of a reply.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "inference/engine/engine.h"
#include "inference/worker/last_boxed.h"
#include "inference/worker/metrics.h"
#include "inference/worker/reply_writer.h"
#include "inference/worker/running_requests.h"
#include "inference/worker/sample_decoder.h"

namespace lemma::worker {

// Runs on the engine's thread; `tokenizer`, `metrics` and `clock` must outlive it.
class CompletionStream : public engine::RequestSink {
 public:
  struct Shape {
    ReplyKind kind = ReplyKind::kChat;
    int64_t n_prompt_tokens = 0;
    int32_t n_samples = 1;
    bool has_logprobs = false;
    bool has_prompt_logprobs = false;
    bool opens_thinking = false;  // the prompt ends inside the thinking
    std::string request_id;       // this and the next one for the log
    std::string trace_id = {};
    std::vector<std::string> stops;
    std::shared_ptr<const RequestWishes> wishes;
  };
  // The request arrives now.
  CompletionStream(const Shape& shape, const text::Tokenizer& tokenizer, Metrics& metrics,
                   const Clock& clock, std::shared_ptr<ReplyWriter> writer);

  void OnBegin(int32_t n_cached_tokens) override {
    has_begun_ = true;
    begun_ = clock_.Now();
    usage_.cached_tokens = n_cached_tokens;
  }
  void OnPromptToken(const engine::TokenLogprob& token) override;
  Verdict OnToken(const engine::TokenEvent& event) override;
  Verdict Foresee(int32_t sample, engine::TokenId token) const override;
  void OnSampleDone(int32_t sample, const engine::SampleEnd& end) override;
  void OnDone(const Status& status) override;

 private:
  struct Sample {
    SampleDecoder decoder;
    std::optional<std::string> stop_string;  // matched: the sample ends
    TimePoint last_token;
    int64_t n_characters = 0;
    LastBoxed boxed;           // of the thinking
    bool has_content = false;  // its answer is not blank
  };

  static void ObserveText(Sample& sample, const SampleDecoder::Piece& text);
  static Verdict VerdictOf(const Sample& sample);
  void FinishText(Sample& sample, Choice& piece);
  LogSubject log_subject() const { return {shape_.request_id, shape_.trace_id}; }
  void LogLoop(int32_t index, const engine::SampleEnd& end) const;
  void ObserveToken(Sample& sample);
  LogprobEntry MakeLogprobs(const engine::TokenEvent& event, Sample& sample) const;

  const Shape shape_;
  const text::Tokenizer& tokenizer_;
  Metrics& metrics_;
  const Clock& clock_;
  const std::shared_ptr<ReplyWriter> writer_;
  const TimePoint arrival_;

  std::vector<Sample> samples_;
  std::vector<PromptToken> prompt_;
  Usage usage_;
  int64_t longest_sample_tokens_ = 0;
  TimePoint begun_;
  TimePoint first_token_;  // where usage or a sample's decoder counts one
  bool has_begun_ = false;
  bool has_first_token_ = false;
};

}  // namespace lemma::worker
