#include "common/text/vocabulary.h"

#include <algorithm>
#include <boost/json.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>

#include "common/base/json.h"
#include "common/text/byte_level.h"
#include "common/text/pretokenizer.h"

namespace lemma::text {
namespace {

namespace json = boost::json;

// Token bytes -> id. The keys view the JSON's or the vocabulary's text.
using IdByBytes = boost::unordered_flat_map<std::string_view, TokenId, std::hash<std::string_view>>;

// Null where there is no such member.
const json::value* Find(const json::object& object, std::string_view key) {
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &it->value();
}

bool IsNullOrAbsent(const json::object& object, std::string_view key) {
  const json::value* value = Find(object, key);
  return value == nullptr || value->is_null();
}

bool IsString(const json::object& object, std::string_view key, std::string_view expected) {
  const json::value* value = Find(object, key);
  return value != nullptr && value->is_string() && value->get_string() == expected;
}

// Neither absent nor null nor false.
bool IsSet(const json::object& object, std::string_view key) {
  const json::value* value = Find(object, key);
  return value != nullptr && !value->is_null() && !(value->is_bool() && !value->get_bool());
}

// At most this much of a file's text goes into an error.
std::string Quoted(std::string_view text) {
  constexpr size_t kBytesMax = 64;
  return "\"" + std::string(text.substr(0, kBytesMax)) + (text.size() > kBytesMax ? "...\"" : "\"");
}

const json::object* FindObject(const json::object& object, std::string_view key) {
  const json::value* value = Find(object, key);
  return value != nullptr ? value->if_object() : nullptr;
}

const json::array* FindArray(const json::object& object, std::string_view key) {
  const json::value* value = Find(object, key);
  return value != nullptr ? value->if_array() : nullptr;
}

Status CheckByteLevel(const json::object& step, const std::string& field) {
  if (!IsString(step, "type", "ByteLevel")) return DataLoss(field + ".type must be \"ByteLevel\"");
  if (IsSet(step, "add_prefix_space")) {
    return DataLoss(field + ".add_prefix_space must be false");
  }
  return Ok();
}

Status CheckPreTokenizer(const json::object& root) {
  const json::object* sequence = FindObject(root, "pre_tokenizer");
  const json::array* steps = nullptr;
  if (sequence != nullptr && IsString(*sequence, "type", "Sequence")) {
    steps = FindArray(*sequence, "pretokenizers");
  }
  if (steps == nullptr || steps->size() != 2 || !(*steps)[0].is_object() ||
      !(*steps)[1].is_object()) {
    return DataLoss("pre_tokenizer must be a Sequence of Split and ByteLevel");
  }
  const json::object& split = (*steps)[0].get_object();
  const std::string field = "pre_tokenizer.pretokenizers[0]";
  if (!IsString(split, "type", "Split")) return DataLoss(field + ".type must be \"Split\"");
  const json::object* pattern = FindObject(split, "pattern");
  if (pattern == nullptr || !IsString(*pattern, "Regex", kQwen2Pattern)) {
    return DataLoss(field + ".pattern.Regex must be the one of Qwen2");
  }
  if (!IsString(split, "behavior", "Isolated")) {
    return DataLoss(field + ".behavior must be \"Isolated\"");
  }
  if (IsSet(split, "invert")) return DataLoss(field + ".invert must be false");

  const json::object& byte_level = (*steps)[1].get_object();
  const std::string byte_level_field = "pre_tokenizer.pretokenizers[1]";
  LEMMA_RETURN_IF_ERROR(CheckByteLevel(byte_level, byte_level_field));
  const json::value* use_regex = Find(byte_level, "use_regex");
  if (use_regex == nullptr || !use_regex->is_bool() || use_regex->get_bool()) {
    return DataLoss(byte_level_field + ".use_regex must be false");
  }
  return Ok();
}

Status CheckPipeline(const json::object& root) {
  const json::object* normalizer = FindObject(root, "normalizer");
  if (normalizer == nullptr || !IsString(*normalizer, "type", "NFC")) {
    return DataLoss("normalizer.type must be \"NFC\"");
  }
  LEMMA_RETURN_IF_ERROR(CheckPreTokenizer(root));
  if (!IsNullOrAbsent(root, "post_processor")) {
    const json::object* post = FindObject(root, "post_processor");
    if (post == nullptr || !IsString(*post, "type", "ByteLevel")) {
      return DataLoss("post_processor.type must be \"ByteLevel\"");
    }
  }
  const json::object* decoder = FindObject(root, "decoder");
  if (decoder == nullptr || !IsString(*decoder, "type", "ByteLevel")) {
    return DataLoss("decoder.type must be \"ByteLevel\"");
  }
  return Ok();
}

Status CheckModel(const json::object& model) {
  if (!IsString(model, "type", "BPE")) return DataLoss("model.type must be \"BPE\"");
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!IsNullOrAbsent(model, key) && !IsString(model, key, "")) {
      return DataLoss("model." + std::string(key) + " must be empty");
    }
  }
  for (const char* key : {"byte_fallback", "ignore_merges"}) {
    if (IsSet(model, key)) return DataLoss("model." + std::string(key) + " must be false");
  }
  const json::value* dropout = Find(model, "dropout");
  if (dropout != nullptr && !dropout->is_null() &&
      !(dropout->is_number() && dropout->to_number<double>() == 0)) {
    return DataLoss("model.dropout must be null");
  }
  return Ok();
}

