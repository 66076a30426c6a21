// Properties: config, tokenizer and tensors of a GGUF file are those of the same model's
// checkpoint; metadata that does not fit a Qwen2 gives an error that names the key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <functional>

#include "inference/model/fingerprint.h"
#include "inference/model/test_gguf_model.h"

namespace lemma::model {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using kernels::WeightFormat;
using testing::AllOf;
using testing::HasSubstr;

TEST_F(GgufModelTest, TheConfigIsTheMetadatas) {
  for (const bool tied : {true, false}) {
    UseConfig(TinyConfig(4, 2, tied));  // heads of 20 beside a width of 40: key_length says so
    GgufWriter writer = Writer(Dtype::kBf16);
    writer.Set("tokenizer.ggml.eos_token_id", uint32_t{7});
    writer.Set("tokenizer.ggml.eot_token_id", uint32_t{3});
    const Checkpoint checkpoint = Open(writer);
    const ModelConfig& config = checkpoint.config();
    EXPECT_EQ(config.n_layers, config_.n_layers);
    EXPECT_EQ(config.hidden_size, config_.hidden_size);
    EXPECT_EQ(config.intermediate_size, config_.intermediate_size);
    EXPECT_EQ(config.n_heads, config_.n_heads);
    EXPECT_EQ(config.n_kv_heads, config_.n_kv_heads);
    EXPECT_EQ(config.head_dim, config_.head_dim);
    EXPECT_EQ(config.vocab_size, config_.vocab_size);
    EXPECT_EQ(config.context_length_max, config_.context_length_max);
    EXPECT_EQ(config.rms_norm_eps, config_.rms_norm_eps);
    EXPECT_EQ(config.rope_theta, config_.rope_theta);
    EXPECT_EQ(config.tied_embeddings, tied);
    EXPECT_EQ(config.eos_ids, (std::vector<TokenId>{3, 7}));
    EXPECT_EQ(checkpoint.id(), "m");
    EXPECT_EQ(FingerprintOf(checkpoint).value().size(), 8u);
  }
}

TEST_F(GgufModelTest, MetadataThatIsMissingIsNamed) {
  for (const char* key :
       {"general.architecture", "qwen2.block_count", "qwen2.context_length",
        "qwen2.embedding_length", "qwen2.feed_forward_length", "qwen2.attention.head_count",
        "qwen2.rope.freq_base", "qwen2.attention.layer_norm_rms_epsilon", "tokenizer.ggml.model",
        "tokenizer.ggml.pre", "tokenizer.ggml.tokens", "tokenizer.ggml.token_type",
        "tokenizer.ggml.merges"}) {
    GgufWriter writer = Writer(Dtype::kBf16);
    writer.Remove(key);
    EXPECT_THAT(OpenError(writer), AllOf(HasSubstr("m.gguf"), HasSubstr(key)));
    writer.Set(key, GgufType::kFloat32, BytesOfNumber(-1.0f));  // another type, or out of range
    EXPECT_THAT(OpenError(writer), AllOf(HasSubstr("m.gguf"), HasSubstr(key)));
  }
}

TEST_F(GgufModelTest, NumbersOutOfRangeAreNamed) {
  for (const char* key : {"qwen2.block_count", "qwen2.context_length", "qwen2.embedding_length",
                          "qwen2.feed_forward_length", "qwen2.attention.head_count",
                          "qwen2.attention.head_count_kv", "qwen2.attention.key_length"}) {
    for (const uint64_t value : {uint64_t{0}, uint64_t{1} << 29, ~uint64_t{0}}) {
      GgufWriter writer = Writer(Dtype::kBf16);
      writer.Set(key, GgufType::kUint64, BytesOfNumber(value));
      EXPECT_THAT(OpenError(writer), HasSubstr(key)) << value;
    }
  }
}

TEST_F(GgufModelTest, WhatIsNotSupportedIsNamed) {
  const std::vector<std::pair<const char*, std::function<void(GgufWriter&, const char*)>>> cases = {
      {"general.architecture", [](auto& w, auto key) { w.Set(key, "llama"); }},
      {"split.count", [](auto& w, auto key) { w.Set(key, uint32_t{3}); }},
      {"qwen2.rope.scaling.type", [](auto& w, auto key) { w.Set(key, "yarn"); }},
      {"qwen2.rope.scaling.factor", [](auto& w, auto key) { w.Set(key, 4.0f); }},
      {"qwen2.rope.scale_linear", [](auto& w, auto key) { w.Set(key, 2.0f); }},
      {"qwen2.rope.dimension_count", [](auto& w, auto key) { w.Set(key, uint32_t{32}); }},
      {"qwen2.attention.value_length", [](auto& w, auto key) { w.Set(key, uint32_t{32}); }},
      {"qwen2.attention.key_length", [](auto& w, auto key) { w.Set(key, uint32_t{63}); }},
      {"qwen2.attention.head_count_kv", [](auto& w, auto key) { w.Set(key, uint32_t{3}); }},
      {"tokenizer.ggml.model", [](auto& w, auto key) { w.Set(key, "llama"); }},
      {"tokenizer.ggml.pre", [](auto& w, auto key) { w.Set(key, "default"); }},
      {"tokenizer.ggml.pre", [](auto& w, auto key) { w.Set(key, "llama-bpe"); }},
      {"tokenizer.ggml.add_bos_token", [](auto& w, auto key) { w.Set(key, true); }},
      {"tokenizer.ggml.add_eos_token", [](auto& w, auto key) { w.Set(key, true); }},
      {"tokenizer.ggml.eos_token_id", [](auto& w, auto key) { w.Set(key, uint32_t{83}); }},
      {"tokenizer.ggml.bos_token_id", [](auto& w, auto key) { w.Set(key, ~0u); }},
      {"tokenizer.ggml.padding_token_id", [](auto& w, auto key) { w.Set(key, "x"); }},
      {"tokenizer.chat_template", [](auto& w, auto key) { w.Set(key, "\xff"); }},
      {"tokenizer.ggml.token_type",
       [](auto& w, auto key) { w.Set(key, std::vector<int32_t>(82, 1)); }},
      {"tokenizer.ggml.token_type",
       [](auto& w, auto key) { w.Set(key, std::vector<int32_t>(83, 6)); }},
      {"tokenizer.ggml.tokens",
       [](auto& w, auto key) { w.Set(key, std::vector<std::string>(83, "same")); }},
      {"tokenizer.ggml.tokens",
       [](auto& w, auto key) { w.Set(key, std::vector<std::string>(83, "\xc0\x80")); }},
      {"tokenizer.ggml.merges",
       [](auto& w, auto key) { w.Set(key, std::vector<std::string>{"\xed\xa0\x80"}); }}};
  for (const auto& [key, spoil] : cases) {
    GgufWriter writer = Writer(Dtype::kBf16);
    spoil(writer, key);
    EXPECT_THAT(OpenError(writer), AllOf(HasSubstr("m.gguf"), HasSubstr(key)));
  }
  GgufWriter writer = Writer(Dtype::kBf16);
  writer.Set("tokenizer.ggml.add_bos_token", true);  // as DeepSeek-R1-Distill-Qwen's has it
  EXPECT_THAT(OpenError(writer), AllOf(HasSubstr("adds nothing to a text"), HasSubstr("DeepSeek")));
  writer.Set("tokenizer.ggml.add_bos_token", false);
  writer.AddTensor("rope_freqs.weight", {32}, 0, std::string(128, '\0'));
  EXPECT_THAT(OpenError(writer), HasSubstr("rope_freqs.weight"));
}

TEST_F(GgufModelTest, WhatChangesNothingIsAccepted) {
  GgufWriter writer = Writer(Dtype::kBf16);
  writer.Set("split.count", uint32_t{1});
  writer.Set("qwen2.rope.scaling.type", "none");
  writer.Set("qwen2.rope.scaling.factor", 1.0f);
  writer.Set("qwen2.rope.dimension_count", uint32_t{64});
  writer.Set("tokenizer.ggml.pre", "deepseek-r1-qwen");
  writer.Set("tokenizer.ggml.add_bos_token", false);
  writer.AddTensor("something.else", {1}, 0, std::string(4, '\0'));
  writer.AddTensor("blk.0.attn_output.scale", {1}, 0, std::string(4, '\0'));
  EXPECT_EQ(OpenError(writer), "opened");
}

TEST_F(GgufModelTest, TensorsThatDoNotFitAreNamed) {
  ThreadPool pool(1);
  const auto read_error = [&](const GgufWriter& writer) {
    const auto weights = ReadWeights(Open(writer), {}, pool, {});
    return weights.ok() ? "read" : weights.status().message();
  };
  GgufWriter writer = Writer(Dtype::kBf16);
  writer.Set("qwen2.feed_forward_length", uint32_t{511});
  EXPECT_THAT(read_error(writer), AllOf(HasSubstr("m.gguf"), HasSubstr("mlp.gate_proj.weight"),
                                        HasSubstr("[512, 256]"), HasSubstr("[511, 256]")));
  writer.Set("qwen2.feed_forward_length", uint32_t{512});
  writer.Set("qwen2.block_count", uint32_t{3});
  EXPECT_THAT(read_error(writer), HasSubstr("model.layers.2.input_layernorm.weight"));
  writer.Set("qwen2.block_count", uint32_t{1});
  EXPECT_THAT(read_error(writer), HasSubstr("beyond"));

  // A norm in blocks: its elements are read one by one.
  GgufWriter norms;
  SetConfigKeys(config_, norms);
  SetPlainTokens(config_.vocab_size, norms);
  for (const TensorSlot& slot : LayWeights(config_, WeightFormat::kF32).slots) {
    norms.AddTensor(GgufName(slot.name), slot.shape, GgmlTypeOf(Dtype::kQ8_0),
                    EncodeElements(Dtype::kQ8_0, values_.at(slot.name)));
  }
  EXPECT_THAT(read_error(norms), AllOf(HasSubstr("layernorm"), HasSubstr("blocks")));
}

TEST_F(GgufModelTest, AFileOpensByItsPathAndTakesItsName) {
  const fs::path path = fs::path(testing::TempDir()) / "some model-Q8_0.gguf";
  std::ofstream(path, std::ios::binary) << Writer(Dtype::kQ8_0).File();
  const auto checkpoint = Checkpoint::Open(path, "");
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
  EXPECT_EQ(checkpoint->id(), "some model-Q8_0");
  EXPECT_EQ(Checkpoint::Open(path, "mine")->id(), "mine");
  EXPECT_EQ(LogitsOf(*Load(*checkpoint)), LogitsOf(*Load(Open(Writer(Dtype::kQ8_0)))));
  std::ofstream(path, std::ios::binary) << "# not a model";
  EXPECT_THAT(Checkpoint::Open(path, "").status().message(),
              AllOf(HasSubstr("some model-Q8_0.gguf"), HasSubstr("not a GGUF file")));
  fs::remove(path);
  EXPECT_EQ(Checkpoint::Open(path, "").status().code(), StatusCode::kNotFound);
}

// lemma-mini as a GGUF file, its matrices as they are stored.
GgufWriter LemmaMini(const Checkpoint& checkpoint) {
  GgufWriter writer;
  SetConfigKeys(checkpoint.config(), writer);
  SetTokenizerKeys(checkpoint.tokenizer_json(), checkpoint.tokenizer_config_json(),
                   checkpoint.config().vocab_size, writer);
  for (const TensorEntry& tensor : checkpoint.tensors()) {
    std::string data(tensor.bytes, '\0');
    EXPECT_TRUE(checkpoint.source(tensor).ReadAt(tensor.offset, data.data(), data.size()).ok());
    writer.AddTensor(GgufName(tensor.name), tensor.shape, GgmlTypeOf(tensor.dtype), data);
  }
  return writer;
}

TEST_F(GgufModelTest, LemmaMiniIsTheSameModelInBothLayouts) {
  const fs::path directory = fs::path(LEMMA_SOURCE_DIR) / "models/lemma-mini";
  const Checkpoint original = Checkpoint::Open(directory, "").value();
  const Checkpoint gguf = Open(LemmaMini(original));
  EXPECT_EQ(gguf.config().eos_ids, original.config().eos_ids);
  EXPECT_EQ(gguf.config().vocab_size, original.config().vocab_size);
  EXPECT_EQ(LogitsOf(*Load(gguf)), LogitsOf(*Load(original)));

  const auto parse = [](const std::string& text) { return json::parse(text).as_object(); };
  const json::object a = parse(gguf.tokenizer_json()), b = parse(original.tokenizer_json());
  for (const char* part : {"vocab", "merges"}) {
    EXPECT_EQ(a.at("model").at(part), b.at("model").at(part)) << part;
  }
  EXPECT_EQ(a.at("added_tokens"), b.at("added_tokens"));
  EXPECT_EQ(a.at("normalizer"), b.at("normalizer"));
  const auto pattern = [](const json::object& root) {
    return root.at("pre_tokenizer").at("pretokenizers").at(0).at("pattern");
  };
  EXPECT_EQ(pattern(a), pattern(b));
  const json::object config = parse(gguf.tokenizer_config_json());
  for (const char* field : {"chat_template", "eos_token"}) {
    EXPECT_EQ(config.at(field), parse(original.tokenizer_config_json()).at(field));
  }
}

TEST_F(GgufModelTest, TokensThatQwenShowsAreNotSpecial) {
  GgufWriter writer = Writer(Dtype::kBf16);
  std::vector<std::string> tokens = {"<|im_end|>", "<|fim_pad|>", "<tool_call>", "[PAD3]"};
  for (size_t id = tokens.size(); id < 83; ++id) tokens.push_back("t" + std::to_string(id));
  std::vector<int32_t> types(83, 1);
  types[0] = types[1] = 3;
  types[2] = 4;
  types[3] = 5;
  writer.Set("tokenizer.ggml.tokens", tokens);
  writer.Set("tokenizer.ggml.token_type", types);
  const Checkpoint checkpoint = Open(writer);
  const json::object root = json::parse(checkpoint.tokenizer_json()).as_object();
  const json::array& added = root.at("added_tokens").as_array();
  ASSERT_EQ(added.size(), 3u);
  EXPECT_TRUE(added[0].at("special").as_bool());
  EXPECT_FALSE(added[1].at("special").as_bool());
  EXPECT_FALSE(added[2].at("special").as_bool());
  EXPECT_EQ(root.at("model").at("vocab").as_object().size(), 79u);
  EXPECT_EQ(checkpoint.config().vocab_size, 83);
  EXPECT_EQ(checkpoint.config().eos_ids, (std::vector<TokenId>{0}));
}

}  // namespace
}  // namespace lemma::model
