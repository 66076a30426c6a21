// Properties: guessing changes no result, only how many steps it takes; none is made where it does
// not pay.
#include "inference/engine/speculation.h"

#include <gtest/gtest.h>

#include <random>

#include "inference/engine/engine_testing.h"

namespace lemma::engine {
namespace {

TEST(StepCost, IsInterpolatedBetweenWhatWasMeasured) {
  StepCost cost(32);
  EXPECT_FALSE(cost.Knows(32));
  cost.Observe(1, 10);
  EXPECT_TRUE(cost.Knows(1));
  EXPECT_GT(cost.Of(9), cost.Of(1));
  EXPECT_LT(cost.Of(9), 2 * cost.Of(1)) << "rows are assumed to be cheap";
  cost.Observe(9, 18);
  EXPECT_DOUBLE_EQ(cost.Of(1), 10);
  EXPECT_DOUBLE_EQ(cost.Of(3), 12);
  EXPECT_DOUBLE_EQ(cost.Of(9), 18);
  EXPECT_GT(cost.Of(20), 18);
  for (int i = 0; i < 100; ++i) cost.Observe(1, 20);
  EXPECT_NEAR(cost.Of(1), 20, 0.1);
}

TEST(StepCost, WhatWasNotSeenOfLateIsForgotten) {
  StepCost cost(32);
  cost.Observe(1, 10);
  cost.Observe(9, 18);
  for (int i = 0; i < StepCost::kStepsKept; ++i) cost.Observe(9, 18);
  EXPECT_FALSE(cost.Knows(8));
  for (int i = 0; i < StepCost::kStepsKept; ++i) cost.Observe(1, 10);
  EXPECT_DOUBLE_EQ(cost.Of(9), 18);
  cost.Observe(1, 10);
  EXPECT_LT(cost.Of(9), 18);
}

// One decoding sequence whose text repeats.
RequestList Repeating() {
  RequestList running;
  running.push_back(std::make_unique<Request>(MakeRequest({1, 2, 3, 1, 2, 3, 1, 2, 3}, 100)));
  Request& request = *running.back();
  request.n_live = 1;
  request.samples.resize(1);
  request.samples[0].phase = Phase::kDecode;
  request.samples[0].tokens = request.spec.prompt;
  request.samples[0].n_prompt = 9;
  request.drafter.emplace(request.spec.prompt, 1, 100);
  return running;
}

TEST(Speculation, GuessesWhereItPaysAndNotWhereRowsAreDear) {
  RequestList running = Repeating();
  const Sequence& sequence = running[0]->samples[0];
  for (const bool dear : {false, true}) {
    Speculation speculation(32);
    speculation.ObserveStep(1, std::chrono::milliseconds(10));
    speculation.ObserveStep(2, std::chrono::milliseconds(dear ? 20 : 10));
    speculation.ObserveStep(16, std::chrono::milliseconds(dear ? 160 : 11));
    speculation.Draft(running, 100);
    EXPECT_EQ(sequence.draft.empty(), dear);
  }
}

TEST(Speculation, LearnsFromItsGuesses) {
  RequestList running = Repeating();
  Request& request = *running[0];
  const Sequence& sequence = request.samples[0];
  Speculation speculation(32);
  speculation.ObserveStep(1, std::chrono::milliseconds(10));
  speculation.ObserveStep(16, std::chrono::milliseconds(16));
  speculation.Draft(running, 100);
  const size_t at_first = sequence.draft.size();
  ASSERT_GT(at_first, 0u);
  for (int i = 0; i < 30; ++i) {
    Speculation::ObserveDraft(request, sequence, static_cast<int32_t>(sequence.draft.size()));
    speculation.Draft(running, 100);
  }
  EXPECT_EQ(sequence.draft.size(), static_cast<size_t>(kDraftMax));
  for (int i = 0; i < 200 && !sequence.draft.empty(); ++i) {
    Speculation::ObserveDraft(request, sequence, 0);
    speculation.Draft(running, 100);
  }
  EXPECT_TRUE(sequence.draft.empty()) << "wrong all the time";
  int n_tries = 0;  // of 1,000 steps in a text that is never right
  for (int step = 0; step < 1000; ++step) {
    speculation.Draft(running, 100);
    if (sequence.draft.empty()) continue;
    ++n_tries;
    Speculation::ObserveDraft(request, sequence, 0);
  }
  EXPECT_GT(n_tries, 0) << "it may become right again";
  EXPECT_LT(n_tries, 250);
}

// `n_steps` of one sequence whose guesses are right with a chance of `right` each, on a machine
// where a step takes seconds_of(rows).
struct Tries {
  int n = 0;  // steps with a guess
  double tokens = 0;
  double seconds = 0;
};
template <typename SecondsOf>
Tries RunSteps(Speculation& speculation, RequestList& running, int n_steps, double right,
               const SecondsOf& seconds_of) {
  std::mt19937 random(1);
  std::bernoulli_distribution is_right(right);
  Request& request = *running[0];
  const Sequence& sequence = request.samples[0];
  Tries tries;
  for (int step = 0; step < n_steps; ++step) {
    speculation.Draft(running, 100);
    const auto n_draft = static_cast<int32_t>(sequence.draft.size());
    const double seconds = seconds_of(1 + n_draft);
    int32_t n_right = 0;
    while (n_right < n_draft && is_right(random)) ++n_right;
    speculation.ObserveStep(
        1 + n_draft, std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
    Speculation::ObserveDraft(request, sequence, n_right);
    tries.n += n_draft > 0;
    tries.tokens += 1 + n_right;
    tries.seconds += seconds;
  }
  return tries;
}

TEST(Speculation, ASlowStepStopsItForAThousandStepsAtMost) {
  const auto seconds_of = [](int32_t n_rows) { return 0.00025 * (1 + 0.03 * (n_rows - 1)); };
  for (const int32_t n_rows : {2, 3, 9, 16}) {
    RequestList running = Repeating();
    Speculation speculation(32);
    speculation.ObserveStep(1, std::chrono::microseconds(250));
    speculation.ObserveStep(n_rows, std::chrono::milliseconds(4));  // preempted
    RunSteps(speculation, running, StepCost::kStepsKept + 10, 0.8, seconds_of);
    const Tries after = RunSteps(speculation, running, 1000, 0.8, seconds_of);
    EXPECT_GT(after.n, 990) << n_rows;
    EXPECT_GT(after.tokens / after.seconds * 0.00025, 2.5) << n_rows;
  }
}

TEST(Speculation, WhereRowsAreDearItIsTriedSoRarelyThatItCostsNothing) {
  for (const double right : {0.0, 0.5, 0.8}) {
    RequestList running = Repeating();
    Speculation speculation(32);
    const Tries tries =
        RunSteps(speculation, running, 20000, right, [](int32_t n_rows) { return 0.01 * n_rows; });
    EXPECT_LT(tries.n, 200) << right;
    EXPECT_GT(tries.tokens / tries.seconds * 0.01, 0.99) << right;
  }
}

TEST(Speculation, KeepsWithinItsRoom) {
  RequestList running = Repeating();
  Sequence& sequence = running[0]->samples[0];
  Speculation speculation(32);
  speculation.ObserveStep(1, std::chrono::milliseconds(10));
  for (const int32_t room : {0, 1, 5}) {
    speculation.Draft(running, room);
    EXPECT_EQ(std::ssize(sequence.draft), room);
  }
  running[0]->spec.max_tokens = 3;  // one token is sampled in any case
  speculation.Draft(running, 100);
  EXPECT_EQ(std::ssize(sequence.draft), 2);
  Speculation small(2);  // rows at most, and more sequences than those
  small.ObserveStep(2, std::chrono::milliseconds(10));
  for (int i = 0; i < 2; ++i) running.push_back(std::move(Repeating()[0]));
  small.Draft(running, 100);
  for (const auto& request : running) EXPECT_TRUE(request->samples[0].draft.empty());
}

// A model that mostly says again what it said some tokens ago, so that guesses are often right.
void EchoModel(std::span<const TokenId> tokens, std::span<float> logits) {
  FakeBackend::HashModel(tokens, logits);
  constexpr size_t kPeriod = 5;
  if (tokens.size() > kPeriod) {
    logits[static_cast<size_t>(tokens[tokens.size() - kPeriod])] += 7;
  }
}

struct Outcome {
  std::vector<std::map<int32_t, RecordingSink::Sample>> samples;
  EngineStats stats;
};

Outcome RunAll(bool speculation, int32_t chunk) {
  auto backend = std::make_unique<FakeBackend>(
      FakeBackend::Options{.n_pages = 200, .batch_rows_max = 48}, EchoModel);
  Engine engine(std::move(backend),
                {.sequences_max = 8, .prefill_chunk_tokens = chunk, .speculation = speculation},
                kClock);
  std::mt19937 random(1);
  std::vector<SinkPtr> sinks;
  for (uint64_t i = 0; i < 60; ++i) {
    GenerateRequest request = MakeRequest(RandomPrompt(random, 1 + random() % 90),
                                          static_cast<int32_t>(1 + random() % 150), i);
    request.n = static_cast<int32_t>(1 + random() % 3);
    request.stop_ids = {static_cast<TokenId>(random() % 48)};
    request.sampling.n_logprobs = 3;
    if (i % 4 == 1) request.sampling.temperature = 0;
    if (i % 4 == 2) request.sampling.frequency_penalty = 0.2f;
    sinks.push_back(MustSubmit(engine, std::move(request)));
  }
  Outcome outcome;
  for (const SinkPtr& sink : sinks) {
    EXPECT_TRUE(sink->Wait().ok());
    outcome.samples.push_back(sink->samples());
  }
  ExpectAllPagesFree(engine);
  outcome.stats = engine.stats();
  return outcome;
}

TEST(SpeculationEngine, ResultsAreTheSameWithItAndTakeFewerSteps) {
  for (const int32_t chunk : {16, 256}) {
    const Outcome plain = RunAll(false, chunk), guessed = RunAll(true, chunk);
    for (size_t i = 0; i < plain.samples.size(); ++i) {
      for (const auto& [index, sample] : plain.samples[i]) {
        const RecordingSink::Sample& other = guessed.samples[i].at(index);
        EXPECT_EQ(sample.tokens, other.tokens);
        EXPECT_EQ(sample.logprobs, other.logprobs);
        EXPECT_EQ(sample.reason, other.reason);
        EXPECT_EQ(sample.stop_id, other.stop_id);
      }
    }
    EXPECT_EQ(plain.stats.generated_tokens, guessed.stats.generated_tokens);
    EXPECT_EQ(plain.stats.drafted_tokens, 0);
    EXPECT_GT(guessed.stats.accepted_tokens, 0) << "how many depends on the machine";
    EXPECT_LE(guessed.stats.accepted_tokens, guessed.stats.drafted_tokens);
  }
}

// One stream, greedy, of a text that repeats: nearly every guess is right, and where a step takes
// the same time for any number of rows, every one pays.
TEST(SpeculationEngine, ATextThatRepeatsTakesFewSteps) {
  ManualClock clock;  // moved on the engine's thread alone
  auto backend = std::make_unique<FakeBackend>(
      FakeBackend::Options{}, [](std::span<const TokenId> tokens, std::span<float> logits) {
        std::fill(logits.begin(), logits.end(), 0.0f);
        logits[(static_cast<size_t>(tokens.back()) + 1) % 7] = 9;
      });
  std::atomic<int> n_forwards = 0;
  backend->on_forward = [&](const model::Batch&) {
    ++n_forwards;
    clock.Advance(std::chrono::milliseconds(1));
    return Ok();
  };
  Engine engine(std::move(backend), {}, clock);
  GenerateRequest request = MakeRequest({0, 1, 2}, 300);
  request.sampling.temperature = 0;
  const SinkPtr sink = MustSubmit(engine, std::move(request));
  EXPECT_TRUE(sink->Wait().ok());
  ASSERT_EQ(sink->sample().tokens.size(), 300u);
  for (size_t i = 0; i < 300; ++i) EXPECT_EQ(sink->sample().tokens[i], TokenId((i + 3) % 7));
  EXPECT_LT(n_forwards, 200);
}

}  // namespace
}  // namespace lemma::engine
