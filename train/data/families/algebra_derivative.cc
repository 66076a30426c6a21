// Derivatives of polynomials.
#include <array>
#include <utility>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

// Coefficients from the highest power down, as PolynomialText takes them.
std::vector<int64_t> DerivativeOf(const std::vector<int64_t>& coefficients) {
  std::vector<int64_t> derivative;
  for (size_t i = 0; i + 1 < coefficients.size(); ++i) {
    derivative.push_back(coefficients[i] * static_cast<int64_t>(coefficients.size() - 1 - i));
  }
  return derivative;
}

// For each term its derivative: "2x^3: 2*3 = 6; 6x^2".
std::vector<std::string> TermLines(const std::vector<int64_t>& coefficients) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < coefficients.size(); ++i) {
    if (coefficients[i] == 0) continue;
    const auto power = static_cast<int64_t>(coefficients.size() - 1 - i);
    std::vector<int64_t> alone(coefficients.size() - i, 0);
    alone[0] = coefficients[i];
    const std::string term = PolynomialText(alone, "x");
    const std::string derivative = PolynomialText(DerivativeOf(alone), "x");
    lines.push_back(power < 2 ? Cat(term, ": ", derivative)
                              : Cat(term, ": ", Product(coefficients[i], power), "; ", derivative));
  }
  return lines;
}

const BilingualPhrasings& DerivativeAsks() {
  static const BilingualPhrasings asks = {
      {{"Find the derivative of {f}.", "Differentiate {f}.", "Find f'(x) for f(x) = {f}.",
        "What is the derivative of f(x) = {f}?", "Compute d/dx ({f}).",
        "Let f(x) = {f}. Find f'(x).", "Differentiate f(x) = {f} with respect to x.",
        "Given $f(x) = {f}$, find $f'(x)$.",
        "If f(x) = {f}, [find|determine|compute] [f'(x)|the derivative].",
        "[Compute|Determine|Work out] f'(x), where f(x) = {f}.",
        "The function f(x) = {f} is given. What is [its derivative|f'(x)]?",
        "What do you get when you differentiate {f}?",
        "What is f'(x) for the [function|polynomial] f(x) = {f}?",
        "Let y = {f}. [Find y'.|What is y'?]",
        "[Find|Give] the derivative of the [function|polynomial] {f}.", "f(x) = {f}, f'(x) = ?"},
       {"What is f'(x) if f(x) = {f}?", "Compute the derivative of the function f(x) = {f}."}},
      {{"求 {f} 的导数.", "求函数 f(x) = {f} 的导数.", "已知 f(x) = {f}, 求 f'(x).", "对 {f} 求导.",
        "设 f(x) = {f}, 求导函数 f'(x).", "f(x) = {f}, f'(x) = ?", "计算 {f} 关于 x 的导数.",
        "求 $f(x) = {f}$ 的导函数.", "多项式 {f} 的导数[是什么|是多少]?",
        "[若|如果] f(x) = {f}, 求它的导数.", "把函数 f(x) = {f} 对 x 求导.",
        "函数 f(x) = {f}, 它的导函数等于什么?", "[若|设] y = {f}, 那么 y' 等于什么?",
        "{f} 求导的结果是什么?"},
       {"函数 f(x) = {f} 的导数是什么?", "若 f(x) = {f}, 那么 f'(x) 等于什么?"}}};
  return asks;
}

Problem WriteDerivative(Rng& rng, Language language, Split split) {
  const auto [a, b, c, d, e] = DrawInSplit(
      split,
      [&] {
        return std::array{rng.Chance(0.4) ? NonZero(rng, -5, 7) : 0, rng.Int(-9, 9), rng.Int(-9, 9),
                          rng.Int(-12, 12), rng.Int(-20, 20)};
      },
      [](int64_t a, int64_t b, int64_t c, int64_t d, int64_t) {
        return (a != 0 || b != 0 || c != 0) && (c != 0 || d != 0);
      });
  const std::vector<int64_t> coefficients = {a, b, c, d, e};
  const std::string f = PolynomialText(coefficients, "x");
  const std::string derivative = PolynomialText(DerivativeOf(coefficients), "x");
  std::vector<std::string> thinking = {"f'(x) = ?"};
  for (std::string& line : TermLines(coefficients)) thinking.push_back(std::move(line));
  thinking.push_back(Cat("f'(x) = ", derivative));
  return WorkedProblem(language, Ask(rng, DerivativeAsks(), split, language, {{"f", f}}), thinking,
                       {Cat(In(language, "Power rule: ", "求导法则: "), "(x^n)' = nx^{n-1}"),
                        Cat(In(language, "Term by term: ", "逐项求导: "), "f'(x) = ", derivative)},
                       derivative);
}

