// Fractions. The thinking writes 5/6; questions and answers write \frac{5}{6} too.
#include <cstdlib>
#include <numeric>

#include "train/data/families/arith_families.h"
#include "train/data/steps.h"
#include "train/data/wording.h"

namespace lemma::train {
namespace {

std::string Plain(int64_t n, int64_t d) { return std::to_string(n) + "/" + std::to_string(d); }

// "5/6" or "\frac{5}{6}", one style for the whole expression.
class FractionStyle {
 public:
  explicit FractionStyle(Rng& rng) : is_latex_(rng.Chance(0.5)), has_dollars_(rng.Chance(0.5)) {}

  std::string Expression(const std::string& left, char op, const std::string& right) const {
    std::string sign(1, op);
    if (op == '*') sign = is_latex_ ? "\\times" : "×";
    if (op == '/') sign = is_latex_ ? "\\div" : "÷";
    const std::string text = left + " " + sign + " " + right;
    return is_latex_ && has_dollars_ ? "$" + text + "$" : text;
  }
  std::string Fraction(int64_t n, int64_t d) const {
    if (!is_latex_) return Plain(n, d);
    return "\\frac{" + std::to_string(n) + "}{" + std::to_string(d) + "}";
  }

 private:
  bool is_latex_;
  bool has_dollars_;
};

// A fraction in lowest terms, 1 <= n <= n_max.
struct Drawn {
  int64_t n, d;
};
Drawn DrawReduced(Rng& rng, int64_t d_max, int64_t n_max) {
  while (true) {
    const int64_t d = rng.Int(2, d_max), n = rng.Int(1, n_max);
    if (std::gcd(n, d) == 1) return {n, d};
  }
}

// Of two operands, whatever their order and what is done with them: a + b says much of b - a.
uint64_t HashOfPair(const Drawn& left, const Drawn& right) {
  const bool in_order = left.d != right.d ? left.d < right.d : left.n <= right.n;
  const Drawn &low = in_order ? left : right, &high = in_order ? right : left;
  return HashOf({low.n, low.d, high.n, high.d});
}

std::string Reduced(int64_t n, int64_t d) {
  const int64_t g = std::gcd(n, d);
  return d == g ? std::to_string(n / g) : Plain(n / g, d / g);
}

// The last visible step where n/d is not in lowest terms.
std::string ReductionLine(Language language, int64_t n, int64_t d) {
  return std::string(In(language, "Divide by ", "约去 ")) + std::to_string(std::gcd(n, d)) + ": " +
         Plain(n, d) + " = " + Reduced(n, d);
}

// Both ways of Euclid in a sum, to the common denominator and to lowest terms, must fit into the
// thinking of one problem.
constexpr size_t kEuclidBytesMax = 150;

bool IsShortSum(const Drawn& left, const Drawn& right, bool is_sum) {
  const int64_t common = std::lcm(left.d, right.d);
  const int64_t a = left.n * (common / left.d), b = right.n * (common / right.d);
  const int64_t top = is_sum ? a + b : std::abs(a - b);
  return top != 0 &&
         LcmSteps(left.d, right.d).size() + ReduceSteps(top, common).size() <= kEuclidBytesMax;
}

}  // namespace

Problem FractionSum(Rng& rng, Language language, Split split) {
  Drawn left{}, right{};
  bool is_sum = true;
  do {
    const auto draw = [&] {
      while (true) {
        const Drawn drawn = DrawReduced(rng, 12, 11);
        if (drawn.n < drawn.d) return drawn;
      }
    };
    left = draw();
    right = draw();
    is_sum = rng.Chance(0.5);
  } while (!InSplit(HashOfPair(left, right), split) || !IsShortSum(left, right, is_sum));
  const int64_t common = std::lcm(left.d, right.d);
  const int64_t left_scale = common / left.d, right_scale = common / right.d;
  const int64_t a = left.n * left_scale, b = right.n * right_scale;
  const int64_t top = is_sum ? a + b : a - b;
  const char op = is_sum ? '+' : '-';
  const std::string spaced_op = std::string(" ") + op + " ";

  Problem problem;
  const FractionStyle style(rng);
  problem.question = AskValueOf(
      rng, style.Expression(style.Fraction(left.n, left.d), op, style.Fraction(right.n, right.d)),
      split, language);
  const auto scaling = [&](const Drawn& fraction, int64_t scale) {
    return Plain(fraction.n, fraction.d) + ": " + Plain(common, fraction.d) + " = " +
           std::to_string(scale) + "; " + MultiplySteps(fraction.n, scale) + "\n";
  };
  const std::string operands = Plain(left.n, left.d) + spaced_op + Plain(right.n, right.d);
  problem.thinking = operands + "\n" + LcmSteps(left.d, right.d) + "\n" +
                     scaling(left, left_scale) + scaling(right, right_scale) +
                     (is_sum ? AddSteps(a, b) : SubtractSteps(a, b)) + "\n" +
                     ReduceSteps(std::abs(top), common);
  problem.answer = FractionText(top, common);
  const std::string scaled = Plain(a, common) + spaced_op + Plain(b, common);
  std::vector<std::string> lines = {
      std::string(In(language, "Common denominator: ", "公分母: ")) + std::to_string(common),
      (scaled == operands ? "" : operands + " = ") + scaled + " = " + Plain(top, common)};
  if (std::gcd(top, common) > 1) lines.push_back(ReductionLine(language, std::abs(top), common));
  problem.solution = NumberedSolution(language, lines, problem.answer);
  return problem;
}

Problem FractionProduct(Rng& rng, Language language, Split split) {
  Drawn left{}, right{};
  bool is_product = true;
  do {
    left = DrawReduced(rng, 9, 9);
    right = DrawReduced(rng, 9, 9);
    is_product = rng.Chance(0.5);
  } while (!InSplit(HashOfPair(left, right), split));
  // Dividing turns the second fraction over.
  const Drawn factor = is_product ? right : Drawn{right.d, right.n};
  const int64_t top = left.n * factor.n, bottom = left.d * factor.d;

  Problem problem;
  const FractionStyle style(rng);
  problem.question =
      AskValueOf(rng,
                 style.Expression(style.Fraction(left.n, left.d), is_product ? '*' : '/',
                                  style.Fraction(right.n, right.d)),
                 split, language);
  const std::string product = Plain(left.n, left.d) + " * " + Plain(factor.n, factor.d);
  const std::string opening =
      is_product ? product
                 : Plain(left.n, left.d) + " / (" + Plain(right.n, right.d) + ") = " + product;
  problem.thinking = opening + "\n" + MultiplySteps(left.n, factor.n) + "; " +
                     MultiplySteps(left.d, factor.d) + "\n" + ReduceSteps(top, bottom);
  problem.answer = FractionText(top, bottom);
  std::vector<std::string> lines;
  if (!is_product) {
    lines.push_back(std::string(In(language, "Multiply by the reciprocal: ", "乘以倒数: ")) +
                    opening);
  }
  lines.push_back(product + " = " + Plain(top, bottom));
  if (std::gcd(top, bottom) > 1) lines.push_back(ReductionLine(language, top, bottom));
  if (lines.size() == 1) {
    lines.push_back(Plain(top, bottom) +
                    std::string(In(language, " is in lowest terms", " 已是最简分数")));
  }
  problem.solution = NumberedSolution(language, lines, problem.answer);
  return problem;
}

}  // namespace lemma::train
