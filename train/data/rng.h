// A small deterministic random stream (SplitMix64, Steele et al. 2014): equal on every machine,
// unlike the standard library's distributions.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "common/base/check.h"

namespace lemma::train {

class Rng {
 public:
  explicit Rng(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // Uniform in [low, high], both included.
  int64_t Int(int64_t low, int64_t high) {
    LEMMA_CHECK(low <= high);
    return low + static_cast<int64_t>(Next() % static_cast<uint64_t>(high - low + 1));
  }
  bool Chance(double probability) {
    return static_cast<double>(Next() >> 11) * 0x1p-53 < probability;
  }
  template <typename T>
  const T& Pick(const std::vector<T>& items) {
    LEMMA_CHECK(!items.empty());
    return items[Next() % items.size()];
  }
  std::string_view Pick(std::initializer_list<std::string_view> items) {
    return items.begin()[Next() % items.size()];
  }
  template <typename T>
  void Shuffle(std::vector<T>& items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[Next() % i]);
  }

 private:
  uint64_t state_;
};

// A hash of a few integers (operands), for InSplit.
uint64_t HashOf(std::initializer_list<int64_t> values);

}  // namespace lemma::train
