// For tests of the engine and of what stands on it: a model whose logits are any function of a
// sequence's tokens, which it reads back through the pages. A wrong page table, a lost copy or a
// page given to two owners changes what it answers.
#pragma once

#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "inference/kernels/isa.h"
#include "inference/model/backend.h"

namespace lemma::engine {

class FakeBackend : public model::Backend {
 public:
  struct Options {
    int32_t vocab_size = 48;
    int32_t context_length_max = 1024;
    int32_t n_pages = 64;
    int32_t batch_rows_max = 64;
    int32_t logit_rows_max = 32;
    std::vector<model::TokenId> eos_ids = {};
  };
  // Writes the logits of the token that follows `tokens`.
  using Model =
      std::function<void(std::span<const model::TokenId> tokens, std::span<float> logits)>;

  explicit FakeBackend(const Options& options, Model model = HashModel)
      : options_(options),
        model_(std::move(model)),
        stored_(static_cast<size_t>(options.n_pages) * model::kPageTokens, -1) {
    sequence_.reserve(static_cast<size_t>(options.context_length_max));
    config_.vocab_size = options.vocab_size;
    config_.context_length_max = options.context_length_max;
    config_.eos_ids = options.eos_ids;
    info_ = {.device = "fake", .weights = "none", .kv = "tokens"};
  }

  // Called at the start of each Forward; a status that is not ok fails it.
  std::function<Status(const model::Batch&)> on_forward;

  const model::ModelConfig& config() const override { return config_; }
  const model::BackendInfo& info() const override { return info_; }
  int32_t n_pages() const override { return options_.n_pages; }
  int32_t batch_rows_max() const override { return options_.batch_rows_max; }
  int32_t logit_rows_max() const override { return options_.logit_rows_max; }
  const kernels::Kernels& host_kernels() const override {
    return kernels::KernelsFor(kernels::Isa::kScalar);
  }

  Status Forward(const model::Batch& batch, std::span<float> logits) override {
    LEMMA_CHECK(static_cast<int32_t>(batch.tokens.size()) <= options_.batch_rows_max);
    LEMMA_CHECK(static_cast<int32_t>(batch.logit_rows.size()) <= options_.logit_rows_max);
    if (on_forward) LEMMA_RETURN_IF_ERROR(on_forward(batch));
    size_t n_logits = 0;
    for (const model::SequenceSlice& slice : batch.sequences) {
      for (int32_t i = 0; i < slice.n_tokens; ++i) {
        const size_t row = static_cast<size_t>(slice.row_begin + i);
        At(slice, slice.n_past + i) = batch.tokens[row];
        const bool wanted = n_logits < batch.logit_rows.size() &&
                            batch.logit_rows[n_logits] == static_cast<int32_t>(row);
        if (!wanted) continue;
        const size_t vocab_size = static_cast<size_t>(options_.vocab_size);
        sequence_.clear();
        for (int32_t t = 0; t <= slice.n_past + i; ++t) sequence_.push_back(At(slice, t));
        model_(sequence_, logits.subspan(n_logits++ * vocab_size, vocab_size));
      }
    }
    LEMMA_CHECK(n_logits == batch.logit_rows.size());
    return Ok();
  }

  void CopyPage(model::PageId from, model::PageId to) override {
    for (int32_t i = 0; i < model::kPageTokens; ++i) Slot(to, i) = Slot(from, i);
  }

  // Logits in [-4, 4) from a hash of all tokens.
  static void HashModel(std::span<const model::TokenId> tokens, std::span<float> logits) {
    uint64_t hash = 0;
    for (const model::TokenId token : tokens) {
      hash = Mix(hash ^ static_cast<uint64_t>(static_cast<int64_t>(token)));
    }
    for (float& logit : logits) {
      hash = Mix(hash);
      logit = static_cast<float>(hash >> 40) * 0x1.0p-21f - 4;
    }
  }

 private:
  // SplitMix64 (Steele, Lea, Flood 2014).
  static uint64_t Mix(uint64_t x) {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
  }
  model::TokenId& Slot(model::PageId page, int32_t i) {
    return stored_[static_cast<size_t>(page * model::kPageTokens + i)];
  }
  model::TokenId& At(const model::SequenceSlice& slice, int32_t t) {
    const size_t index = static_cast<size_t>(t / model::kPageTokens);
    LEMMA_CHECK(index < slice.pages.size());
    return Slot(slice.pages[index], t % model::kPageTokens);
  }

  const Options options_;
  const Model model_;
  model::ModelConfig config_;
  model::BackendInfo info_;
  std::vector<model::TokenId> stored_;  // [n_pages, kPageTokens]
  std::vector<model::TokenId> sequence_;
};

}  // namespace lemma::engine
