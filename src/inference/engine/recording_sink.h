// For tests: keeps all that a request produced and lets a test wait for its end.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "inference/engine/engine.h"

namespace lemma::engine {

class RecordingSink : public RequestSink {
 public:
  struct Sample {
    std::vector<TokenId> tokens;
    std::vector<float> logprobs;
    std::vector<float> entropies;
    std::vector<std::vector<TokenLogprob>> top_logprobs;
    std::optional<FinishReason> reason;
    std::optional<TokenId> stop_id;
    ThinkingClosed thinking_closed = ThinkingClosed::kNever;
    LoopReport loops;
  };

  // Called on the engine's thread for each token; its verdict is passed on.
  std::function<Verdict(const TokenEvent&)> on_token;

  void OnBegin(int32_t n_cached_tokens) override {
    std::lock_guard lock(mutex_);
    n_cached_tokens_ = n_cached_tokens;
  }
  void OnPromptToken(const TokenLogprob& token) override {
    std::lock_guard lock(mutex_);
    prompt_.push_back(token);
  }
  Verdict OnToken(const TokenEvent& event) override {
    {
      std::lock_guard lock(mutex_);
      Sample& sample = samples_[event.sample];
      sample.tokens.push_back(event.token);
      sample.logprobs.push_back(event.logprob);
      sample.entropies.push_back(event.entropy);
      sample.top_logprobs.emplace_back(event.top_logprobs.begin(), event.top_logprobs.end());
    }
    return on_token ? on_token(event) : Verdict::kContinue;
  }
  void OnSampleDone(int32_t index, const SampleEnd& end) override {
    std::lock_guard lock(mutex_);
    Sample& sample = samples_[index];
    sample.reason = end.reason;
    sample.stop_id = end.stop_id;
    sample.thinking_closed = end.thinking_closed;
    sample.loops = end.loops;
  }
  void OnDone(const Status& status) override {
    {
      std::lock_guard lock(mutex_);
      ++n_done_;
      status_ = status;
    }
    done_.notify_all();
  }

  // Waits for OnDone; its status, or kInternal when it does not come.
  Status Wait() {
    std::unique_lock lock(mutex_);
    if (!done_.wait_for(lock, std::chrono::seconds(30), [&] { return n_done_ > 0; })) {
      return Internal("OnDone was not called");
    }
    return status_;
  }
  // After Wait.
  std::map<int32_t, Sample> samples() {
    std::lock_guard lock(mutex_);
    return samples_;
  }
  Sample sample(int32_t i = 0) { return samples()[i]; }
  std::vector<TokenLogprob> prompt() {
    std::lock_guard lock(mutex_);
    return prompt_;
  }
  int32_t n_cached_tokens() {
    std::lock_guard lock(mutex_);
    return n_cached_tokens_;
  }
  int n_done() {
    std::lock_guard lock(mutex_);
    return n_done_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  std::map<int32_t, Sample> samples_;
  std::vector<TokenLogprob> prompt_;
  int n_done_ = 0;
  int32_t n_cached_tokens_ = 0;
  Status status_;
};

}  // namespace lemma::engine
