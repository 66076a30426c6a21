// For the engine's tests: requests, their reference, and an engine that runs step by step.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <semaphore>
#include <utility>
#include <vector>

#include "inference/engine/engine.h"
#include "inference/engine/fake_backend.h"
#include "inference/engine/recording_sink.h"
#include "inference/engine/sampler.h"
#include "inference/kernels/isa.h"

namespace lemma::engine {

using Verdict = RequestSink::Verdict;
using SinkPtr = std::shared_ptr<RecordingSink>;

inline const SteadyClock kClock;

inline std::unique_ptr<FakeBackend> MakeBackend(const FakeBackend::Options& options = {}) {
  return std::make_unique<FakeBackend>(options);
}

inline std::vector<TokenId> RandomPrompt(std::mt19937& random, size_t n_tokens) {
  std::vector<TokenId> prompt(n_tokens);
  for (TokenId& token : prompt) token = static_cast<TokenId>(random() % 48);
  return prompt;
}

inline GenerateRequest MakeRequest(std::vector<TokenId> prompt, int32_t max_tokens,
                                   uint64_t seed = 1) {
  GenerateRequest request;
  request.prompt = std::move(prompt);
  request.max_tokens = max_tokens;
  request.sampling.temperature = 0.8f;
  request.sampling.top_p = 0.95f;
  request.sampling.seed = seed;
  request.sink = std::make_shared<RecordingSink>();
  return request;
}

inline SinkPtr SinkOf(const GenerateRequest& request) {
  return std::static_pointer_cast<RecordingSink>(request.sink);
}

inline SinkPtr MustSubmit(Engine& engine, GenerateRequest request) {
  const SinkPtr sink = SinkOf(request);
  const auto id = engine.Submit(std::move(request));
  EXPECT_TRUE(id.ok()) << id.status().ToString();
  return sink;
}

// What the request must produce: one sequence, no engine, no pages.
inline std::vector<TokenId> Reference(const GenerateRequest& request, int32_t sample = 0) {
  Sampler sampler(48, kernels::KernelsFor(kernels::Isa::kScalar));
  std::vector<float> logits(48);
  std::vector<TokenId> tokens = request.prompt;
  const int32_t n_prompt = static_cast<int32_t>(tokens.size());
  for (int32_t i = 0; i < request.max_tokens; ++i) {
    FakeBackend::HashModel(tokens, logits);
    const TokenId token = sampler
                              .Sample(logits, request.sampling,
                                      {.tokens = tokens, .n_prompt = n_prompt, .sample = sample})
                              ->token;
    if (std::count(request.stop_ids.begin(), request.stop_ids.end(), token) > 0) break;
    tokens.push_back(token);
  }
  return {tokens.begin() + n_prompt, tokens.end()};
}

inline void ExpectAllPagesFree(const Engine& engine) {
  const EngineStats stats = engine.stats();
  EXPECT_EQ(stats.n_pages_free, stats.n_pages);
  EXPECT_EQ(stats.n_running, 0);
  EXPECT_EQ(stats.n_waiting, 0);
}

// Forward passes are let through one by one, so that a test knows which phase a request is in.
struct Gate {
  std::counting_semaphore<1 << 20> may_run{0};
  std::counting_semaphore<1 << 20> has_begun{0};
  std::atomic<int> n_rows{0};  // of the last Forward that has begun

  void AttachTo(FakeBackend& backend) {
    backend.on_forward = [this](const model::Batch& batch) {
      n_rows = static_cast<int>(batch.tokens.size());
      has_begun.release();
      may_run.acquire();
      return Ok();
    };
  }
  void WaitUntilInside() { has_begun.acquire(); }
  // From inside one Forward to inside the n-th after it.
  void Step(int n) {
    for (int i = 0; i < n; ++i) {
      may_run.release();
      has_begun.acquire();
    }
  }
  void OpenForever() { may_run.release(1 << 19); }
};

struct GatedEngine {
  explicit GatedEngine(const EngineOptions& options, const FakeBackend::Options& fake = {}) {
    auto backend = MakeBackend(fake);
    gate.AttachTo(*backend);
    engine = std::make_unique<Engine>(std::move(backend), options, kClock);
  }
  ~GatedEngine() { gate.OpenForever(); }
  Gate gate;
  std::unique_ptr<Engine> engine;
};

}  // namespace lemma::engine
