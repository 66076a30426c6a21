#include "train/network/model_directory.h"

#include <boost/json.hpp>
#include <map>
#include <set>

#include "common/base/file.h"
#include "common/base/json.h"
#include "train/network/safetensors.h"

namespace lemma::train {
namespace {

namespace json = boost::json;

constexpr uint64_t kJsonBytesMax = 64u << 20;

// A tensor of the file, which is the next n_rows rows of a weight of ours.
struct Part {
  std::string name;
  int64_t n_rows;
};

// How the parts of our weight `name` are called in the file, in the order of their rows.
std::vector<Part> PartsOf(const std::string& name, const at::Tensor& weight,
                          const Qwen2Config& config) {
  const int64_t n_rows = weight.size(0);
  if (name == "embedding") return {{"model.embed_tokens.weight", n_rows}};
  if (name == "final_norm") return {{"model.norm.weight", n_rows}};
  if (name == "head") return {{"lm_head.weight", n_rows}};
  const size_t dot = name.rfind('.');
  const std::string layer = "model." + name.substr(0, dot + 1);  // "model.layers.0."
  const std::string own = name.substr(dot + 1);
  if (own == "input_norm") return {{layer + "input_layernorm.weight", n_rows}};
  if (own == "post_norm") return {{layer + "post_attention_layernorm.weight", n_rows}};
  if (own == "o_weight") return {{layer + "self_attn.o_proj.weight", n_rows}};
  if (own == "down_weight") return {{layer + "mlp.down_proj.weight", n_rows}};
  if (own == "gate_up_weight") {
    return {{layer + "mlp.gate_proj.weight", config.intermediate_size},
            {layer + "mlp.up_proj.weight", config.intermediate_size}};
  }
  const std::string kind = own == "qkv_bias" ? "_proj.bias" : "_proj.weight";
  return {{layer + "self_attn.q" + kind, config.q_size()},
          {layer + "self_attn.k" + kind, config.kv_size()},
          {layer + "self_attn.v" + kind, config.kv_size()}};
}

Result<std::vector<SafetensorsFile>> OpenShards(const std::filesystem::path& directory) {
  std::set<std::string> names = {"model.safetensors"};
  const std::filesystem::path index_path = directory / "model.safetensors.index.json";
  if (!std::filesystem::exists(directory / "model.safetensors") &&
      std::filesystem::exists(index_path)) {
    LEMMA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(index_path, kJsonBytesMax));
    LEMMA_ASSIGN_OR_RETURN(const json::object index, ParseJsonObject(bytes, index_path.string()));
    const json::value* map = index.if_contains("weight_map");
    if (map == nullptr || !map->is_object()) {
      return DataLoss(index_path.string() + ": lacks weight_map");
    }
    names.clear();
    for (const auto& [tensor, file] : map->get_object()) {
      if (!file.is_string()) return DataLoss(index_path.string() + ": weight_map is malformed");
      names.emplace(file.get_string());
    }
  }
  std::vector<SafetensorsFile> shards;
  for (const std::string& name : names) {
    LEMMA_ASSIGN_OR_RETURN(SafetensorsFile shard, SafetensorsFile::Open(directory / name));
    shards.push_back(std::move(shard));
  }
  return shards;
}

Status ReadPart(const std::vector<SafetensorsFile>& shards, const std::string& name,
                at::Tensor into) {
  for (const SafetensorsFile& shard : shards) {
    const auto it = shard.tensors().find(name);
    if (it == shard.tensors().end()) continue;
    const TensorInfo& info = it->second;
    const std::map<std::string, at::ScalarType> types = {
        {"F32", at::kFloat}, {"BF16", at::kBFloat16}, {"F16", at::kHalf}};
    const auto type = types.find(info.dtype);
    if (type == types.end() || info.shape != into.sizes().vec()) {
      return DataLoss(shard.path().string() + ": " + name +
                      " does not have the shape and type that config.json implies");
    }
    const at::Tensor stored = at::empty(info.shape, type->second);
    LEMMA_RETURN_IF_ERROR(shard.Read(info, stored.data_ptr()));
    into.copy_(stored);
    return Ok();
  }
  return DataLoss("the model's files lack the tensor " + name);
}

std::string FormatGenerationConfig(const Qwen2Config& config) {
  return json::serialize(json::object{
             {"bos_token_id", config.bos_token_id},
             {"eos_token_id", json::array{config.eos_token_id, config.bos_token_id}},
             {"pad_token_id", config.bos_token_id},
             {"do_sample", false},
         }) +
         "\n";
}

}  // namespace

Result<Qwen2> LoadModelDirectory(const std::filesystem::path& directory) {
  const std::filesystem::path config_path = directory / "config.json";
  LEMMA_ASSIGN_OR_RETURN(const std::string text, ReadFile(config_path, kJsonBytesMax));
  LEMMA_ASSIGN_OR_RETURN(const Qwen2Config config, ParseConfig(text, config_path.string()));
  LEMMA_ASSIGN_OR_RETURN(const std::vector<SafetensorsFile> shards, OpenShards(directory));
  Weights weights = EmptyWeights(config);
  for (const NamedWeight& weight : ListWeights(weights)) {
    int64_t row = 0;
    for (const Part& part : PartsOf(weight.name, *weight.tensor, config)) {
      LEMMA_RETURN_IF_ERROR(
          ReadPart(shards, part.name, weight.tensor->slice(0, row, row + part.n_rows)));
      row += part.n_rows;
    }
  }
  return Qwen2(config, std::move(weights));
}

Status SaveModelDirectory(const Qwen2Config& config, Weights weights,
                          const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return IoError(directory.string() + ": cannot create: " + error.message());
  std::vector<at::Tensor> stored;  // keeps the bytes that `tensors` views
  std::vector<TensorToWrite> tensors;
  for (const NamedWeight& weight : ListWeights(weights)) {
    int64_t row = 0;
    for (const Part& part : PartsOf(weight.name, *weight.tensor, config)) {
      stored.push_back(
          weight.tensor->slice(0, row, row + part.n_rows).to(at::kCPU, at::kBFloat16).contiguous());
      row += part.n_rows;
      tensors.push_back({part.name,
                         "BF16",
                         stored.back().sizes().vec(),
                         {static_cast<const char*>(stored.back().data_ptr()),
                          static_cast<size_t>(stored.back().nbytes())}});
    }
  }
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(directory / "model.safetensors",
                                            FormatSafetensors(tensors, {{"format", "pt"}})));
  LEMMA_RETURN_IF_ERROR(
      WriteFileAtomically(directory / "generation_config.json", FormatGenerationConfig(config)));
  return WriteFileAtomically(directory / "config.json", FormatConfig(config, "bfloat16"));
}

}  // namespace lemma::train
