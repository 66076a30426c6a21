#include "train/network/row_ops.h"

#include <cmath>
#include <cstring>

// One body, three instruction sets; the loader picks.
#if defined(__x86_64__)
#define LEMMA_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LEMMA_CLONES
#endif
#define LEMMA_INLINE inline __attribute__((always_inline))

namespace lemma::train::row_ops {
namespace {

template <typename To, typename From>
LEMMA_INLINE To BitCast(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

LEMMA_INLINE float Widen(Bf16 value) { return BitCast<float>(static_cast<uint32_t>(value) << 16); }

// To nearest, ties to even. NaN would need a branch; a NaN loss stops training anyway.
LEMMA_INLINE Bf16 Narrow(float value) {
  const uint32_t bits = BitCast<uint32_t>(value);
  return static_cast<Bf16>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// e^x to about 1e-6, in a form that compilers vectorise: 2^n times a polynomial (the Taylor series
// to degree 6, |r| <= ln(2) / 2).
LEMMA_INLINE float Exp(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  const float scaled = x * 1.44269504f;
  const int32_t n = static_cast<int32_t>(scaled + (scaled < 0 ? -0.5f : 0.5f));
  const float r = x - static_cast<float>(n) * 0.693147181f;
  const float series =
      1.0f + r * (1.0f + r * (0.5f + r * (1.0f / 6 +
                                          r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720))))));
  return series * BitCast<float>((n + 127) << 23);
}

LEMMA_INLINE float Sigmoid(float x) { return 1.0f / (1.0f + Exp(-x)); }

}  // namespace

LEMMA_CLONES
void AddNorm(const float* x, const Bf16* delta, const float* weight, float eps, int64_t n_rows,
             int64_t width, float* sum, Bf16* normed, float* inverse_rms) {
  for (int64_t row = 0; row < n_rows; ++row) {
    const int64_t at = row * width;
    float squares = 0;
    if (delta != nullptr) {
      for (int64_t i = 0; i < width; ++i) {
        const float value = x[at + i] + Widen(delta[at + i]);
        sum[at + i] = value;
        squares += value * value;
      }
    } else {
      for (int64_t i = 0; i < width; ++i) {
        sum[at + i] = x[at + i];
        squares += x[at + i] * x[at + i];
      }
    }
    const float scale = 1.0f / std::sqrt(squares / static_cast<float>(width) + eps);
    inverse_rms[row] = scale;
    for (int64_t i = 0; i < width; ++i) {
      normed[at + i] = Narrow(sum[at + i] * scale * weight[i]);
    }
  }
}

LEMMA_CLONES
void AddNormBackward(const float* d_sum, const Bf16* d_normed, const float* sum,
                     const float* weight, const float* inverse_rms, int64_t n_rows, int64_t width,
                     float* d_x, Bf16* d_delta, float* d_weight) {
  for (int64_t row = 0; row < n_rows; ++row) {
    const int64_t at = row * width;
    const float scale = inverse_rms[row];
    float projection = 0;
    for (int64_t i = 0; i < width; ++i) {
      const float d = Widen(d_normed[at + i]);
      projection += d * weight[i] * sum[at + i];
      d_weight[i] += d * sum[at + i] * scale;
    }
    const float along = projection * scale * scale * scale / static_cast<float>(width);
    for (int64_t i = 0; i < width; ++i) {
      d_x[at + i] = Widen(d_normed[at + i]) * weight[i] * scale - sum[at + i] * along;
    }
    if (d_sum != nullptr) {
      for (int64_t i = 0; i < width; ++i) d_x[at + i] += d_sum[at + i];
    }
    if (d_delta != nullptr) {
      for (int64_t i = 0; i < width; ++i) d_delta[at + i] = Narrow(d_x[at + i]);
    }
  }
}

LEMMA_CLONES
void SwiGlu(const Bf16* gate_up, int64_t n_rows, int64_t width, Bf16* out) {
  for (int64_t row = 0; row < n_rows; ++row) {
    const Bf16* gate = gate_up + row * 2 * width;
    const Bf16* up = gate + width;
    Bf16* to = out + row * width;
    for (int64_t i = 0; i < width; ++i) {
      const float g = Widen(gate[i]);
      to[i] = Narrow(g * Sigmoid(g) * Widen(up[i]));
    }
  }
}