std::optional<TokenId> ParseId(const json::value& value) {
  const int64_t* id = value.if_int64();
  if (id == nullptr || *id < 0 || *id >= kVocabSizeMax) return std::nullopt;
  return static_cast<TokenId>(*id);
}

Status NoId(const std::string& field) {
  return DataLoss(field + " must be an id from 0 to " + std::to_string(kVocabSizeMax - 1));
}

// Gives `id` its bytes. False where it has some already.
bool AddToken(TokenId id, std::string_view token_bytes, Vocabulary& vocabulary) {
  if (vocabulary.tokens.size() <= static_cast<size_t>(id)) vocabulary.tokens.resize(id + 1);
  Vocabulary::Token& token = vocabulary.tokens[id];
  if (token.length != 0) return false;
  token.begin = static_cast<uint32_t>(vocabulary.bytes.size());
  token.length = static_cast<uint32_t>(token_bytes.size());
  vocabulary.bytes += token_bytes;
  return true;
}

// Reads model.vocab. `ids` maps the spelling in the file.
Status ParseTokens(const json::object& model, Vocabulary& vocabulary, IdByBytes& ids) {
  const json::object* vocab = FindObject(model, "vocab");
  if (vocab == nullptr) return DataLoss("model.vocab must be an object of ids");
  ids.reserve(vocab->size());
  for (const auto& [key, value] : *vocab) {
    const auto field = [&] { return "model.vocab[" + Quoted(key) + "]"; };
    const std::optional<TokenId> parsed = ParseId(value);
    if (!parsed) return NoId(field());
    const TokenId id = *parsed;
    const std::optional<std::string> bytes = BytesOfByteLevel(key);
    if (!bytes || bytes->empty()) {
      // A special token may be listed here too, spelled as it is.
      const auto is_it = [&](const AddedToken& added) {
        return added.id == id && added.content == key;
      };
      if (std::any_of(vocabulary.added.begin(), vocabulary.added.end(), is_it)) continue;
      return DataLoss(field() + " is not spelled in the byte-level alphabet");
    }
    if (!AddToken(id, *bytes, vocabulary)) {
      return DataLoss(field() + " repeats the id " + std::to_string(id));
    }
    ids.emplace(key, id);
  }
  for (int byte = 0; byte < 256; ++byte) {
    const auto it = ids.find(ByteLevelOfBytes(std::string(1, static_cast<char>(byte))));
    if (it == ids.end()) {
      return DataLoss("model.vocab lacks the token of byte " + std::to_string(byte));
    }
    vocabulary.byte_ids[byte] = it->second;
  }
  return Ok();
}

struct MergeText {
  std::string_view left;
  std::string_view right;
};

// "left right" or ["left", "right"].
std::optional<MergeText> ParseMerge(const json::value& value) {
  if (const json::string* text = value.if_string()) {
    const std::string_view merge = *text;
    const size_t space = merge.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    return MergeText{merge.substr(0, space), merge.substr(space + 1)};
  }
  const json::array* pair = value.if_array();
  if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string()) {
    return std::nullopt;
  }
  return MergeText{(*pair)[0].get_string(), (*pair)[1].get_string()};
}

Status ParseMerges(const json::object& model, const IdByBytes& ids, Vocabulary& vocabulary) {
  const json::array* merges = FindArray(model, "merges");
  if (merges == nullptr || merges->size() > kMergesMax) {
    return DataLoss("model.merges must be a list of at most " + std::to_string(kMergesMax));
  }
  vocabulary.merges = MergeTable(merges->size());
  std::string joined;
  for (size_t rank = 0; rank < merges->size(); ++rank) {
    const auto error = [&](const std::string& what) {
      return DataLoss("model.merges[" + std::to_string(rank) + "] " + what);
    };
    const std::optional<MergeText> merge = ParseMerge((*merges)[rank]);
    if (!merge) return error("must be two tokens");
    const auto left = ids.find(merge->left);
    const auto right = ids.find(merge->right);
    joined.assign(merge->left).append(merge->right);
    const auto merged = ids.find(joined);
    for (const auto& [it, token] : {std::pair(left, merge->left), std::pair(right, merge->right),
                                    std::pair(merged, std::string_view(joined))}) {
      if (it == ids.end()) return error("names " + Quoted(token) + ", which model.vocab lacks");
    }
    if (!vocabulary.merges.Insert(left->second, right->second,
                                  {static_cast<uint32_t>(rank), merged->second})) {
      return error("repeats an earlier merge");
    }
  }
  return Ok();
}

