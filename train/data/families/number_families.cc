#include "train/data/families/number_families.h"

#include "train/data/families.h"

namespace lemma::train {

std::vector<const Family*> NumberTheoryFamilies() {
  static const MathFamily kFamilies[] = {
      {"gcd", "Greatest common divisor of two integers from 4 to 180, by Euclid.",
       GreatestCommonDivisor},
      {"lcm", "Least common multiple of two integers from 3 to 60, by their gcd.",
       LeastCommonMultiple},
      {"prime-factorisation",
       "Prime factorisation of a composite integer from 12 to 999, where trials are few.",
       PrimeFactorisation},
      {"prime-test", "Whether an integer from 20 to 500 is prime, by trial division.", PrimeTest},
      {"divisor-function", "Number or sum of the divisors of an integer from 12 to 500.",
       DivisorFunction},
      {"modular-power",
       "a^e mod m for a from 2 to 30, e from 3 to 14, m from 3 to 12, by squaring.", ModularPower},
      {"power-cycle",
       "Last digit of a power, or its remainder by 3 to 9, with exponents from 20 to 599.",
       PowerCycle},
      {"linear-congruence",
       "Solution of a*x = b mod m, or the inverse of a, for m from 5 to 11, by trial.",
       LinearCongruence},
      {"to-base", "A decimal integer from 10 to 999 written in base 2 to 9 or 16.", ToBase},
      {"from-base", "A number of two to seven digits in base 2 to 9 or 16 as a decimal integer.",
       FromBase},
      {"divisibility-rule", "Whether an integer of 3 to 6 digits is divisible by 3, 4, 6, 9 or 11.",
       DivisibilityRule},
  };
  std::vector<const Family*> families;
  for (const MathFamily& family : kFamilies) families.push_back(&family);
  return families;
}

}  // namespace lemma::train
