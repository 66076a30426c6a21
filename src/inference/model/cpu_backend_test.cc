// Properties: the forward pass agrees with the reference on every instruction set; its results
// depend on a sequence's tokens alone, to the bit; stale memory never shows; it allocates nothing.
#include "inference/model/cpu_backend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>

#include "inference/kernels/quantize.h"
#include "inference/kernels/test_isas.h"
#include "inference/model/test_allocations.h"
#include "inference/model/test_model.h"

namespace lemma::model {
namespace {

using kernels::Isa;
using kernels::WeightFormat;
using Logits = std::vector<float>;
constexpr WeightFormat kF32 = WeightFormat::kF32, kBf16 = WeightFormat::kBf16,
                       kInt8 = WeightFormat::kInt8, kInt4 = WeightFormat::kInt4;

std::vector<TokenId> RandomTokens(const ModelConfig& config, int32_t n, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<TokenId> tokens(static_cast<size_t>(n));
  for (TokenId& token : tokens)
    token = static_cast<TokenId>(random() % uint32_t(config.vocab_size));
  return tokens;
}

// A sequence that grows: its tokens, its pages and how much of it is computed.
struct Sequence {
  std::vector<TokenId> tokens;
  std::vector<PageId> pages;
  int32_t n_past = 0;
};

// Runs the next chunk[i] tokens of each sequence in one batch; the logits of all rows.
Logits Step(Backend& backend, std::vector<Sequence*> sequences, std::vector<int32_t> chunks) {
  std::vector<TokenId> tokens;
  std::vector<SequenceSlice> slices;
  for (size_t i = 0; i < sequences.size(); ++i) {
    Sequence& s = *sequences[i];
    slices.push_back({.row_begin = static_cast<int32_t>(tokens.size()),
                      .n_tokens = chunks[i],
                      .n_past = s.n_past,
                      .pages = s.pages});
    tokens.insert(tokens.end(), s.tokens.begin() + s.n_past,
                  s.tokens.begin() + s.n_past + chunks[i]);
    s.n_past += chunks[i];
  }
  Logits all;
  const auto vocab = static_cast<size_t>(backend.config().vocab_size);
  std::vector<int32_t> logit_rows(tokens.size());
  std::iota(logit_rows.begin(), logit_rows.end(), 0);
  all.resize(tokens.size() * vocab, std::nanf(""));
  EXPECT_TRUE(backend.Forward({tokens, slices, logit_rows}, all).ok());
  return all;
}

// The logits of a whole sequence, computed in chunks of at most `chunk` tokens.
Logits RunAlone(Backend& backend, Sequence sequence, int32_t chunk) {
  Logits all;
  while (sequence.n_past < static_cast<int32_t>(sequence.tokens.size())) {
    const auto left = static_cast<int32_t>(sequence.tokens.size()) - sequence.n_past;
    const Logits part = Step(backend, {&sequence}, {std::min(chunk, left)});
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

bool SameBits(const Logits& a, const Logits& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

double RelativeError(const Logits& logits, const std::vector<double>& expected) {
  double error = 0, magnitude = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (!(std::abs(logits[i]) < 1e30f)) return HUGE_VAL;
    error = std::max(error, std::abs(logits[i] - expected[i]));
    magnitude = std::max(magnitude, std::abs(expected[i]));
  }
  return error / magnitude;
}

// The tensors that a model in `format` stands for.
Tensors RoundedTensors(const ModelConfig& config, Tensors tensors, WeightFormat format) {
  for (const TensorSlot& slot : LayWeights(config, format).slots) {
    if (slot.format != kInt8 && slot.format != kInt4) continue;
    const int64_t cols = slot.shape[1];
    std::vector<std::byte> matrix(
        static_cast<size_t>(kernels::MatrixBytes(slot.format, kernels::kPanelRows, cols)));
    for (int64_t row = 0; row < slot.shape[0]; ++row) {
      float* values = tensors[slot.name].data() + row * cols;
      if (slot.format == kInt8) {
        kernels::QuantizeRowInt8(values, cols, 0, matrix.data());
        kernels::DequantizeRowInt8(matrix.data(), cols, 0, values);
      } else {
        kernels::QuantizeRowInt4(values, cols, 0, matrix.data());
        kernels::DequantizeRowInt4(matrix.data(), cols, 0, values);
      }
    }
  }
  return tensors;
}

struct Formats {
  WeightFormat weights, kv;
};
constexpr Formats kAllFormats[] = {
    {kF32, kF32}, {kBf16, kBf16}, {kInt8, kBf16}, {kInt8, kInt8}, {kInt4, kInt8}};

ModelConfig ConfigForInt8Kv(int32_t n_heads, int32_t n_kv_heads) {
  ModelConfig config = TinyConfig(n_heads, n_kv_heads, true);
  config.head_dim = 64;
  return config;
}

class CpuBackendTest : public testing::TestWithParam<Isa> {
 protected:
  std::unique_ptr<CpuBackend> Make(Formats formats = {kBf16, kBf16}, int n_threads = 2) const {
    return MakeBackend(config_, tensors_, formats.weights, GetParam(), n_threads, formats.kv);
  }
  // Longer than a span of attention.
  static constexpr int32_t kTokens = 330;

  ModelConfig config_ = ConfigForInt8Kv(6, 1);
  Tensors tensors_ = RandomTensors(config_, 1);
  Sequence sequence_ = {RandomTokens(config_, kTokens, 2), {3, 1, 2, 14, 15, 16}};
};

// So that a step that takes long is told from one that hangs.
TEST_P(CpuBackendTest, BeatsWithEachMatrixAndEachAttention) {
  const auto backend = Make();
  Sequence sequence = sequence_;
  const int64_t before = backend->n_beats();
  Step(*backend, {&sequence}, {100});
  EXPECT_EQ(backend->n_beats() - before, config_.n_layers * 5 + 1);
}

TEST_P(CpuBackendTest, AgreesWithTheReference) {
  for (const auto& [n_heads, n_kv_heads] : {std::pair{2, 2}, std::pair{4, 2}, std::pair{6, 1}}) {
    for (const bool tied : {true, false}) {
      ModelConfig config = TinyConfig(n_heads, n_kv_heads, tied);
      if (!tied) {  // and has another RoPE base and epsilon too
        config.rope_theta = 1e6f;
        config.rms_norm_eps = 1e-3f;
      }
      const Tensors tensors = RandomTensors(config, 7);
      const Sequence sequence = {RandomTokens(config, 80, 8), {5, 0}};
      for (const auto& [format, kv] :
           {std::pair{kF32, kF32}, std::pair{kBf16, kBf16}, std::pair{kF32, kBf16},
            std::pair{kBf16, kF32}, std::pair{kInt8, kBf16}, std::pair{kInt8, kF32},
            std::pair{kInt4, kBf16}}) {
        const auto backend = MakeBackend(config, tensors, format, GetParam(), 2, kv);
        EXPECT_EQ(backend->kv().format(), kv);
        const auto expected =
            ReferenceLogits(config, RoundedTensors(config, tensors, format), sequence.tokens);
        const bool is_rounded = format == kInt8 || format == kInt4;
        const double limit = is_rounded ? 5e-2 : format == kF32 && kv == kF32 ? 1e-5 : 2e-2;
        EXPECT_LT(RelativeError(RunAlone(*backend, sequence, 33), expected), limit)
            << n_heads << " heads over " << n_kv_heads << ", tied " << tied << ", "
            << backend->info().weights << " weights, " << backend->info().kv << " KV";
      }
    }
  }
}

TEST_P(CpuBackendTest, Int8KvAgreesWithTheReference) {
  const ModelConfig config = ConfigForInt8Kv(4, 2);
  const Tensors tensors = RandomTensors(config, 7);
  const Sequence sequence = {RandomTokens(config, 80, 8), {5, 0}};
  const auto backend = MakeBackend(config, tensors, kF32, GetParam(), 2, kInt8);
  EXPECT_EQ(backend->info().kv, "q8");
  EXPECT_LT(RelativeError(RunAlone(*backend, sequence, 33),
                          ReferenceLogits(config, tensors, sequence.tokens)),
            5e-2);
}

// As Qwen2's first and last layers have: some keys' biases are a hundred times their other values.
Tensors WithLargeKeyBiases(Tensors tensors) {
  for (const char* layer : {"model.layers.0.", "model.layers.1."}) {
    std::vector<float>& bias = tensors.at(std::string(layer) + "self_attn.k_proj.bias");
    bias[20] = 300;
    bias[30] = 200;
    bias[63] = -150;
  }
  return tensors;
}

TEST_P(CpuBackendTest, Int8KvRoundsLessThanBf16WhereKeysHaveLargeBiases) {
  const Tensors tensors = WithLargeKeyBiases(tensors_);
  sequence_.tokens.resize(80);
  const auto expected = ReferenceLogits(config_, tensors, sequence_.tokens);
  const auto error_with = [&](WeightFormat kv) {
    const auto backend = MakeBackend(config_, tensors, kF32, GetParam(), 2, kv);
    return RelativeError(RunAlone(*backend, sequence_, 33), expected);
  };
  EXPECT_LT(error_with(kInt8), error_with(kBf16));
}

TEST_P(CpuBackendTest, BalancedKeysChangeNothingButInt8Kv) {
  const Tensors tensors = WithLargeKeyBiases(tensors_);
  for (const Formats formats : kAllFormats) {
    const auto logits = [&](bool is_balanced) {
      const auto backend =
          MakeBackend(config_, tensors, formats.weights, GetParam(), 2, formats.kv, is_balanced);
      return RunAlone(*backend, sequence_, 200);
    };
    EXPECT_EQ(SameBits(logits(true), logits(false)), formats.kv != kInt8);
  }
}

TEST_P(CpuBackendTest, ResultsDoNotDependOnChunksOrThreads) {
  for (const Formats formats : kAllFormats) {
    const Logits whole = RunAlone(*Make(formats, 1), sequence_, 200);
    for (const auto& [n_threads, chunk] : {std::pair{1, 1}, std::pair{1, 64}, std::pair{2, 7},
                                           std::pair{2, 150}, std::pair{3, 17}}) {
      EXPECT_TRUE(SameBits(RunAlone(*Make(formats, n_threads), sequence_, chunk), whole))
          << "threads " << n_threads << ", chunk " << chunk;
    }
  }
}

TEST_P(CpuBackendTest, ResultsDoNotDependOnTheBatch) {
  for (const Formats formats : kAllFormats) {
    const auto backend = Make(formats);
    const auto vocab = static_cast<size_t>(config_.vocab_size);
    const Logits alone = RunAlone(*backend, sequence_, 200);
    // Neighbours of other lengths come and go; the sequence is first, last and in the middle.
    Sequence a = {RandomTokens(config_, 200, 3), {4, 5, 6, 7}};
    Sequence b = {RandomTokens(config_, 200, 4), {8, 9, 10, 11}};
    Sequence s = sequence_;
    Logits together;
    const auto keep = [&](const Logits& all, int32_t first_row, int32_t n_rows) {
      const auto begin = all.begin() + static_cast<ptrdiff_t>(size_t(first_row) * vocab);
      together.insert(together.end(), begin,
                      begin + static_cast<ptrdiff_t>(size_t(n_rows) * vocab));
    };
    keep(Step(*backend, {&s, &a}, {61, 90}), 0, 61);
    keep(Step(*backend, {&a, &s, &b}, {1, 1, 30}), 1, 1);
    for (int i = 0; i < 20; ++i) keep(Step(*backend, {&b, &a, &s}, {1, 1, 1}), 2, 1);
    keep(Step(*backend, {&b, &s}, {8, 248}), 8, 248);
    EXPECT_TRUE(SameBits(together, alone));
  }
}

TEST_P(CpuBackendTest, ResultsDoNotDependOnPagesOrStaleMemory) {
  for (const Formats formats : kAllFormats) {
    const auto backend = Make(formats);
    const Logits before = RunAlone(*backend, sequence_, 13);
    std::ranges::fill(backend->kv().bytes(), std::byte{0xff});  // NaN in both formats
    Sequence moved = sequence_;
    moved.pages = {2, 9, 0, 21, 20, 5};
    EXPECT_TRUE(SameBits(RunAlone(*backend, moved, 13), before));
  }
}

TEST_P(CpuBackendTest, ARolledBackTokenLeavesNoTrace) {
  for (const Formats formats : {Formats{kBf16, kBf16}, Formats{kInt8, kInt8}}) {
    const auto backend = Make(formats);
    const Logits straight = RunAlone(*backend, sequence_, 200);
    Sequence s = sequence_, wrong = sequence_;
    wrong.tokens = RandomTokens(config_, kTokens, 99);
    Logits with_rollbacks = Step(*backend, {&s}, {240});
    while (s.n_past < kTokens) {
      wrong.n_past = s.n_past;
      // Writes ahead, is not accepted.
      Step(*backend, {&wrong}, {std::min(5, kTokens - wrong.n_past)});
      const Logits one = Step(*backend, {&s}, {1});
      with_rollbacks.insert(with_rollbacks.end(), one.begin(), one.end());
    }
    EXPECT_TRUE(SameBits(with_rollbacks, straight));
  }
}

TEST_P(CpuBackendTest, ACopiedPageServesAFork) {
  for (const Formats formats : {Formats{kBf16, kBf16}, Formats{kInt8, kInt8}}) {
    const auto backend = Make(formats);
    const Logits expected = RunAlone(*backend, sequence_, 150);
    Sequence s = sequence_;
    Step(*backend, {&s}, {101});
    Sequence fork = s;
    fork.pages = {3, 12, 13, 17, 18, 19};
    backend->CopyPage(1, 12);
    s.tokens = RandomTokens(config_, kTokens, 50);  // the original goes another way
    Step(*backend, {&s}, {229});
    const Logits tail = Step(*backend, {&fork}, {229});
    EXPECT_TRUE(SameBits(tail, Logits(expected.end() - ptrdiff_t(tail.size()), expected.end())));
  }
}

// More of them than one task takes.
TEST_P(CpuBackendTest, SequencesThatSharePagesGetWhatEachGetsAlone) {
  constexpr int32_t kShared = 256, kOwn = 5, kSequences = 11;
  for (const Formats formats : {Formats{kBf16, kBf16}, Formats{kInt8, kInt8}}) {
    const auto backend = Make(formats);
    Sequence prompt = {RandomTokens(config_, kShared, 3), {0, 1, 2, 3}};
    Step(*backend, {&prompt}, {kShared});
    std::vector<Sequence> sequences(kSequences, prompt);
    std::vector<Sequence*> all;
    std::vector<Logits> alone(kSequences);
    for (int32_t i = 0; i < kSequences; ++i) {
      Sequence& s = sequences[size_t(i)];
      const auto own = RandomTokens(config_, kOwn, uint32_t(i + 4));
      s.tokens.insert(s.tokens.end(), own.begin(), own.end());
      s.pages.push_back(i + 5);
      alone[size_t(i)] = RunAlone(*backend, s, 1);
      all.push_back(&s);
    }
    for (size_t step = 0; step < kOwn; ++step) {
      const Logits together = Step(*backend, all, std::vector<int32_t>(kSequences, 1));
      const size_t vocab = together.size() / kSequences;
      for (size_t i = 0; i < kSequences; ++i) {
        EXPECT_EQ(0, std::memcmp(together.data() + i * vocab, alone[i].data() + step * vocab,
                                 vocab * sizeof(float)));
      }
    }
  }
}

TEST_P(CpuBackendTest, OnlyTheWantedLogitsAreWritten) {
  const auto backend = Make();
  const auto vocab = static_cast<size_t>(config_.vocab_size);
  sequence_.tokens.resize(150);
  const Logits all = RunAlone(*backend, sequence_, 150);
  const std::vector<int32_t> rows = {0, 77, 149};
  const std::vector<SequenceSlice> slices = {
      {.row_begin = 0, .n_tokens = 150, .n_past = 0, .pages = sequence_.pages}};
  Logits some(rows.size() * vocab);
  ASSERT_TRUE(backend->Forward({sequence_.tokens, slices, rows}, some).ok());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(0, std::memcmp(some.data() + i * vocab, all.data() + size_t(rows[i]) * vocab,
                             vocab * sizeof(float)));
  }
  EXPECT_TRUE(backend->Forward({sequence_.tokens, slices, {}}, {}).ok());
  EXPECT_TRUE(backend->Forward({}, {}).ok()) << "an empty batch";
}

TEST_P(CpuBackendTest, ForwardAllocatesNothing) {
  const auto backend = Make();
  sequence_.tokens.resize(151);
  const std::vector<PageId> others = {4, 5, 6};
  const std::vector<SequenceSlice> slices = {
      {.row_begin = 0, .n_tokens = 150, .n_past = 0, .pages = sequence_.pages},
      {.row_begin = 150, .n_tokens = 1, .n_past = 150, .pages = others}};
  const std::vector<int32_t> rows = {150};
  Logits logits(static_cast<size_t>(config_.vocab_size));
  const auto before = CountedAllocations();
  ASSERT_NE(before, 0);
  EXPECT_TRUE(backend->Forward({sequence_.tokens, slices, rows}, logits).ok());
  EXPECT_EQ(CountedAllocations(), before);
}

INSTANTIATE_TEST_SUITE_P(Isas, CpuBackendTest, testing::ValuesIn(kernels::TestedIsas()),
                         [](const auto& info) {
                           std::string name = IsaName(info.param);
                           std::erase(name, '-');
                           return name;
                         });

TEST(CpuBackendDeathTest, ABatchOutOfBoundsIsAMistakeOfOurs) {
  const ModelConfig config = TinyConfig(2, 2, true);
  const auto backend =
      MakeBackend(config, RandomTensors(config, 1), WeightFormat::kBf16, Isa::kScalar, 1);
  const std::vector<PageId> pages = {0}, absent = {24};
  const std::vector<TokenId> tokens = {1}, outside = {config.vocab_size};
  const auto run = [&](std::vector<TokenId> t, SequenceSlice slice) {
    (void)backend->Forward({t, {&slice, 1}, {}}, {});
  };
  EXPECT_DEATH(run(outside, {0, 1, 0, pages}), "vocab_size");
  EXPECT_DEATH(run(tokens, {0, 1, 64, pages}), "pages cover");
  EXPECT_DEATH(run(tokens, {0, 1, 0, absent}), "n_pages");
  EXPECT_DEATH(run(tokens, {0, 2, 0, pages}), "cover all rows");
}

}  // namespace
}  // namespace lemma::model
