#include "inference/model/gguf_config.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "inference/model/gguf_tokenizer.h"

namespace lemma::model {
namespace {

constexpr std::string_view kArchitecture = "qwen2";

std::string KeyOf(std::string_view field) {
  return std::string(kArchitecture) + "." + std::string(field);
}

Status CheckArchitecture(const GgufFile& file) {
  LEMMA_ASSIGN_OR_RETURN(const std::string_view name, file.String("general.architecture"));
  if (name != kArchitecture) {
    return file.Error("general.architecture",
                      "is \"" + std::string(name.substr(0, 64)) + "\"; this version runs qwen2");
  }
  if (!file.Has("split.count")) return Ok();
  LEMMA_ASSIGN_OR_RETURN(const int64_t n_files, file.Integer("split.count", 0, 65535));
  if (n_files > 1) {
    return file.Error("split.count", "is " + std::to_string(n_files) +
                                         "; a model in several GGUF files is not read");
  }
  return Ok();
}

// A factor of 1, or 0 for "not set", changes nothing.
Status CheckRopeScaling(const GgufFile& file) {
  const std::string type_key = KeyOf("rope.scaling.type");
  if (file.Has(type_key)) {
    LEMMA_ASSIGN_OR_RETURN(const std::string_view type, file.String(type_key));
    if (type != "none") {
      return file.Error(
          type_key, "is \"" + std::string(type.substr(0, 64)) + "\"; scaled RoPE is not supported");
    }
  }
  for (const char* field : {"rope.scaling.factor", "rope.scale_linear"}) {
    const std::string key = KeyOf(field);
    if (!file.Has(key)) continue;
    LEMMA_ASSIGN_OR_RETURN(const double factor, file.Number(key, -1, 1e6));
    if (factor != 0 && factor != 1) return file.Error(key, "is set; scaled RoPE is not supported");
  }
  return Ok();
}

// Where the key is absent `into` stays.
Status ReadOptional(const GgufFile& file, const std::string& key, int64_t high, int32_t& into) {
  if (!file.Has(key)) return Ok();
  LEMMA_ASSIGN_OR_RETURN(const int64_t value, file.Integer(key, 1, high));
  into = static_cast<int32_t>(value);
  return Ok();
}

Status ReadHeads(const GgufFile& file, ModelConfig& config) {
  config.n_kv_heads = config.n_heads;
  LEMMA_RETURN_IF_ERROR(
      ReadOptional(file, KeyOf("attention.head_count_kv"), kHeadsMax, config.n_kv_heads));
  if (config.n_heads % config.n_kv_heads != 0) {
    return file.Error(KeyOf("attention.head_count_kv"), "must divide attention.head_count");
  }
  config.head_dim = config.hidden_size / config.n_heads;
  const std::string key_length = KeyOf("attention.key_length");
  LEMMA_RETURN_IF_ERROR(ReadOptional(file, key_length, kHeadDimMax, config.head_dim));
  if (config.head_dim < 2 || config.head_dim > kHeadDimMax || config.head_dim % 2 != 0) {
    return file.Error(file.Has(key_length) ? key_length : KeyOf("attention.head_count"),
                      "must give heads of an even size of at most " + std::to_string(kHeadDimMax));
  }
  for (const char* field : {"attention.value_length", "rope.dimension_count"}) {
    int32_t length = config.head_dim;
    LEMMA_RETURN_IF_ERROR(ReadOptional(file, KeyOf(field), kHeadDimMax, length));
    if (length != config.head_dim) {
      return file.Error(KeyOf(field), "is " + std::to_string(length) + ", a head's size is " +
                                          std::to_string(config.head_dim) +
                                          "; other than that is not supported");
    }
  }
  return Ok();
}

Status ReadShape(const GgufFile& file, ModelConfig& config) {
  const auto read = [&](const char* field, int64_t high, int32_t& into) -> Status {
    LEMMA_ASSIGN_OR_RETURN(const int64_t value, file.Integer(KeyOf(field), 1, high));
    into = static_cast<int32_t>(value);
    return Ok();
  };
  LEMMA_RETURN_IF_ERROR(read("block_count", kLayersMax, config.n_layers));
  LEMMA_RETURN_IF_ERROR(read("embedding_length", kWidthMax, config.hidden_size));
  LEMMA_RETURN_IF_ERROR(read("feed_forward_length", kWidthMax, config.intermediate_size));
  LEMMA_RETURN_IF_ERROR(read("attention.head_count", kHeadsMax, config.n_heads));
  LEMMA_RETURN_IF_ERROR(read("context_length", kContextMax, config.context_length_max));
  return ReadHeads(file, config);
}

// GGUF's name of a part of layer N, after "blk.N.", and Hugging Face's after "model.layers.N.".
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kLayerNames = {{
    {"attn_norm.weight", "input_layernorm.weight"},
    {"attn_q.weight", "self_attn.q_proj.weight"},
    {"attn_q.bias", "self_attn.q_proj.bias"},
    {"attn_k.weight", "self_attn.k_proj.weight"},
    {"attn_k.bias", "self_attn.k_proj.bias"},
    {"attn_v.weight", "self_attn.v_proj.weight"},
    {"attn_v.bias", "self_attn.v_proj.bias"},
    {"attn_output.weight", "self_attn.o_proj.weight"},
    {"ffn_norm.weight", "post_attention_layernorm.weight"},
    {"ffn_gate.weight", "mlp.gate_proj.weight"},
    {"ffn_up.weight", "mlp.up_proj.weight"},
    {"ffn_down.weight", "mlp.down_proj.weight"},
}};

// "" where a Qwen2 has no such tensor.
std::string HuggingFaceName(std::string_view name) {
  if (name == "token_embd.weight") return "model.embed_tokens.weight";
  if (name == "output_norm.weight") return "model.norm.weight";
  if (name == "output.weight") return "lm_head.weight";
  constexpr std::string_view kBlock = "blk.";
  const size_t dot = name.starts_with(kBlock) ? name.find('.', kBlock.size()) : name.npos;
  if (dot == name.npos) return "";
  const std::string_view layer = name.substr(kBlock.size(), dot - kBlock.size());
  for (const auto& [gguf, hugging_face] : kLayerNames) {
    if (name.substr(dot + 1) == gguf) {
      return "model.layers." + std::string(layer) + "." + std::string(hugging_face);
    }
  }
  return "";
}

}  // namespace

Result<ModelConfig> GgufConfig(const GgufFile& file) {
  ModelConfig config;
  LEMMA_RETURN_IF_ERROR(CheckArchitecture(file));
  LEMMA_RETURN_IF_ERROR(CheckRopeScaling(file));
  LEMMA_RETURN_IF_ERROR(ReadShape(file, config));
  LEMMA_ASSIGN_OR_RETURN(const double eps,
                         file.Number(KeyOf("attention.layer_norm_rms_epsilon"), 0, 1));
  config.rms_norm_eps = static_cast<float>(eps);
  LEMMA_ASSIGN_OR_RETURN(const double theta, file.Number(KeyOf("rope.freq_base"), 1, 1e12));
  config.rope_theta = static_cast<float>(theta);
  LEMMA_ASSIGN_OR_RETURN(config.vocab_size, GgufVocabSize(file));
  LEMMA_ASSIGN_OR_RETURN(config.eos_ids, GgufEndIds(file));
  config.tied_embeddings =
      std::none_of(file.tensors().begin(), file.tensors().end(),
                   [](const TensorEntry& tensor) { return tensor.name == "output.weight"; });
  return config;
}

Result<std::vector<TensorEntry>> GgufTensors(const GgufFile& file) {
  std::vector<TensorEntry> tensors;
  for (const TensorEntry& tensor : file.tensors()) {
    if (tensor.name == "rope_freqs.weight") {
      return DataLoss(file.name() + ": has the tensor \"rope_freqs.weight\"; scaled RoPE is not " +
                      "supported");
    }
    std::string name = HuggingFaceName(tensor.name);
    if (name.empty()) continue;
    tensors.push_back(tensor);
    tensors.back().name = std::move(name);
  }
  return tensors;
}

}  // namespace lemma::model
