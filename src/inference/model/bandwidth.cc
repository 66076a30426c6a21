#include "inference/model/bandwidth.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>

#include "inference/model/memory.h"

namespace lemma::model {
namespace {

constexpr int kPasses = 5;

}  // namespace

Result<double> MeasureReadBandwidth(const kernels::Kernels& kernels, ThreadPool& pool,
                                    uint64_t bytes) {
  // The system hands out any amount and ends the process when it is touched: refuse it here.
  const uint64_t available = AvailableMemoryBytes();
  if (bytes > available) {
    return IoError("measuring the bandwidth needs " + std::to_string(bytes >> 20) +
                   " MiB of memory, " + std::to_string(available >> 20) + " MiB are available");
  }
  LEMMA_ASSIGN_OR_RETURN(const MemoryBlock block, MemoryBlock::Allocate(bytes, "the probe"));
  const auto* data = reinterpret_cast<const float*>(block.data());
  const auto n = static_cast<int64_t>(bytes / sizeof(float));
  const auto slice = [&](int member) {
    return SliceOf(n, kernels::kLineBytes, member, pool.n_threads());
  };
  // Touched first, or every page would be the same page of zeros.
  pool.Run([&](int member) {
    const Slice part = slice(member);
    std::memset(block.data() + part.begin * 4, 0x3f,
                static_cast<size_t>(part.end - part.begin) * 4);
  });
  double best = 0;
  for (int pass = 0; pass < kPasses; ++pass) {
    const auto start = std::chrono::steady_clock::now();
    pool.Run([&](int member) {
      const Slice part = slice(member);
      [[maybe_unused]] const volatile float sum =  // so that the reads are not left out
          kernels.sum(data + part.begin, part.end - part.begin);
    });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, static_cast<double>(bytes) / seconds.count());
  }
  return best;
}

}  // namespace lemma::model
