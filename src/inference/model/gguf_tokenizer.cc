#include "inference/model/gguf_tokenizer.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>
#include <utility>

namespace lemma::model {
namespace {

namespace json = boost::json;

constexpr const char* kTokensKey = "tokenizer.ggml.tokens";
constexpr const char* kTypesKey = "tokenizer.ggml.token_type";
constexpr const char* kMergesKey = "tokenizer.ggml.merges";
constexpr const char* kTemplateKey = "tokenizer.chat_template";
constexpr uint64_t kTokensMax = 1 << 20;  // the tokenizer takes no more

// The numbers are the format's. Of a Qwen2 only these occur.
enum TokenType : int64_t { kNormal = 1, kControl = 3, kUserDefined = 4, kUnused = 5 };

// How Qwen2 splits text before merging, as its tokenizer.json spells it.
constexpr const char* kQwen2Regex =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";

// Converters mark all that looks like <|this|> as control; Qwen2.5's own tokenizer shows these.
constexpr std::array<std::string_view, 6> kShownTokens = {"<|fim_prefix|>", "<|fim_middle|>",
                                                          "<|fim_suffix|>", "<|fim_pad|>",
                                                          "<|repo_name|>",  "<|file_sep|>"};

struct Tokens {
  std::vector<std::string_view> texts;  // views into the file
  std::vector<int64_t> types;
};

Result<Tokens> ReadTokens(const GgufFile& file) {
  Tokens tokens;
  LEMMA_ASSIGN_OR_RETURN(tokens.texts, file.Strings(kTokensKey, kTokensMax));
  LEMMA_ASSIGN_OR_RETURN(tokens.types, file.Integers(kTypesKey, kTokensMax));
  if (tokens.texts.empty()) return file.Error(kTokensKey, "is empty");
  if (tokens.types.size() != tokens.texts.size()) {
    return file.Error(kTypesKey, "has " + std::to_string(tokens.types.size()) + " elements, " +
                                     kTokensKey + " has " + std::to_string(tokens.texts.size()));
  }
  return tokens;
}

// RFC 3629, without overlong forms and surrogates.
bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t at) { return static_cast<uint8_t>(text[at]); };
    const uint8_t first = byte(i);
    const size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length > 1 && (first < 0xc2 || first > 0xf4)) return false;
    if (length > text.size() - i) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return false;
    }
    if (first == 0xe0 && byte(i + 1) < 0xa0) return false;
    if (first == 0xed && byte(i + 1) > 0x9f) return false;
    if (first == 0xf0 && byte(i + 1) < 0x90) return false;
    if (first == 0xf4 && byte(i + 1) > 0x8f) return false;
    i += length;
  }
  return true;
}

Status CheckPipeline(const GgufFile& file) {
  LEMMA_ASSIGN_OR_RETURN(const std::string_view model, file.String("tokenizer.ggml.model"));
  if (model != "gpt2") {
    return file.Error("tokenizer.ggml.model", "is \"" + std::string(model.substr(0, 64)) +
                                                  "\"; byte-level BPE, \"gpt2\", is read");
  }
  LEMMA_ASSIGN_OR_RETURN(const std::string_view pre, file.String("tokenizer.ggml.pre"));
  if (pre != "qwen2" && pre != "deepseek-r1-qwen") {
    return file.Error("tokenizer.ggml.pre", "is \"" + std::string(pre.substr(0, 64)) +
                                                "\"; only the pre-tokenizer \"qwen2\" is read");
  }
  for (const char* key : {"tokenizer.ggml.add_bos_token", "tokenizer.ggml.add_eos_token",
                          "tokenizer.ggml.add_space_prefix"}) {
    if (!file.Has(key)) continue;
    LEMMA_ASSIGN_OR_RETURN(const bool is_added, file.Bool(key));
    if (is_added) {
      return file.Error(key,
                        "is true: this program adds nothing to a text, so the model would not "
                        "be asked as it was trained; use one without (DeepSeek-R1-Distill-Qwen "
                        "has it: docs/gguf.md)");
    }
  }
  return Ok();
}

