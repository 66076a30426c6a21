#include "inference/model/test_gguf.h"

#include <algorithm>
#include <boost/json/parse.hpp>

namespace lemma::model {
namespace {

namespace json = boost::json;

// Pairs of texts that are spelled alike in all names: Hugging Face's, GGUF's.
constexpr std::pair<std::string_view, std::string_view> kNameParts[] = {
    {"model.embed_tokens", "token_embd"},
    {"model.norm", "output_norm"},
    {"lm_head", "output"},
    {"model.layers", "blk"},
    {"post_attention_layernorm", "ffn_norm"},
    {"input_layernorm", "attn_norm"},
    {"self_attn.q_proj", "attn_q"},
    {"self_attn.k_proj", "attn_k"},
    {"self_attn.v_proj", "attn_v"},
    {"self_attn.o_proj", "attn_output"},
    {"mlp.gate_proj", "ffn_gate"},
    {"mlp.up_proj", "ffn_up"},
    {"mlp.down_proj", "ffn_down"}};

std::string ArrayHead(GgufType type, uint64_t count) {
  return BytesOfNumber(type) + BytesOfNumber(count);
}

}  // namespace

std::string GgufText(std::string_view text) {
  return BytesOfNumber(uint64_t{text.size()}).append(text);
}

void GgufWriter::Set(const std::string& key, GgufType type, std::string bytes) {
  Remove(key);
  keys_.emplace_back(key, BytesOfNumber(type) + bytes);
}

void GgufWriter::Set(const std::string& key, uint32_t value) {
  Set(key, GgufType::kUint32, BytesOfNumber(value));
}

void GgufWriter::Set(const std::string& key, float value) {
  Set(key, GgufType::kFloat32, BytesOfNumber(value));
}

void GgufWriter::Set(const std::string& key, bool value) {
  Set(key, GgufType::kBool, std::string(1, value ? '\1' : '\0'));
}

void GgufWriter::Set(const std::string& key, const char* text) {
  Set(key, GgufType::kString, GgufText(text));
}

void GgufWriter::Set(const std::string& key, const std::vector<std::string>& texts) {
  std::string bytes = ArrayHead(GgufType::kString, texts.size());
  for (const std::string& text : texts) bytes += GgufText(text);
  Set(key, GgufType::kArray, bytes);
}

void GgufWriter::Set(const std::string& key, const std::vector<int32_t>& values) {
  std::string bytes = ArrayHead(GgufType::kInt32, values.size());
  for (const int32_t value : values) bytes += BytesOfNumber(value);
  Set(key, GgufType::kArray, bytes);
}

void GgufWriter::Remove(const std::string& key) {
  std::erase_if(keys_, [&](const auto& entry) { return entry.first == key; });
}

void GgufWriter::AddTensor(const std::string& name, const std::vector<int64_t>& shape,
                           uint32_t ggml_type, std::string data) {
  tensors_.push_back({name, shape, ggml_type, std::move(data)});
}

std::string GgufWriter::File() const {
  std::string file = "GGUF" + BytesOfNumber(version) + BytesOfNumber(uint64_t{tensors_.size()}) +
                     BytesOfNumber(uint64_t{keys_.size()});
  for (const auto& [key, value] : keys_) file += GgufText(key) + value;
  std::string data;
  const auto pad = [&](std::string& bytes) {
    bytes.append((alignment - bytes.size() % alignment) % alignment, '\0');
  };
  for (const Tensor& tensor : tensors_) {
    file += GgufText(tensor.name) + BytesOfNumber(static_cast<uint32_t>(tensor.shape.size()));
    for (size_t i = tensor.shape.size(); i-- > 0;) file += BytesOfNumber(tensor.shape[i]);
    file += BytesOfNumber(tensor.ggml_type) + BytesOfNumber(uint64_t{data.size()});
    data += tensor.data;
    pad(data);
  }
  pad(file);
  return file + data;
}

uint32_t GgmlTypeOf(Dtype dtype) {
  switch (dtype) {
    case Dtype::kF32:
      return 0;
    case Dtype::kF16:
      return 1;
    case Dtype::kBf16:
      return 30;
    case Dtype::kQ8_0:
      return 8;
    case Dtype::kQ4_0:
      return 2;
    case Dtype::kQ4_K:
      return 12;
    case Dtype::kQ5_K:
      return 13;
    case Dtype::kQ6_K:
      return 14;
  }
  return ~0u;
}

void SetConfigKeys(const ModelConfig& config, GgufWriter& writer) {
  const auto number = [](int32_t value) { return static_cast<uint32_t>(value); };
  writer.Set("general.architecture", "qwen2");
  writer.Set("qwen2.block_count", number(config.n_layers));
  writer.Set("qwen2.context_length", number(config.context_length_max));
  writer.Set("qwen2.embedding_length", number(config.hidden_size));
  writer.Set("qwen2.feed_forward_length", number(config.intermediate_size));
  writer.Set("qwen2.attention.head_count", number(config.n_heads));
  writer.Set("qwen2.attention.head_count_kv", number(config.n_kv_heads));
  if (config.head_dim * config.n_heads != config.hidden_size) {
    writer.Set("qwen2.attention.key_length", number(config.head_dim));
    writer.Set("qwen2.attention.value_length", number(config.head_dim));
  }
  writer.Set("qwen2.rope.freq_base", config.rope_theta);
  writer.Set("qwen2.attention.layer_norm_rms_epsilon", config.rms_norm_eps);
}

void SetPlainTokens(int32_t n_tokens, GgufWriter& writer) {
  std::vector<std::string> tokens;
  for (int32_t id = 0; id < n_tokens; ++id) tokens.push_back("t" + std::to_string(id));
  writer.Set("tokenizer.ggml.model", "gpt2");
  writer.Set("tokenizer.ggml.pre", "qwen2");
  writer.Set("tokenizer.ggml.tokens", tokens);
  writer.Set("tokenizer.ggml.token_type", std::vector<int32_t>(tokens.size(), 1));
  writer.Set("tokenizer.ggml.merges", std::vector<std::string>{});
}

void SetTokenizerKeys(const std::string& tokenizer_json, const std::string& tokenizer_config_json,
                      int32_t n_tokens_wanted, GgufWriter& writer) {
  const json::object root = json::parse(tokenizer_json).as_object();
  const json::object config = json::parse(tokenizer_config_json).as_object();
  const auto n_tokens = static_cast<size_t>(n_tokens_wanted);
  std::vector<std::string> tokens(n_tokens);
  std::vector<int32_t> types(n_tokens, 5);
  for (size_t id = 0; id < n_tokens; ++id) tokens[id] = "[PAD" + std::to_string(id) + "]";
  const auto place = [&](const json::value& id, const json::value& text, int32_t type) {
    const auto at = static_cast<size_t>(id.as_int64());
    tokens.at(at) = text.as_string();
    types.at(at) = type;
    if (tokens[at] == std::string_view(config.at("eos_token").as_string())) {
      writer.Set("tokenizer.ggml.eos_token_id", static_cast<uint32_t>(at));
    }
  };
  for (const auto& [text, id] : root.at("model").at("vocab").as_object()) {
    place(id, json::value(text), 1);
  }
  for (const json::value& added : root.at("added_tokens").as_array()) {
    const std::string_view text = added.at("content").as_string();
    const bool looks_special = text.starts_with("<|") && text.ends_with("|>");
    const bool is_control = added.at("special").as_bool() || looks_special;
    place(added.at("id"), added.at("content"), is_control ? 3 : 4);
  }
  std::vector<std::string> merges;
  for (const json::value& merge : root.at("model").at("merges").as_array()) {
    merges.emplace_back(merge.is_string() ? std::string(merge.as_string())
                                          : std::string(merge.at(0).as_string()) + " " +
                                                std::string(merge.at(1).as_string()));
  }
  writer.Set("tokenizer.ggml.model", "gpt2");
  writer.Set("tokenizer.ggml.pre", "qwen2");
  writer.Set("tokenizer.ggml.tokens", tokens);
  writer.Set("tokenizer.ggml.token_type", types);
  writer.Set("tokenizer.ggml.merges", merges);
  writer.Set("tokenizer.ggml.add_bos_token", false);
  writer.Set("tokenizer.chat_template", config.at("chat_template").as_string().c_str());
}

std::string GgufName(std::string name) {
  for (const auto& [hugging_face, gguf] : kNameParts) {
    const size_t at = name.find(hugging_face);
    if (at != name.npos) name.replace(at, hugging_face.size(), gguf);
  }
  return name;
}

}  // namespace lemma::model
