// Properties: only safe names pass, both hubs' lists are read, digests are those of git and LFS,
// what was pulled last is found, an outage of two minutes ends no pull.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "common/base/file.h"
#include "common/hub/cache.h"
#include "common/hub/digest.h"
#include "common/hub/listing.h"
#include "common/hub/model_name.h"
#include "common/hub/retry.h"

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

TEST(ListingTest, WithoutASizeThereIsNoDigest) {
  const std::string sha256(64, 'b');
  const auto digest_of = [&](const std::string& size) {
    const auto listing = ParseListing(Hub(), R"({"sha": ")" + std::string(40, 'a') +
                                                 R"(", "siblings": [{"rfilename": "w", "lfs": {)" +
                                                 size + R"("sha256": ")" + sha256 + R"("}}]})");
    return listing.ok() ? listing->Find("w")->digest : listing.status().message();
  };
  EXPECT_EQ(digest_of(R"("size": 10, )"), sha256);
  EXPECT_EQ(digest_of(R"("size": 0, )"), sha256);
  for (const char* size : {"", R"("size": -1, )", R"("size": "10", )", R"("size": 1e9, )"}) {
    EXPECT_EQ(digest_of(size), "") << size;
  }
  Hub hub;
  hub.kind = HubKind::kModelScope;
  const auto listing = ParseListing(
      hub, R"({"Data": {"Files": [{"Type": "blob", "Path": "w", "Sha256": ")" + sha256 + "\"}]}}");
  EXPECT_EQ(listing->Find("w")->digest, "");
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

// A cache with complete snapshots of the revisions that a test pulls.
class CacheTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(cache_); }
  void TearDown() override { std::filesystem::remove_all(cache_); }

  void Pull(const std::string& revision, const std::string& commit) {
    ASSERT_TRUE(repository_.MakeFolders(commit).ok());
    for (const char* file :
         {"config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"}) {
      ASSERT_TRUE(WriteFileAtomically(repository_.Snapshot(commit) / file, "x").ok());
    }
    ASSERT_TRUE(repository_.WriteRef(revision, commit).ok());
  }
  void SetAge(const std::string& revision, std::chrono::seconds age) {
    std::filesystem::last_write_time(repository_.folder / "refs" / revision,
                                     std::filesystem::file_time_type::clock::now() - age);
  }
  std::string Find(const std::string& revision) {
    const auto found = FindSnapshot(cache_, {"a", "b", revision});
    return found ? found->filename().string() : "";
  }

  const std::string one_ = std::string(40, '1'), two_ = std::string(40, '2');
  const std::filesystem::path cache_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("hub_") + testing::UnitTest::GetInstance()->current_test_info()->name());
  const RepositoryCache repository_{cache_, ModelName{"a", "b", ""}};
};

TEST_F(CacheTest, ACommitIsFoundWhereItsSnapshotHasAnotherName) {
  Pull(two_, one_);  // ModelScope: the snapshot's name is a fingerprint
  EXPECT_EQ(Find(two_), one_);
  Pull(one_, one_);
  EXPECT_EQ(Find(one_), one_);
  EXPECT_FALSE(std::filesystem::exists(repository_.folder / "refs" / one_));
}

TEST_F(CacheTest, WithoutARevisionWhatWasPulledLastIsFound) {
  Pull("main", one_);
  EXPECT_EQ(Find(""), one_);
  Pull("master", two_);
  SetAge("main", std::chrono::seconds(9));
  EXPECT_EQ(Find(""), two_);
  SetAge("master", std::chrono::seconds(99));
  EXPECT_EQ(Find(""), one_);
  std::filesystem::remove(repository_.Snapshot(one_) / "config.json");
  EXPECT_EQ(Find(""), two_) << "one that is not complete stands in no one's way";
}

// The waits, in milliseconds, between tries that end so.
std::vector<int64_t> Waits(const std::vector<Try>& tries, Status* last = nullptr) {
  std::vector<int64_t> waits;
  size_t n_tries = 0;
  const Status status = Retry(
      kTriesOfFile, [&] { return tries[std::min(n_tries++, tries.size() - 1)]; },
      [&](auto time) { waits.push_back(time.count()); }, [](const std::string&) {});
  if (last) *last = status;
  return waits;
}

TEST(RetryTest, AnOutageOfTwoMinutesIsWaitedFor) {
  Status status;
  EXPECT_THAT(Waits({{Unavailable("cut")}}, &status),
              ElementsAre(500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000));
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), testing::HasSubstr("cut (after 10 tries)"));
}

TEST(RetryTest, BytesThatCameBeginTheCountAnew) {
  const Try cut{Unavailable("cut")}, gained{Unavailable("cut"), 0, true};
  EXPECT_THAT(Waits({cut, cut, cut, gained, cut, {Ok()}}), ElementsAre(500, 1000, 2000, 500, 1000));
  std::vector<Try> many(1000, gained);
  many.push_back({Ok()});
  EXPECT_THAT(Waits(many), testing::AllOf(testing::SizeIs(1000), testing::Each(500)));
}

TEST(RetryTest, ATimeThatTheHubNamesIsKeptToUpToAMinute) {
  const Status limited(StatusCode::kRateLimited, "429");
  EXPECT_THAT(Waits({{limited, 7}, {Unavailable("503"), 60}, {Ok()}}), ElementsAre(7000, 60000));
  for (const Try& hopeless : {Try{limited, 61}, Try{limited}, Try{Unavailable("503"), 61},
                              Try{NotFound("404"), 1}, Try{DataLoss("hash")}}) {
    Status status;
    EXPECT_THAT(Waits({hopeless}, &status), testing::IsEmpty());
    EXPECT_EQ(status.code(), hopeless.status.code());
  }
}

}  // namespace
}  // namespace lemma::hub
