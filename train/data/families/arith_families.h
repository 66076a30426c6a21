// The writers of the arithmetic families; arith_families.cc lists them with their ranges. Each
// fills in the question, the thinking, the solution and the answer.
#pragma once

#include "train/data/family.h"

namespace lemma::train {

// arith_integers.cc
Problem IntegerChain(Rng& rng, Language language, Split split);
Problem IntegerMultiplication(Rng& rng, Language language, Split split);
Problem LongDivision(Rng& rng, Language language, Split split);

// arith_mixed.cc
Problem MixedExpression(Rng& rng, Language language, Split split);

// arith_fractions.cc
Problem FractionSum(Rng& rng, Language language, Split split);
Problem FractionProduct(Rng& rng, Language language, Split split);

// arith_decimals.cc
Problem DecimalSum(Rng& rng, Language language, Split split);
Problem DecimalProduct(Rng& rng, Language language, Split split);

// arith_percentages.cc
Problem PercentOf(Rng& rng, Language language, Split split);
Problem PercentChange(Rng& rng, Language language, Split split);
Problem PercentNewValue(Rng& rng, Language language, Split split);

}  // namespace lemma::train
