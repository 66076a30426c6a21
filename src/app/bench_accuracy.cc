#include "app/bench_accuracy.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "app/progress.h"
#include "inference/engine/sampler.h"

namespace lemma::app {
namespace {

constexpr int32_t kSequences = 16;
constexpr int32_t kTokens = 256;  // of each
constexpr int32_t kPagesOfOne = (kTokens + model::kPageTokens - 1) / model::kPageTokens;

// The sequences side by side, one token of each a step.
class Steps {
 public:
  explicit Steps(model::Backend& backend)
      : backend_(backend),
        pages_(kSequences * kPagesOfOne),
        logits_(kSequences * static_cast<size_t>(backend.config().vocab_size)) {
    std::iota(pages_.begin(), pages_.end(), 0);
  }

  // The logits after these tokens, [kSequences, vocab_size].
  Result<std::span<const float>> Next(std::span<const model::TokenId> tokens) {
    std::vector<model::SequenceSlice> slices;
    std::vector<int32_t> rows;
    for (int32_t i = 0; i < kSequences; ++i) {
      slices.push_back(
          {.row_begin = i,
           .n_tokens = 1,
           .n_past = n_past_,
           .pages = std::span(pages_).subspan(static_cast<size_t>(i * kPagesOfOne), kPagesOfOne)});
      rows.push_back(i);
    }
    LEMMA_RETURN_IF_ERROR(backend_.Forward({tokens, slices, rows}, logits_));
    ++n_past_;
    return std::span<const float>(logits_);
  }

 private:
  model::Backend& backend_;
  std::vector<model::PageId> pages_;
  std::vector<float> logits_;
  int32_t n_past_ = 0;
};

double LogSum(std::span<const float> logits) {
  const float max = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit - max));
  return max + std::log(sum);
}

double Divergence(std::span<const float> reference, std::span<const float> other) {
  const double log_sum = LogSum(reference), other_log_sum = LogSum(other);
  double sum = 0;
  for (size_t i = 0; i < reference.size(); ++i) {
    const double log_p = reference[i] - log_sum;
    sum += std::exp(log_p) * (log_p - (other[i] - other_log_sum));
  }
  return sum;
}

size_t MostLikely(std::span<const float> logits) {
  return static_cast<size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

// `sums`: of each sequence's tokens.
Accuracy Summarise(const std::vector<double>& sums, int64_t n_same) {
  Accuracy accuracy;
  for (const double sum : sums) accuracy.mean_kl += sum / (kSequences * kTokens);
  double squares = 0;
  for (const double sum : sums) squares += std::pow(sum / kTokens - accuracy.mean_kl, 2);
  accuracy.standard_error = std::sqrt(squares / (kSequences - 1) / kSequences);
  accuracy.same_top = static_cast<double>(n_same) / (kSequences * kTokens);
  return accuracy;
}

}  // namespace

Result<Accuracy> MeasureAccuracy(const model::Checkpoint& checkpoint, const ModelOptions& options,
                                 model::Backend& backend) {
  ModelOptions as_stored = options;
  // By itself a file of blocks is run in weights that round once more.
  const bool is_in_blocks = std::ranges::any_of(
      checkpoint.tensors(), [](const auto& tensor) { return model::IsQuantized(tensor.dtype); });
  as_stored.weights = is_in_blocks ? "float32" : "";
  as_stored.kv.clear();
  as_stored.kv_gib = 0;
  LEMMA_ASSIGN_OR_RETURN(const std::unique_ptr<model::Backend> reference,
                         LoadBackend(checkpoint, as_stored));
  if (std::min(backend.n_pages(), reference->n_pages()) < kSequences * kPagesOfOne) {
    return InvalidArgument("the KV cache is too small; raise --kv-gib", "kv-gib");
  }
  const auto vocab_size = static_cast<size_t>(backend.config().vocab_size);
  if (reference->config().vocab_size != backend.config().vocab_size) {
    return InvalidArgument("has another vocabulary than the model", "reference");
  }
  engine::Sampler sampler(backend.config().vocab_size, backend.host_kernels());
  engine::SamplingParams params;
  Steps reference_steps(*reference), steps(backend);
  std::vector<model::TokenId> tokens(kSequences, 0);
  std::vector<double> divergences(kSequences, 0);  // summed over its tokens
  int64_t n_same = 0;
  const auto progress = ProgressBar("comparing");
  for (int32_t i = 0; i < kTokens; ++i) {
    LEMMA_ASSIGN_OR_RETURN(const auto expected, reference_steps.Next(tokens));
    LEMMA_ASSIGN_OR_RETURN(const auto logits, steps.Next(tokens));
    for (size_t s = 0; s < kSequences; ++s) {
      const auto p = expected.subspan(s * vocab_size, vocab_size);
      const auto q = logits.subspan(s * vocab_size, vocab_size);
      divergences[s] += Divergence(p, q);
      n_same += MostLikely(p) == MostLikely(q) ? 1 : 0;
      params.seed = s;
      const std::vector<model::TokenId> said(static_cast<size_t>(i) + 1);
      LEMMA_ASSIGN_OR_RETURN(
          const engine::SampledToken sampled,
          sampler.Sample(p, params, {.tokens = said, .n_prompt = 1, .sample = 0}));
      tokens[s] = sampled.token;
    }
    if (progress) progress(static_cast<double>(i + 1) / kTokens);
  }
  return Summarise(divergences, n_same);
}

}  // namespace lemma::app
