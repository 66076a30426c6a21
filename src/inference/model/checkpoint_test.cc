// Property: a damaged or hostile checkpoint gives an error that names the file and the field, and
// nothing large is read or allocated for it.
#include "inference/model/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "common/base/file.h"
#include "inference/model/make_checkpoint.h"

namespace lemma::model {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;

ModelConfig TinyConfig() {
  ModelConfig config;
  config.n_layers = 2;
  config.hidden_size = 32;
  config.intermediate_size = 48;
  config.n_heads = 4;
  config.n_kv_heads = 2;
  config.head_dim = 8;
  config.vocab_size = 300;
  config.context_length_max = 256;
  config.rms_norm_eps = 1e-6f;
  config.rope_theta = 1e4f;
  config.tied_embeddings = true;
  config.eos_ids = {1, 2};
  return config;
}

class CheckpointTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::path(testing::TempDir()) /
                 (std::string("checkpoint_") +
                  testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(directory_);
    MakeCheckpointOptions options;
    options.config = TinyConfig();
    options.tokenizer_json = "{}";
    options.tokenizer_config_json = "{}";
    ASSERT_TRUE(MakeCheckpoint(options, directory_ / "").ok());  // with a slash at its end
  }
  void TearDown() override { fs::remove_all(directory_); }

  void Write(const std::string& file, std::string_view bytes) {
    std::ofstream(directory_ / file, std::ios::binary) << bytes;
  }
  std::string Read(const std::string& file) { return ReadFile(directory_ / file, 1 << 30).value(); }

  // A weight file of `header` and `n_data_bytes` zero bytes.
  void WriteWeights(const std::string& header, size_t n_data_bytes = 64) {
    const uint64_t length = header.size();
    std::string bytes(sizeof(length), '\0');
    std::memcpy(bytes.data(), &length, sizeof(length));
    Write("model.safetensors", bytes + header + std::string(n_data_bytes, '\0'));
  }
  void SetConfig(const char* field, const json::value& value) {
    json::object config = json::parse(Read("config.json")).as_object();
    config[field] = value;
    Write("config.json", json::serialize(config));
  }
  std::string OpenError() {
    const auto checkpoint = Checkpoint::OpenDirectory(directory_, "");
    return checkpoint.ok() ? "opened" : checkpoint.status().message();
  }

  fs::path directory_;
};

TEST_F(CheckpointTest, OpensWhatMakeCheckpointWrites) {
  const auto checkpoint = Checkpoint::OpenDirectory(directory_, "");
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
  EXPECT_EQ(checkpoint->id(), directory_.filename().string());
  EXPECT_EQ(checkpoint->config().n_kv_heads, 2);
  EXPECT_EQ(checkpoint->config().eos_ids, (std::vector<TokenId>{1, 2}));
  const TensorEntry* embedding = checkpoint->Find("model.embed_tokens.weight");
  ASSERT_NE(embedding, nullptr);
  EXPECT_EQ(embedding->shape, (std::vector<int64_t>{300, 32}));
  EXPECT_EQ(checkpoint->Find("model.embed_tokens.bias"), nullptr);
}

TEST_F(CheckpointTest, MemoryAndDirectoryGiveTheSameTensors) {
  std::map<std::string, std::string> held;
  std::map<std::string, std::string_view> files;
  for (const char* name :
       {"config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"}) {
    files[name] = held[name] = Read(name);
  }
  const auto memory = Checkpoint::OpenMemory(files, "tiny");
  const auto directory = Checkpoint::OpenDirectory(directory_, "tiny");
  ASSERT_TRUE(memory.ok() && directory.ok());
  ASSERT_EQ(memory->tensors().size(), directory->tensors().size());
  for (size_t i = 0; i < memory->tensors().size(); ++i) {
    const TensorEntry& a = memory->tensors()[i];
    const TensorEntry& b = directory->tensors()[i];
    EXPECT_EQ(a.name, b.name);
    std::string bytes_a(a.bytes, 'a');
    std::string bytes_b(b.bytes, 'b');
    ASSERT_TRUE(memory->source(a).ReadAt(a.offset, bytes_a.data(), a.bytes).ok());
    ASSERT_TRUE(directory->source(b).ReadAt(b.offset, bytes_b.data(), b.bytes).ok());
    EXPECT_EQ(bytes_a, bytes_b) << a.name;
  }
}

TEST_F(CheckpointTest, ShardsAreJoinedThroughTheIndex) {
  fs::rename(directory_ / "model.safetensors", directory_ / "model-00001-of-00001.safetensors");
  Write("model.safetensors.index.json",
        R"({"weight_map": {"model.norm.weight": "model-00001-of-00001.safetensors"}})");
  const auto checkpoint = Checkpoint::OpenDirectory(directory_, "");
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
  EXPECT_NE(checkpoint->Find("model.norm.weight"), nullptr);
}

