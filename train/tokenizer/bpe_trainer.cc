#include "train/tokenizer/bpe_trainer.h"

#include <algorithm>
#include <boost/json.hpp>
#include <queue>

#include "common/text/byte_level.h"
#include "common/text/chat_template.h"
#include "common/text/pretokenizer.h"
#include "common/text/unicode.h"

namespace lemma::train {
namespace {

namespace json = boost::json;
using text::TokenId;

constexpr int kVocabSizeMax = 1 << 20;
constexpr int64_t kPairCountMin = 2;

struct Word {
  std::vector<TokenId> tokens;
  int64_t count;
};

using Pair = std::pair<TokenId, TokenId>;
struct PairHash {
  size_t operator()(const Pair& pair) const {
    return (static_cast<uint64_t>(pair.first) << 32 | static_cast<uint32_t>(pair.second)) *
           0x9e3779b97f4a7c15u;
  }
};

struct Learnt {
  std::vector<std::string> tokens;  // the bytes of each id
  std::vector<Pair> merges;
};

// The state of learning: the words in their present tokens and the counts of neighbouring pairs.
class Learner {
 public:
  explicit Learner(const std::unordered_map<std::string, int64_t>& word_counts) {
    for (int byte = 0; byte < 256; ++byte) {
      learnt_.tokens.emplace_back(1, static_cast<char>(byte));
      ids_.emplace(learnt_.tokens.back(), byte);
    }
    for (const auto& [bytes, count] : word_counts) {
      Word word{{}, count};
      for (const char byte : bytes) word.tokens.push_back(static_cast<uint8_t>(byte));
      words_.push_back(std::move(word));
    }
    for (uint32_t w = 0; w < words_.size(); ++w) CountPairs(w, words_[w].count);
    for (const auto& [pair, info] : pairs_) queue_.push({info.count, pair});
  }

  // Merges the most frequent pair until there are n_tokens or no frequent pair is left.
  Learnt Learn(size_t n_tokens) && {
    while (learnt_.tokens.size() < n_tokens && !queue_.empty()) {
      const Candidate best = queue_.top();
      queue_.pop();
      const auto it = pairs_.find(best.pair);
      const int64_t count = it == pairs_.end() ? 0 : it->second.count;
      if (count < kPairCountMin) continue;
      if (count != best.count) {  // it was queued before some of its occurrences were merged away
        queue_.push({count, best.pair});
        continue;
      }
      Merge(best.pair);
    }
    return std::move(learnt_);
  }

 private:
  struct PairInfo {
    int64_t count = 0;
    std::vector<uint32_t> words;  // where it stands or stood
  };
  struct Candidate {
    int64_t count;
    Pair pair;
    bool operator<(const Candidate& other) const {  // the queue's top is the greatest
      return count != other.count ? count < other.count : pair > other.pair;
    }
  };

  // Adds `count` to the pairs of a word, and the word to those pairs that are new to it.
  void CountPairs(uint32_t w, int64_t count) {
    const std::vector<TokenId>& tokens = words_[w].tokens;
    for (size_t i = 0; i + 1 < tokens.size(); ++i) {
      PairInfo& info = pairs_[{tokens[i], tokens[i + 1]}];
      info.count += count;
      if (count > 0 && (info.words.empty() || info.words.back() != w)) info.words.push_back(w);
    }
  }

  void Merge(Pair pair) {
    const std::string bytes = learnt_.tokens[pair.first] + learnt_.tokens[pair.second];
    // Another pair may have led to the same bytes before: then this one shares its id.
    const auto [it, is_new] = ids_.emplace(bytes, static_cast<TokenId>(learnt_.tokens.size()));
    if (is_new) learnt_.tokens.push_back(bytes);
    learnt_.merges.push_back(pair);

    const std::vector<uint32_t> words = std::move(pairs_[pair].words);
    std::vector<Pair> grown;
    for (const uint32_t w : words) MergeInWord(w, pair, it->second, grown);
    pairs_.erase(pair);
    std::sort(grown.begin(), grown.end());
    grown.erase(std::unique(grown.begin(), grown.end()), grown.end());
    for (const Pair& candidate : grown) queue_.push({pairs_[candidate].count, candidate});
  }

  void MergeInWord(uint32_t w, Pair pair, TokenId merged, std::vector<Pair>& grown) {
    std::vector<TokenId>& tokens = words_[w].tokens;
    std::vector<TokenId> joined;
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (i + 1 < tokens.size() && Pair(tokens[i], tokens[i + 1]) == pair) {
        joined.push_back(merged);
        ++i;
      } else {
        joined.push_back(tokens[i]);
      }
    }
    if (joined.size() == tokens.size()) return;  // merged away before
    CountPairs(w, -words_[w].count);
    tokens = std::move(joined);
    CountPairs(w, words_[w].count);
    for (size_t i = 0; i + 1 < tokens.size(); ++i) {
      if (tokens[i] == merged || tokens[i + 1] == merged) {
        grown.emplace_back(tokens[i], tokens[i + 1]);
      }
    }
  }

  Learnt learnt_;
  std::unordered_map<std::string, TokenId> ids_;
  std::vector<Word> words_;
  std::unordered_map<Pair, PairInfo, PairHash> pairs_;
  std::priority_queue<Candidate> queue_;  // a count may be out of date, but never too low
};

json::object ByteLevelStep() {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", false},
          {"trim_offsets", false},
          {"use_regex", false}};
}

