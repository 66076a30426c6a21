#include "train/data/families.h"

namespace lemma::train {

const std::vector<const Family*>& AllFamilies() {
  static const std::vector<const Family*> families = [] {
    std::vector<const Family*> all;
    for (const auto& group : {ArithmeticFamilies(), NumberTheoryFamilies(), AlgebraFamilies(),
                              CountingFamilies(), AlgorithmFamilies()}) {
      all.insert(all.end(), group.begin(), group.end());
    }
    return all;
  }();
  return families;
}

}  // namespace lemma::train
