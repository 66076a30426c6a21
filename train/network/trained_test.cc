#include "train/network/trained.h"

#include <gtest/gtest.h>

#include "train/network/model_directory.h"
#include "train/network/test_directory.h"

namespace lemma::train {
namespace {

Qwen2Config SmallConfig() {
  Qwen2Config config;
  config.vocab_size = 30;
  config.hidden_size = 16;
  config.intermediate_size = 24;
  config.n_layers = 1;
  config.n_heads = 2;
  config.n_kv_heads = 1;
  config.head_dim = 8;
  return config;
}

void Save(Qwen2& model, const std::filesystem::path& directory) {
  ASSERT_TRUE(SaveModelDirectory(model.config(), model.weights(), directory).ok());
}

TEST(TrainedTest, TheMeanIsTheMeanOfEveryWeight) {
  const TestDirectory directory;
  for (const char* name : {"a", "b", "c"}) {
    Qwen2 model = Qwen2::Random(SmallConfig(), at::kCPU);
    Save(model, directory / name);
  }
  Qwen2 a = LoadTrained(directory / "a").value(), b = LoadTrained(directory / "b").value(),
        c = LoadTrained(directory / "c").value();
  Qwen2 mean = LoadMeanOfTrained({directory / "a", directory / "b", directory / "c"}).value();
  const auto of_a = ListWeights(a.weights()), of_b = ListWeights(b.weights()),
             of_c = ListWeights(c.weights()), of_mean = ListWeights(mean.weights());
  for (size_t i = 0; i < of_mean.size(); ++i) {
    EXPECT_TRUE(
        at::allclose(*of_mean[i].tensor, (*of_a[i].tensor + *of_b[i].tensor + *of_c[i].tensor) / 3))
        << of_mean[i].name;
  }
}

TEST(TrainedTest, WhatDoesNotFitIsNamed) {
  const TestDirectory directory;
  Qwen2 model = Qwen2::Random(SmallConfig(), at::kCPU);
  Save(model, directory / "a");
  Qwen2Config wider = SmallConfig();
  wider.intermediate_size = 32;
  Qwen2 other = Qwen2::Random(wider, at::kCPU);
  Save(other, directory / "wide");
  const auto message = [&](const char* name) {
    const Result<Qwen2> mean = LoadMeanOfTrained({directory / "a", directory / name});
    return mean.ok() ? "" : mean.status().message();
  };
  EXPECT_NE(message("wide").find("wide has another shape"), std::string::npos);
  EXPECT_NE(message("absent").find("absent: neither a run"), std::string::npos);
}

}  // namespace
}  // namespace lemma::train
