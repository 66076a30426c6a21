#include "inference/model/config.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "common/base/field_reader.h"
#include "common/base/json.h"

namespace lemma::model {
namespace {

namespace json = boost::json;

void CheckArchitecture(FieldReader& fields) {
  const json::value* architectures = fields.Find("architectures");
  if (architectures == nullptr || !architectures->is_array() ||
      architectures->get_array().empty() || !architectures->get_array()[0].is_string()) {
    return fields.Fail("architectures", "must be a list of one name");
  }
  const auto& name = architectures->get_array()[0].get_string();
  if (name != "Qwen2ForCausalLM") {
    fields.Fail("architectures", "is \"" + std::string(name.subview(0, 64)) +
                                     "\"; this version runs Qwen2ForCausalLM");
  }
}

void CheckUnsupported(FieldReader& fields) {
  bool sliding = false;
  fields.ReadBool("use_sliding_window", sliding);
  if (sliding) fields.Fail("use_sliding_window", "is true; this is not supported");
  if (const json::value* scaling = fields.Find("rope_scaling")) {
    const json::object* object = scaling->if_object();
    const json::value* type = object == nullptr ? nullptr : object->if_contains("rope_type");
    if (type == nullptr || !type->is_string() || type->get_string() != "default") {
      fields.Fail("rope_scaling", "is set; scaled RoPE is not supported");
    }
  }
  std::string activation = "silu";
  fields.ReadString("hidden_act", activation);
  if (activation != "silu") fields.Fail("hidden_act", "must be \"silu\"");
}

// `eos_token_id` is a number or a list of numbers, in either file.
void AppendEosIds(FieldReader& fields, int32_t vocab_size, std::vector<TokenId>& ids) {
  const json::value* eos = fields.Find("eos_token_id");
  if (eos == nullptr) return;
  const json::array one = eos->is_array() ? json::array() : json::array{*eos};
  const json::array& list = eos->is_array() ? eos->get_array() : one;
  for (const json::value& id : list) {
    if (!id.is_int64() || id.get_int64() < 0 || id.get_int64() >= vocab_size) {
      return fields.Fail("eos_token_id", "must hold token ids below vocab_size");
    }
    ids.push_back(static_cast<TokenId>(id.get_int64()));
  }
}

void ReadShape(FieldReader& fields, ModelConfig& config) {
  const auto read = [&](const char* field, int64_t high, int32_t& into) {
    fields.Require(field);
    fields.ReadInteger(field, 1, high, into);
  };
  read("num_hidden_layers", kLayersMax, config.n_layers);
  read("hidden_size", kWidthMax, config.hidden_size);
  read("intermediate_size", kWidthMax, config.intermediate_size);
  read("num_attention_heads", kHeadsMax, config.n_heads);
  read("num_key_value_heads", kHeadsMax, config.n_kv_heads);
  read("vocab_size", kVocabMax, config.vocab_size);
  read("max_position_embeddings", kContextMax, config.context_length_max);
  if (!fields.ok()) return;

  config.head_dim = config.hidden_size / config.n_heads;
  fields.ReadInteger("head_dim", 1, kHeadDimMax, config.head_dim);
  if (config.n_heads % config.n_kv_heads != 0) {
    fields.Fail("num_key_value_heads", "must divide num_attention_heads");
  }
  if (config.head_dim < 2 || config.head_dim > kHeadDimMax || config.head_dim % 2 != 0) {
    fields.Fail("head_dim", "must be even and at most " + std::to_string(kHeadDimMax));
  }
}

// Opens `text`, the JSON object in `file`, for `read`. What is wrong with a field is an error of
// the file.
template <typename Read>
Status ReadFields(std::string_view text, const std::string& file, const Read& read) {
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonFile(text, file));
  Status status;
  FieldReader fields(object, "", status);
  read(fields);
  if (status.ok()) return Ok();
  return Status(StatusCode::kDataLoss, file + ": \"" + status.field() + "\" " + status.message(),
                status.field());
}

}  // namespace

Result<ModelConfig> ParseModelConfig(std::string_view config_json,
                                     std::string_view generation_config_json,
                                     std::string_view name) {
  ModelConfig config;
  LEMMA_RETURN_IF_ERROR(
      ReadFields(config_json, std::string(name) + "/config.json", [&](FieldReader& fields) {
        CheckArchitecture(fields);
        CheckUnsupported(fields);
        ReadShape(fields, config);
        fields.Require("rms_norm_eps");
        fields.ReadNumber("rms_norm_eps", 0, 1, config.rms_norm_eps);
        fields.Require("rope_theta");
        fields.ReadNumber("rope_theta", 1, 1e12, config.rope_theta);
        fields.ReadBool("tie_word_embeddings", config.tied_embeddings);
        AppendEosIds(fields, config.vocab_size, config.eos_ids);
      }));
  if (!generation_config_json.empty()) {
    LEMMA_RETURN_IF_ERROR(ReadFields(
        generation_config_json, std::string(name) + "/generation_config.json",
        [&](FieldReader& fields) { AppendEosIds(fields, config.vocab_size, config.eos_ids); }));
  }
  std::sort(config.eos_ids.begin(), config.eos_ids.end());
  config.eos_ids.erase(std::unique(config.eos_ids.begin(), config.eos_ids.end()),
                       config.eos_ids.end());
  return config;
}

namespace {

// The double that is written as the float is: 1e-06, not 9.99999997e-07.
double ShortestDecimal(float value) {
  char digits[32];
  const auto written = std::to_chars(digits, digits + sizeof(digits), value);
  double decimal = 0;
  std::from_chars(digits, written.ptr, decimal);
  return decimal;
}

}  // namespace

std::string FormatModelConfig(const ModelConfig& c) {
  json::object config = {{"architectures", json::array{"Qwen2ForCausalLM"}},
                         {"model_type", "qwen2"},
                         {"hidden_act", "silu"},
                         {"hidden_size", c.hidden_size},
                         {"intermediate_size", c.intermediate_size},
                         {"num_hidden_layers", c.n_layers},
                         {"num_attention_heads", c.n_heads},
                         {"num_key_value_heads", c.n_kv_heads},
                         {"head_dim", c.head_dim},
                         {"max_position_embeddings", c.context_length_max},
                         {"rms_norm_eps", ShortestDecimal(c.rms_norm_eps)},
                         {"rope_theta", ShortestDecimal(c.rope_theta)},
                         {"tie_word_embeddings", c.tied_embeddings},
                         {"torch_dtype", "bfloat16"},
                         {"vocab_size", c.vocab_size}};
  if (!c.eos_ids.empty()) {
    config["eos_token_id"] = json::array(c.eos_ids.begin(), c.eos_ids.end());
  }
  return json::serialize(config) + "\n";
}

}  // namespace lemma::model
