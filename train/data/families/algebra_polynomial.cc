// Polynomials: values and products.
#include <array>
#include <cstdlib>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

const BilingualPhrasings& ValueAsks() {
  static const BilingualPhrasings asks = {
      {{"[Evaluate|Calculate] {p} at x = {k}.", "Find the value of {p} when x = {k}.",
        "If f(x) = {p}, what is f({k})?", "Let f(x) = {p}. [Find|Determine|Work out] f({k}).",
        "Compute {p} for x = {k}.", "What is {p} if x = {k}?",
        "[Substitute|Put] x = {k} into {p}. [What do you get?|What is the result?|Give the value.]",
        "Given $f(x) = {p}$, compute $f({k})$.", "When x = {k}, what is the value of {p}?",
        "[Find|Compute] f({k}) for the [function|polynomial] f(x) = {p}.",
        "x = {k}. [Find|Work out] the value of the expression {p}.",
        "At x = {k}, what value does f have, where f(x) = {p}?",
        "The [function|polynomial] f(x) = {p} is given. What does it [give|equal] at x = {k}?",
        "Given that x = {k}, find {p}.", "f(x) = {p}; f({k}) = ?"},
       {"For x = {k}, find the value of the polynomial {p}.",
        "What value does f(x) = {p} have at x = {k}?"}},
      {{"当 x = {k} 时, 求 {p} 的值.", "已知 f(x) = {p}, 求 f({k}).",
        "若 x = {k}, 则 {p} 等于多少?", "计算 {p} 在 x = {k} 处的值.",
        "设 f(x) = {p}, f({k}) 是多少?", "把 x = {k} 代入 {p}, [求值.|结果是多少?]",
        "求多项式 {p} 的值, 其中 x = {k}.", "已知 $f(x) = {p}$, 计算 $f({k})$.",
        "x = {k}, [多项式|代数式] {p} 的值是[多少|几]?", "如果 x 等于 {k}, 那么 {p} 是多少?",
        "[函数|多项式] f(x) = {p}, 求 x = {k} 时的[值|函数值].", "f(x) = {p}, f({k}) = ?",
        "对函数 f(x) = {p}, f({k}) 的值是多少?", "当 x 取 {k} 时, [代数式|多项式] {p} 等于多少?"},
       {"如果 x = {k}, 那么多项式 {p} 的值是多少?", "函数 f(x) = {p} 在 x = {k} 时的值是多少?"}}};
  return asks;
}

Problem WriteValue(Rng& rng, Language language, Split split) {
  const auto [cubic, a, b, c, k] = DrawInSplit(
      split,
      [&] {
        const int64_t cubic = rng.Chance(0.4) ? NonZero(rng, -3, 4) : 0;
        const int64_t size = cubic == 0 ? 9 : 5;
        return std::array{cubic, NonZero(rng, -6, 9), rng.Int(-9, 9), NonZero(rng, -20, 20),
                          NonZero(rng, -size, size)};
      },
      [](int64_t, int64_t, int64_t, int64_t, int64_t) { return true; });
  const std::string polynomial = PolynomialText({cubic, a, b, c}, "x");
  const int64_t square = k * k, cube = k * k * k;
  std::vector<std::string> thinking = {Cat("x = ", k, "; x^2 = ", Product(k, k))};
  if (cubic != 0) thinking.push_back(Cat("x^3 = ", Product(square, k)));
  std::vector<int64_t> terms;
  std::vector<std::string> products, values;
  for (const auto& [coefficient, power] :
       {std::pair{cubic, cube}, std::pair{a, square}, std::pair{b, k}}) {
    if (coefficient == 0) continue;
    products.push_back(coefficient == 1 ? Cat(power) : Product(coefficient, power));
    terms.push_back(coefficient * power);
  }
  terms.push_back(c);
  thinking.push_back(Join(products, "; "));
  thinking.push_back(SumSteps(terms));
  std::vector<Term> sum;
  int64_t value = 0;
  for (const int64_t term : terms) {
    sum.emplace_back(term, "");
    value += term;
  }
  return WorkedProblem(language,
                       Ask(rng, ValueAsks(), split, language, {{"p", polynomial}, {"k", Cat(k)}}),
                       thinking,
                       {Cat(In(language, "Powers: ", "幂: "), "x^2 = ", square,
                            cubic != 0 ? Cat(", x^3 = ", cube) : ""),
                        Cat(In(language, "Terms: ", "各项: "), Join(products)),
                        Cat(In(language, "Sum: ", "求和: "), SumText(sum), " = ", value)},
                       Cat(value));
}

