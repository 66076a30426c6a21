// How close the kernels come to what bounds them: `matmul` at one token to the memory bandwidth
// that `sum` reaches, at many tokens to the multipliers' peak.
//
//   kernels_bench [threads]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "common/base/thread_pool.h"
#include "inference/kernels/isa.h"

namespace {

using lemma::SliceOf;
using lemma::ThreadPool;
using namespace lemma::kernels;

double SecondsNow() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

constexpr const char* kFormatNames[kWeightFormatCount] = {"f32", "bf16", "int8", "int4"};

// The best of several runs: the machine may be shared.
template <typename F>
double BestSeconds(const F& f) {
  double best = 1e9;
  const double until = SecondsNow() + 0.3;
  for (int i = 0; i < 3 || SecondsNow() < until; ++i) {
    const double start = SecondsNow();
    f();
    const double seconds = SecondsNow() - start;
    if (seconds < best) best = seconds;
  }
  return best;
}

void BenchMatmul(const Kernels& kernels, ThreadPool& pool, WeightFormat weight_format, int64_t cols,
                 int64_t n_tokens) {
  // Larger than the last-level cache, as a model's weights are together.
  const int64_t rows = (int64_t{256} << 20) / 2 / cols / kPanelRows * kPanelRows;
  const auto format = kernels.activations[static_cast<int>(weight_format)];
  const int64_t bytes = MatrixBytes(weight_format, rows, cols);
  auto* weights =
      static_cast<std::byte*>(std::aligned_alloc(2 << 20, (bytes | ((2 << 20) - 1)) + 1));
  for (int64_t i = 0; i < bytes / 2; ++i) reinterpret_cast<uint16_t*>(weights)[i] = 0x3c00;
  const int64_t x_bytes = PreparedRowBytes(format, cols);
  auto* x =
      static_cast<std::byte*>(std::aligned_alloc(64, static_cast<size_t>(x_bytes * n_tokens)));
  const std::vector<float> ones(static_cast<size_t>(cols), 1.0f);
  for (int64_t t = 0; t < n_tokens; ++t) {
    kernels.prepare(format, ones.data(), cols, x + t * x_bytes);
  }
  std::vector<float> out(static_cast<size_t>(rows * n_tokens));
  const MatmulArgs args = {.weights = {weight_format, rows, cols, weights},
                           .x = x,
                           .n_tokens = n_tokens,
                           .out = out.data(),
                           .out_stride = rows};
  const double seconds = BestSeconds([&] {
    pool.Run([&](int member) {
      const auto slice = SliceOf(rows, kPanelRows, member, pool.n_threads());
      kernels.matmul(args, slice.begin, slice.end);
    });
  });
  const double sum_seconds = BestSeconds([&] {
    pool.Run([&](int member) {
      const auto slice = SliceOf(bytes / 4, 1024, member, pool.n_threads());
      volatile float sink = kernels.sum(reinterpret_cast<const float*>(weights) + slice.begin,
                                        slice.end - slice.begin);
      (void)sink;
    });
  });
  constexpr int64_t kPeakSteps = 100'000;
  const double peak_seconds =
      BestSeconds([&] { pool.Run([&](int) { (void)kernels.peak(weight_format, kPeakSteps); }); });
  const double peak =
      2.0 * pool.n_threads() * double(kernels.peak(weight_format, kPeakSteps)) / peak_seconds / 1e9;
  std::printf("%-12s %s cols %5ld tokens %4ld: %6.1f GB/s of %5.1f  %7.1f Gop/s of %.0f\n",
              IsaName(kernels.isa), kFormatNames[static_cast<int>(weight_format)], cols, n_tokens,
              double(bytes) / seconds / 1e9, double(bytes) / sum_seconds / 1e9,
              2.0 * double(rows * cols * n_tokens) / seconds / 1e9, peak);
  std::free(weights);
  std::free(x);
}

}  // namespace

int main(int argc, char** argv) {
  const lemma::CpuFeatures cpu = lemma::DetectCpu();
  ThreadPool pool(argc > 1 ? std::atoi(argv[1]) : cpu.n_cores);
  for (const Isa isa : {Isa::kAmx, Isa::kAvx512Bf16, Isa::kAvx512Vnni, Isa::kAvx512, Isa::kAvx2Vnni,
                        Isa::kAvx2, Isa::kScalar}) {
    if (!lemma::kernels::ChooseIsa(IsaName(isa), cpu).ok()) continue;
    for (const WeightFormat format :
         {WeightFormat::kInt4, WeightFormat::kInt8, WeightFormat::kBf16}) {
      for (const int64_t cols : {1536, 2048, 8960}) {
        for (const int64_t n_tokens : {1, 4, 12, 64, 256}) {
          if (isa == Isa::kScalar && n_tokens > 12) continue;
          BenchMatmul(KernelsFor(isa), pool, format, cols, n_tokens);
        }
      }
    }
  }
}
