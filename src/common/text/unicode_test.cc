#include "common/text/unicode.h"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <chrono>
#include <random>
#include <vector>

namespace lemma::text {
namespace {

std::string Valid(std::string_view text) {
  std::string storage;
  return std::string(ValidUtf8(text, storage));
}

std::string ToNfc(std::string_view text) {
  std::string storage;
  return std::string(Nfc(text, storage));
}

std::string Utf8Of(char32_t c) {
  std::string text;
  AppendUtf8(c, text);
  return text;
}

std::string NfcByUtf8proc(const std::string& text) {
  utf8proc_uint8_t* out = nullptr;
  const auto n = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                              static_cast<utf8proc_ssize_t>(text.size()), &out,
                              static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::string nfc(reinterpret_cast<char*>(out), n < 0 ? 0 : static_cast<size_t>(n));
  free(out);
  return nfc;
}

bool IsSurrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

TEST(Utf8, EveryCharacterDecodesToItself) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (IsSurrogate(c)) continue;
    const std::string text = Utf8Of(c);
    const DecodedChar decoded = DecodeUtf8(text, 0);
    ASSERT_TRUE(decoded.valid) << std::hex << static_cast<uint32_t>(c);
    ASSERT_EQ(decoded.c, c);
    ASSERT_EQ(decoded.length, text.size());
    ASSERT_EQ(DecodeValidUtf8(text.data()).c, c);
    ASSERT_EQ(DecodeValidUtf8(text.data()).length, text.size());
  }
}

TEST(Utf8, InvalidBytesAreReplacedByMaximalParts) {
  const std::string r(kReplacementUtf8);
  EXPECT_EQ(Valid("a\xFFz"), "a" + r + "z");
  EXPECT_EQ(Valid("\xC3"), r);
  EXPECT_EQ(Valid("\xE2\x82"), r);
  EXPECT_EQ(Valid("\xE2\x82z"), r + "z");
  EXPECT_EQ(Valid("\xF0\x9F\x98z"), r + "z");
  EXPECT_EQ(Valid("\xC0\x80"), r + r);                  // a long form
  EXPECT_EQ(Valid("\xE0\x80\x80"), r + r + r);          // a long form
  EXPECT_EQ(Valid("\xED\xA0\x80"), r + r + r);          // a surrogate
  EXPECT_EQ(Valid("\xF4\x90\x80\x80"), r + r + r + r);  // over U+10FFFF
  EXPECT_EQ(Valid("\xF0\xE2\x82\xAC"), r + "\u20AC");
  EXPECT_EQ(Valid("valid \u00E9 \u4E2D"), "valid \u00E9 \u4E2D");
}

TEST(Utf8, OnlyAnEndThatMoreBytesCouldCompleteIsTruncated) {
  EXPECT_TRUE(DecodeUtf8("\xF0\x9F", 0).truncated);
  EXPECT_TRUE(DecodeUtf8("\xE2\x82", 0).truncated);
  EXPECT_FALSE(DecodeUtf8("\xE0\x80", 0).truncated);
  EXPECT_FALSE(DecodeUtf8("\xE2z", 0).truncated);
  EXPECT_FALSE(DecodeUtf8("\xFF", 0).truncated);
}

TEST(Nfc, OfEveryCharacterBetweenOthersEqualsUtf8proc) {
  for (char32_t c = 1; c < 0x110000; ++c) {
    if (IsSurrogate(c)) continue;
    const std::string text = "e" + Utf8Of(c) + "\u0301\u0323" + Utf8Of(c) + "x";
    ASSERT_EQ(ToNfc(text), NfcByUtf8proc(text)) << std::hex << static_cast<uint32_t>(c);
  }
}

TEST(Nfc, OfRandomMixturesEqualsUtf8proc) {
  std::mt19937 random(1);
  const std::vector<char32_t> chars = {'a',     'e',    0xE9,   0x301,  0x323,  0x327,   0x345,
                                       0x1100,  0x1161, 0x11A8, 0xAC00, 0xAC01, 0x915,   0x93C,
                                       0x958,   0x212B, 0x2126, 0x4E2D, 0xF900, 0x2F800, 0x1D15E,
                                       0x1D165, 0x9C7,  0x9BE,  0x308,  0x3099, 0x304B,  ' '};
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (size_t n = random() % 12; n > 0; --n) AppendUtf8(chars[random() % chars.size()], text);
    ASSERT_EQ(ToNfc(text), NfcByUtf8proc(text)) << text;
  }
}

TEST(Nfc, ALongRunOfMarksTakesNoQuadraticTime) {
  std::string text = "a";
  for (int i = 0; i < 200'000; ++i) text += i % 2 == 0 ? "\u0301" : "\u0323";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(ToNfc(text).substr(0, 5), "\u1EA1\u0323");  // the marks below come first
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(CharClass, LettersAndNumbersAreUtf8procs) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    const bool is_letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
    const bool is_number = category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
    ASSERT_EQ(ClassOf(c) == CharClass::kLetter, is_letter) << static_cast<uint32_t>(c);
    ASSERT_EQ(ClassOf(c) == CharClass::kNumber, is_number) << static_cast<uint32_t>(c);
  }
}

TEST(CharClass, SeparatesWhatThePatternSeparates) {
  for (const char32_t c : {U'a', U'Z', U'\u00E9', U'\u4E2D', U'\u0905', U'\u02B0', U'\U00020000'}) {
    EXPECT_EQ(ClassOf(c), CharClass::kLetter) << static_cast<uint32_t>(c);
  }
  for (const char32_t c : {U'0', U'\u0663', U'\u00BD', U'\u2167', U'\u3007'}) {
    EXPECT_EQ(ClassOf(c), CharClass::kNumber) << static_cast<uint32_t>(c);
  }
  for (const char32_t c : {U' ', U'\t', U'\v', U'\f', U'\u00A0', U'\u1680', U'\u200A', U'\u2028',
                           U'\u202F', U'\u3000', U'\uFEFF'}) {
    EXPECT_EQ(ClassOf(c), CharClass::kSpace) << static_cast<uint32_t>(c);
  }
  for (const char32_t c : {U'\r', U'\n'}) EXPECT_EQ(ClassOf(c), CharClass::kNewline);
  for (const char32_t c : {U'!', U'\u0301', U'\u200B', U'\u180E', U'\U0001F600', U'\0'}) {
    EXPECT_EQ(ClassOf(c), CharClass::kOther) << static_cast<uint32_t>(c);
  }
}

}  // namespace
}  // namespace lemma::text
