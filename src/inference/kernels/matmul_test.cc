// Properties: a product agrees with the reference at every size, writes nothing else, and each of
// its elements has the same bits whatever was computed beside it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <tuple>

#include "inference/kernels/float16.h"
#include "inference/kernels/hadamard.h"
#include "inference/kernels/quantize.h"
#include "inference/kernels/test_isas.h"
#include "inference/kernels/test_reference.h"

namespace lemma::kernels {
namespace {

constexpr float kPoison = std::numeric_limits<float>::quiet_NaN();

void Append(const std::vector<float>& more, std::vector<float>& values) {
  values.insert(values.end(), more.begin(), more.end());
}

// One product's operands: the values that weights and activations stand for once they are rounded.
struct Operands {
  Operands(const Kernels& kernels, WeightFormat format, int64_t rows, int64_t given_cols,
           int64_t tokens)
      : kernels(kernels),
        rows(rows),
        cols(PaddedColumns(format, given_cols)),
        tokens(tokens),
        activations(kernels.activations[static_cast<int>(format)]),
        bias(RandomFloats(rows, 3)),
        residual(RandomFloats(tokens * rows, 4)),
        prepared(tokens * PreparedRowBytes(activations, given_cols)) {
    weight_values = RandomFloats(rows * given_cols, 1);
    if (format == WeightFormat::kBf16) weight_values = RoundedToBf16(weight_values);
    weights.emplace(format, rows, given_cols, weight_values);
    if (format == WeightFormat::kInt8 || format == WeightFormat::kInt4) {
      weight_values.clear();
      for (int64_t r = 0; r < rows; ++r) Append(weights->Row(r), weight_values);
    }
    const std::vector<float> given = RandomFloats(tokens * given_cols, 2);
    for (int64_t t = 0; t < tokens; ++t) {
      kernels.prepare(activations, given.data() + t * given_cols, given_cols, PreparedToken(t));
      Append(PreparedValues(activations, PreparedToken(t), cols), x);
    }
  }
  std::byte* PreparedToken(int64_t t) const {
    return prepared.data() + t * PreparedRowBytes(activations, cols);
  }

  // All tokens, with the bias, to out [tokens, rows].
  MatmulArgs ArgsTo(std::vector<float>& out) const {
    return {.weights = weights->view(),
            .x = prepared.data(),
            .n_tokens = tokens,
            .bias = bias.data(),
            .out = out.data(),
            .out_stride = rows};
  }