const BilingualPhrasings& ExpansionAsks() {
  static const BilingualPhrasings asks = {
      {{"Expand {product}.", "Expand and simplify {product}.", "Multiply out {product}.",
        "{product} = ?", "Write {product} without brackets.", "Find the product {product}.",
        "What is {product} in expanded form?", "Expand ${product}$.",
        "[Simplify|Rewrite] {product} by [multiplying out|removing the brackets].",
        "What [do you get when you expand|is the expansion of] {product}?",
        "Give the expanded form of [the product |]{product}.",
        "Remove the [brackets|parentheses] in {product} and collect like terms.",
        "Compute the product {product} as a polynomial in x.",
        "Write {product} as a sum of powers of x.", "What is the result of expanding {product}?"},
       {"Write the product {product} in expanded form.", "Simplify {product} by expanding."}},
      {{"展开: {product}", "展开 {product}.", "计算 {product}.", "展开并化简 {product}.",
        "{product} = ?", "去括号: {product}", "把 {product} 展开成多项式.",
        "求乘积 ${product}$ 的展开式.", "[化简|写出展开式]: {product}",
        "{product} 的展开式[是什么|等于什么]?",
        "[请|试]将 {product} [去括号并合并同类项|写成多项式].", "{product} 展开后是什么?",
        "求 {product} 的乘积, 结果写成 x 的多项式.", "把乘积 {product} 化简."},
       {"请写出 {product} 的展开式.", "化简并展开 {product}, 结果是什么?"}}};
  return asks;
}

Problem WriteExpansion(Rng& rng, Language language, Split split) {
  const bool square = rng.Chance(0.25);
  const auto [a, b, c, d] = DrawInSplit(
      split,
      [&] {
        const int64_t a = rng.Chance(0.4) ? 1 : rng.Int(2, 6), b = NonZero(rng, -9, 9);
        if (square) return std::array{a, b, a, b};
        return std::array{a, b, rng.Chance(0.4) ? 1 : rng.Int(2, 6), NonZero(rng, -9, 9)};
      },
      [](int64_t, int64_t, int64_t, int64_t) { return true; });
  const std::string left = Cat("(", PolynomialText({a, b}, "x"), ")");
  const std::string right = Cat("(", PolynomialText({c, d}, "x"), ")");
  const std::string product = square ? Cat(left, "^2") : Cat(left, right);
  const std::string answer = PolynomialText({a * c, a * d + b * c, b * d}, "x");
  return WorkedProblem(
      language, Ask(rng, ExpansionAsks(), split, language, {{"product", product}}),
      {Cat(product, square ? Cat(" = ", left, right) : ""), Cat("x^2: ", Product(a, c)),
       Cat("x: ", Product(a, d), "; ", Product(b, c), "; ", AddSteps(a * d, b * c)),
       Cat("1: ", Product(b, d)), answer},
      {Cat(In(language, "Four products: ", "四个乘积: "),
           SumText({{a * c, "x^2"}, {a * d, "x"}, {b * c, "x"}, {b * d, ""}})),
       Cat(In(language, "Combine the x terms: ", "合并同类项: "), answer)},
      answer);
}

}  // namespace

std::vector<const Family*> PolynomialFamilies() {
  static const MathFamily value(
      "polynomial-value",
      "The value of a quadratic (|x| <= 9) or cubic (|x| <= 5) polynomial with coefficients up to "
      "9 and constants up to 20",
      &WriteValue);
  static const MathFamily expansion(
      "polynomial-expansion",
      "Expand (ax + b)(cx + d), squares included: a and c in 1..6, |b| and |d| <= 9",
      &WriteExpansion);
  return {&value, &expansion};
}

}  // namespace lemma::train
