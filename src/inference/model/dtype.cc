#include "inference/model/dtype.h"

#include <cstring>

#include "common/base/check.h"
#include "inference/kernels/float16.h"
#include "inference/model/gguf_blocks.h"

namespace lemma::model {
namespace {

template <float (*kToFloat)(uint16_t)>
void DecodeHalves(const std::byte* data, int64_t n, float* values) {
  for (int64_t i = 0; i < n; ++i) {
    uint16_t bits;
    std::memcpy(&bits, data + i * 2, sizeof(bits));
    values[i] = kToFloat(bits);
  }
}

}  // namespace

BlockSize BlockSizeOf(Dtype dtype) {
  switch (dtype) {
    case Dtype::kF32:
      return {1, 4};
    case Dtype::kF16:
    case Dtype::kBf16:
      return {1, 2};
    case Dtype::kQ8_0:
      return {32, 2 + 32};
    case Dtype::kQ4_0:
      return {32, 2 + 16};
    case Dtype::kQ4_K:
      return {256, 4 + 12 + 128};
    case Dtype::kQ5_K:
      return {256, 4 + 12 + 32 + 128};
    case Dtype::kQ6_K:
      return {256, 128 + 64 + 16 + 2};
  }
  LEMMA_CHECK(false, "no such dtype");
  return {};
}

int64_t StoredBytes(Dtype dtype, int64_t n) {
  const BlockSize block = BlockSizeOf(dtype);
  LEMMA_CHECK(n % block.elements == 0, "elements must be whole blocks");
  return n / block.elements * block.bytes;
}

void DecodeElements(Dtype dtype, const std::byte* data, int64_t n, float* values) {
  switch (dtype) {
    case Dtype::kF32:
      std::memcpy(values, data, static_cast<size_t>(n) * 4);
      return;
    case Dtype::kF16:
      return DecodeHalves<kernels::F16ToFloat>(data, n, values);
    case Dtype::kBf16:
      return DecodeHalves<kernels::Bf16ToFloat>(data, n, values);
    default:
      return DecodeBlocks(dtype, data, n, values);
  }
}

}  // namespace lemma::model
