// The groups of families. Each group has its own files under families/; AllFamilies() (family.h)
// lists them one after another.
#pragma once

#include <string_view>
#include <vector>

#include "train/data/family.h"

namespace lemma::train {

std::vector<const Family*> ArithmeticFamilies();
std::vector<const Family*> NumberTheoryFamilies();
std::vector<const Family*> AlgebraFamilies();
std::vector<const Family*> CountingFamilies();
std::vector<const Family*> AlgorithmFamilies();

// A family of mathematics written by one function, which fills in the question, the thinking, the
// solution and the answer. Groups keep theirs in a function-local static array.
class MathFamily : public Family {
 public:
  using Writer = Problem (*)(Rng& rng, Language language, Split split);

  MathFamily(std::string_view name, std::string_view description, Writer write)
      : name_(name), description_(description), write_(write) {}

  std::string_view name() const override { return name_; }
  Domain domain() const override { return Domain::kMath; }
  std::string_view description() const override { return description_; }
  Problem Generate(Rng& rng, Language language, Split split) const override {
    Problem problem = write_(rng, language, split);
    problem.family = name_;
    problem.domain = Domain::kMath;
    problem.language = language;
    return problem;
  }

 private:
  std::string_view name_;
  std::string_view description_;
  Writer write_;
};

}  // namespace lemma::train