json::object AddedTokenJson(std::string_view content, bool special) {
  return {{"content", content}, {"single_word", false}, {"lstrip", false},
          {"rstrip", false},    {"normalized", false},  {"special", special}};
}

json::array AddedTokensJson(size_t first_id) {
  json::array added;
  const auto add = [&](std::string_view content, bool special) {
    json::object token{{"id", first_id + added.size()}};
    for (auto& member : AddedTokenJson(content, special)) token.insert(member);
    added.push_back(std::move(token));
  };
  for (const std::string_view content : kSpecialTokens) add(content, /*special=*/true);
  for (const std::string_view content : kThinkingTokens) add(content, /*special=*/false);
  return added;
}

std::string TokenizerJson(const Learnt& learnt) {
  json::object vocab;
  for (size_t id = 0; id < learnt.tokens.size(); ++id) {
    vocab[text::ByteLevelOfBytes(learnt.tokens[id])] = id;
  }
  json::array merges;
  for (const auto& [left, right] : learnt.merges) {
    merges.push_back(json::value(text::ByteLevelOfBytes(learnt.tokens[left]) + " " +
                                 text::ByteLevelOfBytes(learnt.tokens[right])));
  }
  const json::object split{{"type", "Split"},
                           {"pattern", {{"Regex", text::kQwen2Pattern}}},
                           {"behavior", "Isolated"},
                           {"invert", false}};
  const json::object root{
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", AddedTokensJson(learnt.tokens.size())},
      {"normalizer", {{"type", "NFC"}}},
      {"pre_tokenizer",
       {{"type", "Sequence"}, {"pretokenizers", json::array{split, ByteLevelStep()}}}},
      {"post_processor", ByteLevelStep()},
      {"decoder", ByteLevelStep()},
      {"model",
       {{"type", "BPE"},
        {"dropout", nullptr},
        {"unk_token", nullptr},
        {"continuing_subword_prefix", ""},
        {"end_of_word_suffix", ""},
        {"fuse_unk", false},
        {"byte_fallback", false},
        {"vocab", std::move(vocab)},
        {"merges", std::move(merges)}}}};
  return json::serialize(root);
}

}  // namespace

BpeTrainer::BpeTrainer() {
  for (const std::string_view content : kSpecialTokens) control_tokens_.Add({std::string(content)});
  for (const std::string_view content : kThinkingTokens) {
    control_tokens_.Add({std::string(content)});
  }
}

void BpeTrainer::Add(std::string_view text) {
  std::string valid_storage;
  std::string nfc_storage;
  const auto count_words = [&](std::string_view part) {
    const std::string_view nfc = text::Nfc(part, nfc_storage);
    for (size_t at = 0; at < nfc.size();) {
      const size_t end = text::PieceEnd(nfc, at);
      if (end - at <= kTrainingPieceBytesMax) ++word_counts_[std::string(nfc.substr(at, end - at))];
      at = end;
    }
  };
  control_tokens_.Split(text::ValidUtf8(text, valid_storage), count_words,
                        [](const text::AddedToken&) {});
}

Result<std::string> BpeTrainer::Train(int vocab_size) const {
  if (vocab_size < kBpeVocabSizeMin || vocab_size > kVocabSizeMax) {
    return InvalidArgument(
        "must be from " + std::to_string(kBpeVocabSizeMin) + " to " + std::to_string(kVocabSizeMax),
        "vocab_size");
  }
  const size_t n_tokens = 256 + static_cast<size_t>(vocab_size - kBpeVocabSizeMin);
  return TokenizerJson(Learner(word_counts_).Learn(n_tokens));
}

Result<std::string> TrainBpe(const std::vector<std::string>& texts, int vocab_size) {
  BpeTrainer trainer;
  for (const std::string& text : texts) trainer.Add(text);
  return trainer.Train(vocab_size);
}

std::string TokenizerConfigJson(const text::Tokenizer& tokenizer, int context_length_max) {
  json::object added;
  const auto add = [&](std::string_view content, bool special) {
    const std::optional<TokenId> id = tokenizer.AddedToken(content);
    LEMMA_CHECK(id.has_value(), "the tokenizer is not of BpeTrainer");
    added[std::to_string(*id)] = AddedTokenJson(content, special);
  };
  for (const std::string_view content : kSpecialTokens) add(content, /*special=*/true);
  for (const std::string_view content : kThinkingTokens) add(content, /*special=*/false);
  return json::serialize(json::object{
      {"tokenizer_class", "Qwen2Tokenizer"},
      {"chat_template", text::kLemmaMiniChatTemplate},
      {"model_max_length", context_length_max},
      {"eos_token", "<|im_end|>"},
      {"pad_token", "<|endoftext|>"},
      {"bos_token", nullptr},
      {"unk_token", nullptr},
      {"add_bos_token", false},
      {"add_prefix_space", false},
      {"additional_special_tokens", {"<|im_start|>", "<|im_end|>"}},
      {"added_tokens_decoder", std::move(added)},
      {"clean_up_tokenization_spaces", false},
      {"errors", "replace"},
      {"split_special_tokens", false},
  });
}

}  // namespace lemma::train