Result<AddedToken> ParseAddedToken(const json::value& value, const std::string& field) {
  const json::object* token = value.if_object();
  if (token == nullptr) return DataLoss(field + " must be an object");
  const json::value* content = Find(*token, "content");
  if (content == nullptr || !content->is_string() || content->get_string().empty() ||
      content->get_string().size() > kAddedTokenBytesMax) {
    return DataLoss(field + ".content must be a text of 1 to " +
                    std::to_string(kAddedTokenBytesMax) + " bytes");
  }
  const json::value* id = Find(*token, "id");
  if (id == nullptr) return DataLoss(field + ".id is missing");
  AddedToken added;
  added.content = content->get_string();
  const std::optional<TokenId> parsed = ParseId(*id);
  if (!parsed) return NoId(field + ".id");
  added.id = *parsed;
  for (const char* key : {"single_word", "lstrip", "rstrip"}) {
    if (IsSet(*token, key)) return DataLoss(field + "." + key + " must be false");
  }
  added.special = IsSet(*token, "special");
  added.normalized = IsSet(*token, "normalized");
  return added;
}

Status ParseAddedTokens(const json::object& root, Vocabulary& vocabulary) {
  if (IsNullOrAbsent(root, "added_tokens")) return Ok();
  const json::array* list = FindArray(root, "added_tokens");
  if (list == nullptr || list->size() > kAddedTokensMax) {
    return DataLoss("added_tokens must be a list of at most " + std::to_string(kAddedTokensMax));
  }
  for (size_t i = 0; i < list->size(); ++i) {
    const std::string field = "added_tokens[" + std::to_string(i) + "]";
    LEMMA_ASSIGN_OR_RETURN(AddedToken added, ParseAddedToken((*list)[i], field));
    for (const AddedToken& other : vocabulary.added) {
      if (other.id == added.id || other.content == added.content) {
        return DataLoss(field + " repeats the id or content of an earlier one");
      }
    }
    vocabulary.added.push_back(std::move(added));
  }
  return Ok();
}

// Joins the added tokens to those of the model, which may list them as well.
Status PlaceAddedTokens(Vocabulary& vocabulary) {
  for (const AddedToken& added : vocabulary.added) {
    if (!AddToken(added.id, added.content, vocabulary) &&
        vocabulary.BytesOf(added.id) != added.content) {
      return DataLoss("added_tokens: " + Quoted(added.content) + " has the id " +
                      std::to_string(added.id) + " of another token");
    }
    vocabulary.tokens[added.id].special = added.special;
  }
  return Ok();
}

Result<Vocabulary> Parse(std::string_view tokenizer_json) {
  if (tokenizer_json.size() > kTokenizerFileBytesMax) {
    return DataLoss("the file is larger than " + std::to_string(kTokenizerFileBytesMax) + " bytes");
  }
  Result<json::object> root = ParseJsonObject(tokenizer_json, "the file");
  if (!root.ok()) return DataLoss(root.status().message());
  LEMMA_RETURN_IF_ERROR(CheckPipeline(*root));
  const json::object* model = FindObject(*root, "model");
  if (model == nullptr) return DataLoss("model must be an object");
  LEMMA_RETURN_IF_ERROR(CheckModel(*model));

  Vocabulary vocabulary;
  LEMMA_RETURN_IF_ERROR(ParseAddedTokens(*root, vocabulary));
  IdByBytes ids;
  LEMMA_RETURN_IF_ERROR(ParseTokens(*model, vocabulary, ids));
  LEMMA_RETURN_IF_ERROR(ParseMerges(*model, ids, vocabulary));
  LEMMA_RETURN_IF_ERROR(PlaceAddedTokens(vocabulary));
  return vocabulary;
}

}  // namespace

Result<Vocabulary> ParseVocabulary(std::string_view tokenizer_json, std::string_view name) {
  Result<Vocabulary> vocabulary = Parse(tokenizer_json);
  if (!vocabulary.ok()) return vocabulary.status().WithPrefix(std::string(name));
  return vocabulary;
}

}  // namespace lemma::text
