// Properties: equal is equal and nothing else is, wherever the one bit lies that differs.
#include "common/base/constant_time.h"

#include <gtest/gtest.h>

#include <string>

namespace lemma {
namespace {

TEST(ConstantTimeTest, AnyBitThatDiffersIsSeen) {
  const std::string secret("s\0\xff\x80 key", 8);
  EXPECT_TRUE(EqualInConstantTime(secret, std::string(secret)));
  for (size_t i = 0; i < secret.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = secret;
      other[i] = static_cast<char>(other[i] ^ (1 << bit));
      EXPECT_FALSE(EqualInConstantTime(secret, other)) << "byte " << i << ", bit " << bit;
    }
  }
}

TEST(ConstantTimeTest, ABeginningIsNotTheWhole) {
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_FALSE(EqualInConstantTime("abc", "ab"));
  EXPECT_FALSE(EqualInConstantTime("ab", "abc"));
  EXPECT_FALSE(EqualInConstantTime("", "a"));
}

}  // namespace
}  // namespace lemma