  const Kernels& kernels;
  int64_t rows, cols, tokens;
  ActivationFormat activations;
  std::vector<float> weight_values;  // [rows, cols]
  std::vector<float> x;              // [tokens, cols]
  std::vector<float> bias;           // [rows]
  std::vector<float> residual;       // [tokens, rows]
  PoisonedBytes prepared;
  std::optional<PackedMatrix> weights;
};

class MatmulTest : public testing::TestWithParam<std::tuple<Isa, WeightFormat>> {
 protected:
  const Kernels& kernels() const { return KernelsFor(std::get<0>(GetParam())); }
  WeightFormat format() const { return std::get<1>(GetParam()); }
};

void ExpectProductMatches(const Operands& o, bool with_bias, bool add) {
  // One float of misalignment, and two of poison between the tokens.
  const int64_t stride = o.rows + 2;
  std::vector<float> memory(static_cast<size_t>(1 + o.tokens * stride), kPoison);
  float* out = memory.data() + 1;
  if (add) {
    for (int64_t t = 0; t < o.tokens; ++t) {
      std::copy_n(o.residual.data() + t * o.rows, o.rows, out + t * stride);
    }
  }
  o.kernels.matmul({.weights = o.weights->view(),
                    .x = o.prepared.data(),
                    .n_tokens = o.tokens,
                    .bias = with_bias ? o.bias.data() : nullptr,
                    .add = add,
                    .out = out,
                    .out_stride = stride},
                   0, o.rows);
  for (int64_t t = 0; t < o.tokens; ++t) {
    for (int64_t r = 0; r < o.rows; ++r) {
      ReferenceValue expected =
          ReferenceDot(o.weight_values.data() + r * o.cols, o.x.data() + t * o.cols, o.cols);
      if (with_bias) expected.value += o.bias[static_cast<size_t>(r)];
      if (add) expected.value += o.residual[static_cast<size_t>(t * o.rows + r)];
      ASSERT_NEAR(out[t * stride + r], expected.value, 2e-6 * (expected.magnitude + 2))
          << "rows " << o.rows << " cols " << o.cols << " token " << t << " of " << o.tokens
          << " row " << r;
    }
    ASSERT_TRUE(std::isnan(out[t * stride + o.rows])) << "wrote beyond the rows";
  }
  ASSERT_TRUE(std::isnan(memory[0]));
}

TEST_P(MatmulTest, AgreesWithTheReferenceAtEverySize) {
  for (const int64_t rows : {1, 15, 16, 17, 48, 64, 81}) {
    for (const int64_t cols : {1, 2, 3, 31, 64, 129}) {
      ExpectProductMatches(Operands(kernels(), format(), rows, cols, 1 + (rows + cols) % 17),
                           rows % 2 == 0, cols % 2 == 0);
    }
  }
  for (int64_t tokens = 1; tokens <= 17; ++tokens) {
    const Operands o(kernels(), format(), 83, 67, tokens);
    ExpectProductMatches(o, false, false);
    ExpectProductMatches(o, true, true);
  }
}

TEST_P(MatmulTest, LongSumsStayExactEnough) {
  ExpectProductMatches(Operands(kernels(), format(), 32, 8960, 3), false, false);
}

// Several chunks of columns and blocks of tokens against one token at a time.
TEST_P(MatmulTest, ManyTokensGetWhatEachGetsAlone) {
  const Operands o(kernels(), format(), 33, 2500, 270);
  std::vector<float> together(static_cast<size_t>(o.tokens * o.rows), kPoison), alone = together;
  MatmulArgs args = o.ArgsTo(together);
  kernels().matmul(args, 0, o.rows);
  args.n_tokens = 1;
  for (int64_t t = 0; t < o.tokens; t += 7) {
    args.x = o.PreparedToken(t);
    args.out = alone.data() + t * o.rows;
    kernels().matmul(args, 0, o.rows);
    ASSERT_EQ(0, std::memcmp(args.out, together.data() + t * o.rows, size_t(o.rows) * 4)) << t;
  }
}

TEST_P(MatmulTest, AnElementDoesNotDependOnItsTile) {
  const Operands o(kernels(), format(), 96, 70, 17);
  std::vector<float> together(static_cast<size_t>(o.tokens * o.rows), kPoison);
  MatmulArgs args = o.ArgsTo(together);
  kernels().matmul(args, 0, o.rows);

  // All splits of the rows in panels, and every number of tokens.
  std::vector<float> parts(together.size(), kPoison);
  for (int64_t cut = 0; cut <= o.rows; cut += kPanelRows) {
    for (int64_t first = 0, n = 1; first < o.tokens; first += n, ++n) {
      MatmulArgs part = args;
      part.n_tokens = std::min(n, o.tokens - first);
      part.x = o.PreparedToken(first);
      part.out = parts.data() + first * o.rows;
      kernels().matmul(part, 0, cut);
      kernels().matmul(part, cut, o.rows);
    }
    ASSERT_EQ(0, std::memcmp(parts.data(), together.data(), parts.size() * sizeof(float))) << cut;
    std::fill(parts.begin(), parts.end(), kPoison);
  }
}

TEST_P(MatmulTest, PreparedActivationsArePaddedWithZerosAndKeepNan) {
  const ActivationFormat activations = kernels().activations[static_cast<int>(format())];
  if (activations == ActivationFormat::kInt8) return;  // below
  for (const int64_t cols : {1, 15, 16, 33, 64}) {
    std::vector<float> x = RandomFloats(cols, 5);
    x.back() = kPoison;
    const int64_t bytes = PreparedRowBytes(activations, cols);
    const PoisonedBytes prepared(bytes + 4);
    kernels().prepare(activations, x.data(), cols, prepared.data());
    const bool is_bf16 = activations == ActivationFormat::kBf16;
    const auto at = [&](int64_t i) {
      return is_bf16 ? Bf16ToFloat(reinterpret_cast<const uint16_t*>(prepared.data())[i])
                     : reinterpret_cast<const float*>(prepared.data())[i];
    };
    for (int64_t i = 0; i < bytes / (is_bf16 ? 2 : 4); ++i) {
      const float value = i < cols ? x[static_cast<size_t>(i)] : 0.0f;
      const float expected = is_bf16 ? Bf16ToFloat(FloatToBf16(value)) : value;
      if (i == cols - 1) {
        ASSERT_TRUE(std::isnan(at(i)));
      } else {
        ASSERT_EQ(at(i), expected) << i << " of " << cols;
      }
    }
    ASSERT_EQ(prepared.data()[bytes], std::byte{0xff}) << "wrote beyond the end";
  }
}

// A value that is no number must reach the logits, not vanish in a rounding.
TEST_P(MatmulTest, WhatIsNotFiniteStaysSo) {
  for (const float bad : {kPoison, std::numeric_limits<float>::infinity()}) {
    for (const int64_t at : {0, 31, 130}) {
      Operands o(kernels(), format(), 16, 131, 1);
      std::vector<float> x = RandomFloats(o.cols, 6);
      x[static_cast<size_t>(at)] = bad;
      kernels().prepare(o.activations, x.data(), o.cols, o.PreparedToken(0));
      std::vector<float> out(16);
      kernels().matmul({.weights = o.weights->view(),
                        .x = o.PreparedToken(0),
                        .n_tokens = 1,
                        .out = out.data(),
                        .out_stride = 16},
                       0, 16);
      for (const float value : out) ASSERT_FALSE(std::isfinite(value)) << at;
    }
  }
}

// A matrix [16, 256] of one group whose weights are all the lowest or the highest integers.
PoisonedBytes ExtremeGroup(WeightFormat format, bool is_highest) {
  const bool is_int8 = format == WeightFormat::kInt8;
  PoisonedBytes matrix(MatrixBytes(format, kPanelRows, kGroupColumns));
  for (int64_t row = 0; row < kPanelRows; ++row) {
    const std::vector<float> values = RandomFloats(kGroupColumns, static_cast<uint32_t>(row));
    (is_int8 ? QuantizeRowInt8 : QuantizeRowInt4)(values.data(), kGroupColumns, row, matrix.data());
  }
  const int64_t first_line = is_int8 ? 1 : kInt4HeadLines;
  std::fill(matrix.data() + first_line * kLineBytes,
            matrix.data() + MatrixBytes(format, kPanelRows, kGroupColumns),
            std::byte(is_highest ? 0xff : 0));
  return matrix;
}

// Sums of integers must fit where they are kept, whichever columns share a lane.
TEST_P(MatmulTest, TheLargestIntegersDoNotOverflow) {
  if (format() != WeightFormat::kInt8 && format() != WeightFormat::kInt4) return;
  for (const bool is_highest : {false, true}) {
    const PoisonedBytes matrix = ExtremeGroup(format(), is_highest);
    for (const int64_t run : {1, 2, 4, 16, 32, 256}) {  // columns of one sign
      std::vector<float> x(kGroupColumns);
      for (int64_t i = 0; i < kGroupColumns; ++i) x[static_cast<size_t>(i)] = i / run % 2 ? -1 : 1;
      Rotate(x.data(), kGroupColumns);  // which preparing takes back
      const int64_t row_bytes = PreparedRowBytes(ActivationFormat::kInt8, kGroupColumns);
      const PoisonedBytes prepared(row_bytes);
      kernels().prepare(ActivationFormat::kInt8, x.data(), kGroupColumns, prepared.data());
      const auto product_of = [&](const Kernels& which) {
        std::vector<float> out(kPanelRows);
        which.matmul({.weights = {format(), kPanelRows, kGroupColumns, matrix.data()},
                      .x = prepared.data(),
                      .n_tokens = 1,
                      .out = out.data(),
                      .out_stride = kPanelRows},
                     0, kPanelRows);
        return out;
      };
      const std::vector<float> out = product_of(kernels());
      const std::vector<float> expected = product_of(KernelsFor(Isa::kScalar));
      for (size_t r = 0; r < out.size(); ++r) {
        ASSERT_NEAR(out[r], expected[r], 1e-5 * (std::abs(expected[r]) + 1)) << run << " " << r;
      }
    }
  }
}

class Int8ActivationsTest : public testing::TestWithParam<Isa> {};

TEST_P(Int8ActivationsTest, AreRoundedToTheirGroupsScale) {
  const Kernels& kernels = KernelsFor(GetParam());
  for (const int64_t cols : {1, 15, 255, 256, 257, 600}) {
    std::vector<float> x = RandomFloats(cols, 5);
    for (int64_t i = 0; i < cols; ++i) x[static_cast<size_t>(i)] *= std::exp2f(i % 40 - 20);
    const int64_t bytes = PreparedRowBytes(ActivationFormat::kInt8, cols);
    const PoisonedBytes prepared(bytes + 4);
    kernels.prepare(ActivationFormat::kInt8, x.data(), cols, prepared.data());
    const int64_t padded = PaddedColumns(WeightFormat::kInt8, cols);
    const std::vector<float> rounded =
        PreparedValues(ActivationFormat::kInt8, prepared.data(), padded);
    x.resize(static_cast<size_t>(padded));
    std::vector<float> rotated = x;
    for (int64_t group = 0; group < padded; group += kGroupColumns) {
      float* values = rotated.data() + group;
      Rotate(values, kGroupColumns);
      float maximum = 0;
      for (int64_t i = 0; i < kGroupColumns; ++i) {
        maximum = std::max(maximum, std::abs(values[i]));
      }
      // Half a step of each of the 256 that a value is the mean of.
      for (int64_t i = group; i < group + kGroupColumns; ++i) {
        ASSERT_NEAR(rounded[static_cast<size_t>(i)], x[static_cast<size_t>(i)], maximum / 253);
      }
    }
    ASSERT_EQ(prepared.data()[bytes], std::byte{0xff}) << "wrote beyond the end";
  }
}

std::string NameOf(Isa isa) {
  std::string name = IsaName(isa);
  std::erase(name, '-');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Isas, Int8ActivationsTest, testing::ValuesIn(TestedIsas()),
                         [](const auto& info) { return NameOf(info.param); });

std::string FormatName(WeightFormat format) {
  constexpr const char* kNames[kWeightFormatCount] = {"f32", "bf16", "int8", "int4"};
  return kNames[static_cast<int>(format)];
}

INSTANTIATE_TEST_SUITE_P(Isas, MatmulTest,
                         testing::Combine(testing::ValuesIn(TestedIsas()),
                                          testing::Values(WeightFormat::kF32, WeightFormat::kBf16,
                                                          WeightFormat::kInt8,
                                                          WeightFormat::kInt4)),
                         [](const auto& info) {
                           return NameOf(std::get<0>(info.param)) + "_" +
                                  FormatName(std::get<1>(info.param));
                         });

}  // namespace
}  // namespace lemma::kernels
