// Any bytes as a tokenizer.json, any merges, and any bytes as text and ids: an error or a working
// tokenizer that loses nothing.
//
// The first byte chooses: an odd one is followed by "<json>\xFF<text>", an even one by the number
// of merges, two bytes for each, and the text.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/check.h"
#include "common/text/byte_level.h"
#include "common/text/detokenizer.h"
#include "common/text/pretokenizer.h"
#include "common/text/tokenizer.h"
#include "common/text/unicode.h"

namespace {

namespace json = boost::json;
using lemma::text::ByteLevelOfBytes;
using lemma::text::Detokenizer;
using lemma::text::SpecialTokens;
using lemma::text::TokenId;
using lemma::text::Tokenizer;

// A valid file whose merges `choices` makes: each of two tokens that are there already.
std::string TokenizerJson(std::string_view choices) {
  std::vector<std::string> tokens;
  for (int byte = 0; byte < 256; ++byte) {
    tokens.push_back(ByteLevelOfBytes(std::string(1, static_cast<char>(byte))));
  }
  std::set<std::string> seen;
  json::array merges;
  for (size_t i = 0; i + 1 < choices.size(); i += 2) {
    // Letters and what they make; a byte above chooses among the newest.
    const auto pick = [&](uint8_t choice) {
      return choice < 128 ? tokens[choice] : tokens[tokens.size() - 1 - choice % 16];
    };
    const std::string left = pick(static_cast<uint8_t>(choices[i]));
    const std::string right = pick(static_cast<uint8_t>(choices[i + 1]));
    constexpr size_t kTokenBytesMax = 256;  // or the lengths would double 255 times
    if (left.size() + right.size() > kTokenBytesMax || !seen.insert(left + right).second) continue;
    merges.push_back(json::value(left + " " + right));
    tokens.push_back(left + right);
  }
  json::object vocab;
  for (size_t id = 0; id < tokens.size(); ++id) vocab[tokens[id]] = id;
  return json::serialize(
      json::object{{"added_tokens",
                    {{{"id", 9000}, {"content", "<a>"}, {"special", true}},
                     {{"id", 9001}, {"content", "<a>b"}, {"normalized", true}}}},
                   {"normalizer", {{"type", "NFC"}}},
                   {"pre_tokenizer",
                    {{"type", "Sequence"},
                     {"pretokenizers",
                      {{{"type", "Split"},
                        {"pattern", {{"Regex", lemma::text::kQwen2Pattern}}},
                        {"behavior", "Isolated"}},
                       {{"type", "ByteLevel"}, {"use_regex", false}}}}}},
                   {"decoder", {{"type", "ByteLevel"}}},
                   {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", merges}}}});
}

void CheckRoundTrip(const Tokenizer& tokenizer, std::string_view text) {
  std::string valid_storage;
  std::string nfc_storage;
  const std::string_view valid = lemma::text::ValidUtf8(text, valid_storage);
  const std::string_view nfc = lemma::text::Nfc(valid, nfc_storage);
  const auto ids = tokenizer.Encode(text, SpecialTokens::kAsText);
  LEMMA_CHECK(tokenizer.Decode(ids, /*skip_special=*/false) == nfc, "encoding loses text");
  tokenizer.Encode(text, SpecialTokens::kRecognize);
}

void CheckStream(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<TokenId> ids(text.size() / sizeof(TokenId));
  if (!ids.empty()) std::memcpy(ids.data(), text.data(), ids.size() * sizeof(TokenId));
  for (const char byte : text) ids.push_back(static_cast<uint8_t>(byte));
  Detokenizer stream(tokenizer, /*skip_special=*/true);
  std::string streamed;
  for (const TokenId id : ids) streamed += stream.Push(id);
  streamed += stream.Finish();
  std::string storage;
  const std::string decoded = tokenizer.Decode(ids, /*skip_special=*/true);
  LEMMA_CHECK(streamed == lemma::text::ValidUtf8(decoded, storage), "the stream differs");
}

void CheckTokenizer(std::string_view file, std::string_view text, bool must_load) {
  const auto tokenizer = Tokenizer::FromJson(file, "fuzz");
  LEMMA_CHECK(tokenizer.ok() || !must_load, tokenizer.status().message().c_str());
  if (!tokenizer.ok()) return;
  CheckRoundTrip(*tokenizer, text);
  CheckStream(*tokenizer, text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 2 != 0) {
    const size_t end = input.find('\xFF');
    const std::string_view text = end == input.npos ? "" : input.substr(end + 1);
    CheckTokenizer(input.substr(0, end), text, /*must_load=*/false);
  } else {
    const size_t n_choices = std::min<size_t>(2 * size_t{data[1]}, input.size() - 1);
    const std::string file = TokenizerJson(input.substr(1, n_choices));
    CheckTokenizer(file, input.substr(1 + n_choices), /*must_load=*/true);
  }
  return 0;
}