const BilingualPhrasings& SlopeAsks() {
  static const BilingualPhrasings asks = {
      {{"Find f'({k}) for f(x) = {f}.", "If f(x) = {f}, what is f'({k})?",
        "Find the derivative of {f} at x = {k}.", "Let f(x) = {f}. Compute f'({k}).",
        "Find the slope of the tangent to y = {f} at x = {k}.",
        "What is the slope of y = {f} at x = {k}?", "Given $f(x) = {f}$, find $f'({k})$.",
        "Differentiate f(x) = {f} and evaluate at x = {k}.", "What is f'({k}) if f(x) = {f}?",
        "At x = {k}, what is the [derivative|slope|gradient] of f(x) = {f}?",
        "[Compute|Determine] the derivative of the [function|polynomial] {f} at the point x = {k}.",
        "The curve y = {f} has a tangent line at x = {k}. What is its slope?",
        "How steep is the [curve|graph of] y = {f} at the point x = {k}?",
        "f(x) = {f}, f'({k}) = ?",
        "[Find|Work out] the slope of the tangent line at x = {k} for the curve y = {f}."},
       {"What is the derivative of f(x) = {f} at the point x = {k}?",
        "Compute the slope of the tangent line of f(x) = {f} at x = {k}."}},
      {{"已知 f(x) = {f}, 求 f'({k}).", "求 {f} 在 x = {k} 处的导数.",
        "设 f(x) = {f}, 则 f'({k}) 等于多少?", "求曲线 y = {f} 在 x = {k} 处的切线斜率.",
        "函数 f(x) = {f} 在 x = {k} 处的导数是多少?", "f(x) = {f}, f'({k}) = ?",
        "已知 $f(x) = {f}$, 计算 $f'({k})$.", "先求 {f} 的导数, 再求 x = {k} 时的值.",
        "若 f(x) = {f}, 那么 f'({k}) 是多少?",
        "在 x = {k} 处, 函数 f(x) = {f} 的导数值[等于多少|是多少]?",
        "[求|计算]函数 {f} 在 x = {k} 处的导数值.",
        "过曲线 y = {f} 上 x = {k} 的点作切线, 斜率是多少?",
        "对 f(x) = {f} 求导, 并求它在 x = {k} 处的值.",
        "求曲线 y = {f} 的切线在 x = {k} 处的斜率."},
       {"若 f(x) = {f}, 求它在 x = {k} 处的导数值.",
        "曲线 y = {f} 在 x = {k} 处切线的斜率是多少?"}}};
  return asks;
}

Problem WriteSlope(Rng& rng, Language language, Split split) {
  const auto [a, b, c, d, k] = DrawInSplit(
      split,
      [&] {
        return std::array{rng.Chance(0.6) ? NonZero(rng, -3, 3) : 0, rng.Int(-7, 7),
                          rng.Int(-12, 12), rng.Int(-20, 20), NonZero(rng, -5, 6)};
      },
      [](int64_t a, int64_t b, int64_t, int64_t, int64_t) { return a != 0 || b != 0; });
  const std::string f = PolynomialText({a, b, c, d}, "x");
  const std::string derivative = PolynomialText({3 * a, 2 * b, c}, "x");
  const int64_t square = k * k;
  std::vector<std::string> thinking = {Cat("f'(", k, ") = ?")};
  for (std::string& line : TermLines({a, b, c, d})) thinking.push_back(std::move(line));
  thinking.push_back(Cat("f'(x) = ", derivative));
  std::vector<int64_t> terms;
  std::vector<std::string> products;
  if (a != 0) {
    products.push_back(Cat(Product(k, k), "; ", Product(3 * a, square)));
    terms.push_back(3 * a * square);
  }
  if (b != 0) {
    products.push_back(Product(2 * b, k));
    terms.push_back(2 * b * k);
  }
  if (c != 0) terms.push_back(c);
  thinking.push_back(Cat("x = ", k, ": ", Join(products, "; ")));
  if (terms.size() > 1) thinking.push_back(SumSteps(terms));
  std::vector<Term> sum;
  int64_t value = 0;
  for (const int64_t term : terms) {
    sum.emplace_back(term, "");
    value += term;
  }
  return WorkedProblem(language, Ask(rng, SlopeAsks(), split, language, {{"f", f}, {"k", Cat(k)}}),
                       thinking,
                       {Cat(In(language, "Derivative: ", "求导: "), "f'(x) = ", derivative),
                        Cat(In(language, "Put in x = ", "代入 x = "), k, ": ", SumText(sum),
                            terms.size() > 1 ? Cat(" = ", value) : "")},
                       Cat(value));
}

}  // namespace

std::vector<const Family*> DerivativeFamilies() {
  static const MathFamily derivative(
      "derivative", "The derivative of a polynomial of degree 2 to 4 with coefficients up to 12",
      &WriteDerivative);
  static const MathFamily slope(
      "derivative-at-point",
      "The derivative of a polynomial of degree 2 or 3 at an integer in -5..6: coefficients up to "
      "12",
      &WriteSlope);
  return {&derivative, &slope};
}

}  // namespace lemma::train
