// What turns gradients into better weights: Muon for the matrices inside the layers, AdamW for the
// embedding, norms and biases.
//
// Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers") replaces a matrix's momentum by
// the nearest matrix with equal singular values, so that rare directions are learnt as fast as
// common ones. Its steps are scaled to AdamW's size (Liu et al. 2025, "Muon is scalable for LLM
// training", section 2.2), so both share one learning rate and one weight decay.
#pragma once

#include <torch/optim/adamw.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/base/thread_pool.h"
#include "train/network/qwen2.h"

namespace lemma::train {

// The nearest semi-orthogonal matrix, roughly: singular values come out between 0.7 and 1.2.
at::Tensor Orthogonalize(const at::Tensor& matrix);

// Owned by the thread of the training loop. The model's weights are shared, not copied.
class Optimizer {
 public:
  // Marks the model's weights as wanting gradients. Without `use_muon` AdamW does all.
  Optimizer(Qwen2& model, bool use_muon, double weight_decay);

  // One step along the weights' gradients, which must all be defined, and clears them. The pool's
  // members share the matrices; the result does not depend on their number.
  void Step(double learning_rate, ThreadPool& pool);

  // The state as bytes, and back. Load fails (kDataLoss) on what an optimiser of the same kind for
  // the same weights did not save.
  std::string Save() const;
  Status Load(const std::string& bytes);

 private:
  void StepMatrix(const at::Tensor& weight, at::Tensor& momentum, double learning_rate);
  void StepAdamW(double learning_rate);

  double weight_decay_;
  std::vector<at::Tensor> matrices_;  // Muon's
  std::vector<at::Tensor> momenta_;   // as matrices_
  torch::optim::AdamW adamw_;
};

}  // namespace lemma::train
