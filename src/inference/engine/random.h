// The random numbers of sampling: a pure function of (seed, sample, position, attempt), so that a
// token does not depend on what else ran, in which order, or on which machine.
//
// Philox4x32-10 from Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
#pragma once

#include <array>
#include <cstdint>

namespace lemma::engine {

inline std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter,
                                          std::array<uint32_t, 2> key) {
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t product0 = uint64_t{0xD2511F53} * counter[0];
    const uint64_t product1 = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(product0)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

// The random numbers of one token.
struct TokenRandom {
  uint64_t seed = 0;
  int32_t sample = 0;
  int32_t position = 0;  // counts the sample's generated tokens from 0

  // Uniform in [0, 1), 53 random bits.
  double Uniform(int32_t attempt) const {
    const std::array<uint32_t, 4> words =
        Philox4x32({static_cast<uint32_t>(position), static_cast<uint32_t>(attempt),
                    static_cast<uint32_t>(sample), 0},
                   {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
    const uint64_t bits = uint64_t{words[0]} << 32 | words[1];
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
  }
};

}  // namespace lemma::engine
