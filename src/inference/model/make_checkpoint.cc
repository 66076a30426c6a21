#include "inference/model/make_checkpoint.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "common/base/file.h"
#include "inference/model/safetensors.h"

namespace lemma::model {
namespace {

namespace fs = std::filesystem;

struct NamedShape {
  std::string_view name;
  ModelConfig config;
};

// Sources: the base models' config.json (Qwen2.5-Math-1.5B, Qwen2.5-Coder-3B) and the fine-tunes'
// listed context length.
std::vector<NamedShape> KnownShapes() {
  const auto shape = [](int layers, int hidden, int ffn, int heads, int kv_heads, int vocab,
                        int context, float theta) {
    ModelConfig config;
    config.n_layers = layers;
    config.hidden_size = hidden;
    config.intermediate_size = ffn;
    config.n_heads = heads;
    config.n_kv_heads = kv_heads;
    config.head_dim = hidden / heads;
    config.vocab_size = vocab;
    config.context_length_max = context;
    config.rms_norm_eps = 1e-6f;
    config.rope_theta = theta;
    config.tied_embeddings = true;
    return config;
  };
  std::vector<NamedShape> shapes = {
      {"vibethinker-1.5b", shape(28, 1536, 8960, 12, 2, 151936, 131072, 1e4f)},
      {"vibethinker-3b", shape(36, 2048, 11008, 16, 2, 151936, 131072, 1e6f)},
      {"lemma-mini", shape(6, 256, 768, 4, 2, 3072, 2048, 1e4f)}};
  shapes[0].config.eos_ids = shapes[1].config.eos_ids = {151643, 151645};
  return shapes;
}

std::vector<TensorEntry> TensorsOf(const ModelConfig& c) {
  std::vector<TensorEntry> tensors;
  const auto add = [&](const std::string& name, std::vector<int64_t> shape) {
    TensorEntry tensor;
    tensor.name = name;
    tensor.dtype = Dtype::kBf16;
    tensor.shape = std::move(shape);
    tensors.push_back(std::move(tensor));
  };
  add("model.embed_tokens.weight", {c.vocab_size, c.hidden_size});
  for (int32_t i = 0; i < c.n_layers; ++i) {
    const std::string layer = "model.layers." + std::to_string(i) + ".";
    add(layer + "input_layernorm.weight", {c.hidden_size});
    add(layer + "self_attn.q_proj.weight", {c.q_dim(), c.hidden_size});
    add(layer + "self_attn.q_proj.bias", {c.q_dim()});
    add(layer + "self_attn.k_proj.weight", {c.kv_dim(), c.hidden_size});
    add(layer + "self_attn.k_proj.bias", {c.kv_dim()});
    add(layer + "self_attn.v_proj.weight", {c.kv_dim(), c.hidden_size});
    add(layer + "self_attn.v_proj.bias", {c.kv_dim()});
    add(layer + "self_attn.o_proj.weight", {c.hidden_size, c.q_dim()});
    add(layer + "post_attention_layernorm.weight", {c.hidden_size});
    add(layer + "mlp.gate_proj.weight", {c.intermediate_size, c.hidden_size});
    add(layer + "mlp.up_proj.weight", {c.intermediate_size, c.hidden_size});
    add(layer + "mlp.down_proj.weight", {c.hidden_size, c.intermediate_size});
  }
  add("model.norm.weight", {c.hidden_size});
  if (!c.tied_embeddings) add("lm_head.weight", {c.vocab_size, c.hidden_size});
  return tensors;
}

// A fast random stream (xorshift64*, Vigna 2014); quality matters little here.
class BitSource {
 public:
  explicit BitSource(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
  uint32_t Next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<uint32_t>((state_ * 0x2545f4914f6cdd1du) >> 32);
  }