TEST_F(CheckpointTest, IndexCannotReachOutsideTheDirectory) {
  fs::remove(directory_ / "model.safetensors");
  for (const char* shard : {"../../etc/passwd", "/etc/passwd", "..", ""}) {
    Write("model.safetensors.index.json",
          json::serialize(json::object{{"weight_map", {{"a", shard}}}}));
    EXPECT_THAT(OpenError(), AllOf(HasSubstr("index.json"), HasSubstr("weight_map"))) << shard;
  }
}

TEST_F(CheckpointTest, IndexedShardThatIsMissingIsNamed) {
  fs::remove(directory_ / "model.safetensors");
  Write("model.safetensors.index.json", R"({"weight_map": {"a": "gone.safetensors"}})");
  EXPECT_THAT(OpenError(), HasSubstr("gone.safetensors"));
}

TEST_F(CheckpointTest, SameTensorInTwoShardsIsRefused) {
  fs::copy(directory_ / "model.safetensors", directory_ / "b.safetensors");
  fs::rename(directory_ / "model.safetensors", directory_ / "a.safetensors");
  Write("model.safetensors.index.json",
        R"({"weight_map": {"a": "a.safetensors", "b": "b.safetensors"}})");
  EXPECT_THAT(OpenError(), HasSubstr("two weight files"));
}

TEST_F(CheckpointTest, MissingFilesAreNamed) {
  for (const char* file :
       {"config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"}) {
    const std::string bytes = Read(file);
    fs::remove(directory_ / file);
    EXPECT_THAT(OpenError(), HasSubstr(file));
    Write(file, bytes);
  }
}

TEST_F(CheckpointTest, ConfigFieldsOutOfRangeAreNamed) {
  const std::string good = Read("config.json");
  for (const char* field : {"num_hidden_layers", "hidden_size", "intermediate_size",
                            "num_attention_heads", "num_key_value_heads", "vocab_size",
                            "max_position_embeddings", "rms_norm_eps", "rope_theta"}) {
    for (const json::value& value :
         {json::value(0x7fffffffffffffff), json::value(-1), json::value("8"), json::value(nullptr),
          json::value(1e300), json::value(0xffffffffffffffffu), json::value(json::array{})}) {
      SetConfig(field, value);
      EXPECT_THAT(OpenError(), AllOf(HasSubstr("config.json"), HasSubstr(field)))
          << json::serialize(value);
      Write("config.json", good);
    }
  }
  for (const char* field : {"num_hidden_layers", "num_attention_heads", "num_key_value_heads"}) {
    SetConfig(field, 0);
    EXPECT_THAT(OpenError(), HasSubstr(field));
    Write("config.json", good);
  }
}

TEST_F(CheckpointTest, UnsupportedConfigsAreRefused) {
  const std::string good = Read("config.json");
  const std::vector<std::pair<const char*, json::value>> cases = {
      {"architectures", json::array{"LlamaForCausalLM"}},
      {"architectures", json::array{}},
      {"use_sliding_window", true},
      {"rope_scaling", json::object{{"rope_type", "yarn"}, {"factor", 4}}},
      {"hidden_act", "gelu"},
      {"num_key_value_heads", 3},
      {"head_dim", 7},
      {"eos_token_id", 300},
      {"eos_token_id", json::array{1, -1}}};
  for (const auto& [field, value] : cases) {
    SetConfig(field, value);
    EXPECT_THAT(OpenError(), HasSubstr(field)) << json::serialize(value);
    Write("config.json", good);
  }
}

TEST_F(CheckpointTest, UnreadableWeightsAreReportedAsSuch) {
  fs::remove(directory_ / "model.safetensors");
  fs::create_directory(directory_ / "model.safetensors");
  EXPECT_THAT(OpenError(), HasSubstr("model.safetensors: not a regular file"));
}

TEST_F(CheckpointTest, DeepOrBrokenJsonIsRefused) {
  const std::string deep(1'000'000, '[');
  for (const std::string& bytes : {deep, std::string("{"), std::string("[]"), std::string(),
                                   std::string("{}x"), std::string("{\"a\":\"\xff\"}")}) {
    Write("config.json", bytes);
    EXPECT_THAT(OpenError(), HasSubstr("config.json"));
    EXPECT_EQ(Checkpoint::OpenDirectory(directory_, "").status().code(), StatusCode::kDataLoss);
  }
}

TEST_F(CheckpointTest, WeightFileCutAnywhereIsRefused) {
  const std::string good = Read("model.safetensors");
  for (size_t cut = 0; cut < good.size(); cut += cut < 64 ? 1 : 997) {
    Write("model.safetensors", std::string_view(good).substr(0, cut));
    EXPECT_THAT(OpenError(), HasSubstr("model.safetensors")) << cut;
  }
}

