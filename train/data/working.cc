#include "train/data/working.h"

#include "train/data/steps.h"

namespace lemma::train {
namespace {

std::string Equation(int64_t a, const char* sign, int64_t b, int64_t value) {
  return std::to_string(a) + sign + std::to_string(b) + " = " + std::to_string(value);
}

}  // namespace

int64_t Working::Add(int64_t a, int64_t b) {
  if (b < 0) return Subtract(a, -b);
  chains_.push_back(AddSteps(a, b));
  equations_.push_back(Equation(a, " + ", b, a + b));
  return a + b;
}

int64_t Working::Subtract(int64_t a, int64_t b) {
  if (b < 0) return Add(a, -b);
  chains_.push_back(SubtractSteps(a, b));
  equations_.push_back(Equation(a, " - ", b, a - b));
  return a - b;
}

int64_t Working::Multiply(int64_t a, int64_t b) {
  chains_.push_back(MultiplySteps(a, b));
  equations_.push_back(Equation(a, "*", b, a * b));
  return a * b;
}

int64_t Working::DivideExactly(int64_t a, int64_t b) {
  chains_.push_back(ExactDivideSteps(a, b));
  equations_.push_back(Equation(a, "/", b, a / b));
  return a / b;
}

std::string Working::Thinking() const { return Join(chains_, "; "); }

}  // namespace lemma::train
