// Properties: only safe names pass, both hubs' lists are read, digests are those of git and LFS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/file.h"
#include "common/hub/digest.h"
#include "common/hub/listing.h"
#include "common/hub/model_name.h"

namespace lemma::hub {
namespace {

using testing::ElementsAre;

TEST(ModelNameTest, ShortNamesAndRevisions) {
  EXPECT_EQ(ParseModelName("vibethinker-1.5b")->Repository(), "WeiboAI/VibeThinker-1.5B");
  EXPECT_EQ(ParseModelName("vibethinker-3b")->Repository(), "WeiboAI/VibeThinker-3B");
  EXPECT_EQ(ParseModelName("a/b@refs/pr/1")->revision, "refs/pr/1");
  EXPECT_EQ(ParseModelName("a/b")->revision, "");
}

TEST(ModelNameTest, WhatCouldLeaveAFolderOrAUrlIsRefused) {
  for (const char* text : {"", "a", "/b", "a/", "a/b/c", "../b", "a/..", "a/.b", "a/b@", "a/b@../c",
                           "a/b@/c", "a/b@c//d", "a/b?x", "a/b c", "-a/b", "a/b@c@d", "a/b%2f"}) {
    EXPECT_FALSE(ParseModelName(text).ok()) << text;
  }
}

TEST(ListingTest, HuggingFace) {
  const Hub hub;
  const std::string sha1(40, 'a');
  const std::string sha256(64, 'b');
  const auto listing = ParseListing(hub, R"({"sha": ")" + sha1 + R"(", "siblings": [
        {"rfilename": "config.json", "size": 7, "blobId": ")" +
                                             sha1 + R"("},
        {"rfilename": "w", "size": 9, "blobId": "x", "lfs": {"sha256": ")" +
                                             sha256 +
                                             R"(", "size": 10}},
        {"rfilename": "sub/w", "size": 9}, {"rfilename": "../w", "size": 9}]})");
  ASSERT_TRUE(listing.ok()) << listing.status().message();
  ASSERT_EQ(listing->files.size(), 2u);
  EXPECT_EQ(listing->Find("config.json")->digest, sha1);
  EXPECT_EQ(listing->Find("w")->digest, sha256);
  EXPECT_EQ(listing->Find("w")->size_bytes, 10u);
  EXPECT_FALSE(ParseListing(hub, R"({"sha": "../x", "siblings": []})").ok());
  EXPECT_FALSE(ParseListing(hub, "[]").ok());
}

TEST(ListingTest, ModelScopesFingerprintIsThatOfTheContent) {
  Hub hub;
  hub.kind = HubKind::kModelScope;
  const auto commit_of = [&](char digit) {
    const auto listing = ParseListing(
        hub, R"({"Data": {"Files": [{"Type": "tree", "Path": "d"}, {"Type": "blob", "Path": "w",
          "Size": 3, "Sha256": ")" +
                 std::string(64, digit) + R"("}]}})");
    return listing.ok() ? listing->commit : listing.status().message();
  };
  EXPECT_TRUE(IsHex(commit_of('1'), 40)) << commit_of('1');
  EXPECT_EQ(commit_of('1'), commit_of('1'));
  EXPECT_NE(commit_of('1'), commit_of('2'));
}

TEST(ListingTest, ShardsOnceEachAndPlain) {
  EXPECT_THAT(*ShardsOfIndex(
                  R"({"weight_map": {"x": "b.safetensors", "y": "a.safetensors",
                  "z": "b.safetensors"}})"),
              ElementsAre("a.safetensors", "b.safetensors"));
  for (const char* shard : {"../a.safetensors", "/a.safetensors", "a.bin", ""}) {
    EXPECT_FALSE(ShardsOfIndex(std::string(R"({"weight_map": {"x": ")") + shard + "\"}}").ok());
  }
}

TEST(DigestTest, AsGitAndLfsComputeThem) {
  const std::string path = testing::TempDir() + "/lemma_hub_digest";
  ASSERT_TRUE(WriteFileAtomically(path, "hello\n").ok());
  // echo hello | git hash-object --stdin; echo hello | sha256sum
  EXPECT_EQ(*FileDigest(path, DigestKind::kGitBlobSha1),
            "ce013625030ba8dba906f756967f9e9ca394464a");
  EXPECT_EQ(*FileDigest(path, DigestKind::kSha256),
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
}

}  // namespace
}  // namespace lemma::hub