 private:
  uint64_t state_;
};

uint16_t ToBf16(float value) { return static_cast<uint16_t>(std::bit_cast<uint32_t>(value) >> 16); }

Status WriteTensor(const TensorEntry& tensor, BitSource* bits, std::FILE* file) {
  const bool is_norm = tensor.name.find("norm") != std::string::npos;
  // Uniform on (-a, a) has deviation a / sqrt(3).
  constexpr float kHalfWidth = 0.02f * 1.7320508f;
  std::array<uint16_t, 8192> buffer;
  for (uint64_t left = tensor.bytes / 2; left > 0;) {
    const size_t n = left < buffer.size() ? left : buffer.size();
    for (size_t i = 0; i < n; ++i) {
      const float unit = static_cast<float>(static_cast<int32_t>(bits->Next())) * 0x1p-31f;
      buffer[i] = is_norm ? ToBf16(1.0f) : ToBf16(unit * kHalfWidth);
    }
    if (std::fwrite(buffer.data(), 2, n, file) != n) return IoError("cannot write (disk full?)");
    left -= n;
  }
  return Ok();
}

Status WriteWeights(const MakeCheckpointOptions& options, const fs::path& path) {
  std::vector<TensorEntry> tensors = TensorsOf(options.config);
  const std::string header = MakeSafetensorsHeader(&tensors);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wbe"),
                                                             &std::fclose);
  if (file == nullptr) return IoError(path.string() + ": cannot create");
  if (std::fwrite(header.data(), 1, header.size(), file.get()) != header.size()) {
    return IoError(path.string() + ": cannot write (disk full?)");
  }
  const auto total = static_cast<double>(tensors.back().offset + tensors.back().bytes);
  BitSource bits(options.seed);
  for (const TensorEntry& tensor : tensors) {
    LEMMA_RETURN_IF_ERROR(WriteTensor(tensor, &bits, file.get()).WithPrefix(path.string()));
    if (options.on_progress) {
      options.on_progress(static_cast<double>(tensor.offset + tensor.bytes) / total);
    }
  }
  return std::fflush(file.get()) == 0 ? Ok() : IoError(path.string() + ": cannot write");
}

Status WriteAll(const MakeCheckpointOptions& options, const fs::path& directory) {
  LEMMA_RETURN_IF_ERROR(
      WriteFileAtomically(directory / "config.json", FormatModelConfig(options.config)));
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(directory / "tokenizer.json", options.tokenizer_json));
  LEMMA_RETURN_IF_ERROR(
      WriteFileAtomically(directory / "tokenizer_config.json", options.tokenizer_config_json));
  return WriteWeights(options, directory / "model.safetensors");
}

}  // namespace

Result<ModelConfig> ShapeByName(std::string_view name) {
  std::string known;
  for (const NamedShape& shape : KnownShapes()) {
    if (shape.name == name) return shape.config;
    known += known.empty() ? "" : ", ";
    known += shape.name;
  }
  return InvalidArgument("unknown shape \"" + std::string(name) + "\"; known: " + known, "shape");
}

Status MakeCheckpoint(const MakeCheckpointOptions& options, const fs::path& path) {
  // "dir/" names dir: the temporary directory must stand beside it, not inside.
  const fs::path directory = path.has_filename() ? path : path.parent_path();
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_empty(directory, error)) {
    return InvalidArgument(directory.string() + ": exists and is not empty", "output");
  }
  fs::create_directories(directory.parent_path(), error);  // then mkdtemp says why not
  std::string temporary = directory.string() + ".XXXXXX";
  if (mkdtemp(temporary.data()) == nullptr || chmod(temporary.c_str(), 0755) != 0) {
    return IoError(temporary + ": cannot create: " + std::strerror(errno));
  }
  Status status = WriteAll(options, temporary);
  if (status.ok()) {
    fs::remove(directory, error);  // an empty one
    fs::rename(temporary, directory, error);
    if (error) status = IoError(directory.string() + ": cannot rename: " + error.message());
  }
  if (!status.ok()) fs::remove_all(temporary, error);
  return status;
}

}  // namespace lemma::model
