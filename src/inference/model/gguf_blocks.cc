#include "inference/model/gguf_blocks.h"

#include <cstring>

#include "common/base/check.h"
#include "inference/kernels/float16.h"

namespace lemma::model {
namespace {

float HalfAt(const uint8_t* data) {
  uint16_t bits;
  std::memcpy(&bits, data, sizeof(bits));
  return kernels::F16ToFloat(bits);
}

void DecodeQ8_0(const uint8_t* block, float* w) {
  const float d = HalfAt(block);
  for (int i = 0; i < 32; ++i) w[i] = static_cast<float>(static_cast<int8_t>(block[2 + i])) * d;
}

void DecodeQ4_0(const uint8_t* block, float* w) {
  const float d = HalfAt(block);
  for (int i = 0; i < 16; ++i) {
    const int q = block[2 + i];
    w[i] = static_cast<float>((q & 15) - 8) * d;
    w[i + 16] = static_cast<float>((q >> 4) - 8) * d;
  }
}

// A scale and a min of six bits for each group g of 32. The first four groups have theirs in the
// low six bits of s[g] and s[g + 4]; the others have four bits each in s[g + 4], and the two above
// them in the top bits of s[g - 4] and s[g].
struct GroupScale {
  float scale;
  float min;
};
GroupScale GroupScaleOf(const uint8_t* s, int g) {
  if (g < 4) return {static_cast<float>(s[g] & 63), static_cast<float>(s[g + 4] & 63)};
  return {static_cast<float>((s[g + 4] & 15) | (s[g - 4] >> 6 << 4)),
          static_cast<float>((s[g + 4] >> 4) | (s[g] >> 6 << 4))};
}

// Q4_K, and Q5_K where `high` holds the fifth bits: of element i in group g, bit g of high[i].
void DecodeQ4Or5_K(const uint8_t* block, const uint8_t* high, const uint8_t* low, float* w) {
  const float d = HalfAt(block);
  const float m = HalfAt(block + 2);
  for (int g = 0; g < 8; ++g) {
    const GroupScale group = GroupScaleOf(block + 4, g);
    const float scale = d * group.scale;
    const float min = m * group.min;
    const uint8_t* q = low + g / 2 * 32;
    for (int i = 0; i < 32; ++i) {
      int value = q[i] >> (g % 2 * 4) & 15;
      if (high != nullptr) value |= (high[i] >> g & 1) << 4;
      w[g * 32 + i] = scale * static_cast<float>(value) - min;
    }
  }
}

void DecodeQ4_K(const uint8_t* block, float* w) { DecodeQ4Or5_K(block, nullptr, block + 16, w); }

void DecodeQ5_K(const uint8_t* block, float* w) {
  DecodeQ4Or5_K(block, block + 16, block + 16 + 32, w);
}

void DecodeQ6_K(const uint8_t* block, float* w) {
  const float d = HalfAt(block + 208);
  const auto* scales = reinterpret_cast<const int8_t*>(block + 192);
  for (int e = 0; e < 256; ++e) {
    const int half = e / 128;        // each has 64 bytes of low bits and 32 of high ones
    const int quarter = e / 32 % 4;  // of the half
    const int i = e % 32;
    const int low = block[half * 64 + quarter % 2 * 32 + i] >> (quarter / 2 * 4) & 15;
    const int high = block[128 + half * 32 + i] >> (quarter * 2) & 3;
    const float scale = d * static_cast<float>(scales[e / 16]);
    w[e] = scale * static_cast<float>((low | high << 4) - 32);
  }
}

template <void (*kDecode)(const uint8_t*, float*)>
void DecodeEach(Dtype dtype, const std::byte* data, int64_t n, float* values) {
  const BlockSize size = BlockSizeOf(dtype);
  for (int64_t i = 0; i < n / size.elements; ++i) {
    kDecode(reinterpret_cast<const uint8_t*>(data) + i * size.bytes, values + i * size.elements);
  }
}

}  // namespace

void DecodeBlocks(Dtype dtype, const std::byte* data, int64_t n, float* values) {
  LEMMA_CHECK(n % BlockSizeOf(dtype).elements == 0, "elements must be whole blocks");
  switch (dtype) {
    case Dtype::kQ8_0:
      return DecodeEach<DecodeQ8_0>(dtype, data, n, values);
    case Dtype::kQ4_0:
      return DecodeEach<DecodeQ4_0>(dtype, data, n, values);
    case Dtype::kQ4_K:
      return DecodeEach<DecodeQ4_K>(dtype, data, n, values);
    case Dtype::kQ5_K:
      return DecodeEach<DecodeQ5_K>(dtype, data, n, values);
    case Dtype::kQ6_K:
      return DecodeEach<DecodeQ6_K>(dtype, data, n, values);
    default:
      LEMMA_CHECK(false, "not a dtype of blocks");
  }
}

}  // namespace lemma::model
