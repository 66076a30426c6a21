#include "inference/engine/engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <random>
#include <semaphore>

#include "inference/engine/fake_backend.h"
#include "inference/engine/recording_sink.h"
#include "inference/engine/sampler.h"

namespace lemma::engine {
namespace {

using Verdict = RequestSink::Verdict;
using SinkPtr = std::shared_ptr<RecordingSink>;

const SteadyClock kClock;

std::unique_ptr<FakeBackend> MakeBackend(const FakeBackend::Options& options = {}) {
  return std::make_unique<FakeBackend>(options);
}

std::vector<TokenId> RandomPrompt(std::mt19937& random, size_t n_tokens) {
  std::vector<TokenId> prompt(n_tokens);
  for (TokenId& token : prompt) token = static_cast<TokenId>(random() % 48);
  return prompt;
}

GenerateRequest MakeRequest(std::vector<TokenId> prompt, int32_t max_tokens, uint64_t seed = 1) {
  GenerateRequest request;
  request.prompt = std::move(prompt);
  request.max_tokens = max_tokens;
  request.sampling.temperature = 0.8f;
  request.sampling.top_p = 0.95f;
  request.sampling.seed = seed;
  request.sink = std::make_shared<RecordingSink>();
  return request;
}

SinkPtr SinkOf(const GenerateRequest& request) {
  return std::static_pointer_cast<RecordingSink>(request.sink);
}

SinkPtr MustSubmit(Engine& engine, GenerateRequest request) {
  const SinkPtr sink = SinkOf(request);
  const auto id = engine.Submit(std::move(request));
  EXPECT_TRUE(id.ok()) << id.status().ToString();
  return sink;
}

// What the request must produce: one sequence, no engine, no pages.
std::vector<TokenId> Reference(const GenerateRequest& request, int32_t sample = 0) {
  Sampler sampler(48);
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

void ExpectAllPagesFree(const Engine& engine) {
  const EngineStats stats = engine.stats();
  EXPECT_EQ(stats.n_pages_free, stats.n_pages);
  EXPECT_EQ(stats.n_running, 0);
  EXPECT_EQ(stats.n_waiting, 0);
}

TEST(Engine, OneRequestAloneEqualsTheReferenceAtAnyChunkSize) {
  std::mt19937 random(1);
  for (const int32_t chunk : {1, 7, 64, 1000}) {
    Engine engine(MakeBackend(), {.prefill_chunk_tokens = chunk}, kClock);
    for (const size_t n_prompt : {1u, 2u, 63u, 64u, 65u, 200u}) {
      const GenerateRequest request = MakeRequest(RandomPrompt(random, n_prompt), 90);
      const SinkPtr sink = MustSubmit(engine, request);
      EXPECT_TRUE(sink->Wait().ok());
      EXPECT_EQ(sink->sample().tokens, Reference(request)) << chunk << " " << n_prompt;
      EXPECT_EQ(sink->sample().reason, FinishReason::kLength);
      ExpectAllPagesFree(engine);
    }
  }
}

TEST(Engine, SamplesOfOneRequestEqualSeparateStreamsAndShareOnePrefill) {
  std::mt19937 random(2);
  for (const size_t n_prompt : {1u, 64u, 100u, 130u}) {
    Engine engine(MakeBackend(), {.prefill_chunk_tokens = 48}, kClock);
    GenerateRequest request = MakeRequest(RandomPrompt(random, n_prompt), 70, 99);
    request.n = 5;
    request.sampling.presence_penalty = 0.5f;
    request.sampling.repetition_penalty = 1.1f;
    const SinkPtr sink = MustSubmit(engine, request);
    EXPECT_TRUE(sink->Wait().ok());
    for (int32_t sample = 0; sample < 5; ++sample) {
      EXPECT_EQ(sink->sample(sample).tokens, Reference(request, sample)) << n_prompt;
    }
    EXPECT_NE(sink->sample(0).tokens, sink->sample(1).tokens);
    EXPECT_EQ(engine.stats().prompt_tokens, static_cast<int64_t>(n_prompt));
    EXPECT_EQ(engine.stats().generated_tokens, 5 * 70);
    ExpectAllPagesFree(engine);
  }
}

// Many requests at once, of which a third are cancelled and some run out of time: what the others
// produce is what they produce alone, and the cancelled ones produced a beginning of it.
TEST(Engine, NeighboursNeverChangeAResult) {
  std::mt19937 random(3);
  for (const int32_t chunk : {5, 64}) {
    Engine engine(MakeBackend({.n_pages = 40}),
                  {.sequences_max = 12, .queued_requests_max = 300, .prefill_chunk_tokens = chunk},
                  kClock);
    std::vector<std::pair<GenerateRequest, RequestId>> requests;
    for (uint64_t i = 0; i < 200; ++i) {
      GenerateRequest request = MakeRequest(RandomPrompt(random, 1 + random() % 150),
                                            static_cast<int32_t>(1 + random() % 60), i);
      request.n = static_cast<int32_t>(1 + random() % 3);
      request.stop_ids = {static_cast<TokenId>(random() % 48)};
      if (i % 7 == 0) request.deadline = kClock.Now() + std::chrono::milliseconds(random() % 20);
      const auto id = engine.Submit(request);
      ASSERT_TRUE(id.ok());
      requests.emplace_back(request, *id);
      if (i % 3 == 0) engine.Cancel(requests[random() % requests.size()].second);
    }
    for (const auto& [request, id] : requests) {
      const SinkPtr sink = SinkOf(request);
      EXPECT_NE(sink->Wait().code(), StatusCode::kInternal);
      EXPECT_EQ(sink->n_done(), 1);
      for (auto& [index, sample] : sink->samples()) {
        std::vector<TokenId> expected = Reference(request, index);
        const bool whole =
            sample.reason == FinishReason::kStop || sample.reason == FinishReason::kLength;
        if (!whole) expected.resize(sample.tokens.size());
        EXPECT_EQ(sample.tokens, expected);
      }
    }
    ExpectAllPagesFree(engine);
  }
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

TEST(Engine, CancelWhileQueuedFreesTheQueueAndNeverRuns) {
  GatedEngine gated({.sequences_max = 1});
  const SinkPtr running = MustSubmit(*gated.engine, MakeRequest({1}, 5));
  gated.gate.WaitUntilInside();
  GenerateRequest request = MakeRequest({2}, 5);
  const auto id = gated.engine->Submit(request);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(gated.engine->stats().n_waiting, 1);
  gated.engine->Cancel(*id);
  gated.gate.may_run.release();  // one step
  EXPECT_EQ(SinkOf(request)->Wait().code(), StatusCode::kCancelled);
  EXPECT_TRUE(SinkOf(request)->samples().empty());
  EXPECT_EQ(gated.engine->stats().n_waiting, 0);
  gated.gate.OpenForever();
  EXPECT_EQ(running->Wait().code(), StatusCode::kOk);
}

TEST(Engine, CancelWhilePrefillingOrDecodingEndsWithinOneStep) {
  for (const int n_steps_before : {3, 60}) {  // 20 steps of prefill, then decode
    GatedEngine gated({.prefill_chunk_tokens = 5});
    GenerateRequest request = MakeRequest(std::vector<TokenId>(100, 7), 400);
    request.n = 2;
    const auto id = gated.engine->Submit(request);
    ASSERT_TRUE(id.ok());
    gated.gate.WaitUntilInside();
    gated.gate.Step(n_steps_before - 1);
    gated.engine->Cancel(*id);
    gated.engine->Cancel(12345);  // unknown: ignored
    gated.gate.may_run.release();
    EXPECT_TRUE(SinkOf(request)->Wait().ok());
    ExpectAllPagesFree(*gated.engine);
    EXPECT_FALSE(gated.gate.has_begun.try_acquire());  // no further step
    for (const auto& [index, sample] : SinkOf(request)->samples()) {
      EXPECT_EQ(sample.reason, FinishReason::kCancelled);
      EXPECT_EQ(sample.tokens.size(), n_steps_before < 20 ? 0u : 41u);
    }
    EXPECT_EQ(gated.engine->stats().requests_finished[int(FinishReason::kCancelled)], 2);
  }
}

TEST(Engine, QueueIsBoundedByRequestsAndTokens) {
  GatedEngine gated({.sequences_max = 1, .queued_requests_max = 3, .queued_tokens_max = 100});
  std::vector<SinkPtr> sinks = {MustSubmit(*gated.engine, MakeRequest({1}, 2))};
  gated.gate.WaitUntilInside();
  sinks.push_back(MustSubmit(*gated.engine, MakeRequest({1}, 400)));  // alone it may wait
  EXPECT_EQ(gated.engine->Submit(MakeRequest({1}, 2)).status().code(), StatusCode::kUnavailable);
  gated.gate.Step(2);  // the long one runs now, nothing waits
  for (int i = 0; i < 3; ++i) sinks.push_back(MustSubmit(*gated.engine, MakeRequest({1}, 10)));
  EXPECT_EQ(gated.engine->Submit(MakeRequest({1}, 10)).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(gated.engine->stats().n_waiting, 3);
  gated.gate.OpenForever();
  for (const SinkPtr& sink : sinks) EXPECT_TRUE(sink->Wait().ok());
}

TEST(Engine, NobodyOvertakesARequestThatWaitsForPages) {
  GatedEngine gated({}, {.context_length_max = 640, .n_pages = 10});
  std::mutex mutex;
  std::vector<int> order;
  std::vector<SinkPtr> sinks;
  const auto submit = [&](int name, int32_t max_tokens) {
    GenerateRequest request = MakeRequest({1}, max_tokens);
    SinkOf(request)->on_token = [&, name](const TokenEvent&) {
      std::lock_guard lock(mutex);
      if (std::count(order.begin(), order.end(), name) == 0) order.push_back(name);
      return Verdict::kContinue;
    };
    sinks.push_back(MustSubmit(*gated.engine, std::move(request)));
  };
  submit(0, 300);  // 5 of 10 pages
  gated.gate.WaitUntilInside();
  submit(1, 600);  // all 10
  submit(2, 10);   // would fit at once
  gated.gate.OpenForever();
  for (const SinkPtr& sink : sinks) EXPECT_TRUE(sink->Wait().ok());
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST(Engine, AStepHoldsEveryDecodeAndAtMostOneChunkOfPrompts) {
  GatedEngine gated({.prefill_chunk_tokens = 16}, {.batch_rows_max = 20});
  const SinkPtr first = MustSubmit(*gated.engine, MakeRequest({1, 2}, 100));
  gated.gate.WaitUntilInside();
  gated.gate.Step(1);
  EXPECT_EQ(gated.gate.n_rows, 1);
  const SinkPtr second = MustSubmit(*gated.engine, MakeRequest(std::vector<TokenId>(10, 3), 9));
  const SinkPtr third = MustSubmit(*gated.engine, MakeRequest(std::vector<TokenId>(30, 3), 9));
  const int expected[] = {1 + 10 + 6, 2 + 16, 2 + 8, 3};
  for (const int n_rows : expected) {
    gated.gate.Step(1);
    EXPECT_EQ(gated.gate.n_rows, n_rows);
  }
  gated.gate.OpenForever();
  for (const SinkPtr& sink : {first, second, third}) EXPECT_TRUE(sink->Wait().ok());
}

TEST(Engine, DeadlineEndsARunningAndAWaitingRequest) {
  ManualClock clock;  // moved on the engine's thread alone, ten milliseconds a step
  auto backend = MakeBackend();
  backend->on_forward = [&](const model::Batch&) {
    clock.Advance(std::chrono::milliseconds(10));
    return Ok();
  };
  const TimePoint start = clock.Now();
  Engine engine(std::move(backend), {.sequences_max = 1}, clock);
  GenerateRequest running = MakeRequest({1}, 900);
  running.deadline = start + std::chrono::milliseconds(200);
  GenerateRequest waiting = MakeRequest({1}, 900);
  waiting.deadline = start + std::chrono::milliseconds(100);
  const SinkPtr running_sink = MustSubmit(engine, running);
  const SinkPtr waiting_sink = MustSubmit(engine, waiting);
  EXPECT_EQ(waiting_sink->Wait().code(), StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(waiting_sink->samples().empty());
  EXPECT_TRUE(running_sink->Wait().ok());
  EXPECT_EQ(running_sink->sample().reason, FinishReason::kDeadline);
  EXPECT_EQ(running_sink->sample().tokens.size(), 20u);
  EXPECT_EQ(engine.stats().requests_finished[int(FinishReason::kDeadline)], 2);
  ExpectAllPagesFree(engine);
}

TEST(Engine, StopIdsEndASampleUnlessIgnored) {
  GenerateRequest request = MakeRequest({5, 6}, 200);
  request.stop_ids = {11, 12};
  const std::vector<TokenId> expected = Reference(request);
  ASSERT_LT(expected.size(), 200u);
  Engine engine(MakeBackend(), {}, kClock);
  const SinkPtr sink = MustSubmit(engine, request);
  EXPECT_TRUE(sink->Wait().ok());
  EXPECT_EQ(sink->sample().tokens, expected);
  EXPECT_EQ(sink->sample().reason, FinishReason::kStop);
  ASSERT_TRUE(sink->sample().stop_id.has_value());
  EXPECT_TRUE(*sink->sample().stop_id == 11 || *sink->sample().stop_id == 12);

  request.ignore_eos = true;
  request.sink = std::make_shared<RecordingSink>();
  const SinkPtr ignoring = MustSubmit(engine, request);
  EXPECT_TRUE(ignoring->Wait().ok());
  EXPECT_EQ(ignoring->sample().tokens.size(), 200u);
}

TEST(Engine, TheSinkCanStopOneSampleOfMany) {
  Engine engine(MakeBackend(), {}, kClock);
  GenerateRequest request = MakeRequest({1, 2, 3}, 50);
  request.n = 3;
  int n_seen = 0;
  SinkOf(request)->on_token = [&](const TokenEvent& event) {
    return event.sample == 1 && ++n_seen == 4 ? Verdict::kStop : Verdict::kContinue;
  };
  const SinkPtr sink = MustSubmit(engine, request);
  EXPECT_TRUE(sink->Wait().ok());
  EXPECT_EQ(sink->sample(1).tokens.size(), 4u);
  EXPECT_EQ(sink->sample(1).reason, FinishReason::kStop);
  EXPECT_EQ(sink->sample(1).stop_id, std::nullopt);
  EXPECT_EQ(sink->sample(0).tokens.size(), 50u);
  EXPECT_EQ(sink->sample(2).tokens, Reference(request, 2));
  ExpectAllPagesFree(engine);
}

TEST(Engine, LogprobsReachTheSink) {
  Engine engine(MakeBackend(), {}, kClock);
  GenerateRequest request = MakeRequest({1, 2, 3}, 5);
  request.sampling.n_logprobs = 3;
  request.sampling.temperature = 0;
  const SinkPtr sink = MustSubmit(engine, request);
  EXPECT_TRUE(sink->Wait().ok());
  const RecordingSink::Sample sample = sink->sample();
  for (size_t i = 0; i < 5; ++i) {
    ASSERT_EQ(sample.top_logprobs[i].size(), 3u);
    EXPECT_EQ(sample.top_logprobs[i][0].token, sample.tokens[i]);
    EXPECT_EQ(sample.top_logprobs[i][0].logprob, sample.logprobs[i]);
    EXPECT_GE(sample.top_logprobs[i][0].logprob, sample.top_logprobs[i][1].logprob);
  }
}

TEST(Engine, UnusableLogitsEndTheirRequestAlone) {
  const auto poisoned = [](std::span<const TokenId> tokens, std::span<float> logits) {
    FakeBackend::HashModel(tokens, logits);
    if (tokens[0] == 13 && tokens.size() > 10) {
      logits[5] = std::numeric_limits<float>::quiet_NaN();
    }
  };
  Engine engine(std::make_unique<FakeBackend>(FakeBackend::Options{}, poisoned), {}, kClock);
  GenerateRequest bad = MakeRequest({13, 1}, 50);
  bad.n = 3;
  const GenerateRequest good = MakeRequest({12, 1}, 50);
  const SinkPtr bad_sink = MustSubmit(engine, bad);
  const SinkPtr good_sink = MustSubmit(engine, good);
  EXPECT_EQ(bad_sink->Wait().code(), StatusCode::kInternal);
  for (const auto& [index, sample] : bad_sink->samples()) {
    EXPECT_EQ(sample.reason, FinishReason::kError);
    EXPECT_EQ(sample.tokens.size(), 9u);
  }
  EXPECT_EQ(bad_sink->samples().size(), 3u);
  EXPECT_TRUE(good_sink->Wait().ok());
  EXPECT_EQ(good_sink->sample().tokens, Reference(good));
  ExpectAllPagesFree(engine);
}

TEST(Engine, AFailedForwardEndsItsBatchAndTheEngineGoesOn) {
  auto backend = MakeBackend();
  std::atomic<int> n_forwards{0};
  backend->on_forward = [&](const model::Batch&) {
    return ++n_forwards == 5 ? Internal("the device failed") : Ok();
  };
  Engine engine(std::move(backend), {}, kClock);
  const SinkPtr failed = MustSubmit(engine, MakeRequest({1}, 50));
  EXPECT_EQ(failed->Wait().message(), "the device failed");
  EXPECT_EQ(failed->sample().reason, FinishReason::kError);
  EXPECT_TRUE(MustSubmit(engine, MakeRequest({1}, 50))->Wait().ok());
  ExpectAllPagesFree(engine);
}

TEST(Engine, SubmitNamesTheWrongField) {
  Engine engine(MakeBackend({.context_length_max = 500, .n_pages = 10}), {.sequences_max = 16},
                kClock);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  using Edit = std::function<void(GenerateRequest&)>;
  const std::vector<std::pair<std::string, Edit>> cases = {
      {"prompt", [](auto& r) { r.prompt = {}; }},
      {"prompt", [](auto& r) { r.prompt = {48}; }},
      {"prompt", [](auto& r) { r.prompt = {-1}; }},
      {"prompt", [](auto& r) { r.prompt.assign(500, 1); }},
      {"max_tokens", [](auto& r) { r.max_tokens = 0; }},
      {"max_tokens", [](auto& r) { r.max_tokens = 500; }},
      {"max_tokens", [](auto& r) { r.max_tokens = std::numeric_limits<int32_t>::max(); }},
      {"n", [](auto& r) { r.n = 0; }},
      {"n", [](auto& r) { r.n = 17; }},
      {"n", [](auto& r) { r.n = 6, r.max_tokens = 70; }},
      {"temperature", [](auto& r) { r.sampling.temperature = -0.1f; }},
      {"temperature", [&](auto& r) { r.sampling.temperature = nan; }},
      {"top_p", [](auto& r) { r.sampling.top_p = 0; }},
      {"top_p", [](auto& r) { r.sampling.top_p = 1.1f; }},
      {"top_k", [](auto& r) { r.sampling.top_k = -1; }},
      {"min_p", [](auto& r) { r.sampling.min_p = 1.5f; }},
      {"repetition_penalty", [](auto& r) { r.sampling.repetition_penalty = 0; }},
      {"presence_penalty", [&](auto& r) { r.sampling.presence_penalty = nan; }},
      {"frequency_penalty", [](auto& r) { r.sampling.frequency_penalty = INFINITY; }},
      {"logit_bias", [](auto& r) { r.sampling.logit_bias = {{48, 1.0f}}; }},
      {"logit_bias", [&](auto& r) { r.sampling.logit_bias = {{1, nan}}; }},
      {"n_logprobs", [](auto& r) { r.sampling.n_logprobs = 21; }},
  };
  for (const auto& [field, edit] : cases) {
    GenerateRequest request = MakeRequest({1}, 10);
    edit(request);
    const auto id = engine.Submit(request);
    EXPECT_EQ(id.status().code(), StatusCode::kInvalidArgument) << field;
    EXPECT_EQ(id.status().field(), field) << id.status().ToString();
    EXPECT_EQ(SinkOf(request)->n_done(), 0);
  }
  EXPECT_EQ(engine.tokens_max(), 500);
  EXPECT_TRUE(MustSubmit(engine, MakeRequest({1}, 499))->Wait().ok());
}

TEST(Engine, DrainRefusesNewRequestsAndFinishesTheOthers) {
  GatedEngine gated({});
  const GenerateRequest request = MakeRequest({1}, 20);
  const SinkPtr sink = MustSubmit(*gated.engine, request);
  gated.gate.WaitUntilInside();
  gated.engine->Drain();
  EXPECT_EQ(gated.engine->Submit(MakeRequest({1}, 5)).status().code(), StatusCode::kUnavailable);
  gated.gate.OpenForever();
  EXPECT_TRUE(sink->Wait().ok());
  EXPECT_EQ(sink->sample().tokens, Reference(request));
}

TEST(Engine, DestructionEndsWhatRunsAndWhatWaits) {
  SinkPtr running;
  SinkPtr waiting;
  {
    GatedEngine gated({.sequences_max = 1});
    running = MustSubmit(*gated.engine, MakeRequest({1}, 900));
    gated.gate.WaitUntilInside();
    waiting = MustSubmit(*gated.engine, MakeRequest({1}, 900));
    std::thread opener([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the destructor has begun
      gated.gate.may_run.release();
    });
    gated.engine.reset();
    opener.join();
  }
  EXPECT_EQ(running->sample().reason, FinishReason::kCancelled);
  EXPECT_EQ(running->n_done(), 1);
  EXPECT_EQ(waiting->Wait().code(), StatusCode::kUnavailable);
}

TEST(Engine, TheHeartbeatTicksWhileIdle) {
  Engine engine(MakeBackend(), {}, kClock);
  const int64_t before = engine.stats().n_steps;
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  EXPECT_GT(engine.stats().n_steps, before);
}

}  // namespace
}  // namespace lemma::engine
