#include "app/bench_workloads.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>
#include <string>

#include "inference/engine/sampler.h"
#include "inference/model/bandwidth.h"

namespace lemma::app {
namespace {

constexpr int kPasses = 5;
constexpr int32_t kPagesMax = 704;       // 45,056 tokens: more than any row of the table needs
constexpr int64_t kPeakSteps = 200'000;  // about 10 ms

double SecondsNow() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The best of some runs.
template <typename F>
double BestSeconds(int n, const F& f) {
  double best = 1e30;
  for (int i = 0; i < n; ++i) {
    const double begin = SecondsNow();
    f();
    best = std::min(best, SecondsNow() - begin);
  }
  return best;
}

// Products of weights and activations that a token needs, without its logits.
double ProductsPerToken(const model::ModelConfig& c) {
  const double hidden = c.hidden_size;
  return c.n_layers * (hidden * (c.q_dim() + 2 * c.kv_dim()) + c.q_dim() * hidden +
                       3 * hidden * c.intermediate_size);
}

double ProductsPerLogits(const model::ModelConfig& c) {
  return static_cast<double>(c.hidden_size) * c.vocab_size;
}

}  // namespace

Result<Limits> MeasureLimits(const kernels::Kernels& kernels, kernels::WeightFormat format,
                             ThreadPool& pool) {
  Limits limits;
  LEMMA_ASSIGN_OR_RETURN(limits.bytes_s, model::MeasureReadBandwidth(kernels, pool));
  std::vector<int64_t> products(static_cast<size_t>(pool.n_threads()));
  const double seconds = BestSeconds(kPasses, [&] {
    pool.Run([&](int member) {
      products[static_cast<size_t>(member)] = kernels.peak(format, kPeakSteps);
    });
  });
  limits.products_s =
      static_cast<double>(std::accumulate(products.begin(), products.end(), int64_t{0})) / seconds;
  return limits;
}

Workloads::Workloads(model::Backend& backend)
    : backend_(backend),
      n_pages_(std::min(backend.n_pages(), kPagesMax)),
      tokens_(static_cast<size_t>(backend.batch_rows_max())),
      logits_(static_cast<size_t>(backend.logit_rows_max()) *
              static_cast<size_t>(backend.config().vocab_size)) {
  for (size_t i = 0; i < tokens_.size(); ++i) {
    tokens_[i] = static_cast<int32_t>(i) % backend.config().vocab_size;
  }
}

Result<Workloads> Workloads::Make(model::Backend& backend) {
  Workloads workloads(backend);
  LEMMA_RETURN_IF_ERROR(
      workloads.Prompt(std::min(model::kPageTokens, backend.batch_rows_max())).status());
  for (model::PageId page = 1; page < workloads.n_pages_; ++page) backend.CopyPage(0, page);
  return workloads;
}

Result<Work> Workloads::Prompt(int32_t n_tokens) {
  std::vector<model::PageId> pages(static_cast<size_t>(n_pages_));
  std::iota(pages.begin(), pages.end(), 0);
  const auto vocab_size = static_cast<size_t>(backend_.config().vocab_size);
  const double begin = SecondsNow();
  for (int32_t n_past = 0; n_past < n_tokens;) {
    const int32_t n = std::min(n_tokens - n_past, backend_.batch_rows_max());
    const int32_t last = n - 1;
    const model::SequenceSlice slice{
        .row_begin = 0, .n_tokens = n, .n_past = n_past, .pages = pages};
    LEMMA_RETURN_IF_ERROR(backend_.Forward(
        {std::span(tokens_).first(static_cast<size_t>(n)), {&slice, 1}, {&last, 1}},
        std::span(logits_).first(vocab_size)));
    n_past += n;
  }
  const model::ModelConfig& config = backend_.config();
  return Work{.tokens = static_cast<double>(n_tokens),
              .seconds = SecondsNow() - begin,
              .bytes = 0,
              .products = n_tokens * ProductsPerToken(config) + ProductsPerLogits(config)};
}

Result<Work> Workloads::Step(int32_t n_sequences, int32_t n_shared, int32_t n_rows) {
  constexpr int kSteps = 8;
  const int32_t n_pages_shared = n_shared / model::kPageTokens;
  std::vector<std::vector<model::PageId>> pages(static_cast<size_t>(n_sequences));
  std::vector<model::SequenceSlice> slices;
  model::PageId next = n_pages_shared;
  for (auto& of_one : pages) {
    of_one.resize(static_cast<size_t>(n_pages_shared));
    std::iota(of_one.begin(), of_one.end(), 0);
    for (int i = 0; i < 2; ++i) of_one.push_back(next++ % n_pages_);
    slices.push_back({.row_begin = static_cast<int32_t>(slices.size()) * n_rows,
                      .n_tokens = n_rows,
                      .n_past = n_pages_shared * model::kPageTokens,
                      .pages = of_one});
  }
  const auto rows = static_cast<size_t>(n_sequences * n_rows);
  std::vector<int32_t> logit_rows(rows);
  std::iota(logit_rows.begin(), logit_rows.end(), 0);
  const auto vocab_size = static_cast<size_t>(backend_.config().vocab_size);
  Status status;
  const double seconds = BestSeconds(kSteps, [&] {
    if (!status.ok()) return;
    status = backend_.Forward({std::span(tokens_).first(rows), slices, logit_rows},
                              std::span(logits_).first(rows * vocab_size));
    for (model::SequenceSlice& slice : slices) {
      if (slice.n_past % model::kPageTokens + 2 * n_rows <= model::kPageTokens) {
        slice.n_past += n_rows;
      }
    }
  });
  LEMMA_RETURN_IF_ERROR(status);
  const model::BackendInfo& info = backend_.info();
  const double kv_tokens = n_pages_shared * model::kPageTokens;  // read once at the least
  return Work{.tokens = static_cast<double>(rows),
              .seconds = seconds,
              .bytes = static_cast<double>(info.weight_bytes_read) +
                       kv_tokens * static_cast<double>(info.kv_bytes_per_token),
              .products = static_cast<double>(rows) * (ProductsPerToken(backend_.config()) +
                                                       ProductsPerLogits(backend_.config()))};
}

double SecondsToSample(const model::Backend& backend) {
  constexpr int kTokens = 50;
  const int32_t vocab_size = backend.config().vocab_size;
  // As a model's: a few likely tokens, and a long tail.
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 3);
  std::vector<float> logits(static_cast<size_t>(vocab_size));
  for (float& logit : logits) logit = normal(random);
  engine::Sampler sampler(vocab_size, backend.host_kernels());
  engine::SamplingParams params;
  params.top_p = 0.95f;
  const std::vector<model::TokenId> prompt = {0};
  const double seconds = BestSeconds(kPasses, [&] {
    for (int i = 0; i < kTokens; ++i) {
      params.seed = static_cast<uint64_t>(i);
      [[maybe_unused]] const auto token =
          sampler.Sample(logits, params, {.tokens = prompt, .n_prompt = 1, .sample = 0});
    }
  });
  return seconds / kTokens;
}

double TokenizerBytesPerSecond(const text::Tokenizer& tokenizer) {
  std::string text;
  for (int i = 0; text.size() < (1u << 20); ++i) {
    const std::string n = std::to_string(i * 7919);
    text += "Let $x_" + n + "$ be the sum of the first " + n + " primes; then \\frac{x}{2} < " + n +
            ", so the claim follows by induction.\n";
    text += "def solve_" + n +
            "(nums, target):\n    for i, x in enumerate(nums):\n        if x == " + n +
            ":\n            return [i]\n";
    text += "设 $f(x) = x^2 + " + n + "x$, 求它在区间 [0, " + n + "] 上的最大值, 并说明理由。\n";
  }
  const double seconds = BestSeconds(kPasses, [&] {
    [[maybe_unused]] const auto ids = tokenizer.Encode(text, text::SpecialTokens::kAsText);
  });
  return static_cast<double>(text.size()) / seconds;
}

}  // namespace lemma::app
