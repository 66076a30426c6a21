// Gradients of one optimiser step, computed by parallel lanes (see trainer.h).
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "common/base/thread_pool.h"
#include "train/corpus/documents.h"
#include "train/network/qwen2.h"

namespace lemma::train {

// The documents as one padded batch. Padding is token 0: causality hides it and no target asks for
// it.
Batch MakeBatch(const DocumentSet& documents, const std::vector<uint32_t>& indices,
                at::Device device);

class Lanes {
 public:
  // The lanes share the model's weights, which must outlive them.
  Lanes(Qwen2& model, int n_lanes, at::ScalarType working_type);

  // Adds the gradients of the batches' mean loss to the model's weights' (empty) gradients and
  // returns that mean. Batch i is lane i % n_lanes's.
  double Accumulate(const DocumentSet& documents,
                    const std::vector<std::vector<uint32_t>>& batches);

  // The mean loss of the batches, without gradients.
  double Evaluate(const DocumentSet& documents, const std::vector<std::vector<uint32_t>>& batches);

  // The lanes' threads, for other work between two steps.
  ThreadPool& pool() { return pool_; }

 private:
  // Runs on_batch(lane, batch's index) for every batch, each on its lane's thread.
  template <typename OnBatch>
  void ForEachBatch(size_t n_batches, const OnBatch& on_batch);
  void AddGradients();

  Qwen2& model_;
  at::ScalarType working_type_;
  std::vector<Qwen2> replicas_;  // one a lane: the model's storage, own gradients
  ThreadPool pool_;
};

}  // namespace lemma::train
