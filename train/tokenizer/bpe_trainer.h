// Learns a byte-level BPE vocabulary (Sennrich et al. 2016, section 3.2) and writes it in the
// Hugging Face layout, with the normaliser, the splitting and the control tokens of the Qwen2
// family. The result depends on nothing but the texts: equal counts are broken by id.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/status.h"
#include "common/text/added_tokens.h"
#include "common/text/tokenizer.h"

namespace lemma::train {

// The tokens that follow the learnt ones, in this order. The thinking tags are not special: they
// are part of the text that a reader may see.
inline constexpr std::string_view kSpecialTokens[] = {"<|endoftext|>", "<|im_start|>",
                                                      "<|im_end|>"};
inline constexpr std::string_view kThinkingTokens[] = {"<think>", "</think>"};
inline constexpr int kBpeVocabSizeMin =
    256 + static_cast<int>(std::size(kSpecialTokens) + std::size(kThinkingTokens));

// Longer pieces teach nothing about words and are left out.
inline constexpr size_t kTrainingPieceBytesMax = 256;

// Add all texts, then Train. Memory grows with the number of different words alone.
class BpeTrainer {
 public:
  BpeTrainer();

  // Counts the words of a text. Control tokens spelled in it are passed over.
  void Add(std::string_view text);

  // tokenizer.json's content: 256 byte tokens, learnt tokens, control tokens; at most vocab_size
  // ids in all, fewer where no pair of tokens is left that occurs twice.
  // Errors (kInvalidArgument, field "vocab_size"): under kBpeVocabSizeMin or over 2^20.
  Result<std::string> Train(int vocab_size) const;

 private:
  text::AddedTokenFinder control_tokens_;
  std::unordered_map<std::string, int64_t> word_counts_;
};

// As BpeTrainer, for texts at hand.
Result<std::string> TrainBpe(const std::vector<std::string>& texts, int vocab_size);

// tokenizer_config.json's content for a tokenizer of BpeTrainer: the chat template of lemma-mini,
// <|im_end|> as the end of a turn, <|endoftext|> as padding, nothing prepended.
std::string TokenizerConfigJson(const text::Tokenizer& tokenizer, int context_length_max);

}  // namespace lemma::train
