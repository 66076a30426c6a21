// Properties: weights reach the model exactly, whatever their dtype; a checkpoint that does not fit
// its config gives an error that names the tensor and both shapes; nothing else is needed of it.
#include "inference/model/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>
#include <tuple>

#include "inference/kernels/float16.h"
#include "inference/model/fingerprint.h"
#include "inference/model/load.h"
#include "inference/model/test_model.h"

namespace lemma::model {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;

// One tensor of a file under construction.
struct FileTensor {
  Dtype dtype;
  std::vector<int64_t> shape;
  std::vector<float> values;
};

uint16_t ToF16(float value) {  // exact for the normal values used here
  if (value == 0) return 0;
  const uint32_t bits = kernels::FloatBits(value);
  return static_cast<uint16_t>((bits >> 16 & 0x8000) | ((bits >> 23 & 0xff) - 112) << 10 |
                               (bits >> 13 & 0x3ff));
}

std::string BytesOf(const FileTensor& tensor) {
  std::string bytes;
  for (const float value : tensor.values) {
    if (tensor.dtype == Dtype::kF32) {
      bytes.append(reinterpret_cast<const char*>(&value), 4);
    } else {
      const uint16_t half =
          tensor.dtype == Dtype::kBf16 ? kernels::FloatToBf16(value) : ToF16(value);
      bytes.append(reinterpret_cast<const char*>(&half), 2);
    }
  }
  return bytes;
}

std::string Safetensors(const std::map<std::string, FileTensor>& tensors) {
  json::object header;
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const std::string bytes = BytesOf(tensor);
    const char* dtype = tensor.dtype == Dtype::kF32   ? "F32"
                        : tensor.dtype == Dtype::kF16 ? "F16"
                                                      : "BF16";
    header[name] = {{"dtype", dtype},
                    {"shape", json::array(tensor.shape.begin(), tensor.shape.end())},
                    {"data_offsets", {data.size(), data.size() + bytes.size()}}};
    data += bytes;
  }
  const std::string text = json::serialize(header);
  const uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + text + data;
}

std::string ConfigJson(const ModelConfig& c) {
  return json::serialize(json::object{{"architectures", {"Qwen2ForCausalLM"}},
                                      {"hidden_size", c.hidden_size},
                                      {"intermediate_size", c.intermediate_size},
                                      {"num_hidden_layers", c.n_layers},
                                      {"num_attention_heads", c.n_heads},
                                      {"num_key_value_heads", c.n_kv_heads},
                                      {"head_dim", c.head_dim},
                                      {"max_position_embeddings", c.context_length_max},
                                      {"rms_norm_eps", c.rms_norm_eps},
                                      {"rope_theta", c.rope_theta},
                                      {"tie_word_embeddings", c.tied_embeddings},
                                      {"vocab_size", c.vocab_size}});
}

class WeightsTest : public testing::Test {
 protected:
  WeightsTest() { UseConfig(TinyConfig(4, 2, false)); }

  // Values that all three dtypes hold exactly.
  void UseConfig(const ModelConfig& config) {
    config_ = config;
    values_ = RandomTensors(config, 1);
    file_.clear();
    for (const TensorSlot& slot : LayWeights(config, kernels::WeightFormat::kF32).slots) {
      for (float& value : values_.at(slot.name)) value = std::round(value * 128) / 128;
      file_[slot.name] = {Dtype::kBf16, slot.shape, values_.at(slot.name)};
    }
  }

  Checkpoint Open() {
    config_json_ = ConfigJson(config_);
    weights_file_ = Safetensors(file_);
    return Checkpoint::OpenMemory({{"config.json", config_json_},
                                   {"model.safetensors", weights_file_},
                                   {"tokenizer.json", tokenizer_json_},
                                   {"tokenizer_config.json", "{}"}},
                                  "tiny")
        .value();
  }

  std::string ReadError() {
    ThreadPool pool(2);
    const auto weights = ReadWeights(Open(), {}, pool, {});
    return weights.ok() ? "read" : weights.status().message();
  }

  ModelConfig config_;
  Tensors values_;
  std::map<std::string, FileTensor> file_;
  std::string tokenizer_json_ = "{}";
  std::string config_json_, weights_file_;
};

std::vector<float> LogitsOf(Backend& backend) {
  const std::vector<TokenId> tokens = {1, 5, 80, 9};
  const std::vector<PageId> pages = {0};
  const std::vector<SequenceSlice> slices = {
      {.row_begin = 0, .n_tokens = 4, .n_past = 0, .pages = pages}};
  const std::vector<int32_t> rows = {3};
  std::vector<float> logits(static_cast<size_t>(backend.config().vocab_size));
  EXPECT_TRUE(backend.Forward({tokens, slices, rows}, logits).ok());
  return logits;
}