LEMMA_CLONES
void SwiGluBackward(const Bf16* gate_up, const Bf16* d_out, int64_t n_rows, int64_t width,
                    Bf16* d_gate_up) {
  for (int64_t row = 0; row < n_rows; ++row) {
    const Bf16* gate = gate_up + row * 2 * width;
    const Bf16* up = gate + width;
    const Bf16* d_row = d_out + row * width;
    Bf16* d_gate = d_gate_up + row * 2 * width;
    Bf16* d_up = d_gate + width;
    for (int64_t i = 0; i < width; ++i) {
      const float g = Widen(gate[i]);
      const float d = Widen(d_row[i]);
      const float sigmoid = Sigmoid(g);
      d_gate[i] = Narrow(d * Widen(up[i]) * sigmoid * (1.0f + g * (1.0f - sigmoid)));
      d_up[i] = Narrow(d * g * sigmoid);
    }
  }
}

LEMMA_CLONES
void BiasRotate(const Bf16* x, const float* bias, const float* cosine, const float* sine,
                float scale, int64_t head_dim, Bf16* out) {
  const int64_t half = head_dim / 2;
  for (int64_t i = 0; i < half; ++i) {
    const float a = Widen(x[i]) + bias[i];
    const float b = Widen(x[half + i]) + bias[half + i];
    out[i] = Narrow((a * cosine[i] - b * sine[i]) * scale);
    out[half + i] = Narrow((b * cosine[i] + a * sine[i]) * scale);
  }
}

LEMMA_CLONES
void BiasRotateBackward(const Bf16* d_out, const float* cosine, const float* sine, float scale,
                        int64_t head_dim, Bf16* d_x, float* d_bias) {
  const int64_t half = head_dim / 2;
  for (int64_t i = 0; i < half; ++i) {
    const float a = Widen(d_out[i]) * scale;
    const float b = Widen(d_out[half + i]) * scale;
    const float d_a = a * cosine[i] + b * sine[i];
    const float d_b = b * cosine[i] - a * sine[i];
    d_bias[i] += d_a;
    d_bias[half + i] += d_b;
    d_x[i] = Narrow(d_a);
    d_x[half + i] = Narrow(d_b);
  }
}

LEMMA_CLONES
void Bias(const Bf16* x, const float* bias, int64_t head_dim, Bf16* out) {
  for (int64_t i = 0; i < head_dim; ++i) out[i] = Narrow(Widen(x[i]) + bias[i]);
}

LEMMA_CLONES
void BiasBackward(const Bf16* d_out, int64_t head_dim, Bf16* d_x, float* d_bias) {
  for (int64_t i = 0; i < head_dim; ++i) d_bias[i] += Widen(d_out[i]);
  std::memcpy(d_x, d_out, static_cast<size_t>(head_dim) * sizeof(Bf16));
}

LEMMA_CLONES
void SoftmaxRow(Bf16* scores, int64_t n_valid, int64_t width) {
  float largest = -INFINITY;
  for (int64_t i = 0; i < n_valid; ++i) {
    const float score = Widen(scores[i]);
    largest = score > largest ? score : largest;
  }
  float total = 0;
  for (int64_t i = 0; i < n_valid; ++i) total += Exp(Widen(scores[i]) - largest);
  const float scale = 1.0f / total;
  // The exponential is computed twice: cheaper than keeping a row of floats.
  for (int64_t i = 0; i < n_valid; ++i) {
    scores[i] = Narrow(Exp(Widen(scores[i]) - largest) * scale);
  }
  std::memset(scores + n_valid, 0, static_cast<size_t>(width - n_valid) * sizeof(Bf16));
}

LEMMA_CLONES
void SoftmaxRowBackward(const Bf16* probabilities, int64_t n_valid, int64_t width,
                        Bf16* d_probabilities) {
  float mean = 0;
  for (int64_t i = 0; i < n_valid; ++i) {
    mean += Widen(probabilities[i]) * Widen(d_probabilities[i]);
  }
  for (int64_t i = 0; i < n_valid; ++i) {
    d_probabilities[i] = Narrow(Widen(probabilities[i]) * (Widen(d_probabilities[i]) - mean));
  }
  std::memset(d_probabilities + n_valid, 0, static_cast<size_t>(width - n_valid) * sizeof(Bf16));
}

LEMMA_CLONES
float CrossEntropyRow(Bf16* logits, int64_t width, int64_t target) {
  const float target_logit = Widen(logits[target]);
  float largest = -INFINITY;
  for (int64_t i = 0; i < width; ++i) {
    const float logit = Widen(logits[i]);
    largest = logit > largest ? logit : largest;
  }
  float total = 0;
  for (int64_t i = 0; i < width; ++i) total += Exp(Widen(logits[i]) - largest);
  const float scale = 1.0f / total;
  for (int64_t i = 0; i < width; ++i) logits[i] = Narrow(Exp(Widen(logits[i]) - largest) * scale);
  // Rounded after the subtraction: 1 - p matters most where p is close to 1.
  logits[target] = Narrow(Exp(target_logit - largest) * scale - 1.0f);
  return largest + std::log(total) - target_logit;
}

}  // namespace lemma::train::row_ops
