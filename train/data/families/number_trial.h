// Trial division written out: the working shared by factorisation, primality and divisor counts.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "train/data/family.h"

namespace lemma::train {

// One line: does the prime p divide n? By the last digit, by the digit sum, or by long division:
//   "2: ends in 4, yes"   "3: 9 + 7 = 16, no"   "7: 91 = 13*7 + 0, yes".
std::string TrialSteps(int64_t n, int64_t p, Language language);

// Why no further prime is needed: "11*11 = 121 > 97". Requires p*p > n.
std::string TrialEnd(int64_t n, int64_t p);

// The smallest prime factor of n >= 2, or n itself.
int64_t SmallestFactor(int64_t n);

// The prime after p.
int64_t NextPrime(int64_t p);

// Factors n >= 2 by trials, one a line after n itself; a factor found is divided out at once and
// tried again, and the power found so far stands behind it:
//   "2: ends in 4, yes; 84/2 = 42; 2^1" ... "3*3 = 9 > 7; 7^1".
struct Factoring {
  std::vector<std::pair<int64_t, int64_t>> powers;  // prime, exponent; primes ascending
  std::string steps;
};
Factoring FactorByTrial(int64_t n, Language language);

// "2^2 \cdot 3 \cdot 7"
std::string FactorisationText(const Factoring& factoring);

}  // namespace lemma::train
