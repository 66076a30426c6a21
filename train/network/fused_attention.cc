// Causal attention in bfloat16: oneDNN's batched products around fused element-wise passes.
//
// The heads that share a key-value head are stacked, [n_sequences * n_kv_heads, group * length,
// head_dim], so that keys and values are never repeated. Probabilities are kept for the backward
// pass (2 bytes a score) instead of being computed again.
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "train/network/fused_ops.h"
#include "train/network/row_ops.h"

namespace lemma::train::fused {
namespace {

using row_ops::Bf16;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

Bf16* Bits(const at::Tensor& tensor) { return static_cast<Bf16*>(tensor.data_ptr()); }
float* Floats(const at::Tensor& tensor) { return tensor.data_ptr<float>(); }

struct Geometry {
  int64_t n_sequences;
  int64_t length;
  int64_t n_kv_heads;
  int64_t group;  // query heads per key-value head
  int64_t head_dim;

  int64_t n_heads() const { return n_kv_heads * group; }
  int64_t width() const { return (n_heads() + 2 * n_kv_heads) * head_dim; }
  float scale() const { return 1.0f / std::sqrt(static_cast<float>(head_dim)); }
};

struct Heads {
  at::Tensor q;  // [n_sequences * n_kv_heads, group * length, head_dim]
  at::Tensor k;  // [n_sequences * n_kv_heads, length, head_dim]
  at::Tensor v;  // as k
};

Heads EmptyHeads(const Geometry& g) {
  const int64_t batch = g.n_sequences * g.n_kv_heads;
  return {at::empty({batch, g.group * g.length, g.head_dim}, at::kBFloat16),
          at::empty({batch, g.length, g.head_dim}, at::kBFloat16),
          at::empty({batch, g.length, g.head_dim}, at::kBFloat16)};
}

// Visits one token of one sequence as its row of qkv: each head's place in the row (an offset) and
// in q, k or v (a pointer).
template <typename OnRotated, typename OnValue>
void VisitToken(const Geometry& g, const Heads& heads, int64_t sequence, int64_t position,
                const OnRotated& on_rotated, const OnValue& on_value) {
  for (int64_t head = 0; head < g.n_heads(); ++head) {
    const int64_t row = (sequence * g.n_heads() + head) * g.length + position;
    on_rotated(head * g.head_dim, Bits(heads.q) + row * g.head_dim, g.scale());
  }
  const int64_t k_offset = g.n_heads() * g.head_dim;
  const int64_t v_offset = k_offset + g.n_kv_heads * g.head_dim;
  for (int64_t head = 0; head < g.n_kv_heads; ++head) {
    const int64_t row = (sequence * g.n_kv_heads + head) * g.length + position;
    on_rotated(k_offset + head * g.head_dim, Bits(heads.k) + row * g.head_dim, 1.0f);
    on_value(v_offset + head * g.head_dim, Bits(heads.v) + row * g.head_dim);
  }
}

Heads SplitHeads(const Geometry& g, const at::Tensor& qkv, const float* bias, const float* cosine,
                 const float* sine) {
  const Heads heads = EmptyHeads(g);
  const int64_t half = g.head_dim / 2;
  at::parallel_for(0, g.n_sequences * g.length, 64, [&](int64_t begin, int64_t end) {
    for (int64_t token = begin; token < end; ++token) {
      const int64_t position = token % g.length;
      const Bf16* row = Bits(qkv) + token * g.width();
      VisitToken(
          g, heads, token / g.length, position,
          [&](int64_t offset, Bf16* head, float scale) {
            row_ops::BiasRotate(row + offset, bias + offset, cosine + position * half,
                                sine + position * half, scale, g.head_dim, head);
          },
          [&](int64_t offset, Bf16* head) {
            row_ops::Bias(row + offset, bias + offset, g.head_dim, head);
          });
    }
  });
  return heads;
}

// The reverse of SplitHeads for the derivatives. Returns {d_qkv, d_bias}.
std::pair<at::Tensor, at::Tensor> JoinHeads(const Geometry& g, const Heads& d_heads,
                                            const float* cosine, const float* sine) {
  const int64_t n_tokens = g.n_sequences * g.length;
  const at::Tensor d_qkv = at::empty({n_tokens, g.width()}, at::kBFloat16);
  const int64_t half = g.head_dim / 2;
  const int64_t n_slices = at::get_num_threads();
  const at::Tensor d_bias = at::zeros({n_slices, g.width()}, at::kFloat);
  at::parallel_for(0, n_slices, 1, [&](int64_t first_slice, int64_t last_slice) {
    for (int64_t slice = first_slice; slice < last_slice; ++slice) {
      float* d_bias_part = Floats(d_bias) + slice * g.width();
      const int64_t end = n_tokens * (slice + 1) / n_slices;
      for (int64_t token = n_tokens * slice / n_slices; token < end; ++token) {
        const int64_t position = token % g.length;
        Bf16* row = Bits(d_qkv) + token * g.width();
        VisitToken(
            g, d_heads, token / g.length, position,
            [&](int64_t offset, Bf16* head, float scale) {
              row_ops::BiasRotateBackward(head, cosine + position * half, sine + position * half,
                                          scale, g.head_dim, row + offset, d_bias_part + offset);
            },
            [&](int64_t offset, Bf16* head) {
              row_ops::BiasBackward(head, g.head_dim, row + offset, d_bias_part + offset);
            });
      }
    }
  });
  return {d_qkv, d_bias.sum(0)};
}

// Calls row(pointer to its scores, position) for every row of scores [batch, group * length,
// length]. Rows of one parity of position go to each thread in turn, so that the causal triangle
// is shared evenly.
template <typename Row>
void ForEachScoreRow(const Geometry& g, const Row& row) {
  const int64_t n_rows = g.n_sequences * g.n_heads() * g.length;
  at::parallel_for(0, n_rows, g.length, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) row(i * g.length, i % g.length);
  });
}

