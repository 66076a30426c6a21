#include "train/network/optimizer.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/serialize.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <sstream>

namespace lemma::train {
namespace {

constexpr double kMomentum = 0.95;
constexpr int kNewtonSchulzSteps = 5;

std::vector<at::Tensor> TakeMatrices(Qwen2& model, bool use_muon) {
  std::vector<at::Tensor> matrices;
  if (!use_muon) return matrices;
  for (LayerWeights& layer : model.weights().layers) {
    for (const at::Tensor& matrix :
         {layer.qkv_weight, layer.o_weight, layer.gate_up_weight, layer.down_weight}) {
      matrices.push_back(matrix);
    }
  }
  return matrices;
}

torch::optim::AdamW MakeAdamW(Qwen2& model, const std::vector<at::Tensor>& taken,
                              double weight_decay) {
  std::vector<at::Tensor> decayed;
  std::vector<at::Tensor> kept;  // norms and biases
  for (const NamedWeight& weight : ListWeights(model.weights())) {
    weight.tensor->set_requires_grad(true);
    const bool is_taken = std::any_of(taken.begin(), taken.end(), [&](const at::Tensor& matrix) {
      return matrix.is_same(*weight.tensor);
    });
    if (!is_taken) (weight.tensor->dim() > 1 ? decayed : kept).push_back(*weight.tensor);
  }
  const auto options = [](double decay) {
    return std::make_unique<torch::optim::AdamWOptions>(
        torch::optim::AdamWOptions(/*lr=*/0).betas({0.9, 0.95}).eps(1e-9).weight_decay(decay));
  };
  return torch::optim::AdamW({torch::optim::OptimizerParamGroup(decayed, options(weight_decay)),
                              torch::optim::OptimizerParamGroup(kept, options(0.0))});
}

std::string MomentumName(size_t i) { return "momentum." + std::to_string(i); }

}  // namespace

// Five steps of a quintic Newton-Schulz iteration with the coefficients of Jordan et al.
at::Tensor Orthogonalize(const at::Tensor& matrix) {
  const bool tall = matrix.size(0) > matrix.size(1);
  at::Tensor x = (tall ? matrix.t() : matrix).to(at::kBFloat16).contiguous();
  x.div_(matrix.norm() + 1e-7);
  for (int i = 0; i < kNewtonSchulzSteps; ++i) {
    const at::Tensor a = at::mm(x, x.t());
    const at::Tensor b = at::addmm(a, a, a, /*beta=*/-4.7750, /*alpha=*/2.0315);
    x = at::addmm(x, b, x, /*beta=*/3.4445, /*alpha=*/1);
  }
  return (tall ? x.t() : x).to(at::kFloat);
}

Optimizer::Optimizer(Qwen2& model, bool use_muon, double weight_decay)
    : weight_decay_(weight_decay),
      matrices_(TakeMatrices(model, use_muon)),
      adamw_(MakeAdamW(model, matrices_, weight_decay)) {
  for (const at::Tensor& matrix : matrices_) momenta_.push_back(at::zeros_like(matrix.detach()));
}

void Optimizer::StepMatrix(const at::Tensor& weight, at::Tensor& momentum, double learning_rate) {
  momentum.lerp_(weight.grad(), 1 - kMomentum);
  const at::Tensor update = Orthogonalize(weight.grad().lerp(momentum, kMomentum));  // Nesterov's
  const double scale =
      0.2 * std::sqrt(static_cast<double>(std::max(weight.size(0), weight.size(1))));
  weight.detach().mul_(1 - learning_rate * weight_decay_).sub_(update, learning_rate * scale);
}

void Optimizer::Step(double learning_rate, ThreadPool& pool) {
  // Whoever is free takes the next: AdamW's weights as one piece, then matrix by matrix.
  std::atomic<size_t> next{0};
  pool.Run([&](int) {
    const torch::autograd::AutoGradMode no_gradients(false);
    at::set_num_threads(1);  // of this thread's operators
    for (size_t i = next++; i <= matrices_.size(); i = next++) {
      if (i == 0) {
        StepAdamW(learning_rate);
      } else {
        StepMatrix(matrices_[i - 1], momenta_[i - 1], learning_rate);
        matrices_[i - 1].mutable_grad() = at::Tensor();
      }
    }
  });
}

void Optimizer::StepAdamW(double learning_rate) {
  for (torch::optim::OptimizerParamGroup& group : adamw_.param_groups()) {
    static_cast<torch::optim::AdamWOptions&>(group.options()).lr(learning_rate);
  }
  adamw_.step();
  for (torch::optim::OptimizerParamGroup& group : adamw_.param_groups()) {
    for (at::Tensor& weight : group.params()) weight.mutable_grad() = at::Tensor();
  }
}

std::string Optimizer::Save() const {
  torch::serialize::OutputArchive archive;
  torch::serialize::OutputArchive adamw_archive;
  adamw_.save(adamw_archive);
  archive.write("adamw", adamw_archive);
  for (size_t i = 0; i < momenta_.size(); ++i) archive.write(MomentumName(i), momenta_[i]);
  std::ostringstream bytes;
  archive.save_to(bytes);
  return bytes.str();
}

Status Optimizer::Load(const std::string& bytes) {
  try {
    std::istringstream stream(bytes);
    torch::serialize::InputArchive archive;
    archive.load_from(stream);
    torch::serialize::InputArchive adamw_archive;
    archive.read("adamw", adamw_archive);
    adamw_.load(adamw_archive);
    for (size_t i = 0; i < momenta_.size(); ++i) {
      at::Tensor saved;
      archive.read(MomentumName(i), saved);
      momenta_[i].copy_(saved);
    }
  } catch (const std::exception& error) {
    return DataLoss(std::string("the optimiser's state cannot be read: ") + error.what());
  }
  return Ok();
}

}  // namespace lemma::train
