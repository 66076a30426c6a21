#include "inference/model/fingerprint.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <vector>

namespace lemma::model {
namespace {

constexpr uint64_t kSampleBytesMax = 4096;  // of one tensor

// 64-bit FNV-1a (Fowler, Noll, Vo), with their offset and prime.
class Hash {
 public:
  // With its length, so that two texts cannot run into each other.
  void Add(std::string_view bytes) {
    AddNumber(bytes.size());
    for (const char byte : bytes) AddByte(static_cast<uint8_t>(byte));
  }
  void AddNumber(uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) AddByte(static_cast<uint8_t>(number >> shift));
  }
  uint64_t value() const { return value_; }

 private:
  void AddByte(uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3; }
  uint64_t value_ = 0xcbf29ce484222325;
};

void AddConfig(const ModelConfig& config, Hash& hash) {
  for (const int32_t number :
       {config.n_layers, config.hidden_size, config.intermediate_size, config.n_heads,
        config.n_kv_heads, config.head_dim, config.vocab_size, config.context_length_max}) {
    hash.AddNumber(static_cast<uint64_t>(number));
  }
  hash.AddNumber(std::bit_cast<uint32_t>(config.rms_norm_eps));
  hash.AddNumber(std::bit_cast<uint32_t>(config.rope_theta));
  hash.AddNumber(config.tied_embeddings ? 1 : 0);
  hash.AddNumber(config.eos_ids.size());
  for (const TokenId id : config.eos_ids) hash.AddNumber(static_cast<uint64_t>(id));
}

}  // namespace

Result<std::string> FingerprintOf(const Checkpoint& checkpoint) {
  if (checkpoint.packed()) return checkpoint.packed()->fingerprint;
  Hash hash;
  AddConfig(checkpoint.config(), hash);
  hash.Add(checkpoint.tokenizer_json());
  hash.Add(checkpoint.tokenizer_config_json());
  hash.Add(checkpoint.chat_template_text());
  std::vector<char> sample(kSampleBytesMax);
  for (const TensorEntry& tensor : checkpoint.tensors()) {
    hash.Add(tensor.name);
    hash.AddNumber(static_cast<uint64_t>(tensor.dtype));
    hash.AddNumber(tensor.shape.size());
    for (const int64_t size : tensor.shape) hash.AddNumber(static_cast<uint64_t>(size));
    const auto n_bytes = static_cast<size_t>(std::min(tensor.bytes, kSampleBytesMax));
    LEMMA_RETURN_IF_ERROR(checkpoint.source(tensor).ReadAt(tensor.offset, sample.data(), n_bytes));
    hash.Add(std::string_view(sample.data(), n_bytes));
  }
  char text[9];
  std::snprintf(text, sizeof(text), "%08x",
                static_cast<unsigned>(hash.value() ^ (hash.value() >> 32)));
  return std::string(text);
}

}  // namespace lemma::model
