#include "train/network/checkpoint.h"

#include <boost/json.hpp>
#include <cstring>

#include "common/base/file.h"
#include "common/base/json.h"
#include "train/network/safetensors.h"

namespace lemma::train {
namespace {

namespace json = boost::json;

constexpr const char* kOptimizer = "optimizer";

// FNV-1a (Fowler, Noll, Vo) over 8 bytes at a time, the rest byte by byte.
uint64_t Checksum(uint64_t hash, std::string_view bytes) {
  constexpr uint64_t kPrime = 0x100000001b3u;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    hash = (hash ^ word) * kPrime;
    hash ^= hash >> 32;  // a whole word's high bits must reach the low ones
  }
  for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * kPrime;
  return hash;
}
constexpr uint64_t kChecksumStart = 0xcbf29ce484222325u;

std::string_view BytesOf(const at::Tensor& tensor) {
  return {static_cast<const char*>(tensor.data_ptr()), tensor.nbytes()};
}

std::string FormatState(const TrainingState& state) {
  return json::serialize(json::object{
      {"stage", state.stage},
      {"dtype", state.dtype},
      {"optimizer", state.optimizer},
      {"seed", state.seed},
      {"data_tokens", state.data_tokens},
      {"tokens_per_batch", state.tokens_per_batch},
      {"tokens_per_step", state.tokens_per_step},
      {"lanes", state.lanes},
      {"step", state.step},
      {"n_tokens", state.n_tokens},
      {"elapsed_s", state.elapsed_s},
      {"epoch", state.position.epoch},
      {"batch", state.position.batch},
  });
}

Result<TrainingState> ParseState(std::string_view text, const std::string& path) {
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonObject(text, path));
  try {
    TrainingState state;
    state.stage = json::value_to<std::string>(object.at("stage"));
    state.dtype = json::value_to<std::string>(object.at("dtype"));
    state.optimizer = json::value_to<std::string>(object.at("optimizer"));
    state.seed = object.at("seed").to_number<uint64_t>();
    state.data_tokens = object.at("data_tokens").to_number<int64_t>();
    state.tokens_per_batch = object.at("tokens_per_batch").to_number<int64_t>();
    state.tokens_per_step = object.at("tokens_per_step").to_number<int64_t>();
    state.lanes = object.at("lanes").to_number<int>();
    state.step = object.at("step").to_number<int64_t>();
    state.n_tokens = object.at("n_tokens").to_number<int64_t>();
    state.elapsed_s = object.at("elapsed_s").to_number<double>();
    state.position.epoch = object.at("epoch").to_number<uint64_t>();
    state.position.batch = object.at("batch").to_number<uint64_t>();
    return state;
  } catch (const std::exception&) {
    return DataLoss(path + ": the training state is malformed");
  }
}

Status ReadWeights(const SafetensorsFile& file, Weights& weights, uint64_t& checksum) {
  for (const NamedWeight& weight : ListWeights(weights)) {
    LEMMA_ASSIGN_OR_RETURN(const TensorInfo info, file.Find("weights." + weight.name));
    if (info.dtype != "F32" || info.shape != weight.tensor->sizes().vec()) {
      return DataLoss(file.path().string() + ": weights." + weight.name +
                      " does not have the shape that the configuration implies");
    }
    LEMMA_RETURN_IF_ERROR(file.Read(info, weight.tensor->data_ptr()));
    checksum = Checksum(checksum, BytesOf(*weight.tensor));
  }
  return Ok();
}

}  // namespace

Status SaveCheckpoint(const std::filesystem::path& path, Qwen2& model, std::string_view optimizer,
                      const TrainingState& state) {
  std::vector<at::Tensor> on_cpu;
  std::vector<TensorToWrite> tensors;
  const std::string config_text = FormatConfig(model.config(), "float32");
  const std::string state_text = FormatState(state);
  uint64_t checksum = Checksum(Checksum(kChecksumStart, config_text), state_text);
  for (const NamedWeight& weight : ListWeights(model.weights())) {
    on_cpu.push_back(weight.tensor->detach().to(at::kCPU).contiguous());
    checksum = Checksum(checksum, BytesOf(on_cpu.back()));
    tensors.push_back(
        {"weights." + weight.name, "F32", on_cpu.back().sizes().vec(), BytesOf(on_cpu.back())});
  }
  checksum = Checksum(checksum, optimizer);
  tensors.push_back({kOptimizer, "U8", {static_cast<int64_t>(optimizer.size())}, optimizer});
  return WriteFileAtomically(path,
                             FormatSafetensors(tensors, {{"config", config_text},
                                                         {"state", state_text},
                                                         {"checksum", std::to_string(checksum)}}));
}

Result<Checkpoint> LoadCheckpoint(const std::filesystem::path& path) {
  LEMMA_ASSIGN_OR_RETURN(const SafetensorsFile file, SafetensorsFile::Open(path));
  const auto config_text = file.metadata().find("config");
  const auto state_text = file.metadata().find("state");
  const auto checksum_text = file.metadata().find("checksum");
  const auto end = file.metadata().end();
  if (config_text == end || state_text == end || checksum_text == end) {
    return DataLoss(path.string() + ": not a checkpoint of lemma-train");
  }
  Checkpoint checkpoint;
  LEMMA_ASSIGN_OR_RETURN(checkpoint.config, ParseConfig(config_text->second, path.string()));
  LEMMA_ASSIGN_OR_RETURN(checkpoint.state, ParseState(state_text->second, path.string()));
  checkpoint.weights = EmptyWeights(checkpoint.config);
  uint64_t checksum = Checksum(Checksum(kChecksumStart, config_text->second), state_text->second);
  LEMMA_RETURN_IF_ERROR(ReadWeights(file, checkpoint.weights, checksum));
  LEMMA_ASSIGN_OR_RETURN(const TensorInfo info, file.Find(kOptimizer));
  if (info.dtype != "U8") return DataLoss(path.string() + ": the optimiser's state is not U8");
  checkpoint.optimizer.resize(info.n_bytes);
  LEMMA_RETURN_IF_ERROR(file.Read(info, checkpoint.optimizer.data()));
  checksum = Checksum(checksum, checkpoint.optimizer);
  if (std::to_string(checksum) != checksum_text->second) {
    return DataLoss(path.string() + ": damaged (its checksum does not fit)");
  }
  return checkpoint;
}

}  // namespace lemma::train
