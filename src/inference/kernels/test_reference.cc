#include "inference/kernels/test_reference.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "inference/kernels/float16.h"
#include "inference/kernels/hadamard.h"
#include "inference/kernels/quantize.h"

namespace lemma::kernels {

std::vector<float> RandomFloats(int64_t n, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(static_cast<size_t>(n));
  for (float& value : values) value = uniform(random);
  return values;
}

std::vector<float> RoundedToBf16(std::vector<float> values) {
  for (float& value : values) value = Bf16ToFloat(FloatToBf16(value));
  return values;
}

PoisonedBytes::PoisonedBytes(int64_t n)
    : bytes_(static_cast<size_t>(n + kLineBytes), std::byte{0xff}) {}

std::byte* PoisonedBytes::data() const {
  const auto address = reinterpret_cast<uintptr_t>(bytes_.data());
  return reinterpret_cast<std::byte*>((address + kLineBytes - 1) / kLineBytes * kLineBytes);
}

int64_t PaddedColumns(WeightFormat format, int64_t cols) {
  const bool is_rounded = format == WeightFormat::kInt8 || format == WeightFormat::kInt4;
  return is_rounded ? DivideUp(cols, kGroupColumns) * kGroupColumns : cols;
}

PackedMatrix::PackedMatrix(WeightFormat format, int64_t rows, int64_t cols,
                           const std::vector<float>& values)
    : format_(format), rows_(rows), cols_(cols), bytes_(MatrixBytes(format, rows, cols)) {
  std::fill_n(bytes_.data(), MatrixBytes(format, rows, cols), std::byte{0});
  std::vector<uint16_t> bf16(static_cast<size_t>(cols));
  for (int64_t row = 0; row < rows; ++row) {
    const float* source = values.data() + row * cols;
    if (format == WeightFormat::kInt8) {
      QuantizeRowInt8(source, cols, row, bytes_.data());
    } else if (format == WeightFormat::kInt4) {
      QuantizeRowInt4(source, cols, row, bytes_.data());
    } else if (format == WeightFormat::kF32) {
      PackRow(source, cols, row, reinterpret_cast<float*>(bytes_.data()));
    } else {
      std::transform(source, source + cols, bf16.begin(), FloatToBf16);
      PackRow(bf16.data(), cols, row, reinterpret_cast<uint16_t*>(bytes_.data()));
    }
  }
}

std::vector<float> PackedMatrix::Row(int64_t row) const {
  const int64_t cols = PaddedColumns(format_, cols_);
  std::vector<float> values(static_cast<size_t>(cols));
  const auto dequantize = format_ == WeightFormat::kInt8 ? DequantizeRowInt8 : DequantizeRowInt4;
  dequantize(bytes_.data(), cols, row, values.data());
  return values;
}

std::vector<float> PreparedValues(ActivationFormat format, const std::byte* prepared,
                                  int64_t cols) {
  const PreparedInt8 row =
      PreparedInt8Parts(const_cast<std::byte*>(prepared), PreparedInt8Groups(cols));
  std::vector<float> values;
  for (int64_t i = 0; i < cols; ++i) {
    switch (format) {
      case ActivationFormat::kF32:
        values.push_back(reinterpret_cast<const float*>(prepared)[i]);
        break;
      case ActivationFormat::kBf16:
        values.push_back(Bf16ToFloat(reinterpret_cast<const uint16_t*>(prepared)[i]));
        break;
      case ActivationFormat::kInt8:
        values.push_back(static_cast<float>(row.q[i]) * row.scales[i / kGroupColumns] /
                         kGroupColumns);
        break;
    }
  }
  for (int64_t i = 0; format == ActivationFormat::kInt8 && i < cols; i += kGroupColumns) {
    Rotate(values.data() + i, kGroupColumns);
  }
  return values;
}

ReferenceValue ReferenceDot(const float* weights_row, const float* x, int64_t cols) {
  ReferenceValue sum = {0, 0};
  for (int64_t c = 0; c < cols; ++c) {
    const double term = static_cast<double>(weights_row[c]) * x[c];
    sum.value += term;
    sum.magnitude += std::abs(term);
  }
  return sum;
}

void ReferenceRmsNorm(const float* x, const float* weight, int64_t n, double eps, double* out) {
  double squares = 0;
  for (int64_t i = 0; i < n; ++i) squares += static_cast<double>(x[i]) * x[i];
  const double scale = 1 / std::sqrt(squares / static_cast<double>(n) + eps);
  for (int64_t i = 0; i < n; ++i) out[i] = x[i] * scale * weight[i];
}

void ReferenceRope(const float* x, int64_t head_dim, const float* cos, const float* sin,
                   double* out) {
  const int64_t half = head_dim / 2;
  for (int64_t i = 0; i < half; ++i) {
    const double a = x[i], b = x[i + half];
    out[i] = a * cos[i] - b * sin[i];
    out[i + half] = b * cos[i] + a * sin[i];
  }
}

double ReferenceSilu(double x) { return x / (1 + std::exp(-x)); }

std::vector<double> ReferenceAttention(const float* q, const float* k, const float* v,
                                       int64_t n_keys, int64_t head_dim) {
  std::vector<double> scores(static_cast<size_t>(n_keys));
  for (int64_t i = 0; i < n_keys; ++i) {
    scores[static_cast<size_t>(i)] = ReferenceDot(q, k + i * head_dim, head_dim).value /
                                     std::sqrt(static_cast<double>(head_dim));
  }
  const double maximum = *std::max_element(scores.begin(), scores.end());
  double denominator = 0;
  std::vector<double> out(static_cast<size_t>(head_dim), 0.0);
  for (int64_t i = 0; i < n_keys; ++i) {
    const double p = std::exp(scores[static_cast<size_t>(i)] - maximum);
    denominator += p;
    for (int64_t d = 0; d < head_dim; ++d) out[static_cast<size_t>(d)] += p * v[i * head_dim + d];
  }
  for (double& value : out) value /= denominator;
  return out;
}

}  // namespace lemma::kernels
