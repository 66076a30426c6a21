#include "common/text/bpe.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <random>
#include <string>

namespace lemma::text {
namespace {

std::array<TokenId, 256> ByteIds() {
  std::array<TokenId, 256> ids;
  for (int i = 0; i < 256; ++i) ids[i] = i;
  return ids;
}

// The definition, word for word.
std::vector<TokenId> MergeSlowly(const MergeTable& merges, const std::string& piece) {
  std::vector<TokenId> ids;
  for (const char c : piece) ids.push_back(static_cast<uint8_t>(c));
  for (;;) {
    size_t best = 0;
    MergeTable::Merge best_merge;
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      const MergeTable::Merge merge = merges.Find(ids[i], ids[i + 1]);
      if (merge.rank < best_merge.rank) {
        best_merge = merge;
        best = i;
      }
    }
    if (best_merge.rank == MergeTable::kNoMerge) return ids;
    ids[best] = best_merge.merged;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

// Merges of random tokens over an alphabet of `n_letters`, in random order of ranks: later tokens
// may merge before the ones they are made of.
MergeTable RandomMerges(std::mt19937& random, int n_letters, int n_merges) {
  MergeTable merges(static_cast<size_t>(n_merges));
  std::vector<TokenId> tokens;
  for (int i = 0; i < n_letters; ++i) tokens.push_back('a' + i);
  std::vector<uint32_t> ranks;
  for (int i = 0; i < n_merges; ++i) ranks.push_back(static_cast<uint32_t>(i));
  std::shuffle(ranks.begin(), ranks.end(), random);
  for (int i = 0; i < n_merges; ++i) {
    const TokenId left = tokens[random() % tokens.size()];
    const TokenId right = tokens[random() % tokens.size()];
    if (merges.Insert(left, right, {ranks[i], 256 + i})) tokens.push_back(256 + i);
  }
  return merges;
}

TEST(Merger, EqualsTheDefinitionForShortAndLongPieces) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const int n_letters = 1 + static_cast<int>(random() % 4);
    const MergeTable merges = RandomMerges(random, n_letters, 1 + static_cast<int>(random() % 40));
    Merger merger(merges);
    for (const size_t length : {1u, 2u, 3u, 17u, 63u, 64u, 65u, 66u, 200u}) {
      std::string piece;
      for (size_t i = 0; i < length; ++i) {
        piece += static_cast<char>('a' + random() % static_cast<size_t>(n_letters));
      }
      std::vector<TokenId> ids = {-7};  // what is there already stays
      merger.Append(piece, ByteIds(), ids);
      EXPECT_EQ(ids[0], -7);
      ids.erase(ids.begin());
      ASSERT_EQ(ids, MergeSlowly(merges, piece)) << piece;
    }
  }
}

TEST(Merger, AMegabyteOfOneLetterTakesNoQuadraticTime) {
  MergeTable merges(16);
  TokenId token = 'a';
  for (uint32_t rank = 0; rank < 16; ++rank) {
    const auto merged = static_cast<TokenId>(256 + rank);
    ASSERT_TRUE(merges.Insert(token, token, {rank, merged}));
    token = merged;
  }
  const auto start = std::chrono::steady_clock::now();
  std::vector<TokenId> ids;
  Merger(merges).Append(std::string(1 << 20, 'a'), ByteIds(), ids);
  EXPECT_EQ(ids, std::vector<TokenId>(16, token));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(MergeTable, KeysMadeToCollideDoNot) {
  // But for the table's secret, a key's place would be the 15 high bits of key * kFactor. These
  // keys would have one place, or places side by side.
  constexpr uint64_t kFactor = 0x9e3779b97f4a7c15u;
  uint64_t inverse = kFactor;
  for (int i = 0; i < 5; ++i) inverse *= 2 - kFactor * inverse;  // Newton's method modulo 2^64
  ASSERT_EQ(kFactor * inverse, 1u);
  for (const uint64_t spacing : {uint64_t{1} << 8, uint64_t{1} << 49}) {
    constexpr uint32_t kMerges = 10'000;
    MergeTable merges(kMerges);
    for (uint32_t i = 0; i < kMerges; ++i) {
      uint64_t key = i * spacing * inverse;
      while ((key & 0x8000000080000000u) != 0) key += inverse;  // both ids are not negative
      ASSERT_TRUE(merges.Insert(static_cast<TokenId>(key >> 32),
                                static_cast<TokenId>(key & 0xffffffffu), {i, 0}));
    }
    EXPECT_LT(merges.LongestRun(), 200u) << "spacing " << spacing;
  }
}

TEST(MergeTable, FindsWhatWasInsertedAndRefusesRepeats) {
  MergeTable merges(100);
  for (TokenId id = 0; id < 100; ++id) {
    EXPECT_TRUE(merges.Insert(id, id + 1, {static_cast<uint32_t>(id), id + 1000}));
    EXPECT_FALSE(merges.Insert(id, id + 1, {0, 0}));
  }
  for (TokenId id = 0; id < 100; ++id) EXPECT_EQ(merges.Find(id, id + 1).merged, id + 1000);
  EXPECT_EQ(merges.Find(1, 0).rank, MergeTable::kNoMerge);
  EXPECT_EQ(MergeTable(0).Find(0, 0).rank, MergeTable::kNoMerge);
}

}  // namespace
}  // namespace lemma::text
