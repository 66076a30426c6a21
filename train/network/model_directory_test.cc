#include "train/network/model_directory.h"

#include <gtest/gtest.h>

#include "common/base/file.h"
#include "train/network/safetensors.h"
#include "train/network/test_directory.h"

namespace lemma::train {
namespace {

Qwen2Config SmallConfig(bool tied) {
  Qwen2Config config;
  config.vocab_size = 30;
  config.hidden_size = 16;
  config.intermediate_size = 24;
  config.n_layers = 2;
  config.n_heads = 4;
  config.n_kv_heads = 2;
  config.head_dim = 8;
  config.tied_embeddings = tied;
  config.rope_theta = 1000000.0;
  config.eos_token_id = 29;
  return config;
}

TEST(ModelDirectory, WhatIsSavedIsLoadedInBfloat16) {
  for (const bool tied : {true, false}) {
    const TestDirectory directory;
    Qwen2 model = Qwen2::Random(SmallConfig(tied), at::kCPU);
    ASSERT_TRUE(SaveModelDirectory(model.config(), model.weights(), directory.path()).ok());
    Result<Qwen2> loaded = LoadModelDirectory(directory.path());
    ASSERT_TRUE(loaded.ok()) << loaded.status().message();
    EXPECT_EQ(loaded->config().rope_theta, 1000000.0);
    EXPECT_EQ(loaded->config().eos_token_id, 29);
    EXPECT_EQ(loaded->config().tied_embeddings, tied);
    const auto saved = ListWeights(model.weights());
    const auto read = ListWeights(loaded->weights());
    ASSERT_EQ(saved.size(), read.size());
    for (size_t i = 0; i < saved.size(); ++i) {
      EXPECT_TRUE(at::equal(saved[i].tensor->to(at::kBFloat16).to(at::kFloat), *read[i].tensor))
          << saved[i].name;
    }
  }
}

TEST(ModelDirectory, TensorsHaveHuggingFacesNamesAndShapes) {
  const TestDirectory directory;
  Qwen2 model = Qwen2::Random(SmallConfig(/*tied=*/true), at::kCPU);
  ASSERT_TRUE(SaveModelDirectory(model.config(), model.weights(), directory.path()).ok());
  const SafetensorsFile file = SafetensorsFile::Open(directory / "model.safetensors").value();
  const std::map<std::string, std::vector<int64_t>> wanted = {
      {"model.embed_tokens.weight", {30, 16}},
      {"model.norm.weight", {16}},
      {"model.layers.1.input_layernorm.weight", {16}},
      {"model.layers.1.post_attention_layernorm.weight", {16}},
      {"model.layers.1.self_attn.q_proj.weight", {32, 16}},
      {"model.layers.1.self_attn.q_proj.bias", {32}},
      {"model.layers.1.self_attn.k_proj.weight", {16, 16}},
      {"model.layers.1.self_attn.k_proj.bias", {16}},
      {"model.layers.1.self_attn.v_proj.weight", {16, 16}},
      {"model.layers.1.self_attn.v_proj.bias", {16}},
      {"model.layers.1.self_attn.o_proj.weight", {16, 32}},
      {"model.layers.1.mlp.gate_proj.weight", {24, 16}},
      {"model.layers.1.mlp.up_proj.weight", {24, 16}},
      {"model.layers.1.mlp.down_proj.weight", {16, 24}},
  };
  EXPECT_EQ(file.tensors().size(), 2u + 2 * 12);
  for (const auto& [name, shape] : wanted) {
    ASSERT_TRUE(file.tensors().count(name)) << name;
    EXPECT_EQ(file.tensors().at(name).shape, shape) << name;
    EXPECT_EQ(file.tensors().at(name).dtype, "BF16") << name;
  }
}

TEST(ModelDirectory, AMissingTensorIsNamed) {
  const TestDirectory directory;
  Qwen2 model = Qwen2::Random(SmallConfig(/*tied=*/true), at::kCPU);
  ASSERT_TRUE(SaveModelDirectory(model.config(), model.weights(), directory.path()).ok());
  Qwen2Config deeper = model.config();
  deeper.n_layers = 3;
  ASSERT_TRUE(
      WriteFileAtomically(directory / "config.json", FormatConfig(deeper, "bfloat16")).ok());
  const Result<Qwen2> loaded = LoadModelDirectory(directory.path());
  ASSERT_FALSE(loaded.ok());
  EXPECT_NE(loaded.status().message().find("model.layers.2.input_layernorm.weight"),
            std::string::npos)
      << loaded.status().message();
}

TEST(Safetensors, HostileHeadersAreRefused) {
  const TestDirectory directory;
  const auto open = [&](const std::string& header, uint64_t claimed) {
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &claimed, 8);
    EXPECT_TRUE(WriteFileAtomically(directory / "f", bytes + header + "12345678").ok());
    return SafetensorsFile::Open(directory / "f").status().code();
  };
  const auto with = [&](const std::string& header) { return open(header, header.size()); };
  EXPECT_EQ(with(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})"), StatusCode::kOk);
  EXPECT_EQ(open("{}", 1ull << 63), StatusCode::kDataLoss);
  EXPECT_EQ(open("{}", 11), StatusCode::kDataLoss);
  EXPECT_EQ(with("[]"), StatusCode::kDataLoss);
  EXPECT_EQ(with("{"), StatusCode::kDataLoss);
  EXPECT_EQ(with(R"({"t":7})"), StatusCode::kDataLoss);
  EXPECT_EQ(with(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}})"),
            StatusCode::kDataLoss);
  EXPECT_EQ(with(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})"),
            StatusCode::kDataLoss);
  EXPECT_EQ(with(R"({"t":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})"),
            StatusCode::kDataLoss);
  EXPECT_EQ(with(R"({"t":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})"),
            StatusCode::kDataLoss);
  EXPECT_EQ(with(R"({"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})"),
            StatusCode::kDataLoss);
}

TEST(Config, WrongMembersAreNamed) {
  const auto message = [](const std::string& from, const std::string& to) {
    std::string text = FormatConfig(SmallConfig(true), "bfloat16");
    const size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return ParseConfig(text, "config.json").status().message();
  };
  EXPECT_NE(message("\"hidden_size\"", "\"hidden\"").find("hidden_size is missing"),
            std::string::npos);
  EXPECT_NE(message("\"num_key_value_heads\":2", "\"num_key_value_heads\":3").find("multiple"),
            std::string::npos);
  EXPECT_NE(message("\"num_hidden_layers\":2", "\"num_hidden_layers\":-2").find("num_hidden"),
            std::string::npos);
  EXPECT_NE(message("\"qwen2\"", "\"llama\"").find("model_type"), std::string::npos);
}

}  // namespace
}  // namespace lemma::train
