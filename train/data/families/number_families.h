// The writers of the number-theory families; number_families.cc lists them with their ranges. Each
// fills in the question, the thinking, the solution and the answer.
#pragma once

#include "train/data/family.h"

namespace lemma::train {

// number_divisors.cc
Problem GreatestCommonDivisor(Rng& rng, Language language, Split split);
Problem LeastCommonMultiple(Rng& rng, Language language, Split split);

// number_primes.cc
Problem PrimeFactorisation(Rng& rng, Language language, Split split);
Problem PrimeTest(Rng& rng, Language language, Split split);
Problem DivisorFunction(Rng& rng, Language language, Split split);

// number_modular.cc
Problem ModularPower(Rng& rng, Language language, Split split);
Problem PowerCycle(Rng& rng, Language language, Split split);
Problem LinearCongruence(Rng& rng, Language language, Split split);

// number_digits.cc
Problem ToBase(Rng& rng, Language language, Split split);
Problem FromBase(Rng& rng, Language language, Split split);
Problem DivisibilityRule(Rng& rng, Language language, Split split);

}  // namespace lemma::train
