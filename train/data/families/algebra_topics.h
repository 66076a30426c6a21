// The topics behind AlgebraFamilies() and CountingFamilies(), one source file each. Every family
// states its ranges in its description.
#pragma once

#include <vector>

#include "train/data/family.h"

namespace lemma::train {

// AlgebraFamilies()
std::vector<const Family*> LinearFamilies();
std::vector<const Family*> LinearSystemFamilies();
std::vector<const Family*> QuadraticFamilies();
std::vector<const Family*> PolynomialFamilies();
std::vector<const Family*> DerivativeFamilies();
std::vector<const Family*> PowerFamilies();
std::vector<const Family*> GeometryFamilies();
std::vector<const Family*> ArithmeticSequenceFamilies();
std::vector<const Family*> GeometricSequenceFamilies();
std::vector<const Family*> PatternFamilies();
std::vector<const Family*> InductionFamilies();

// CountingFamilies()
std::vector<const Family*> ArrangementFamilies();
std::vector<const Family*> ProbabilityFamilies();
std::vector<const Family*> AverageFamilies();
std::vector<const Family*> MotionFamilies();
std::vector<const Family*> PercentFamilies();
std::vector<const Family*> SharingFamilies();

}  // namespace lemma::train
