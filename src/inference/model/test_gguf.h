// Writes GGUF files, for tests and the fuzzer: valid ones, and what a test wants to be wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inference/model/config.h"
#include "inference/model/dtype.h"
#include "inference/model/gguf.h"

namespace lemma::model {

// Little-endian bytes of a number, and a text with its length before it.
template <typename Number>
std::string BytesOfNumber(Number number) {
  return std::string(reinterpret_cast<const char*>(&number), sizeof(number));
}
std::string GgufText(std::string_view text);

class GgufWriter {
 public:
  uint32_t version = 3;
  uint32_t alignment = 32;  // of the data; the key general.alignment is the test's to set

  // A key that is there already gets the new value.
  void Set(const std::string& key, GgufType type, std::string bytes);
  void Set(const std::string& key, uint32_t value);
  void Set(const std::string& key, float value);
  void Set(const std::string& key, bool value);
  void Set(const std::string& key, const char* text);
  void Set(const std::string& key, const std::vector<std::string>& texts);
  void Set(const std::string& key, const std::vector<int32_t>& values);
  void Remove(const std::string& key);

  // `shape` as a TensorEntry has it: the row comes last.
  void AddTensor(const std::string& name, const std::vector<int64_t>& shape, uint32_t ggml_type,
                 std::string data);

  std::string File() const;

 private:
  struct Tensor {
    std::string name;
    std::vector<int64_t> shape;
    uint32_t ggml_type;
    std::string data;
  };
  std::vector<std::pair<std::string, std::string>> keys_;  // and type with value
  std::vector<Tensor> tensors_;
};

// The number of a dtype in GGUF files.
uint32_t GgmlTypeOf(Dtype dtype);

// All metadata of a Qwen2 with this config, without the tokenizer's.
void SetConfigKeys(const ModelConfig& config, GgufWriter& writer);

// `n_tokens` tokens that are no tokenizer yet, all normal.
void SetPlainTokens(int32_t n_tokens, GgufWriter& writer);

// The tokenizer's metadata as converters write it, from the files of the Hugging Face layout. Ids
// without a token, up to n_tokens, get unused ones.
void SetTokenizerKeys(const std::string& tokenizer_json, const std::string& tokenizer_config_json,
                      int32_t n_tokens, GgufWriter& writer);

// GGUF's name of a tensor, from the one of the Hugging Face layout.
std::string GgufName(std::string name);

}  // namespace lemma::model
