#include "service/access/sealed_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/base/random_id.h"

namespace lemma::access {
namespace {

using testing::HasSubstr;
using testing::Not;

KeySecret NewSecret() {
  const auto path = std::filesystem::temp_directory_path() / ("lemma-seal-" + RandomHex());
  const KeySecret secret = *KeySecret::LoadOrCreate(path);
  std::filesystem::remove(path);
  return secret;
}

TEST(SealedTextTest, OpensForItsSecretAndPurposeAlone) {
  const KeySecret secret = NewSecret();
  for (const std::string& text : {std::string("sk-of-a-replica"), std::string(4096, 'x')}) {
    const std::string sealed = Seal(secret, "replica a", text);
    EXPECT_THAT(sealed, Not(HasSubstr(text)));
    EXPECT_EQ(*Unseal(secret, "replica a", sealed), text);
    EXPECT_EQ(Unseal(secret, "replica b", sealed).status().code(), StatusCode::kDataLoss);
    EXPECT_EQ(Unseal(NewSecret(), "replica a", sealed).status().code(), StatusCode::kDataLoss);
    EXPECT_NE(sealed, Seal(secret, "replica a", text)) << "a nonce serves once";
  }
}

TEST(SealedTextTest, WhatWasChangedDoesNotOpen) {
  const KeySecret secret = NewSecret();
  const std::string sealed = Seal(secret, "p", "a key");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_FALSE(Unseal(secret, "p", changed).ok()) << i;
  }
  for (const std::string& text :
       {std::string(), std::string("zz"), sealed.substr(2), sealed + "0"}) {
    EXPECT_FALSE(Unseal(secret, "p", text).ok()) << text;
  }
}

}  // namespace
}  // namespace lemma::access
