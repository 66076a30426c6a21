// Properties: the weights of a GGUF file are those of its checkpoint, exactly where the stored type
// is exact and within the type's step elsewhere.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "inference/model/packed.h"
#include "inference/model/test_gguf_model.h"

namespace lemma::model {
namespace {

using kernels::WeightFormat;

class GgufWeightsTest : public GgufModelTest {};

// The root of the squares of the differences, against that of the squares.
double RelativeError(const std::vector<float>& values, const std::vector<float>& expected) {
  double squares = 0, errors = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    squares += double{expected[i]} * expected[i];
    errors += std::pow(double{values[i]} - expected[i], 2);
  }
  return std::sqrt(errors / squares);
}

TEST_F(GgufWeightsTest, UnquantizedTypesReachTheModelExactly) {
  for (const bool tied : {true, false}) {
    // The sizes of the second are odd: no type without blocks minds.
    for (const ModelConfig& config : {BlockConfig(tied), TinyConfig(4, 2, tied)}) {
      UseConfig(config);
      for (const Dtype dtype : {Dtype::kBf16, Dtype::kF16, Dtype::kF32}) {
        const auto format = dtype == Dtype::kBf16 ? WeightFormat::kBf16 : WeightFormat::kF32;
        const auto loaded = Load(Open(Writer(dtype)));
        EXPECT_EQ(loaded->info().weights, dtype == Dtype::kBf16 ? "bf16" : "float32");
        const auto direct = MakeBackend(config_, values_, format, kernels::Isa::kScalar, 1);
        EXPECT_EQ(LogitsOf(*loaded), LogitsOf(*direct));
      }
    }
  }
}

TEST_F(GgufWeightsTest, BlocksAreTheModelOfWhatTheyStandFor) {
  for (const Dtype dtype : {Dtype::kQ8_0, Dtype::kQ4_0, Dtype::kQ4_K, Dtype::kQ5_K, Dtype::kQ6_K}) {
    const auto quantized = Load(Open(Writer(dtype)), WeightFormat::kF32);
    const Tensors before = values_;
    for (const TensorSlot& slot : LayWeights(config_, WeightFormat::kF32).slots) {
      if (!slot.is_matrix()) continue;
      std::vector<float>& values = values_.at(slot.name);
      values = DecodeAll(dtype, EncodeElements(dtype, values), values.size());
    }
    const auto decoded = Load(Open(Writer(Dtype::kF32)));
    EXPECT_EQ(LogitsOf(*quantized), LogitsOf(*decoded)) << static_cast<int>(dtype);
    values_ = before;
  }
}

TEST_F(GgufWeightsTest, QuantizedLogitsAreNearTheExactOnes) {
  const std::vector<float> exact = LogitsOf(*Load(Open(Writer(Dtype::kF32))));
  // Of values that are uniform from -1 to 1 a step is 1/127 (1/31, 2/31, 2/15, 1/8): errors of 0.4
  // % (1.6 %, 3.2 %, 6.7 %, 6.3 %) of them, which two layers make four times as large. Rounded
  // again, to what the file runs as by itself: int8 adds little, int4 somewhat more than the file
  // has lost.
  struct Case {
    Dtype dtype;
    double as_stored;
    double rounded_again;
  };
  for (const auto& [dtype, as_stored, rounded_again] : {Case{Dtype::kQ8_0, 0.02, 0.04},
                                                        {Dtype::kQ6_K, 0.07, 0.08},
                                                        {Dtype::kQ5_K, 0.14, 0.15},
                                                        {Dtype::kQ4_K, 0.3, 0.5},
                                                        {Dtype::kQ4_0, 0.3, 0.4}}) {
    const Checkpoint checkpoint = Open(Writer(dtype));
    EXPECT_LT(RelativeError(LogitsOf(*Load(checkpoint, WeightFormat::kF32)), exact), as_stored)
        << static_cast<int>(dtype);
    EXPECT_LT(RelativeError(LogitsOf(*Load(checkpoint)), exact), rounded_again)
        << static_cast<int>(dtype);
  }
}

TEST_F(GgufWeightsTest, EachWeightIsWithinHalfAStep) {
  const std::vector<float>& values = values_.at("model.layers.0.mlp.up_proj.weight");
  for (const auto& [dtype, levels] : {std::pair(Dtype::kQ8_0, 127.0), {Dtype::kQ4_0, 8.0}}) {
    const auto decoded = DecodeAll(dtype, EncodeElements(dtype, values), values.size());
    for (size_t block = 0; block < values.size(); block += 32) {
      double largest = 0;
      for (size_t i = block; i < block + 32; ++i) {
        largest = std::max(largest, std::fabs(double{values[i]}));
      }
      for (size_t i = block; i < block + 32; ++i) {
        // Half a step, or a whole one at Q4_0's open end; a step's own rounding is 2^-11 of it.
        const double steps =
            dtype == Dtype::kQ4_0 && std::fabs(values[i]) > 0.93 * largest ? 1 : 0.5;
        ASSERT_NEAR(decoded[i], values[i], steps * largest / levels + largest * 0x1p-11);
      }
    }
  }
}

TEST_F(GgufWeightsTest, TheFormatFollowsMostOfTheMatricesBytes) {
  const std::pair<Dtype, const char*> cases[] = {
      {Dtype::kQ8_0, "q8"}, {Dtype::kQ5_K, "q8"},   {Dtype::kQ6_K, "q8"},    {Dtype::kQ4_0, "q4"},
      {Dtype::kQ4_K, "q4"}, {Dtype::kBf16, "bf16"}, {Dtype::kF16, "float32"}};
  for (const auto& [dtype, expected] : cases) {
    EXPECT_EQ(Load(Open(Writer(dtype)))->info().weights, expected);
  }
  const auto mixed = [&](Dtype embedding, Dtype mlp, Dtype attention) {
    return Load(Open(Writer([&](const std::string& name) {
             if (name.find("embed") != name.npos) return embedding;
             return name.find("mlp") != name.npos ? mlp : attention;
           })))
        ->info()
        .weights;
  };
  // The MLPs have three quarters of the weights.
  EXPECT_EQ(mixed(Dtype::kQ6_K, Dtype::kQ4_K, Dtype::kQ6_K), "q4");
  EXPECT_EQ(mixed(Dtype::kQ4_0, Dtype::kQ8_0, Dtype::kQ4_0), "q8");
  EXPECT_EQ(mixed(Dtype::kF16, Dtype::kQ8_0, Dtype::kQ8_0), "q8");
  EXPECT_EQ(mixed(Dtype::kF16, Dtype::kBf16, Dtype::kBf16), "float32");
  EXPECT_EQ(Load(Open(Writer(Dtype::kQ8_0)), WeightFormat::kInt4)->info().weights, "q4");
  EXPECT_EQ(Load(Open(Writer(Dtype::kQ8_0)), WeightFormat::kBf16)->info().weights, "float32");
}

TEST_F(GgufWeightsTest, WhatAPackedFileCouldNotBeReadWithIsNotPacked) {
  GgufWriter writer = Writer(Dtype::kBf16);
  const auto path = std::filesystem::path(testing::TempDir()) / "gguf_too_large.lemma";
  for (const size_t bytes : {size_t{1000}, size_t{1} << 20}) {
    writer.Set("tokenizer.chat_template", std::string(bytes, 'x').c_str());
    const Checkpoint checkpoint = Open(writer);
    ThreadPool pool(1);
    const Weights weights = ReadWeights(checkpoint, {}, pool, {}).value();
    const Status status = WritePacked(checkpoint, weights, path, {});
    EXPECT_EQ(status.ok(), bytes == 1000) << status.message();
    EXPECT_EQ(std::filesystem::remove(path), bytes == 1000);
    if (status.ok()) continue;
    EXPECT_NE(status.message().find("m.gguf: cannot be packed: its tokenizer_config.json has 10"),
              std::string::npos)
        << status.message();
  }
}

}  // namespace
}  // namespace lemma::model
