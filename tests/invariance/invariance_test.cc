// What a request produces depends on the request alone, to the bit: random requests on a real
// model's forward pass, each alone on one thread first, then all together in engines of random
// settings. Tokens, logprobs and entropies are compared as bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "inference/engine/engine_testing.h"
#include "inference/kernels/test_isas.h"
#include "inference/model/test_model.h"

namespace lemma::engine {
namespace {

using kernels::Isa;
using kernels::WeightFormat;

constexpr int kRequests = 10;

struct Formats {
  WeightFormat weights, kv;
};

// What a request's sink heard.
struct Heard {
  std::map<int32_t, RecordingSink::Sample> samples;
  std::vector<TokenLogprob> prompt;
};

class Invariance : public testing::TestWithParam<Isa> {
 protected:
  Invariance() {
    config_.head_dim = 64;  // which int8 K and V need
    tensors_ = model::RandomTensors(config_, 1);
  }

  int32_t Random(int32_t below) { return static_cast<int32_t>(random_() % uint32_t(below)); }
  template <typename T>
  T OneOf(std::initializer_list<T> values) {
    return values.begin()[Random(static_cast<int32_t>(values.size()))];
  }
  std::vector<TokenId> Tokens(int32_t n) {
    std::vector<TokenId> tokens(static_cast<size_t>(n));
    for (TokenId& token : tokens) token = Random(config_.vocab_size);
    return tokens;
  }

  std::unique_ptr<model::CpuBackend> Backend(Formats formats, int n_threads) const {
    return model::MakeBackend(config_, tensors_, formats.weights, GetParam(), n_threads,
                              formats.kv);
  }
  GenerateRequest RandomRequest();
  void SetThinking(GenerateRequest& request);
  EngineOptions RandomOptions();
  // In an order of their own; some come twice, when the first ones are in the cache.
  void ExpectTheSame(Engine& engine, const std::vector<GenerateRequest>& requests,
                     const std::vector<Heard>& alone);

