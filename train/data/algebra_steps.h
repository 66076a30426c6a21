// What the families of algebra, sequences, counting and rates share beside steps.h: drawing
// operands of a split, the text of terms and polynomials, and families with several right forms.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "train/data/families.h"
#include "train/data/wording.h"

namespace lemma::train {

// The pieces one after another: Cat("x = ", 3, "/", 4). Integers are written in decimal.
inline std::string_view Piece(std::string_view text) { return text; }
inline std::string Piece(std::integral auto value) { return std::to_string(value); }
template <typename... Pieces>
std::string Cat(const Pieces&... pieces) {
  std::string out;
  ((out += Piece(pieces)), ...);
  return out;
}

// Calls `draw`, which returns a std::array of integers, until `usable` accepts them and they
// belong to the split.
template <typename Draw, typename Usable>
auto DrawInSplit(Split split, Draw draw, Usable usable) {
  for (;;) {
    const auto operands = draw();
    const auto hash = [](auto... values) { return HashOf({values...}); };
    if (std::apply(usable, operands) && InSplit(std::apply(hash, operands), split)) return operands;
  }
}

// Uniform in [low, high] without 0.
int64_t NonZero(Rng& rng, int64_t low, int64_t high);

// A right operand: (-3) for -3, 4 for 4.
std::string Bracketed(int64_t value);

// A term that continues a sum: (3, "x") -> " + 3x", (-1, "x") -> " - x", (-5, "") -> " - 5",
// (0, "x") -> "".
std::string SignedTerm(int64_t coefficient, std::string_view symbol);

// The sum of the terms as it stands alone: {{-1, "x"}, {3, "y"}} -> "-x + 3y"; all zero: "0".
using Term = std::pair<int64_t, std::string_view>;
std::string SumText(const std::vector<Term>& terms);

// Coefficients from the highest power down: ({2, 0, -1}, "x") -> "2x^2 - 1".
std::string PolynomialText(const std::vector<int64_t>& coefficients, std::string_view variable);

// The bare equation that AddSteps(a, b) works out: (5, -8) -> "5 - 8 = -3".
std::string SumEquation(int64_t a, int64_t b);

// A product that is known by heart, signs included: (3, -4) -> "3*(-4) = -12".
std::string Product(int64_t a, int64_t b);

// A quotient that comes out even, signs included: (-12, 4) -> "-12/4 = -3".
std::string Quotient(int64_t dividend, int64_t divisor);

// coefficient*variable = value, solved in integers: "3x = 12; x = 12/3 = 4", "-x = 4; x = -4",
// "x = 4". `reason` is what leads to the value: (3, "x", "17 - 5 = 12", 12) ->
// "3x = 17 - 5 = 12; x = 12/3 = 4".
std::string SolveSteps(int64_t coefficient, std::string_view variable, std::string_view reason,
                       int64_t value);

// n/d as a reduced fraction on one line: (4, 6) -> "4/6 = 2/3", (2, 3) -> "2/3", (6, -3) ->
// "6/(-3) = -2".
std::string ReducedFraction(int64_t numerator, int64_t denominator);

// The problem, its thinking one line an entry, its solution numbered.
Problem WorkedProblem(Language language, std::string question,
                      const std::vector<std::string>& thinking,
                      const std::vector<std::string>& steps, std::string answer);

// The same for a problem told in words. Its thinking starts with the numbers in the order in which
// the question tells them ("Given: 3, 8, 2, 5"): copying them is one habit for all wordings, and
// what each stands for is then decided from a short list.
Problem ToldProblem(Language language, std::string question,
                    const std::vector<std::string>& thinking, const std::vector<std::string>& steps,
                    std::string answer);

// Without white space, and with ASCII commas for Chinese ones.
std::string Compact(std::string_view text);

// A family whose answers have several right forms: `normal` maps all forms of one answer to one
// text.
class NormalizingFamily final : public MathFamily {
 public:
  using Normal = std::string (*)(std::string_view boxed);

  NormalizingFamily(std::string_view name, std::string_view description, Writer write,
                    Normal normal)
      : MathFamily(name, description, write), normal_(normal) {}

  bool Check(const Problem& problem, std::string_view reply) const override {
    return normal_(LastBoxed(reply)) == normal_(problem.answer);
  }

 private:
  Normal normal_;
};

// "3, -1" and "-1, 3" are the same solutions: the parts between commas in order of their text.
std::string InAnyOrder(std::string_view boxed);

}  // namespace lemma::train