// [batch, group * length, head_dim] -> [n_sequences * length, n_heads * head_dim]
at::Tensor TokensFirst(const Geometry& g, const at::Tensor& heads) {
  return heads.view({g.n_sequences, g.n_heads(), g.length, g.head_dim})
      .transpose(1, 2)
      .reshape({g.n_sequences * g.length, g.n_heads() * g.head_dim});
}

at::Tensor HeadsFirst(const Geometry& g, const at::Tensor& tokens) {
  return tokens.view({g.n_sequences, g.length, g.n_heads(), g.head_dim})
      .transpose(1, 2)
      .reshape({g.n_sequences * g.n_kv_heads, g.group * g.length, g.head_dim});
}

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& qkv, const at::Tensor& bias,
                            const at::Tensor& cosine, const at::Tensor& sine, int64_t n_sequences,
                            int64_t n_kv_heads, int64_t group, int64_t head_dim) {
    const Geometry g{n_sequences, qkv.size(0) / n_sequences, n_kv_heads, group, head_dim};
    const Heads heads = SplitHeads(g, qkv, Floats(bias), Floats(cosine), Floats(sine));
    const at::Tensor scores = at::bmm(heads.q, heads.k.transpose(1, 2));
    ForEachScoreRow(g, [&](int64_t at, int64_t position) {
      row_ops::SoftmaxRow(Bits(scores) + at, position + 1, g.length);
    });
    context->save_for_backward({heads.q, heads.k, heads.v, scores, cosine, sine});
    context->saved_data["n_sequences"] = n_sequences;
    context->saved_data["n_kv_heads"] = n_kv_heads;
    return TokensFirst(g, at::bmm(scores, heads.v));
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &q = saved[0], &k = saved[1], &v = saved[2], &probabilities = saved[3];
    const Geometry g{context->saved_data["n_sequences"].toInt(), k.size(1),
                     context->saved_data["n_kv_heads"].toInt(), q.size(1) / k.size(1), k.size(2)};
    const at::Tensor d_out = HeadsFirst(g, grads[0].contiguous());
    const at::Tensor d_scores = at::bmm(d_out, v.transpose(1, 2));
    ForEachScoreRow(g, [&](int64_t at, int64_t position) {
      row_ops::SoftmaxRowBackward(Bits(probabilities) + at, position + 1, g.length,
                                  Bits(d_scores) + at);
    });
    const Heads d_heads{at::bmm(d_scores, k), at::bmm(d_scores.transpose(1, 2), q),
                        at::bmm(probabilities.transpose(1, 2), d_out)};
    const auto [d_qkv, d_bias] = JoinHeads(g, d_heads, Floats(saved[4]), Floats(saved[5]));
    const at::Tensor none;
    return {d_qkv, d_bias, none, none, none, none, none, none};
  }
};

}  // namespace

at::Tensor Attention(const at::Tensor& qkv, const at::Tensor& bias, const RotaryTable& rotary,
                     const HeadShape& heads, int64_t n_sequences) {
  return AttentionFunction::apply(qkv.contiguous(), bias.contiguous(), rotary.cosine, rotary.sine,
                                  n_sequences, heads.n_kv_heads, heads.n_heads / heads.n_kv_heads,
                                  heads.head_dim);
}

}  // namespace lemma::train::fused
