// Samples that think, that run out of tokens while they do, and that go round in circles: what they
// say depends on the request alone all the same.
#include <gtest/gtest.h>

#include <set>

#include "inference/engine/loop_guard.h"
#include "inference/engine/thinking_testing.h"
#include "inference/engine/token_chooser.h"

namespace lemma::engine {
namespace {

// Mostly says again what it said 17 tokens ago, so that it goes round in circles until something
// makes it leave them. Opens its thinking now and then, often thinks of closing it and seldom does.
void CirclingModel(std::span<const TokenId> tokens, std::span<float> logits) {
  FakeBackend::HashModel(tokens, logits);
  constexpr size_t kPeriod = 17;
  const size_t n = tokens.size();
  if (n > kPeriod && n % 600 != 0) logits[static_cast<size_t>(tokens[n - kPeriod])] += 14;
  logits[41] -= 12;
  if (n % 600 == 120) logits[kOpen] += 24;
  if (n % 40 == 0) logits[41] += 19;
  if (n % 600 == 300 && tokens[0] % 2 == 0) logits[41] += 30;
  if (tokens.back() == 41) logits[42] += 20;
}

// What the request must produce: one sequence, no engine, no pages, no guesses.
RecordingSink::Sample ReferenceOf(GenerateRequest spec, const FakeBackend::Model& model,
                                  int32_t index) {
  spec.sink = std::make_shared<ThinkingSink>();
  Request request(spec);
  Sequence sequence;
  sequence.sample = index;
  sequence.tokens = spec.prompt;
  sequence.n_prompt = static_cast<int32_t>(spec.prompt.size());
  if (spec.thinking->is_open) sequence.budget.Observe(RequestSink::Verdict::kThinking);
  TokenChooser chooser(48, kernels::KernelsFor(kernels::Isa::kScalar));
  LoopGuard guard;
  std::vector<float> logits(48);
  RecordingSink::Sample said;
  said.reason = FinishReason::kLength;
  while (sequence.n_output() < spec.max_tokens) {
    model(sequence.tokens, logits);
    const auto chosen = chooser.Choose(request, sequence, logits);
    const TokenId token = chosen->sampled.token;
    const auto& stops = spec.stop_ids;
    if (!chosen->is_demanded && std::find(stops.begin(), stops.end(), token) != stops.end()) {
      said.reason = FinishReason::kStop;
      break;
    }
    sequence.tokens.push_back(token);
    said.tokens.push_back(token);
    said.logprobs.push_back(chosen->sampled.logprob);
    sequence.budget.Observe(
        spec.sink->OnToken({.sample = index, .token = token, .top_logprobs = {}}));
    if (sequence.n_output() == spec.max_tokens || !spec.loop_guard) continue;
    if (guard.Watch(sequence) == LoopGuard::Action::kStop) {
      said.reason = FinishReason::kLoop;
      break;
    }
  }
  said.thinking_closed = sequence.budget.closed();
  said.loops = sequence.loops;
  return said;
}

std::vector<GenerateRequest> RandomRequests(uint32_t seed, int n) {
  std::mt19937 random(seed);
  std::vector<GenerateRequest> requests;
  for (int i = 0; i < n; ++i) {
    GenerateRequest request =
        ThinkingRequest(RandomPrompt(random, 1 + random() % 90),
                        static_cast<int32_t>(1 + random() % 900), static_cast<uint64_t>(i));
    request.n = static_cast<int32_t>(1 + random() % 3);
    request.sampling.n_logprobs = 2;
    if (i % 4 == 1) request.sampling.temperature = 0;
    if (i % 4 == 2) request.sampling.frequency_penalty = 0.02f;
    if (i % 5 == 0) request.thinking->tokens_max = static_cast<int32_t>(random() % 120);
    if (i % 5 == 1) request.thinking->is_open = true;
    if (i % 5 == 2) request.max_tokens = 1400;  // so that it can be concluded
    if (i % 7 == 0) request.loop_guard = false;
    if (i % 3 == 0) request.stop_ids = {static_cast<TokenId>(random() % 40)};
    requests.push_back(std::move(request));
  }
  return requests;
}

TEST(EngineBudget, NothingButTheRequestDecidesWhatASampleSays) {
  const std::vector<GenerateRequest> requests = RandomRequests(1, 24);
  std::vector<std::vector<RecordingSink::Sample>> expected;
  std::set<ThinkingClosed> closed;
  std::set<FinishReason> reasons;
  int32_t n_rewinds = 0;
  for (const GenerateRequest& request : requests) {
    expected.emplace_back();
    for (int32_t i = 0; i < request.n; ++i) {
      expected.back().push_back(ReferenceOf(request, CirclingModel, i));
      closed.insert(expected.back().back().thinking_closed);
      reasons.insert(*expected.back().back().reason);
      n_rewinds += expected.back().back().loops.n_rewinds;
    }
  }
  // Each kind of end but those by a clock and a call comes about.
  EXPECT_EQ(closed.size(), 5u);
  EXPECT_TRUE(reasons.contains(FinishReason::kLoop));
  EXPECT_GT(n_rewinds, 20);

  for (const int32_t chunk : {7, 256}) {
    for (const int32_t sequences_max : {3, 12}) {
      for (const bool speculation : {false, true}) {
        Engine engine(std::make_unique<FakeBackend>(
                          FakeBackend::Options{
                              .context_length_max = 1600, .n_pages = 320, .batch_rows_max = 48},
                          CirclingModel),
                      {.sequences_max = sequences_max,
                       .prefill_chunk_tokens = chunk,
                       .prefix_cache = speculation,
                       .speculation = speculation},
                      kClock);
        std::vector<SinkPtr> sinks;
        for (GenerateRequest request : requests) {
          request.sink = std::make_shared<ThinkingSink>();
          sinks.push_back(MustSubmit(engine, std::move(request)));
        }
        for (size_t i = 0; i < requests.size(); ++i) {
          EXPECT_TRUE(sinks[i]->Wait().ok());
          for (const auto& [index, sample] : sinks[i]->samples()) {
            const RecordingSink::Sample& other = expected[i][static_cast<size_t>(index)];
            ASSERT_EQ(sample.tokens, other.tokens) << i << " chunk " << chunk;
            ASSERT_EQ(sample.logprobs, other.logprobs);
            EXPECT_EQ(sample.reason, other.reason);
            EXPECT_EQ(sample.thinking_closed, other.thinking_closed);
            EXPECT_EQ(sample.loops.n_rewinds, other.loops.n_rewinds);
            // One whose thinking the prompt opened has closed it at once, for this sink.
            EXPECT_TRUE(!IsBlank(sample.tokens) || sample.reason == FinishReason::kStop ||
                        requests[i].thinking->is_open);
          }
        }
        ExpectAllPagesFree(engine);
        EXPECT_GE(engine.stats().loop_rewinds, n_rewinds);
      }
    }
  }
}

// A greedy sample in a loop leaves it where it goes back, as the token that came next is not drawn.
TEST(EngineBudget, ARewindLeavesTheLoop) {
  const std::vector<TokenId> words = Counting(0, 15);
  const auto model = [&](std::span<const TokenId> tokens, std::span<float> logits) {
    FakeBackend::HashModel(tokens, logits);
    const TokenId last = tokens.back();
    const bool has_left = std::find(tokens.begin(), tokens.end(), 47) != tokens.end();
    logits[static_cast<size_t>(has_left ? 20 + tokens.size() % 19 : (last + 1) % 16)] += 30;
    logits[47] += 20;  // the second choice
  };
  Engine engine(std::make_unique<FakeBackend>(FakeBackend::Options{}, model), {}, kClock);
  GenerateRequest request = MakeRequest({15}, 300);
  request.sampling.temperature = 0;
  request.loop_guard = true;
  const SinkPtr sink = MustSubmit(engine, std::move(request));
  EXPECT_TRUE(sink->Wait().ok());
  const std::vector<TokenId> said = sink->sample().tokens;
  ASSERT_EQ(said.size(), 300u) << "every token that was said counts";
  for (size_t i = 0; i < 256; ++i) EXPECT_EQ(said[i], TokenId(i % 16)) << "sixteen copies";
  EXPECT_EQ(said[256], 47);
  // Its second token after the copies is said after 15 + 16 words + 47: the others are forgotten.
  EXPECT_EQ(said[257], TokenId(20 + (1 + 16 + 1) % 19));
  EXPECT_EQ(sink->sample().loops.n_rewinds, 1);
  EXPECT_EQ(sink->sample().loops.period, 16);
  EXPECT_EQ(sink->sample().loops.n_copies, 16);
}

TEST(EngineBudget, ALoopThatGoesOnIsConcludedAndThenStopped) {
  // Whatever it is rewound to it says the same words, also after its thinking was closed.
  const auto model = [](std::span<const TokenId> tokens, std::span<float> logits) {
    FakeBackend::HashModel(tokens, logits);
    const bool begins = tokens.size() == 1;
    logits[static_cast<size_t>(begins ? kOpen : (tokens.back() + 1) % 20)] += 30;
    logits[41] -= 30;
  };
  Engine engine(
      std::make_unique<FakeBackend>(FakeBackend::Options{.context_length_max = 2048}, model), {},
      kClock);
  GenerateRequest request = ThinkingRequest({3}, 2000);
  request.sampling.temperature = 0;
  const SinkPtr sink = MustSubmit(engine, request);
  EXPECT_TRUE(sink->Wait().ok());
  const RecordingSink::Sample sample = sink->sample();
  EXPECT_EQ(sample.reason, FinishReason::kLoop);
  EXPECT_EQ(sample.thinking_closed, ThinkingClosed::kLoop);
  EXPECT_EQ(sample.loops.n_rewinds, LoopGuard::kRewindsMax);
  EXPECT_LT(FindClose(sample.tokens), sample.tokens.size());
  EXPECT_LT(sample.tokens.size(), 1200u);
  const EngineStats stats = engine.stats();
  EXPECT_EQ(stats.loop_rewinds, 2);
  EXPECT_EQ(stats.requests_finished[int(FinishReason::kLoop)], 1);
  EXPECT_EQ(stats.thinking_closed[int(ThinkingClosed::kLoop)], 1);
  ExpectAllPagesFree(engine);

  request.loop_guard = false;
  request.sink = std::make_shared<ThinkingSink>();
  const SinkPtr unguarded = MustSubmit(engine, request);
  EXPECT_TRUE(unguarded->Wait().ok());
  EXPECT_EQ(unguarded->sample().tokens.size(), 2000u);
  EXPECT_EQ(unguarded->sample().thinking_closed, ThinkingClosed::kBudget);
}

TEST(EngineBudget, DemandedTokensEndNothing) {
  Engine engine(std::make_unique<FakeBackend>(FakeBackend::Options{},
                                              Reciter(Counting(0, 30), /*n_prompt=*/1)),
                {}, kClock);
  GenerateRequest request = ThinkingRequest({3}, 200);
  request.loop_guard = false;
  request.stop_ids = {43, 41, 42};  // of the bridge and of the close
  const SinkPtr sink = MustSubmit(engine, std::move(request));
  EXPECT_TRUE(sink->Wait().ok());
  EXPECT_EQ(sink->sample().tokens.size(), 200u);
  EXPECT_EQ(FindClose(sink->sample().tokens), 148u);
}

TEST(EngineBudget, ALiveCallEndsTheThinking) {
  auto backend = std::make_unique<FakeBackend>(FakeBackend::Options{},
                                               Reciter(Counting(0, 30), /*n_prompt=*/1));
  const auto end_now = std::make_shared<std::atomic<bool>>(false);
  int n_forwards = 0;
  backend->on_forward = [&](const model::Batch&) {
    if (++n_forwards == 20) *end_now = true;
    return Ok();
  };
  Engine engine(std::move(backend), {.speculation = false}, kClock);
  GenerateRequest request = ThinkingRequest({3}, 300);
  request.loop_guard = false;
  request.thinking->end_now = end_now;
  const SinkPtr sink = MustSubmit(engine, std::move(request));
  EXPECT_TRUE(sink->Wait().ok());
  EXPECT_EQ(FindClose(sink->sample().tokens), 19 + kBridge.size());
  EXPECT_EQ(sink->sample().thinking_closed, ThinkingClosed::kAsked);
  EXPECT_EQ(sink->sample().tokens.size(), 300u);
}

TEST(EngineBudget, SubmitNamesTheWrongRule) {
  Engine engine(MakeBackend(), {}, kClock);
  const std::vector<std::pair<std::string, std::function<void(ThinkingRules&)>>> cases = {
      {"close", [](auto& rules) { rules.close = {}; }},
      {"close", [](auto& rules) { rules.close = {48}; }},
      {"n_close_tag", [](auto& rules) { rules.n_close_tag = 0; }},
      {"n_close_tag", [](auto& rules) { rules.n_close_tag = 3; }},
      {"bridge", [](auto& rules) { rules.bridge = {-1}; }},
      {"tokens_max", [](auto& rules) { rules.tokens_max = -1; }},
      {"answer_tokens", [](auto& rules) { rules.answer_tokens = -1; }},
  };
  for (const auto& [field, edit] : cases) {
    GenerateRequest request = ThinkingRequest({1}, 10);
    edit(*request.thinking);
    EXPECT_EQ(engine.Submit(request).status().field(), field);
  }
}

}  // namespace
}  // namespace lemma::engine
