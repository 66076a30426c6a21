#include "train/network/fused_ops.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "train/network/row_ops.h"

namespace lemma::train::fused {
namespace {

using row_ops::Bf16;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kGrainRows = 64;  // fewer rows are not worth waking a thread

Bf16* Bits(const at::Tensor& tensor) { return static_cast<Bf16*>(tensor.data_ptr()); }
float* Floats(const at::Tensor& tensor) { return tensor.data_ptr<float>(); }

// Runs body(begin, end, partial) over equal slices of the rows; returns the sum of the slices'
// `partial` vectors [width], added in slice order so that the result does not depend on timing.
template <typename Body>
at::Tensor SumOverSlices(int64_t n_rows, int64_t width, const Body& body) {
  const int64_t n_slices =
      std::clamp<int64_t>(n_rows / kGrainRows, 1, static_cast<int64_t>(at::get_num_threads()));
  const at::Tensor partial = at::zeros({n_slices, width}, at::kFloat);
  at::parallel_for(0, n_slices, 1, [&](int64_t begin, int64_t end) {
    for (int64_t slice = begin; slice < end; ++slice) {
      body(n_rows * slice / n_slices, n_rows * (slice + 1) / n_slices,
           Floats(partial) + slice * width);
    }
  });
  return partial.sum(0);
}

struct AddNormFunction : torch::autograd::Function<AddNormFunction> {
  static variable_list forward(AutogradContext* context, const at::Tensor& x,
                               const c10::optional<at::Tensor>& delta, const at::Tensor& weight,
                               double eps) {
    const int64_t n_rows = x.size(0);
    const int64_t width = x.size(1);
    const at::Tensor sum = at::empty_like(x);
    const at::Tensor normed = at::empty({n_rows, width}, at::kBFloat16);
    const at::Tensor inverse_rms = at::empty({n_rows}, at::kFloat);
    at::parallel_for(0, n_rows, kGrainRows, [&](int64_t begin, int64_t end) {
      const int64_t at = begin * width;
      row_ops::AddNorm(Floats(x) + at, delta ? Bits(*delta) + at : nullptr, Floats(weight),
                       static_cast<float>(eps), end - begin, width, Floats(sum) + at,
                       Bits(normed) + at, Floats(inverse_rms) + begin);
    });
    context->save_for_backward({sum, weight, inverse_rms});
    context->saved_data["has_delta"] = delta.has_value();
    context->set_materialize_grads(false);
    return {sum, normed};
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& sum = saved[0];
    const int64_t n_rows = sum.size(0);
    const int64_t width = sum.size(1);
    const at::Tensor d_sum = grads[0].defined() ? grads[0].contiguous() : at::Tensor();
    const at::Tensor d_normed = grads[1].contiguous();
    const at::Tensor d_x = at::empty_like(sum);
    const bool has_delta = context->saved_data["has_delta"].toBool();
    const at::Tensor d_delta = has_delta ? at::empty_like(d_normed) : at::Tensor();
    const at::Tensor d_weight =
        SumOverSlices(n_rows, width, [&](int64_t begin, int64_t end, float* d_weight_part) {
          const int64_t at = begin * width;
          row_ops::AddNormBackward(d_sum.defined() ? Floats(d_sum) + at : nullptr,
                                   Bits(d_normed) + at, Floats(sum) + at, Floats(saved[1]),
                                   Floats(saved[2]) + begin, end - begin, width, Floats(d_x) + at,
                                   has_delta ? Bits(d_delta) + at : nullptr, d_weight_part);
        });
    return {d_x, d_delta, d_weight, at::Tensor()};
  }
};

struct SwiGluFunction : torch::autograd::Function<SwiGluFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& gate_up) {
    const int64_t width = gate_up.size(1) / 2;
    const at::Tensor out = at::empty({gate_up.size(0), width}, gate_up.options());
    at::parallel_for(0, gate_up.size(0), kGrainRows, [&](int64_t begin, int64_t end) {
      row_ops::SwiGlu(Bits(gate_up) + begin * 2 * width, end - begin, width,
                      Bits(out) + begin * width);
    });
    context->save_for_backward({gate_up});
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const at::Tensor gate_up = context->get_saved_variables()[0];
    const at::Tensor d_out = grads[0].contiguous();
    const int64_t width = d_out.size(1);
    const at::Tensor d_gate_up = at::empty_like(gate_up);
    at::parallel_for(0, d_out.size(0), kGrainRows, [&](int64_t begin, int64_t end) {
      row_ops::SwiGluBackward(Bits(gate_up) + begin * 2 * width, Bits(d_out) + begin * width,
                              end - begin, width, Bits(d_gate_up) + begin * 2 * width);
    });
    return {d_gate_up};
  }
};

// The logits of kRowsPerChunk rows at a time: 12 MB for lemma-mini, which stays in cache.
struct LinearCrossEntropyFunction : torch::autograd::Function<LinearCrossEntropyFunction> {
  static constexpr int64_t kRowsPerChunk = 2048;

  static at::Tensor forward(AutogradContext* context, const at::Tensor& hidden,
                            const at::Tensor& head, const at::Tensor& targets) {
    const bool needs_gradient = hidden.requires_grad() || head.requires_grad();
    const int64_t n_rows = hidden.size(0);
    const int64_t vocab = head.size(0);
    const at::Tensor losses = at::empty({n_rows}, at::kFloat);
    const at::Tensor d_hidden = needs_gradient ? at::empty_like(hidden) : at::Tensor();
    at::Tensor d_head = needs_gradient ? at::zeros(head.sizes(), at::kFloat) : at::Tensor();
    for (int64_t first = 0; first < n_rows; first += kRowsPerChunk) {
      const int64_t last = std::min(n_rows, first + kRowsPerChunk);
      const at::Tensor rows = hidden.slice(0, first, last);
      const at::Tensor logits = at::mm(rows, head.t());
      at::parallel_for(first, last, 16, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          Floats(losses)[row] = row_ops::CrossEntropyRow(Bits(logits) + (row - first) * vocab,
                                                         vocab, targets.data_ptr<int64_t>()[row]);
        }
      });
      if (!needs_gradient) continue;
      d_hidden.slice(0, first, last).copy_(at::mm(logits, head));
      d_head.add_(at::mm(logits.t(), rows));
    }
    context->save_for_backward({d_hidden, d_head});
    return losses.sum();
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& scale = grads[0];
    return {(saved[0] * scale).to(at::kBFloat16), (saved[1] * scale).to(at::kBFloat16),
            at::Tensor()};
  }
};

}  // namespace

std::pair<at::Tensor, at::Tensor> AddNorm(const at::Tensor& x, const at::Tensor& delta,
                                          const at::Tensor& weight, double eps) {
  c10::optional<at::Tensor> present;
  if (delta.defined()) present = delta.contiguous();
  const variable_list out = AddNormFunction::apply(x.contiguous(), present, weight, eps);
  return {out[0], out[1]};
}

at::Tensor SwiGlu(const at::Tensor& gate_up) { return SwiGluFunction::apply(gate_up.contiguous()); }

at::Tensor LinearCrossEntropy(const at::Tensor& hidden, const at::Tensor& head,
                              const at::Tensor& targets) {
  return LinearCrossEntropyFunction::apply(hidden.contiguous(), head.contiguous(), targets);
}

}  // namespace lemma::train::fused
