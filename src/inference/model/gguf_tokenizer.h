// The tokenizer that a GGUF file holds, as the texts of the files that the same model has in the
// Hugging Face layout. Keys: github.com/ggml-org/ggml, docs/gguf.md, tokenizer.ggml.*; how
// converters fill them: llama.cpp, convert_hf_to_gguf.py, get_vocab_base.
#pragma once

#include <string>
#include <vector>

#include "common/base/status.h"
#include "inference/model/config.h"
#include "inference/model/gguf.h"

namespace lemma::model {

struct GgufTokenizer {
  std::string tokenizer_json;
  std::string tokenizer_config_json;  // with chat_template where the file has one
};

// Only byte-level BPE with the pre-tokenizer of Qwen2 is read: tokenizer.ggml.model "gpt2" and
// tokenizer.ggml.pre "qwen2" or "deepseek-r1-qwen", which is another name of the same. A file
// without tokenizer.ggml.pre, or with "default", was made by a converter that did not know how to
// split text: an error, not a guess. Errors (kDataLoss) name the file and the key: another model, a
// token before or after every text, lists of different lengths, a type of token that Qwen2 lacks, a
// token that comes twice or is not UTF-8. What remains is checked by the tokenizer's own loader.
Result<GgufTokenizer> ReadGgufTokenizer(const GgufFile& file);

// The length of tokenizer.ggml.tokens, unused ones included: the rows of the embedding.
Result<int32_t> GgufVocabSize(const GgufFile& file);

// tokenizer.ggml.eos_token_id, eot_token_id, and the control tokens that the Qwen2 family ends
// with, ascending.
Result<std::vector<TokenId>> GgufEndIds(const GgufFile& file);

}  // namespace lemma::model