TEST_F(WeightsTest, EveryDtypeReachesTheModelExactly) {
  CpuBackendOptions options;
  options.n_threads = 2;
  options.isa = "scalar";
  for (const bool tied : {true, false}) {
    UseConfig(TinyConfig(4, 2, tied));
    for (const Dtype dtype : {Dtype::kBf16, Dtype::kF16, Dtype::kF32}) {
      for (auto& [name, tensor] : file_) tensor.dtype = dtype;
      const auto format =
          dtype == Dtype::kBf16 ? kernels::WeightFormat::kBf16 : kernels::WeightFormat::kF32;
      const auto loaded = LoadCpuBackend(Open(), options);
      ASSERT_TRUE(loaded.ok()) << loaded.status().ToString();
      EXPECT_EQ((*loaded)->info().weights, dtype == Dtype::kBf16 ? "bf16" : "float32");
      const auto direct = MakeBackend(config_, values_, format, kernels::Isa::kScalar, 1);
      EXPECT_EQ(LogitsOf(**loaded), LogitsOf(*direct));
    }
  }
}

TEST_F(WeightsTest, Float32CanBeForced) {
  CpuBackendOptions options;
  options.weights = kernels::WeightFormat::kF32;
  const auto loaded = LoadCpuBackend(Open(), options).value();
  EXPECT_EQ(loaded->info().weights, "float32");
  EXPECT_EQ(loaded->info().kv, "float32");
}

TEST_F(WeightsTest, FloatNormsDoNotMakeABf16ModelFloat32) {
  file_["model.norm.weight"].dtype = Dtype::kF32;
  EXPECT_EQ(LoadCpuBackend(Open(), {}).value()->info().weights, "bf16");
}

TEST_F(WeightsTest, WeightBytesAreTheMemoryThatReadingTakes) {
  ThreadPool pool(2);
  constexpr auto kF32 = kernels::WeightFormat::kF32, kBf16 = kernels::WeightFormat::kBf16;
  using Wanted = std::optional<kernels::WeightFormat>;
  for (const auto& [dtype, format, ratio] :
       {std::tuple(Dtype::kBf16, Wanted(), 1.0), std::tuple(Dtype::kBf16, Wanted(kF32), 2.0),
        std::tuple(Dtype::kF16, Wanted(), 2.0), std::tuple(Dtype::kF32, Wanted(), 1.0),
        std::tuple(Dtype::kF32, Wanted(kBf16), 1.0)}) {
    for (auto& [name, tensor] : file_) tensor.dtype = dtype;
    const Checkpoint checkpoint = Open();
    double file_bytes = 0;
    for (const TensorEntry& tensor : checkpoint.tensors()) {
      file_bytes += static_cast<double>(tensor.bytes);
    }
    const auto bytes = WeightBytes(checkpoint, format);
    ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
    EXPECT_EQ(*bytes, ReadWeights(checkpoint, format, pool, {}).value().memory.bytes());
    // A quarter for the padding of so small a model.
    EXPECT_GE(static_cast<double>(*bytes), ratio * file_bytes);
    EXPECT_LE(static_cast<double>(*bytes), 1.25 * ratio * file_bytes);
  }
}

TEST_F(WeightsTest, WeightBytesOfAFileThatDoesNotFitAreAnError) {
  file_.erase("lm_head.weight");
  EXPECT_THAT(WeightBytes(Open(), {}).status().message(), HasSubstr("lm_head.weight"));
}

TEST_F(WeightsTest, TensorsOfOtherNamesAreIgnored) {
  file_["model.layers.0.self_attn.rotary_emb.inv_freq"] = {
      Dtype::kF32, {10}, std::vector<float>(10)};
  EXPECT_EQ(ReadError(), "read");
}

TEST_F(WeightsTest, TwoShardsGiveTheModelOfOneFile) {
  std::map<std::string, FileTensor> shards[2];
  json::object weight_map;
  for (const auto& [name, tensor] : file_) {  // by turns: what goes together comes from both
    const size_t shard = weight_map.size() % 2;
    shards[shard][name] = tensor;
    weight_map[name] = shard == 0 ? "a.safetensors" : "b.safetensors";
  }
  json::object index;
  index["weight_map"] = weight_map;
  const std::string config = ConfigJson(config_), index_json = json::serialize(index);
  const std::string a = Safetensors(shards[0]), b = Safetensors(shards[1]);
  std::map<std::string, std::string_view> files = {{"config.json", config},
                                                   {"tokenizer.json", "{}"},
                                                   {"tokenizer_config.json", "{}"},
                                                   {"model.safetensors.index.json", index_json},
                                                   {"a.safetensors", a},
                                                   {"b.safetensors", b}};
  const auto sharded = LoadCpuBackend(Checkpoint::OpenMemory(files, "sharded").value(), {});
  ASSERT_TRUE(sharded.ok()) << sharded.status().ToString();
  const auto whole = LoadCpuBackend(Open(), {});
  EXPECT_EQ(LogitsOf(**sharded), LogitsOf(**whole));

  // Without one tensor, it is the index that lacks it.
  shards[1].erase(shards[1].begin());
  const std::string rest = Safetensors(shards[1]);
  files["b.safetensors"] = rest;
  const auto lacking = LoadCpuBackend(Checkpoint::OpenMemory(files, "sharded").value(), {});
  EXPECT_THAT(lacking.status().message(), HasSubstr("sharded/model.safetensors.index.json"));
}

