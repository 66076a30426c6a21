// The working memory of one call of Kernels::attention. Static for the reason given in panel.h.
#pragma once

#include "inference/kernels/kernels.h"

namespace lemma::kernels {

struct AttentionScratch {
  std::byte* queries;        // [n_queries], prepared
  std::byte* probabilities;  // [n_queries], prepared
  float* scores;             // [n_queries, kKvPageTokens]
  float* sums;               // [n_queries, AttentionSumFloats]: of probability * V so far
  float* maxima;             // [n_queries]: of the scores so far, in powers of two
  float* denominators;       // [n_queries]
  int64_t bytes;             // of all of it
};

static inline AttentionScratch LayAttentionScratch(std::byte* base, int64_t n_queries,
                                                   int64_t head_dim) {
  AttentionScratch scratch = {};
  const auto take = [&](int64_t bytes) {
    std::byte* part = base == nullptr ? nullptr : base + scratch.bytes;
    scratch.bytes += DivideUp(bytes, kLineBytes) * kLineBytes;
    return part;
  };
  const auto take_floats = [&](int64_t n) { return reinterpret_cast<float*>(take(n * 4)); };
  // Room for the widest format, so that one size fits all instruction sets.
  scratch.queries = take(n_queries * PreparedRowBytes(ActivationFormat::kF32, head_dim));
  scratch.probabilities = take(n_queries * PreparedRowBytes(ActivationFormat::kF32, kKvPageTokens));
  scratch.scores = take_floats(n_queries * kKvPageTokens);
  scratch.sums = take_floats(n_queries * AttentionSumFloats(head_dim));
  scratch.maxima = take_floats(n_queries);
  scratch.denominators = take_floats(n_queries);
  return scratch;
}

}  // namespace lemma::kernels