json::object AddedToken(size_t id, std::string_view text, bool special) {
  return {{"id", id},        {"content", text},     {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", special}};
}

// Divides the tokens into those that merging makes and those that are added.
Status SortTokens(const GgufFile& file, const Tokens& tokens, json::object& vocab,
                  json::array& added) {
  vocab.reserve(tokens.texts.size());
  for (size_t id = 0; id < tokens.texts.size(); ++id) {
    const std::string_view text = tokens.texts[id];
    const int64_t type = tokens.types[id];
    const std::string at = "[" + std::to_string(id) + "] ";
    if (type == kUnused) continue;
    if (!IsUtf8(text)) return file.Error(kTokensKey, at + "is not UTF-8");
    if (type == kNormal) {
      if (!vocab.emplace(text, id).second) return file.Error(kTokensKey, at + "comes twice");
    } else if (type == kControl || type == kUserDefined) {
      const bool is_shown =
          std::find(kShownTokens.begin(), kShownTokens.end(), text) != kShownTokens.end();
      added.push_back(AddedToken(id, text, type == kControl && !is_shown));
    } else {
      return file.Error(kTypesKey, at + "is " + std::to_string(type) +
                                       "; normal (1), control (3), user-defined (4) and unused " +
                                       "(5) tokens are read");
    }
  }
  return Ok();
}

Result<json::array> Merges(const GgufFile& file) {
  LEMMA_ASSIGN_OR_RETURN(const auto texts, file.Strings(kMergesKey, kTokensMax));
  json::array merges;
  merges.reserve(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    if (!IsUtf8(texts[i])) {
      return file.Error(kMergesKey, "[" + std::to_string(i) + "] is not UTF-8");
    }
    merges.push_back(json::value(texts[i]));
  }
  return merges;
}

Result<std::string> TokenizerJson(const GgufFile& file, const Tokens& tokens) {
  json::object vocab;
  json::array added;
  LEMMA_RETURN_IF_ERROR(SortTokens(file, tokens, vocab, added));
  LEMMA_ASSIGN_OR_RETURN(json::array merges, Merges(file));
  const json::object byte_level = {{"type", "ByteLevel"}, {"use_regex", false}};
  const json::object split = {{"type", "Split"},
                              {"pattern", {{"Regex", kQwen2Regex}}},
                              {"behavior", "Isolated"},
                              {"invert", false}};
  json::object model;
  model["type"] = "BPE";
  model["vocab"] = std::move(vocab);
  model["merges"] = std::move(merges);
  json::object root;
  root["added_tokens"] = std::move(added);
  root["normalizer"] = {{"type", "NFC"}};
  root["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", json::array{split, byte_level}}};
  root["decoder"] = byte_level;
  root["model"] = std::move(model);
  return json::serialize(root);
}

// The token whose id the key holds, put under `name`; nothing where the key is absent.
Status NameToken(const GgufFile& file, const Tokens& tokens, const char* key, const char* name,
                 json::object& config) {
  if (!file.Has(key)) return Ok();
  const auto id_max = static_cast<int64_t>(tokens.texts.size()) - 1;
  LEMMA_ASSIGN_OR_RETURN(const int64_t id, file.Integer(key, 0, id_max));
  const std::string_view text = tokens.texts[static_cast<size_t>(id)];
  if (!IsUtf8(text)) return file.Error(key, "names a token that is not UTF-8");
  config[name] = text;
  return Ok();
}

Result<std::string> TokenizerConfigJson(const GgufFile& file, const Tokens& tokens) {
  json::object config = {{"tokenizer_class", "Qwen2Tokenizer"}, {"add_bos_token", false}};
  for (const auto& [key, name] : {std::pair("tokenizer.ggml.bos_token_id", "bos_token"),
                                  std::pair("tokenizer.ggml.eos_token_id", "eos_token"),
                                  std::pair("tokenizer.ggml.padding_token_id", "pad_token")}) {
    LEMMA_RETURN_IF_ERROR(NameToken(file, tokens, key, name, config));
  }
  if (file.Has(kTemplateKey)) {
    LEMMA_ASSIGN_OR_RETURN(const std::string_view text, file.String(kTemplateKey));
    if (!IsUtf8(text)) return file.Error(kTemplateKey, "is not UTF-8");
    config["chat_template"] = text;
  }
  return json::serialize(config);
}

}  // namespace

Result<GgufTokenizer> ReadGgufTokenizer(const GgufFile& file) {
  LEMMA_RETURN_IF_ERROR(CheckPipeline(file));
  LEMMA_ASSIGN_OR_RETURN(const Tokens tokens, ReadTokens(file));
  GgufTokenizer tokenizer;
  LEMMA_ASSIGN_OR_RETURN(tokenizer.tokenizer_json, TokenizerJson(file, tokens));
  LEMMA_ASSIGN_OR_RETURN(tokenizer.tokenizer_config_json, TokenizerConfigJson(file, tokens));
  return tokenizer;
}

Result<int32_t> GgufVocabSize(const GgufFile& file) {
  LEMMA_ASSIGN_OR_RETURN(const Tokens tokens, ReadTokens(file));
  return static_cast<int32_t>(tokens.texts.size());
}

Result<std::vector<TokenId>> GgufEndIds(const GgufFile& file) {
  LEMMA_ASSIGN_OR_RETURN(const Tokens tokens, ReadTokens(file));
  std::vector<TokenId> ids;
  for (const char* key : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"}) {
    if (!file.Has(key)) continue;
    const auto id_max = static_cast<int64_t>(tokens.texts.size()) - 1;
    LEMMA_ASSIGN_OR_RETURN(const int64_t id, file.Integer(key, 0, id_max));
    ids.push_back(static_cast<TokenId>(id));
  }
  for (size_t id = 0; id < tokens.texts.size(); ++id) {
    const std::string_view text = tokens.texts[id];
    if (tokens.types[id] == kControl && (text == "<|im_end|>" || text == "<|endoftext|>")) {
      ids.push_back(static_cast<TokenId>(id));
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace lemma::model
