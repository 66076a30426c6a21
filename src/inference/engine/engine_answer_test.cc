// Samples come to an answer that shows something, however few tokens or however little time there
// is, and deadlines are kept.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "inference/engine/thinking_testing.h"

namespace lemma::engine {
namespace {

// Its words are the same at every place; the first of them that may be said is.
FakeBackend::Model Wanting(std::vector<TokenId> words) {
  return [words](std::span<const TokenId> tokens, std::span<float> logits) {
    FakeBackend::HashModel(tokens, logits);
    float logit = 40;
    for (const TokenId word : words) logits[static_cast<size_t>(word)] = logit--;
  };
}

TEST(EngineAnswer, SoFewTokensThatNoneIsLeftForTheAnswerAreAllOfThemTheAnswers) {
  const std::vector<std::pair<int32_t, std::vector<TokenId>>> cases = {
      {1, {7}},          // opening could not be closed, a space shows nothing, and nothing ends it
      {2, {kSpace, 7}},  // the same
      {3, {kOpen, kClose[0], 7}},  // a tag of one token
      {4, {kOpen, 41, 42, 7}},
  };
  for (const auto& [max_tokens, said] : cases) {
    for (const float temperature : {0.0f, 0.02f, 0.5f}) {
      Engine engine(
          std::make_unique<FakeBackend>(FakeBackend::Options{}, Wanting({kOpen, kSpace, 30, 7})),
          {}, kClock);
      GenerateRequest request = ThinkingRequest({3}, max_tokens);
      request.stop_ids = {30};
      request.sampling.temperature = temperature;
      const SinkPtr sink = MustSubmit(engine, std::move(request));
      EXPECT_TRUE(sink->Wait().ok());
      EXPECT_EQ(sink->sample().reason, FinishReason::kLength);
      EXPECT_FALSE(IsBlank(sink->sample().tokens));
      if (temperature < 0.1f) EXPECT_EQ(sink->sample().tokens, said) << max_tokens;
    }
  }
}

TEST(EngineAnswer, AnAnswerOfNothingButWhiteSpaceShowsSomethingAtTheEnd) {
  for (const bool loop_guard : {false, true}) {
    Engine engine(
        std::make_unique<FakeBackend>(
            FakeBackend::Options{.context_length_max = 4096, .n_pages = 320}, Wanting({kSpace, 7})),
        {}, kClock);
    GenerateRequest request = ThinkingRequest({3}, loop_guard ? 4000 : 100);
    request.sampling.temperature = 0;
    request.loop_guard = loop_guard;
    const SinkPtr sink = MustSubmit(engine, std::move(request));
    EXPECT_TRUE(sink->Wait().ok());
    const RecordingSink::Sample sample = sink->sample();
    EXPECT_FALSE(IsBlank(sample.tokens));
    if (loop_guard) {
      EXPECT_EQ(sample.reason, FinishReason::kLoop);
    } else {
      EXPECT_EQ(sample.tokens.back(), 7);
      EXPECT_EQ(std::ranges::count(sample.tokens, kSpace), 99);
    }
  }
}

TEST(EngineAnswer, ACompletionOfNothingButWhiteSpaceIsALoopLikeAnyOther) {
  Engine engine(std::make_unique<FakeBackend>(
                    FakeBackend::Options{.context_length_max = 4096, .n_pages = 320},
                    Wanting({kSpace, kSpace})),
                {}, kClock);
  GenerateRequest request = ThinkingRequest({3}, 4000);
  request.thinking.reset();
  request.sampling.temperature = 0;
  const SinkPtr sink = MustSubmit(engine, std::move(request));
  EXPECT_TRUE(sink->Wait().ok());
  EXPECT_EQ(sink->sample().reason, FinishReason::kLoop);
}

struct Timed {
  RecordingSink::Sample sample;
  Status status;
  Duration took;
};

// A request with a deadline on a machine whose steps take so long.
Timed RunUntil(std::chrono::milliseconds deadline,
               const std::function<std::chrono::milliseconds(int)>& step_time, bool speculation) {
  ManualClock clock;  // moved on the engine's thread alone
  auto backend = std::make_unique<FakeBackend>(
      FakeBackend::Options{.context_length_max = 20480, .n_pages = 320},
      Reciter(Counting(0, 36), /*n_prompt=*/1));
  int n_forwards = 0;
  backend->on_forward = [&](const model::Batch&) {
    clock.Advance(step_time(n_forwards++));
    return Ok();
  };
  Engine engine(std::move(backend), {.speculation = speculation}, clock);
  const TimePoint begin = clock.Now();
  GenerateRequest request = ThinkingRequest({3}, 20000);
  request.thinking->answer_tokens = 20000;
  request.loop_guard = false;
  request.deadline = begin + deadline;
  const SinkPtr sink = MustSubmit(engine, std::move(request));
  const Status status = sink->Wait();
  return {sink->sample(), status, clock.Now() - begin};
}

TEST(EngineAnswer, ADeadlineIsKeptAndLeavesTimeToAnswer) {
  using std::chrono::milliseconds;
  const std::vector<std::function<milliseconds(int)>> machines = {
      [](int) { return milliseconds(10); },
      [](int i) { return milliseconds(i % 10 == 9 ? 30 : 8); },  // a neighbour's prompt
      [](int i) { return milliseconds(i < 100 ? 5 : 15); },      // it becomes slower
      [](int i) { return milliseconds(i < 100 ? 15 : 5); },      // or faster
  };
  for (size_t machine = 0; machine < machines.size(); ++machine) {
    for (const bool speculation : {false, true}) {
      for (const int deadline_ms : {1000, 3000}) {
        const Timed timed = RunUntil(milliseconds(deadline_ms), machines[machine], speculation);
        EXPECT_TRUE(timed.status.ok());
        EXPECT_EQ(timed.sample.reason, FinishReason::kDeadline);
        EXPECT_LE(timed.took, milliseconds(deadline_ms + 30)) << "a step at most";
        EXPECT_GE(timed.took, milliseconds(deadline_ms * 9 / 10)) << "the time is used";
        EXPECT_EQ(timed.sample.thinking_closed, ThinkingClosed::kBudget);
        const size_t n_said = timed.sample.tokens.size();
        // Guesses make the thinking fast that says the same words, and the answer less so.
        EXPECT_GE(n_said - FindClose(timed.sample.tokens), n_said / (speculation ? 20 : 8));
      }
    }
  }
}

// However short the deadline is and however slow the machine becomes halfway, it answers: two steps
// late where it must be.
TEST(EngineAnswer, NoDeadlineLeavesAnAnswerEmpty) {
  using std::chrono::milliseconds;
  for (const int drop : {1, 4}) {
    for (const int deadline_ms : {12, 15, 30, 60, 100, 300, 1000}) {
      for (const bool speculation : {false, true}) {
        const auto step_time = [&](int i) {
          return milliseconds(i * 10 < deadline_ms ? 5 : 5 * drop);
        };
        const Timed timed = RunUntil(milliseconds(deadline_ms), step_time, speculation);
        const std::vector<TokenId>& said = timed.sample.tokens;
        EXPECT_EQ(timed.sample.reason, FinishReason::kDeadline);
        EXPECT_EQ(timed.sample.thinking_closed, ThinkingClosed::kBudget);
        EXPECT_NE(said.back(), kClose[0]) << deadline_ms;
        EXPECT_NE(said.back(), kClose[1]) << deadline_ms;
        const int n_late = deadline_ms <= 100 ? 2 : 1;
        EXPECT_LE(timed.took, milliseconds(deadline_ms + n_late * 5 * drop)) << deadline_ms;
      }
    }
  }
}

}  // namespace
}  // namespace lemma::engine
