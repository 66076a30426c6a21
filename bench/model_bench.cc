// Decode and prefill speed of a model of a known shape with random weights, against the machine's
// measured read bandwidth. Both are measured in turn, several times, and medians are printed: the
// machine may be shared.
//
//   model_bench [shape] [threads] [isa] [rounds] [context]
//   model_bench vibethinker-1.5b 2 avx512-bf16 7 512
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "common/base/cpu.h"
#include "inference/kernels/float16.h"
#include "inference/kernels/isa.h"
#include "inference/model/bandwidth.h"
#include "inference/model/cpu_backend.h"
#include "inference/model/make_checkpoint.h"

namespace {

using namespace lemma;
using namespace lemma::model;

constexpr int32_t kChunk = 256;

double SecondsNow() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Uniform values of the usual size, so that nothing overflows.
void FillRandomly(const Weights& weights, ThreadPool& pool) {
  pool.Run([&](int member) {
    uint64_t state = 0x9e3779b97f4a7c15u + static_cast<uint64_t>(member);
    std::vector<uint16_t> row;
    for (const TensorSlot& slot : weights.slots) {
      const int64_t cols = slot.is_matrix() ? slot.shape[1] : 1;
      row.resize(static_cast<size_t>(cols));
      const Slice rows = SliceOf(slot.shape[0], kernels::kPanelRows, member, pool.n_threads());
      for (int64_t r = rows.begin; r < rows.end; ++r) {
        for (uint16_t& value : row) {
          state = state * 6364136223846793005u + 1442695040888963407u;
          const float uniform = static_cast<float>(state >> 40) * 0x1p-24f - 0.5f;
          value = kernels::FloatToBf16(slot.is_matrix() ? 0.07f * uniform : 1.0f);
        }
        StoreRows(slot, Dtype::kBf16, reinterpret_cast<const std::byte*>(row.data()), r, 1);
      }
    }
  });
}

// One sequence in the first pages; `n_past` tokens of it are computed.
struct Run {
  CpuBackend& backend;
  std::vector<PageId> pages;
  std::vector<TokenId> tokens;
  std::vector<float> logits;
  int32_t n_past = 0;

  explicit Run(CpuBackend& b)
      : backend(b),
        pages(static_cast<size_t>(b.n_pages())),
        tokens(kChunk),
        logits(static_cast<size_t>(b.config().vocab_size)) {
    std::iota(pages.begin(), pages.end(), 0);
    std::iota(tokens.begin(), tokens.end(), 1);
  }
  // Seconds for the next n tokens, with the last one's logits.
  double Forward(int32_t n) {
    const SequenceSlice slice = {.row_begin = 0, .n_tokens = n, .n_past = n_past, .pages = pages};
    const int32_t last = n - 1;
    const double start = SecondsNow();
    const Status status =
        backend.Forward({{tokens.data(), static_cast<size_t>(n)}, {&slice, 1}, {&last, 1}}, logits);
    LEMMA_CHECK(status.ok());
    n_past += n;
    return SecondsNow() - start;
  }
};

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int i, const char* otherwise) {
    return argc > i ? argv[i] : otherwise;
  };
  const CpuFeatures cpu = DetectCpu();
  const int n_threads = std::atoi(argument(2, std::to_string(cpu.n_cores).c_str()));
  const int rounds = std::atoi(argument(4, "7"));
  const int context = std::atoi(argument(5, "0"));
  const auto shape = ShapeByName(argument(1, "vibethinker-1.5b"));
  const auto isa = kernels::ChooseIsa(argument(3, ""), cpu);
  if (!shape.ok() || !isa.ok()) {
    std::fprintf(stderr, "%s\n", (shape.ok() ? isa.status() : shape.status()).ToString().c_str());
    return 1;
  }
  const kernels::Kernels& kernels = kernels::KernelsFor(*isa);
  auto weights = AllocateWeights(*shape, kernels::WeightFormat::kBf16);
  if (!weights.ok()) {
    std::fprintf(stderr, "%s\n", weights.status().ToString().c_str());
    return 1;
  }
  ThreadPool probe_pool(n_threads);
  FillRandomly(*weights, probe_pool);
  const auto backend = CpuBackend::Create(*shape, std::move(*weights), kernels,
                                          std::make_unique<ThreadPool>(n_threads), {})
                           .value();
  std::printf("%s: %s; weights %.2f GB; context %d\n", cpu.name.c_str(),
              backend->info().device.c_str(), double(backend->info().weight_bytes) / 1e9, context);

  std::vector<double> bandwidths, decodes, shares, prefills;
  for (int i = 0; i < rounds; ++i) {
    Run run(*backend);
    const double prefill = run.Forward(kChunk);
    while (run.n_past < context) run.Forward(kChunk);
    // The best of a few, as the probe takes the best of a few passes.
    double decode = run.Forward(1);
    for (int step = 0; step < 7; ++step) decode = std::min(decode, run.Forward(1));
    const double bandwidth = MeasureReadBandwidth(kernels, probe_pool).value();
    const double bytes = static_cast<double>(backend->info().weight_bytes) +
                         run.n_past * static_cast<double>(backend->info().kv_bytes_per_token);
    bandwidths.push_back(bandwidth / 1e9);
    decodes.push_back(1 / decode);
    shares.push_back(100 * bytes / decode / bandwidth);
    prefills.push_back(kChunk / prefill);
  }
  std::printf("read bandwidth  %6.1f GB/s\n", Median(bandwidths));
  std::printf("decode          %6.1f tokens/s, %.0f %% of the bandwidth (%.0f-%.0f %%)\n",
              Median(decodes), Median(shares), *std::min_element(shares.begin(), shares.end()),
              *std::max_element(shares.begin(), shares.end()));
  std::printf("prefill of %d  %6.1f tokens/s\n", kChunk, Median(prefills));
}
