#include "train/network/config.h"

#include <boost/json.hpp>

#include "common/base/json.h"

namespace lemma::train {
namespace {

namespace json = boost::json;

// Far above any Qwen2 (152,064 tokens, 80 layers), far below what would overflow a product.
constexpr int64_t kSizeMax = 1 << 20;

// Reads members of one object; remembers the first thing that was wrong.
class Reader {
 public:
  Reader(const json::object& object, std::string name) : object_(object), name_(std::move(name)) {}

  void Size(const char* key, int64_t& into) {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr) return Fail(key, "is missing");
    OptionalSize(key, into);
  }
  void OptionalSize(const char* key, int64_t& into) {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr || value->is_null()) return;
    const int64_t* number = value->if_int64();
    if (number == nullptr || *number < 1 || *number > kSizeMax) {
      return Fail(key, "must be an integer from 1 to 1048576");
    }
    into = *number;
  }
  void Real(const char* key, double& into) {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr || !value->is_number() || !(value->to_number<double>() > 0)) {
      return Fail(key, "must be a number above 0");
    }
    into = value->to_number<double>();
  }
  void Bool(const char* key, bool& into) {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr) return;
    if (!value->is_bool()) return Fail(key, "must be true or false");
    into = value->get_bool();
  }
  // An id, or the first of a list of ids.
  void TokenId(const char* key, int64_t& into) {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr || value->is_null()) return;
    if (value->is_array() && !value->get_array().empty()) value = &value->get_array()[0];
    if (!value->is_int64() || value->get_int64() < 0) return Fail(key, "must be a token id");
    into = value->get_int64();
  }
  void Fail(const char* key, const std::string& problem) {
    if (status_.ok()) status_ = DataLoss(name_ + ": " + key + " " + problem);
  }
  const Status& status() const { return status_; }

 private:
  const json::object& object_;
  std::string name_;
  Status status_;
};

}  // namespace

Result<Qwen2Config> ParseConfig(std::string_view config_json, std::string_view name) {
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonObject(config_json, name));
  const json::value* type = object.if_contains("model_type");
  if (type == nullptr || !type->is_string() || type->get_string() != "qwen2") {
    return DataLoss(std::string(name) + ": model_type must be \"qwen2\"");
  }
  Qwen2Config config;
  Reader reader(object, std::string(name));
  reader.Size("vocab_size", config.vocab_size);
  reader.Size("hidden_size", config.hidden_size);
  reader.Size("intermediate_size", config.intermediate_size);
  reader.Size("num_hidden_layers", config.n_layers);
  reader.Size("num_attention_heads", config.n_heads);
  reader.Size("num_key_value_heads", config.n_kv_heads);
  reader.OptionalSize("max_position_embeddings", config.max_positions);
  reader.Real("rope_theta", config.rope_theta);
  reader.Real("rms_norm_eps", config.rms_norm_eps);
  config.tied_embeddings = false;  // what Hugging Face means by a missing member
  reader.Bool("tie_word_embeddings", config.tied_embeddings);
  reader.TokenId("bos_token_id", config.bos_token_id);
  reader.TokenId("eos_token_id", config.eos_token_id);
  LEMMA_RETURN_IF_ERROR(reader.status());
  config.head_dim = config.hidden_size / config.n_heads;
  reader.OptionalSize("head_dim", config.head_dim);
  if (config.n_heads % config.n_kv_heads != 0) {
    reader.Fail("num_attention_heads", "must be a multiple of num_key_value_heads");
  }
  if (config.head_dim % 2 != 0) reader.Fail("head_dim", "must be even");
  LEMMA_RETURN_IF_ERROR(reader.status());
  return config;
}

std::string FormatConfig(const Qwen2Config& config, std::string_view torch_dtype) {
  const json::object object = {
      {"architectures", json::array{"Qwen2ForCausalLM"}},
      {"model_type", "qwen2"},
      {"vocab_size", config.vocab_size},
      {"hidden_size", config.hidden_size},
      {"intermediate_size", config.intermediate_size},
      {"num_hidden_layers", config.n_layers},
      {"num_attention_heads", config.n_heads},
      {"num_key_value_heads", config.n_kv_heads},
      {"head_dim", config.head_dim},
      {"hidden_act", "silu"},
      {"max_position_embeddings", config.max_positions},
      {"rope_theta", config.rope_theta},
      {"rms_norm_eps", config.rms_norm_eps},
      {"attention_dropout", 0.0},
      {"initializer_range", 0.02},
      {"use_sliding_window", false},
      {"use_cache", true},
      {"tie_word_embeddings", config.tied_embeddings},
      {"bos_token_id", config.bos_token_id},
      {"eos_token_id", config.eos_token_id},
      {"torch_dtype", torch_dtype},
  };
  return json::serialize(object) + "\n";
}

}  // namespace lemma::train
