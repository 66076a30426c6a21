#include "train/data/families/algebra_topics.h"

#include "train/data/families.h"

namespace lemma::train {
namespace {

using Topic = std::vector<const Family*> (*)();

std::vector<const Family*> FamiliesOf(const std::vector<Topic>& topics) {
  std::vector<const Family*> all;
  for (const Topic topic : topics) {
    const std::vector<const Family*> families = topic();
    all.insert(all.end(), families.begin(), families.end());
  }
  return all;
}

}  // namespace

std::vector<const Family*> AlgebraFamilies() {
  return FamiliesOf({LinearFamilies, LinearSystemFamilies, QuadraticFamilies, PolynomialFamilies,
                     DerivativeFamilies, PowerFamilies, GeometryFamilies,
                     ArithmeticSequenceFamilies, GeometricSequenceFamilies, PatternFamilies,
                     InductionFamilies});
}

std::vector<const Family*> CountingFamilies() {
  return FamiliesOf({ArrangementFamilies, ProbabilityFamilies, AverageFamilies, MotionFamilies,
                     PercentFamilies, SharingFamilies});
}

}  // namespace lemma::train