  model::ModelConfig config_ = model::TinyConfig(6, 2, true);
  model::Tensors tensors_;
  std::mt19937 random_{1};
  std::vector<TokenId> shared_ = Tokens(130);  // two full pages and some
};

void Invariance::SetThinking(GenerateRequest& request) {
  ThinkingRules rules;
  rules.close = {1, 2};
  rules.bridge = {3, 4, 5};
  rules.is_open = true;
  rules.tokens_max = 1 + Random(30);
  rules.answer_tokens = Random(8);
  request.thinking = rules;
}

GenerateRequest Invariance::RandomRequest() {
  GenerateRequest request;
  request.prompt = Random(2) == 0 ? Tokens(0) : shared_;
  const std::vector<TokenId> own = Tokens(1 + Random(60));
  for (int copies = OneOf({1, 1, 3}); copies > 0; --copies) {  // what comes again can be guessed
    request.prompt.insert(request.prompt.end(), own.begin(), own.end());
  }
  request.n = OneOf({1, 1, 2, 3});
  request.max_tokens = 1 + Random(50);
  request.prompt_logprobs = Random(4) == 0;
  request.loop_guard = Random(2) == 0;
  if (Random(2) == 0) request.stop_ids = Tokens(1);
  if (Random(4) == 0) SetThinking(request);
  SamplingParams& sampling = request.sampling;
  sampling.temperature = OneOf({0.0f, 0.0f, 0.7f, 1.3f});
  sampling.top_p = OneOf({1.0f, 0.95f, 0.3f});
  sampling.top_k = OneOf({0, 0, 5});
  sampling.min_p = OneOf({0.0f, 0.0f, 0.05f});
  sampling.repetition_penalty = OneOf({1.0f, 1.0f, 1.2f});
  sampling.presence_penalty = OneOf({0.0f, 0.0f, 0.5f});
  sampling.frequency_penalty = OneOf({0.0f, 0.0f, 0.3f});
  if (Random(4) == 0) sampling.logit_bias = {{Random(config_.vocab_size), 2.0f}};
  sampling.seed = random_();
  sampling.n_logprobs = Random(6);
  return request;
}

EngineOptions Invariance::RandomOptions() {
  EngineOptions options;
  options.sequences_max = OneOf({3, 8, 32});
  options.prefill_chunk_tokens = OneOf({1, 9, 64, 256});
  options.prefix_cache = Random(3) > 0;
  options.speculation = Random(3) > 0;
  return options;
}

Heard Ask(Engine& engine, GenerateRequest request) {
  request.sink = std::make_shared<RecordingSink>();
  const SinkPtr sink = MustSubmit(engine, std::move(request));
  EXPECT_TRUE(sink->Wait().ok());
  return {sink->samples(), sink->prompt()};
}

template <typename T>
bool SameBits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

void ExpectSame(const Heard& heard, const Heard& alone) {
  EXPECT_TRUE(SameBits(heard.prompt, alone.prompt));
  ASSERT_EQ(heard.samples.size(), alone.samples.size());
  for (const auto& [i, expected] : alone.samples) {
    const RecordingSink::Sample& sample = heard.samples.at(i);
    EXPECT_EQ(sample.tokens, expected.tokens);
    EXPECT_TRUE(SameBits(sample.logprobs, expected.logprobs));
    EXPECT_TRUE(SameBits(sample.entropies, expected.entropies));
    EXPECT_TRUE(
        std::ranges::equal(sample.top_logprobs, expected.top_logprobs, SameBits<TokenLogprob>));
    EXPECT_EQ(sample.reason, expected.reason);
    EXPECT_EQ(sample.stop_id, expected.stop_id);
    EXPECT_EQ(sample.thinking_closed, expected.thinking_closed);
    EXPECT_EQ(sample.loops.n_rewinds, expected.loops.n_rewinds);
  }
}

void Invariance::ExpectTheSame(Engine& engine, const std::vector<GenerateRequest>& requests,
                               const std::vector<Heard>& alone) {
  std::vector<size_t> order;
  for (size_t i = 0; i < requests.size(); ++i) order.insert(order.end(), 1 + Random(2), i);
  std::ranges::shuffle(order, random_);
  std::vector<SinkPtr> sinks;
  for (const size_t i : order) {
    GenerateRequest request = requests[i];
    request.sink = std::make_shared<RecordingSink>();
    sinks.push_back(MustSubmit(engine, std::move(request)));
  }
  for (size_t k = 0; k < order.size(); ++k) {
    SCOPED_TRACE("request " + std::to_string(order[k]));
    EXPECT_TRUE(sinks[k]->Wait().ok());
    ExpectSame({sinks[k]->samples(), sinks[k]->prompt()}, alone[order[k]]);
  }
}

TEST_P(Invariance, ARequestProducesTheSameBitsInAnyCompanyAndAnyEngine) {
  int64_t n_cached = 0, n_accepted = 0, n_rejected = 0;
  for (const Formats formats : {Formats{WeightFormat::kF32, WeightFormat::kF32},
                                {WeightFormat::kBf16, WeightFormat::kBf16},
                                {WeightFormat::kInt8, WeightFormat::kBf16},
                                {WeightFormat::kInt8, WeightFormat::kInt8},
                                {WeightFormat::kInt4, WeightFormat::kInt8}}) {
    std::vector<GenerateRequest> requests;
    std::vector<Heard> alone;
    {
      Engine engine(Backend(formats, 1), {.prefix_cache = false, .speculation = false}, kClock);
      for (int i = 0; i < kRequests; ++i) {
        requests.push_back(RandomRequest());
        alone.push_back(Ask(engine, requests.back()));
      }
    }
    const int n_engines = GetParam() == Isa::kScalar ? 1 : 4;  // it is slow
    for (int i = 0; i < n_engines; ++i) {
      const EngineOptions options = RandomOptions();
      const int n_threads = 1 + Random(3);
      auto backend = Backend(formats, n_threads);
      SCOPED_TRACE(std::string(backend->info().weights) + " weights, " + backend->info().kv +
                   " KV, " + std::to_string(n_threads) + " threads, chunks of " +
                   std::to_string(options.prefill_chunk_tokens) + ", cache " +
                   std::to_string(options.prefix_cache) + ", speculation " +
                   std::to_string(options.speculation));
      Engine engine(std::move(backend), options, kClock);
      ExpectTheSame(engine, requests, alone);
      const EngineStats stats = engine.stats();
      n_cached += stats.prompt_tokens_cached;
      n_accepted += stats.accepted_tokens;
      n_rejected += stats.drafted_tokens - stats.accepted_tokens;
      ExpectAllPagesFree(engine);
    }
  }
  EXPECT_GT(n_cached, 0) << "or the cache was not tested";
  EXPECT_GT(n_accepted, 0) << "or guesses were not tested";
  EXPECT_GT(n_rejected, 0);
}

INSTANTIATE_TEST_SUITE_P(Isas, Invariance, testing::ValuesIn(kernels::TestedIsas()),
                         [](const auto& info) {
                           std::string name = IsaName(info.param);
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace lemma::engine
