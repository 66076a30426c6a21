// How requests end: stop, cancellation, deadline, failure, shutdown.
#include <gtest/gtest.h>

#include <limits>

#include "inference/engine/engine.h"
#include "inference/engine/engine_testing.h"

namespace lemma::engine {
namespace {

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
    EXPECT_EQ(SinkOf(request)->Wait().code(), StatusCode::kCancelled);
    ExpectAllPagesFree(*gated.engine);
    EXPECT_FALSE(gated.gate.has_begun.try_acquire());  // no further step
    for (const auto& [index, sample] : SinkOf(request)->samples()) {
      EXPECT_EQ(sample.reason, FinishReason::kCancelled);
      EXPECT_EQ(sample.tokens.size(), n_steps_before < 20 ? 0u : 41u);
    }
    EXPECT_EQ(gated.engine->stats().requests_finished[int(FinishReason::kCancelled)], 2);
  }
}

TEST(Engine, WhatIsStoppedWhileItWaitsOrPrefillsEndsWithinOneStepAndIsNoFailure) {
  GatedEngine gated({.sequences_max = 2, .prefill_chunk_tokens = 5});
  const auto stopped = std::make_shared<std::atomic<uint64_t>>(0);
  GenerateRequest running = MakeRequest(std::vector<TokenId>(100, 7), 400);  // 20 steps of prefill
  running.n = 2;
  running.stopped = stopped;
  const SinkPtr running_sink = MustSubmit(*gated.engine, running);
  gated.gate.WaitUntilInside();
  GenerateRequest waiting = running;
  waiting.sink = std::make_shared<RecordingSink>();
  const SinkPtr waiting_sink = MustSubmit(*gated.engine, waiting);
  *stopped = 0b01;  // a sample of both
  gated.gate.Step(2);
  EXPECT_EQ(running_sink->n_done(), 0) << "the other one is still wanted";
  EXPECT_EQ(waiting_sink->n_done(), 0);
  *stopped = 0b11;
  gated.gate.may_run.release();
  for (const SinkPtr& sink : {running_sink, waiting_sink}) {
    EXPECT_TRUE(sink->Wait().ok());
    EXPECT_EQ(sink->n_done(), 1);
    EXPECT_EQ(sink->samples().size(), 2u);
    for (const auto& [index, sample] : sink->samples()) {
      EXPECT_EQ(sample.reason, FinishReason::kStop);
      EXPECT_TRUE(sample.tokens.empty());
    }
  }
  EXPECT_FALSE(gated.gate.has_begun.try_acquire());  // no further step
  EXPECT_EQ(gated.engine->stats().prompt_tokens, 15);
  ExpectAllPagesFree(*gated.engine);
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
  EXPECT_TRUE(running_sink->Wait().ok()) << "what was said stands";
  EXPECT_EQ(running_sink->sample().reason, FinishReason::kDeadline);
  EXPECT_EQ(running_sink->sample().tokens.size(), 20u);
  EXPECT_EQ(engine.stats().requests_finished[int(FinishReason::kDeadline)], 2);
  ExpectAllPagesFree(engine);
}

TEST(Engine, StopIdsEndASample) {
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
  EXPECT_EQ(running->Wait().code(), StatusCode::kUnavailable);
  EXPECT_EQ(running->n_done(), 1);
  EXPECT_EQ(waiting->Wait().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace lemma::engine
