// What requests produce, and what the engine admits.
#include "inference/engine/engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "inference/engine/engine_testing.h"

namespace lemma::engine {
namespace {

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

// Whatever the chunks, the room for logits, what is cached and who runs beside it.
TEST(Engine, APromptsLogprobsAreTheModelsOwn) {
  std::mt19937 random(7);
  for (const int32_t chunk : {5, 64, 1000}) {
    Engine engine(MakeBackend(), {.sequences_max = 12, .prefill_chunk_tokens = chunk}, kClock);
    std::vector<GenerateRequest> requests;
    for (int i = 0; i < 12; ++i) {
      requests.push_back(MakeRequest(RandomPrompt(random, 1 + random() % 100), 20));
      requests.back().prompt_logprobs = i % 3 != 0;
    }
    requests[7].prompt = requests[6].prompt;  // its pages may be known by then
    for (const GenerateRequest& request : requests) MustSubmit(engine, request);
    for (const GenerateRequest& request : requests) {
      const SinkPtr sink = SinkOf(request);
      EXPECT_TRUE(sink->Wait().ok());
      EXPECT_EQ(sink->sample().tokens, Reference(request));
      const auto scores = sink->prompt();
      ASSERT_EQ(scores.size(), request.prompt_logprobs ? request.prompt.size() - 1 : 0);
      std::vector<float> logits(48);
      for (size_t t = 0; t < scores.size(); ++t) {
        FakeBackend::HashModel(std::span(request.prompt).first(t + 1), logits);
        double total = 0;
        for (const float logit : logits) total += std::exp(logit);
        EXPECT_EQ(scores[t].token, request.prompt[t + 1]);
        const double logit = logits[static_cast<size_t>(request.prompt[t + 1])];
        EXPECT_NEAR(scores[t].logprob, logit - std::log(total), 1e-4);
      }
    }
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

TEST(Engine, AShortPromptDoesNotWaitForALongOne) {
  GatedEngine gated({.prefill_chunk_tokens = 16});
  std::vector<SinkPtr> sinks;
  sinks.push_back(MustSubmit(*gated.engine, MakeRequest(std::vector<TokenId>(200, 3), 9)));
  gated.gate.WaitUntilInside();
  sinks.push_back(MustSubmit(*gated.engine, MakeRequest(std::vector<TokenId>(6, 3), 50)));
  gated.gate.Step(1);
  EXPECT_EQ(gated.gate.n_rows, 16);
  gated.gate.Step(1);
  EXPECT_EQ(gated.gate.n_rows, 1 + 16);  // it decodes
  gated.gate.OpenForever();
  for (const SinkPtr& sink : sinks) EXPECT_TRUE(sink->Wait().ok());
}

TEST(Engine, ALongPromptIsNotOvertakenForEver) {
  GatedEngine gated({.prefill_chunk_tokens = 16});
  const SinkPtr oldest = MustSubmit(*gated.engine, MakeRequest(std::vector<TokenId>(160, 3), 1));
  gated.gate.WaitUntilInside();
  std::vector<SinkPtr> sinks;
  for (int i = 0; i < 30; ++i) {  // 29 steps of prompts
    sinks.push_back(MustSubmit(*gated.engine, MakeRequest(std::vector<TokenId>(15, 3), 1)));
  }
  gated.gate.Step(19);  // 16 tokens in the first step, then at least 8 in each
  EXPECT_FALSE(oldest->samples().empty());
  gated.gate.OpenForever();
  for (const SinkPtr& sink : sinks) EXPECT_TRUE(sink->Wait().ok());
}

TEST(Engine, OutputTokensMaxIsTheLargestThatSubmitAccepts) {
  Engine engine(MakeBackend({.context_length_max = 500, .n_pages = 10}), {}, kClock);
  for (const size_t n_prompt : {1u, 63u, 64u, 130u, 499u}) {
    for (const int32_t n : {1, 2, 3, 7}) {
      const int64_t most = engine.output_tokens_max(static_cast<int64_t>(n_prompt), n);
      GenerateRequest request =
          MakeRequest(std::vector<TokenId>(n_prompt, 1), static_cast<int32_t>(most));
      request.n = n;
      if (most > 0) {
        EXPECT_TRUE(MustSubmit(engine, request)->Wait().ok());
      }
      ++request.max_tokens;
      EXPECT_EQ(engine.Submit(request).status().code(), StatusCode::kInvalidArgument);
    }
  }
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

TEST(Engine, TheHeartbeatTicksWhileIdle) {
  Engine engine(MakeBackend(), {}, kClock);
  const int64_t before = engine.stats().n_steps;
  for (int i = 0; i < 2000 && engine.stats().n_steps <= before; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_GT(engine.stats().n_steps, before);
}

}  // namespace
}  // namespace lemma::engine