TEST_F(CheckpointTest, AbsurdHeaderLengthsAllocateNothing) {
  const std::string good = Read("model.safetensors");
  struct rusage before{};
  getrusage(RUSAGE_SELF, &before);
  for (const uint64_t length :
       {uint64_t{0}, uint64_t{1}, (uint64_t{1} << 31) - 1, uint64_t{1} << 32,
        (uint64_t{1} << 63) - 1, ~uint64_t{0}, ~uint64_t{0} - 7}) {
    std::string bytes = good;
    std::memcpy(bytes.data(), &length, sizeof(length));
    Write("model.safetensors", bytes);
    EXPECT_THAT(OpenError(), HasSubstr("model.safetensors")) << length;
  }
  struct rusage after{};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024) << "KiB";
}

TEST_F(CheckpointTest, HostileTensorEntriesAreRefused) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {R"({"t": 1})", "object"},
      {R"({"__metadata__": "pt"})", "__metadata__"},
      {R"({"t": {"shape": [1], "data_offsets": [0, 2]}})", "dtype"},
      {R"({"t": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}})", "dtype"},
      {R"({"t": {"dtype": "BF16", "shape": [-1], "data_offsets": [0, 2]}})", "shape"},
      {R"({"t": {"dtype": "BF16", "shape": "x", "data_offsets": [0, 2]}})", "shape"},
      {R"({"t": {"dtype": "BF16", "shape": [1,1,1,1,1], "data_offsets": [0, 2]}})", "shape"},
      // The product wraps to 2 in 64 bits.
      {R"({"t": {"dtype": "BF16", "shape": [9223372036854775807, 2, 3], "data_offsets": [0, 2]}})",
       "shape"},
      {R"({"t": {"dtype": "F32", "shape": [4611686018427387904], "data_offsets": [0, 0]}})",
       "shape"},
      {R"({"t": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 2]}})", "data_offsets"},
      {R"({"t": {"dtype": "BF16", "shape": [1], "data_offsets": [2, 0]}})", "data_offsets"},
      {R"({"t": {"dtype": "BF16", "shape": [1], "data_offsets": [-2, 0]}})", "data_offsets"},
      {R"({"t": {"dtype": "BF16", "shape": [1], "data_offsets": [0]}})", "data_offsets"},
      {R"({"t": {"dtype": "BF16", "shape": [1], "data_offsets": [0.0, 2.0]}})", "data_offsets"},
      {R"({"t": {"dtype": "BF16", "shape": [1],
          "data_offsets": [9223372036854775805, 9223372036854775807]}})",
       "beyond"},
      {R"({"t": {"dtype": "BF16", "shape": [1], "data_offsets": [63, 65]}})", "beyond"},
      {R"({"t": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]},
           "u": {"dtype": "BF16", "shape": [2], "data_offsets": [2, 6]}})",
       "overlap"},
      {"[]", "object"},
      {"{", "JSON"}};
  for (const auto& [header, expected] : cases) {
    WriteWeights(header);
    EXPECT_THAT(OpenError(), AllOf(HasSubstr("model.safetensors"), HasSubstr(expected))) << header;
  }
  WriteWeights(std::string(100'000, '['));
  EXPECT_THAT(OpenError(), HasSubstr("JSON"));
  EXPECT_EQ(Checkpoint::OpenDirectory(directory_, "").status().code(), StatusCode::kDataLoss);
}

// A header with empty tensors named begin .. end - 1.
std::string HeaderOfEmptyTensors(int begin, int end) {
  std::string header = "{";
  for (int i = begin; i < end; ++i) {
    header += (i > begin ? "," : "") + std::string("\"") + std::to_string(i) +
              R"(":{"dtype":"BF16","shape":[0],"data_offsets":[0,0]})";
  }
  return header + "}";
}

TEST_F(CheckpointTest, TooManyTensorsAreRefused) {
  WriteWeights(HeaderOfEmptyTensors(0, 70'000));
  EXPECT_THAT(OpenError(), HasSubstr("too many tensors"));
}

TEST_F(CheckpointTest, TooManyTensorsInAllShardsTogetherAreRefused) {
  WriteWeights(HeaderOfEmptyTensors(0, 40'000));
  fs::rename(directory_ / "model.safetensors", directory_ / "a.safetensors");
  WriteWeights(HeaderOfEmptyTensors(40'000, 80'000));
  fs::rename(directory_ / "model.safetensors", directory_ / "b.safetensors");
  Write("model.safetensors.index.json",
        R"({"weight_map": {"0": "a.safetensors", "40000": "b.safetensors"}})");
  EXPECT_THAT(OpenError(), AllOf(HasSubstr("b.safetensors"), HasSubstr("too many tensors")));
}

TEST_F(CheckpointTest, MakeCheckpointKeepsWhatIsThere) {
  MakeCheckpointOptions options;
  options.config = TinyConfig();
  EXPECT_THAT(MakeCheckpoint(options, directory_).message(), HasSubstr("not empty"));
  EXPECT_EQ(OpenError(), "opened");
}

TEST(MakeCheckpointTest, UnknownShapeNamesTheKnownOnes) {
  EXPECT_THAT(ShapeByName("gpt").status().message(), HasSubstr("vibethinker-3b"));
}

}  // namespace
}  // namespace lemma::model
