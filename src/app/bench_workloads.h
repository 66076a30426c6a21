// What `lemma bench` measures: work on a backend, and the limits of the machine beside it.
#pragma once

#include <cstdint>
#include <vector>

#include "common/base/status.h"
#include "common/base/thread_pool.h"
#include "common/text/tokenizer.h"
#include "inference/kernels/kernels.h"
#include "inference/model/backend.h"

namespace lemma::app {

// The machine's limits, all threads together; the best of a few passes, as a shared machine only
// ever makes a pass slower.
struct Limits {
  double bytes_s = 0;     // read from memory
  double products_s = 0;  // multiplied and added, of the weights' format
};
Result<Limits> MeasureLimits(const kernels::Kernels& kernels, kernels::WeightFormat format,
                             ThreadPool& pool);

// One measurement: what was done in what time, and the least that has to be read and multiplied.
struct Work {
  double tokens = 0;
  double seconds = 0;
  double bytes = 0;
  double products = 0;
};

// Sequences of a backend whose KV nobody else uses. Times are of the best of a few steps.
class Workloads {
 public:
  // Computes one page and copies it to all others that are used: what is in them does not matter to
  // the speed, that they are in memory does. Errors: the backend's.
  static Result<Workloads> Make(model::Backend& backend);

  int32_t tokens_max() const { return n_pages_ * model::kPageTokens; }

  // A prompt, in batches.
  Result<Work> Prompt(int32_t n_tokens);
  // Steps of so many sequences that all continue the same n_shared tokens, by n_rows tokens each.
  Result<Work> Step(int32_t n_sequences, int32_t n_shared, int32_t n_rows = 1);

 private:
  explicit Workloads(model::Backend& backend);

  model::Backend& backend_;
  int32_t n_pages_;  // that are used
  std::vector<model::TokenId> tokens_;
  std::vector<float> logits_;
};

// Seconds that choosing a token takes, top_p 0.95 and nothing else cut off.
double SecondsToSample(const model::Backend& backend);

// Bytes of text a second, of mathematics, code and Chinese.
double TokenizerBytesPerSecond(const text::Tokenizer& tokenizer);

}  // namespace lemma::app
