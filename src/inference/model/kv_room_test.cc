// Properties: the default room grows with the machine, within a quarter of what is free, and is no
// smaller than it was; what would drive mapped weights out of memory is refused.
#include "inference/model/kv_room.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "inference/model/backend.h"

namespace lemma::model {
namespace {

constexpr uint64_t kMib = 1 << 20;
constexpr uint64_t kGib = 1 << 30;

// VibeThinker-1.5B: 28 layers, 2 KV heads of 128; weights in q8 and bf16, mapped.
constexpr uint64_t kPageInt8 = 28 * 2 * 16896;
constexpr uint64_t kPageBf16 = 28 * 2 * 32768;
constexpr uint64_t kWeightsInt8 = 1720 * kMib;
constexpr uint64_t kWeightsBf16 = 3390 * kMib;

int64_t TokensWith(uint64_t available, uint64_t page, uint64_t weights) {
  return int64_t{kPageTokens} * ChooseKvPages({.page_bytes = page,
                                               .context_tokens_max = 131072,
                                               .bytes_asked = 0,
                                               .bytes_available = available,
                                               .weight_file_bytes = weights})
                                    .value();
}

TEST(KvRoomTest, TheDefaultGrowsWithTheMachine) {
  // Of machines of 8, 16 and 24 GiB, 1 GiB of which others use (docs/pool.md has these).
  EXPECT_NEAR(TokensWith(7 * kGib, kPageInt8, kWeightsInt8), 96'000, 2'000);
  EXPECT_EQ(TokensWith(15 * kGib, kPageInt8, kWeightsInt8), kDefaultKvTokensMax);
  EXPECT_EQ(TokensWith(23 * kGib, kPageInt8, kWeightsInt8), kDefaultKvTokensMax);
  EXPECT_EQ(TokensWith(7 * kGib, kPageBf16, kWeightsBf16), kDefaultKvTokensMin);
  EXPECT_NEAR(TokensWith(15 * kGib, kPageBf16, kWeightsBf16), 109'000, 2'000);
  EXPECT_EQ(TokensWith(23 * kGib, kPageBf16, kWeightsBf16), kDefaultKvTokensMax);
}

TEST(KvRoomTest, ASmallMachineHasNoLessThanAQuarterOfItsMemory) {
  for (uint64_t available = kWeightsInt8 + kGib; available < 5 * kGib; available += 100 * kMib) {
    const auto quarter = static_cast<int64_t>(available / 4 / kPageInt8) * kPageTokens;
    EXPECT_GE(TokensWith(available, kPageInt8, kWeightsInt8),
              std::min(quarter, kDefaultKvTokensMin));
    EXPECT_LE(TokensWith(available, kPageInt8, kWeightsInt8),
              std::max(quarter, kDefaultKvTokensMin));
  }
  // Where the weights leave less than that, what they leave.
  EXPECT_EQ(TokensWith(kWeightsInt8 + 10 * kPageInt8, kPageInt8, kWeightsInt8), 10 * kPageTokens);
}

TEST(KvRoomTest, NoMoreThanTheSequencesOfAShortContextUse) {
  const auto pages = ChooseKvPages({.page_bytes = kPageInt8,
                                    .context_tokens_max = 100,
                                    .bytes_asked = 0,
                                    .bytes_available = 1000 * kGib,
                                    .weight_file_bytes = 0});
  EXPECT_EQ(pages.value(), 32 * 2);
}

TEST(KvRoomTest, WhatMappedWeightsTakeIsNotThereToAskFor) {
  KvRoom room = {.page_bytes = kPageInt8,
                 .context_tokens_max = 131072,
                 .bytes_asked = 3 * kGib,
                 .bytes_available = 4 * kGib,
                 .weight_file_bytes = kGib};
  EXPECT_EQ(ChooseKvPages(room).value(), static_cast<int32_t>(3 * kGib / kPageInt8));
  room.weight_file_bytes += 1;
  EXPECT_EQ(ChooseKvPages(room).status().field(), "kv_bytes_max");
  room.bytes_asked = 0;
  room.weight_file_bytes = 5 * kGib;
  EXPECT_EQ(ChooseKvPages(room).status().code(), StatusCode::kIo);
}

}  // namespace
}  // namespace lemma::model
