#include "common/text/test_tokenizer.h"

#include "common/base/check.h"
#include "common/text/byte_level.h"
#include "common/text/pretokenizer.h"

namespace lemma::text {

namespace json = boost::json;

json::object SmallTokenizerJson() {
  json::object vocab;
  for (int byte = 0; byte < 256; ++byte) {
    vocab[ByteLevelOfBytes(std::string(1, static_cast<char>(byte)))] = byte;
  }
  json::array merges;
  const std::pair<const char*, const char*> pairs[] = {
      {"l", "l"}, {"a", "a"}, {"aa", "aa"}, {"h", "e"}, {"he", "ll"}, {"hell", "o"}, {"b", "a"}};
  for (const auto& [left, right] : pairs) {
    vocab[std::string(left) + right] = 256 + merges.size();
    merges.push_back(json::value(std::string(left) + " " + right));
  }
  json::array added;
  const auto add = [&](const char* content, TokenId id, bool special) {
    added.push_back({{"id", id}, {"content", content}, {"special", special}});
  };
  add("<|endoftext|>", kSmallEndOfText, true);
  add("<|im_start|>", kSmallTurnStart, true);
  add("<|im_end|>", kSmallTurnEnd, true);
  add("<think>", kSmallThink, false);
  return {{"added_tokens", added},
          {"normalizer", {{"type", "NFC"}}},
          {"pre_tokenizer",
           {{"type", "Sequence"},
            {"pretokenizers",
             {{{"type", "Split"},
               {"pattern", {{"Regex", kQwen2Pattern}}},
               {"behavior", "Isolated"},
               {"invert", false}},
              {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}}}}}},
          {"post_processor", nullptr},
          {"decoder", {{"type", "ByteLevel"}}},
          {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", merges}}}};
}

Tokenizer SmallTokenizer() {
  auto tokenizer = Tokenizer::FromJson(json::serialize(SmallTokenizerJson()), "small");
  LEMMA_CHECK(tokenizer.ok(), tokenizer.status().message().c_str());
  return std::move(tokenizer).value();
}

std::string RandomText(std::mt19937& random, const std::vector<std::string>& pieces,
                       size_t n_pieces_max) {
  std::string text;
  for (size_t n = random() % (n_pieces_max + 1); n > 0; --n)
    text += pieces[random() % pieces.size()];
  return text;
}

std::vector<std::string> RandomCuts(std::mt19937& random, const std::string& text) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < text.size();) {
    parts.push_back(text.substr(at, random() % 5));
    at += parts.back().size();
  }
  return parts;
}

}  // namespace lemma::text
