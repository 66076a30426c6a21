// Properties: each block format decodes to the very floats of ggml, and to what a slow reference
// that looks up one element at a time says.
#include "inference/model/gguf_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "inference/kernels/float16.h"

namespace lemma::model {
namespace {

constexpr Dtype kBlockDtypes[] = {Dtype::kQ8_0, Dtype::kQ4_0, Dtype::kQ4_K, Dtype::kQ5_K,
                                  Dtype::kQ6_K};

// Where the float16 factors of a block are.
std::vector<size_t> FactorOffsets(Dtype dtype) {
  switch (dtype) {
    case Dtype::kQ4_K:
    case Dtype::kQ5_K:
      return {0, 2};
    case Dtype::kQ6_K:
      return {208};
    default:
      return {0};
  }
}

// Any bytes, but factors below 2: clearing the top bit of the exponent makes them so.
template <typename NextByte>
std::vector<uint8_t> MakeBlock(Dtype dtype, NextByte next_byte) {
  std::vector<uint8_t> block(static_cast<size_t>(BlockSizeOf(dtype).bytes));
  for (uint8_t& byte : block) byte = next_byte();
  for (const size_t at : FactorOffsets(dtype)) block[at + 1] &= 0xbf;
  return block;
}

std::vector<float> Decode(Dtype dtype, const std::vector<uint8_t>& bytes) {
  const BlockSize size = BlockSizeOf(dtype);
  std::vector<float> values(bytes.size() / static_cast<size_t>(size.bytes) *
                            static_cast<size_t>(size.elements));
  DecodeBlocks(dtype, reinterpret_cast<const std::byte*>(bytes.data()),
               static_cast<int64_t>(values.size()), values.data());
  return values;
}

double Half(const uint8_t* at) {
  return kernels::F16ToFloat(static_cast<uint16_t>(at[0] | at[1] << 8));
}

// `n` bits of a number that begins at a bit of `bytes`, counted from the lowest of the first byte.
int Bits(const uint8_t* bytes, int bit, int n) {
  int value = 0;
  for (int i = 0; i < n; ++i) value |= (bytes[(bit + i) / 8] >> (bit + i) % 8 & 1) << i;
  return value;
}

// Element e of a block. K-quants store the 6-bit scales (k = 0) and mins (k = 1) of groups 4 to 7
// in two pieces.
double ReferenceElement(Dtype dtype, const uint8_t* b, int e) {
  const auto six_bits = [&](int group, int k) {
    if (group < 4) return Bits(b, 8 * (4 + 4 * k + group), 6);
    return Bits(b, 8 * (8 + group) + 4 * k, 4) + 16 * Bits(b, 8 * (4 * k + group) + 6, 2);
  };
  const int pair = e / 64, in_pair = e % 64;  // 64 elements share 32 bytes
  switch (dtype) {
    case Dtype::kQ8_0:
      return Half(b) * (b[2 + e] < 128 ? b[2 + e] : b[2 + e] - 256);
    case Dtype::kQ4_0:
      return Half(b) * (Bits(b, 8 * (2 + e % 16) + e / 16 * 4, 4) - 8);
    case Dtype::kQ4_K: {
      const int q = Bits(b, 8 * (16 + 32 * pair + in_pair % 32) + in_pair / 32 * 4, 4);
      return Half(b) * six_bits(e / 32, 0) * q - Half(b + 2) * six_bits(e / 32, 1);
    }
    case Dtype::kQ5_K: {
      const int q = Bits(b, 8 * (48 + 32 * pair + in_pair % 32) + in_pair / 32 * 4, 4) +
                    16 * Bits(b, 8 * (16 + e % 32) + e / 32, 1);
      return Half(b) * six_bits(e / 32, 0) * q - Half(b + 2) * six_bits(e / 32, 1);
    }
    case Dtype::kQ6_K: {
      const int half = e / 128, in_half = e % 128;
      const int q = Bits(b, 8 * (64 * half + in_half % 64) + in_half / 64 * 4, 4) +
                    16 * Bits(b, 8 * (128 + 32 * half + e % 32) + in_half / 32 * 2, 2);
      const int scale = b[192 + e / 16] < 128 ? b[192 + e / 16] : b[192 + e / 16] - 256;
      return Half(b + 208) * scale * (q - 32);
    }
    default:
      return NAN;
  }
}

TEST(GgufBlocksTest, RandomBlocksAreWhatTheReferenceSays) {
  std::mt19937 random(7);
  for (const Dtype dtype : kBlockDtypes) {
    for (int trial = 0; trial < 200; ++trial) {
      const auto block = MakeBlock(dtype, [&] { return static_cast<uint8_t>(random()); });
      const std::vector<float> values = Decode(dtype, block);
      std::vector<double> expected;
      double largest = 0;
      for (size_t e = 0; e < values.size(); ++e) {
        expected.push_back(ReferenceElement(dtype, block.data(), static_cast<int>(e)));
        largest = std::max(largest, std::abs(expected.back()));
      }
      for (size_t e = 0; e < values.size(); ++e) {
        ASSERT_NEAR(values[e], expected[e], 1e-6 * largest)
            << "dtype " << static_cast<int>(dtype) << " element " << e;
      }
    }
  }
}

TEST(GgufBlocksTest, BlocksDecodeToTheFloatsOfGgml) {
  // FNV-1a of what ggml's dequantize_row_* (commit d99724f2, built without contraction) makes of
  // the same 64 blocks, one after the other.
  const uint64_t golden[] = {0x346c26eb3569e683, 0x1465298a76d7625c, 0x1c980c4e70dfd836,
                             0x15fdee48573d6c90, 0x87675cb35a3be50e};
  for (size_t i = 0; i < std::size(kBlockDtypes); ++i) {
    uint32_t state = 1;
    uint64_t hash = 0xcbf29ce484222325;
    for (int block = 0; block < 64; ++block) {
      const auto bytes = MakeBlock(kBlockDtypes[i], [&] {
        state = state * 1664525 + 1013904223;
        return static_cast<uint8_t>(state >> 24);
      });
      for (const float value : Decode(kBlockDtypes[i], bytes)) {
        const uint32_t bits = kernels::FloatBits(value);
        for (int shift = 0; shift < 32; shift += 8) {
          hash = (hash ^ (bits >> shift & 0xff)) * 0x100000001b3;
        }
      }
    }
    EXPECT_EQ(hash, golden[i]) << "dtype " << static_cast<int>(kBlockDtypes[i]);
  }
}

TEST(GgufBlocksTest, BlocksFollowEachOtherAtAnyAddress) {
  std::mt19937 random(8);
  for (const Dtype dtype : kBlockDtypes) {
    const auto next_byte = [&] { return static_cast<uint8_t>(random()); };
    const auto a = MakeBlock(dtype, next_byte), b = MakeBlock(dtype, next_byte);
    std::vector<float> expected = Decode(dtype, a);
    const std::vector<float> of_b = Decode(dtype, b);
    expected.insert(expected.end(), of_b.begin(), of_b.end());
    std::vector<uint8_t> bytes(1);
    bytes.insert(bytes.end(), a.begin(), a.end());
    bytes.insert(bytes.end(), b.begin(), b.end());
    std::vector<float> values(expected.size());
    DecodeElements(dtype, reinterpret_cast<const std::byte*>(bytes.data() + 1),
                   static_cast<int64_t>(values.size()), values.data());
    EXPECT_EQ(values, expected);
  }
}

}  // namespace
}  // namespace lemma::model
