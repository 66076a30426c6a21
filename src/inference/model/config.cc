#include "inference/model/config.h"

#include <algorithm>

#include "common/base/json.h"
#include "inference/model/json_fields.h"

namespace lemma::model {
namespace {

namespace json = boost::json;

// Generous bounds on what a file may claim; the largest Qwen2 has 80 layers of 8192. They keep
// every product of two of these numbers far below 2^63.
constexpr int64_t kLayersMax = 512;
constexpr int64_t kWidthMax = 1 << 20;
constexpr int64_t kHeadsMax = 1024;
constexpr int64_t kHeadDimMax = 1024;
constexpr int64_t kVocabMax = 1 << 22;
constexpr int64_t kContextMax = 1 << 24;

Status CheckArchitecture(const JsonFields& fields) {
  const json::value* architectures = fields.Find("architectures");
  if (architectures == nullptr || !architectures->is_array() ||
      architectures->get_array().empty() || !architectures->get_array()[0].is_string()) {
    return fields.Error("architectures", "must be a list of one name");
  }
  const auto& name = architectures->get_array()[0].get_string();
  if (name != "Qwen2ForCausalLM") {
    return fields.Error("architectures", "is \"" + std::string(name.subview(0, 64)) +
                                             "\"; this version runs Qwen2ForCausalLM");
  }
  return Ok();
}

Status CheckUnsupported(const JsonFields& fields) {
  LEMMA_ASSIGN_OR_RETURN(const bool sliding, fields.Bool("use_sliding_window", false));
  if (sliding) return fields.Error("use_sliding_window", "is true; this is not supported");
  if (const json::value* scaling = fields.Find("rope_scaling")) {
    const json::object* object = scaling->if_object();
    const json::value* type = object == nullptr ? nullptr : object->if_contains("rope_type");
    if (type == nullptr || !type->is_string() || type->get_string() != "default") {
      return fields.Error("rope_scaling", "is set; scaled RoPE is not supported");
    }
  }
  if (const json::value* act = fields.Find("hidden_act")) {
    if (!act->is_string() || act->get_string() != "silu") {
      return fields.Error("hidden_act", "must be \"silu\"");
    }
  }
  return Ok();
}

// `eos_token_id` is a number or a list of numbers, in either file.
Status AppendEosIds(const JsonFields& fields, int32_t vocab_size, std::vector<TokenId>* ids) {
  const json::value* eos = fields.Find("eos_token_id");
  if (eos == nullptr) return Ok();
  const json::array one = eos->is_array() ? json::array() : json::array{*eos};
  const json::array& list = eos->is_array() ? eos->get_array() : one;
  for (const json::value& id : list) {
    if (!id.is_int64() || id.get_int64() < 0 || id.get_int64() >= vocab_size) {
      return fields.Error("eos_token_id", "must hold token ids below vocab_size");
    }
    ids->push_back(static_cast<TokenId>(id.get_int64()));
  }
  return Ok();
}

Status ReadShape(const JsonFields& fields, ModelConfig* config) {
  const auto read = [&](const char* field, int64_t high, int32_t* into) -> Status {
    LEMMA_ASSIGN_OR_RETURN(const int64_t value, fields.Int(field, 1, high));
    *into = static_cast<int32_t>(value);
    return Ok();
  };
  LEMMA_RETURN_IF_ERROR(read("num_hidden_layers", kLayersMax, &config->n_layers));
  LEMMA_RETURN_IF_ERROR(read("hidden_size", kWidthMax, &config->hidden_size));
  LEMMA_RETURN_IF_ERROR(read("intermediate_size", kWidthMax, &config->intermediate_size));
  LEMMA_RETURN_IF_ERROR(read("num_attention_heads", kHeadsMax, &config->n_heads));
  LEMMA_RETURN_IF_ERROR(read("num_key_value_heads", kHeadsMax, &config->n_kv_heads));
  LEMMA_RETURN_IF_ERROR(read("vocab_size", kVocabMax, &config->vocab_size));
  LEMMA_RETURN_IF_ERROR(read("max_position_embeddings", kContextMax, &config->context_length_max));

  const int64_t usual_head_dim = config->hidden_size / config->n_heads;
  LEMMA_ASSIGN_OR_RETURN(const int64_t head_dim,
                         fields.Int("head_dim", 1, kHeadDimMax, &usual_head_dim));
  config->head_dim = static_cast<int32_t>(head_dim);
  if (config->n_heads % config->n_kv_heads != 0) {
    return fields.Error("num_key_value_heads", "must divide num_attention_heads");
  }
  if (head_dim < 2 || head_dim > kHeadDimMax || head_dim % 2 != 0) {
    return fields.Error("head_dim", "must be even and at most " + std::to_string(kHeadDimMax));
  }
  return Ok();
}

}  // namespace

Result<ModelConfig> ParseModelConfig(std::string_view config_json,
                                     std::string_view generation_config_json,
                                     std::string_view name) {
  const std::string config_name = std::string(name) + "/config.json";
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonObject(config_json, config_name));
  const JsonFields fields(object, config_name);
  LEMMA_RETURN_IF_ERROR(CheckArchitecture(fields));
  LEMMA_RETURN_IF_ERROR(CheckUnsupported(fields));

  ModelConfig config;
  LEMMA_RETURN_IF_ERROR(ReadShape(fields, &config));
  LEMMA_ASSIGN_OR_RETURN(const double eps, fields.Number("rms_norm_eps", 0.0, 1.0));
  config.rms_norm_eps = static_cast<float>(eps);
  LEMMA_ASSIGN_OR_RETURN(const double theta, fields.Number("rope_theta", 1.0, 1e12));
  config.rope_theta = static_cast<float>(theta);
  LEMMA_ASSIGN_OR_RETURN(config.tied_embeddings, fields.Bool("tie_word_embeddings", false));

  LEMMA_RETURN_IF_ERROR(AppendEosIds(fields, config.vocab_size, &config.eos_ids));
  if (!generation_config_json.empty()) {
    const std::string generation_name = std::string(name) + "/generation_config.json";
    LEMMA_ASSIGN_OR_RETURN(const json::object generation,
                           ParseJsonObject(generation_config_json, generation_name));
    LEMMA_RETURN_IF_ERROR(
        AppendEosIds(JsonFields(generation, generation_name), config.vocab_size, &config.eos_ids));
  }
  std::sort(config.eos_ids.begin(), config.eos_ids.end());
  config.eos_ids.erase(std::unique(config.eos_ids.begin(), config.eos_ids.end()),
                       config.eos_ids.end());
  return config;
}

}  // namespace lemma::model