TEST_F(WeightsTest, AMissingTensorIsNamed) {
  file_.erase("model.layers.1.mlp.up_proj.weight");
  EXPECT_THAT(ReadError(),
              AllOf(HasSubstr("embedded tiny/model.safetensors"),
                    HasSubstr("model.layers.1.mlp.up_proj.weight"), HasSubstr("[70, 40]")));
}

TEST_F(WeightsTest, ALayerThatTheConfigDoesNotHaveIsRefused) {
  const std::string names[] = {"model.layers.2.mlp.up_proj.weight",
                               "model.layers.99999999999999999999.input_layernorm.weight"};
  for (const std::string& name : names) {
    file_[name] = {Dtype::kBf16, {1}, {0.5f}};
    EXPECT_THAT(ReadError(), AllOf(HasSubstr("embedded tiny/model.safetensors"), HasSubstr(name),
                                   HasSubstr("num_hidden_layers")));
    file_.erase(name);
  }
}

TEST_F(WeightsTest, AnUntiedModelNeedsItsHead) {
  file_.erase("lm_head.weight");
  EXPECT_THAT(ReadError(), HasSubstr("lm_head.weight"));
}

TEST_F(WeightsTest, AWrongShapeIsNamedWithBothShapes) {
  auto& tensor = file_["model.layers.0.self_attn.k_proj.weight"];
  tensor.shape = {39, 40};
  tensor.values.resize(39 * 40);
  EXPECT_THAT(ReadError(), AllOf(HasSubstr("model.safetensors"),
                                 HasSubstr("model.layers.0.self_attn.k_proj.weight"),
                                 HasSubstr("[39, 40]"), HasSubstr("[40, 40]")));
}

TEST_F(WeightsTest, AnAbsurdConfigAllocatesNothing) {
  const auto before = config_;
  config_.vocab_size = 1 << 22;
  config_.hidden_size = 1 << 20;
  EXPECT_THAT(ReadError(), HasSubstr("[4194304, 1048576]"));
  config_ = before;
}

TEST_F(WeightsTest, AFileTruncatedAfterOpeningIsAnErrorThatNamesIt) {
  const fs::path directory = fs::path(testing::TempDir()) / "weights_truncated";
  fs::create_directories(directory);
  const auto write = [&](const char* name, const std::string& bytes) {
    std::ofstream(directory / name, std::ios::binary) << bytes;
  };
  write("config.json", ConfigJson(config_));
  write("tokenizer.json", "{}");
  write("tokenizer_config.json", "{}");
  write("model.safetensors", Safetensors(file_));
  const Checkpoint checkpoint = Checkpoint::OpenDirectory(directory, "").value();
  fs::resize_file(directory / "model.safetensors", 20000);
  ThreadPool pool(2);
  const auto weights = ReadWeights(checkpoint, {}, pool, {});
  ASSERT_FALSE(weights.ok());
  EXPECT_THAT(weights.status().message(),
              AllOf(HasSubstr("model.safetensors"), HasSubstr("tensor")));
  fs::remove_all(directory);
}

TEST_F(WeightsTest, ProgressRisesToOneOnTheCallersThread) {
  const auto caller = std::this_thread::get_id();
  double last = 0;
  ThreadPool pool(2);
  const auto weights = ReadWeights(Open(), {}, pool, [&](double share) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_GE(share, last);
    last = share;
  });
  EXPECT_TRUE(weights.ok());
  EXPECT_EQ(last, 1.0);
}

TEST_F(WeightsTest, AFingerprintTellsCheckpointsApart) {
  const std::string first = FingerprintOf(Open()).value();
  EXPECT_EQ(first.size(), 8u);
  EXPECT_EQ(first.find_first_not_of("0123456789abcdef"), first.npos);
  EXPECT_EQ(FingerprintOf(Open()).value(), first);
  std::set<std::string> all = {first};
  for (auto& [name, tensor] : file_) {
    tensor.values[0] += 1;
    EXPECT_TRUE(all.insert(FingerprintOf(Open()).value()).second) << name;
  }
  config_.rope_theta *= 2;
  EXPECT_TRUE(all.insert(FingerprintOf(Open()).value()).second);
  tokenizer_json_ = "{ }";
  EXPECT_TRUE(all.insert(FingerprintOf(Open()).value()).second);
  for (auto& [name, tensor] : file_) tensor.dtype = Dtype::kF16;
  EXPECT_TRUE(all.insert(FingerprintOf(Open()).value()).second);
}

TEST_F(WeightsTest, LoadRefusesOptionsOutOfRange) {
  CpuBackendOptions options;
  options.n_threads = -1;
  EXPECT_EQ(LoadCpuBackend(Open(), options).status().field(), "threads");
  options.n_threads = 1;
  options.isa = "neon";
  EXPECT_EQ(LoadCpuBackend(Open(), options).status().field(), "LEMMA_ISA");
}

}  // namespace
}  // namespace lemma::model
