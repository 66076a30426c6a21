#include "train/network/lanes.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>

namespace lemma::train {
namespace {

// Weights that are the same memory but gather gradients of their own.
Qwen2 Replica(Qwen2& model) {
  Weights weights = model.weights();
  for (const NamedWeight& weight : ListWeights(weights)) {
    *weight.tensor = weight.tensor->detach().requires_grad_(true);
  }
  if (model.config().tied_embeddings) weights.head = weights.embedding;
  return Qwen2(model.config(), std::move(weights));
}

int64_t CountTargets(const DocumentSet& documents,
                     const std::vector<std::vector<uint32_t>>& batches) {
  int64_t n_targets = 0;
  for (const std::vector<uint32_t>& batch : batches) {
    for (const uint32_t index : batch) n_targets += documents[index].n_targets();
  }
  return n_targets;
}

}  // namespace

Batch MakeBatch(const DocumentSet& documents, const std::vector<uint32_t>& indices,
                at::Device device) {
  int64_t length = 0;
  for (const uint32_t index : indices) length = std::max(length, documents[index].n_tokens);
  length = PaddedLength(length);
  const at::Tensor tokens = at::zeros({static_cast<int64_t>(indices.size()), length}, at::kLong);
  std::vector<int64_t> rows;
  std::vector<int64_t> targets;
  int64_t* row = tokens.data_ptr<int64_t>();
  for (size_t i = 0; i < indices.size(); ++i, row += length) {
    const DocumentSet::Document document = documents[indices[i]];
    std::copy(document.tokens, document.tokens + document.n_tokens, row);
    for (int64_t j = document.n_context; j < document.n_tokens; ++j) {
      rows.push_back(static_cast<int64_t>(i) * length + j - 1);
      targets.push_back(document.tokens[j]);
    }
  }
  return {tokens.to(device), at::tensor(rows, at::kLong).to(device),
          at::tensor(targets, at::kLong).to(device)};
}

Lanes::Lanes(Qwen2& model, int n_lanes, at::ScalarType working_type)
    : model_(model), working_type_(working_type), pool_(n_lanes) {
  for (int lane = 0; lane < n_lanes; ++lane) replicas_.push_back(Replica(model));
}

template <typename OnBatch>
void Lanes::ForEachBatch(size_t n_batches, const OnBatch& on_batch) {
  pool_.Run([&](int lane) {
    at::set_num_threads(1);  // of this thread's operators
    for (size_t i = static_cast<size_t>(lane); i < n_batches; i += replicas_.size()) {
      on_batch(static_cast<size_t>(lane), i);
    }
  });
}

double Lanes::Accumulate(const DocumentSet& documents,
                         const std::vector<std::vector<uint32_t>>& batches) {
  const double n_targets = static_cast<double>(CountTargets(documents, batches));
  std::vector<double> losses(batches.size());
  ForEachBatch(batches.size(), [&](size_t lane, size_t i) {
    const Batch batch = MakeBatch(documents, batches[i], model_.device());
    const at::Tensor loss = replicas_[lane].Loss(batch, working_type_) / n_targets;
    loss.backward();
    losses[i] = loss.item<double>();
  });
  AddGradients();
  double loss = 0;
  for (const double part : losses) loss += part;
  return loss;
}

// The lanes' gradients become the model's, added in their order; the threads share the weights.
void Lanes::AddGradients() {
  pool_.Run([&](int member) {
    const torch::autograd::AutoGradMode no_gradients(false);
    const std::vector<NamedWeight> weights = ListWeights(model_.weights());
    for (Qwen2& replica : replicas_) {
      const std::vector<NamedWeight> parts = ListWeights(replica.weights());
      for (size_t i = static_cast<size_t>(member); i < weights.size(); i += replicas_.size()) {
        at::Tensor& part = parts[i].tensor->mutable_grad();
        if (!part.defined()) continue;  // fewer batches than lanes
        at::Tensor& total = weights[i].tensor->mutable_grad();
        total = total.defined() ? total.add_(part) : part;
        part = at::Tensor();
      }
    }
  });
}

double Lanes::Evaluate(const DocumentSet& documents,
                       const std::vector<std::vector<uint32_t>>& batches) {
  std::vector<double> losses(batches.size());
  ForEachBatch(batches.size(), [&](size_t lane, size_t i) {
    const torch::autograd::AutoGradMode no_gradients(false);
    const Batch batch = MakeBatch(documents, batches[i], model_.device());
    losses[i] = replicas_[lane].Loss(batch, working_type_).item<double>();
  });
  double loss = 0;
  for (const double part : losses) loss += part;
  return loss / static_cast<double>(CountTargets(documents, batches));
}

}  // namespace lemma::train
