#include "app/embedded_model.h"

extern "C" {
extern const char lemma_mini_config_begin[], lemma_mini_config_end[];
extern const char lemma_mini_generation_config_begin[], lemma_mini_generation_config_end[];
extern const char lemma_mini_tokenizer_begin[], lemma_mini_tokenizer_end[];
extern const char lemma_mini_tokenizer_config_begin[], lemma_mini_tokenizer_config_end[];
extern const char lemma_mini_weights_begin[], lemma_mini_weights_end[];
}

namespace lemma::app {
namespace {

std::string_view Bytes(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace

const std::map<std::string, std::string_view>& EmbeddedModelFiles() {
  static const std::map<std::string, std::string_view> files = {
      {"config.json", Bytes(lemma_mini_config_begin, lemma_mini_config_end)},
      {"generation_config.json",
       Bytes(lemma_mini_generation_config_begin, lemma_mini_generation_config_end)},
      {"tokenizer.json", Bytes(lemma_mini_tokenizer_begin, lemma_mini_tokenizer_end)},
      {"tokenizer_config.json",
       Bytes(lemma_mini_tokenizer_config_begin, lemma_mini_tokenizer_config_end)},
      {"model.safetensors", Bytes(lemma_mini_weights_begin, lemma_mini_weights_end)}};
  return files;
}

}  // namespace lemma::app
