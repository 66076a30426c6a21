// Quadratic equations: by factoring, by the discriminant, by the formula.
#include <array>
#include <cstdlib>
#include <numeric>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

// The pairs of factors of |c| up to the one with sum |b| (c > 0) or difference |b| (c < 0):
// "1*12: 1 + 12 = 13", "2*6: ...".
std::vector<std::string> FactorTrials(int64_t b, int64_t c) {
  const int64_t product = std::abs(c), wanted = std::abs(b);
  std::vector<std::string> trials;
  for (int64_t p = 1; p * p <= product; ++p) {
    if (product % p != 0) continue;
    const int64_t q = product / p;
    const int64_t found = c > 0 ? p + q : q - p;
    trials.push_back(Cat(p, "*", q, ": ", c > 0 ? Cat(p, " + ", q) : Cat(q, " - ", p), " = ", found,
                         found == wanted ? " ok" : ""));
    if (found == wanted) break;
  }
  return trials;
}

constexpr size_t kTrialsMax = 5;

const BilingualPhrasings& FactoringAsks() {
  static const BilingualPhrasings asks = {
      {{"Solve {equation}.", "Solve the quadratic equation {equation}.",
        "Find the roots of {equation}.", "Solve {equation} by factoring.",
        "Find all x with {equation}.", "What are the solutions of {equation}?",
        "Solve for x: {equation}", "Factor and solve ${equation}$."},
       {"Find all solutions of the quadratic equation {equation}.",
        "What are the roots of the equation {equation}?"}},
      {{"解方程: {equation}", "解一元二次方程 {equation}.", "求方程 {equation} 的根.",
        "用因式分解法解 {equation}.", "求满足 {equation} 的所有 x.", "方程 {equation} 的解是什么?",
        "求解 ${equation}$.", "已知 {equation}, 求 x."},
       {"求一元二次方程 {equation} 的所有解.", "方程 {equation} 的两个根是多少?"}}};
  return asks;
}

// "(x - 3)": the factor with the root 3.
std::string Factor(int64_t root) { return Cat("(", SumText({{1, "x"}, {-root, ""}}), ")"); }

std::string Roots(int64_t r, int64_t s) { return r == s ? Cat(r) : Cat(r, ", ", s); }

Problem WriteFactoring(Rng& rng, Language language, Split split) {
  const auto [k, r, s] = DrawInSplit(
      split,
      [&] {
        return std::array{rng.Chance(0.7) ? 1 : rng.Int(2, 3), NonZero(rng, -12, 12),
                          NonZero(rng, -12, 12)};
      },
      [](int64_t k, int64_t r, int64_t s) {
        return r <= s && std::abs(r * s * k) <= 120 &&
               FactorTrials(-(r + s), r * s).size() <= kTrialsMax;
      });
  const int64_t b = -(r + s), c = r * s;
  const std::string monic = Cat(PolynomialText({1, b, c}, "x"), " = 0");
  std::string shown = Cat(PolynomialText({k, k * b, k * c}, "x"), " = 0");
  if (k == 1 && rng.Chance(0.2)) shown = Cat("x^2 = ", PolynomialText({-b, -c}, "x"));

  std::vector<std::string> thinking = {shown};
  std::vector<std::string> steps;
  if (shown != monic) thinking.push_back(monic);
  thinking.push_back(
      c > 0 ? Cat(In(language, "product ", "积 "), c, In(language, ", sum ", ", 和 "), std::abs(b))
            : Cat(In(language, "product ", "积 "), -c, In(language, ", difference ", ", 差 "),
                  std::abs(b)));
  const std::vector<std::string> trials = FactorTrials(b, c);
  thinking.insert(thinking.end(), trials.begin(), trials.end());
  thinking.push_back(AddSteps(-r, -s));
  const std::string factored = Cat(Factor(r), Factor(s), " = 0");
  thinking.push_back(factored);
  const std::string answer = Roots(r, s);

  if (shown != monic) steps.push_back(Cat(In(language, "Standard form: ", "标准形式: "), monic));
  steps.push_back(Cat(In(language, "Two numbers with product ", "两数之积 "), c,
                      In(language, " and sum ", ", 和 "), b, ": ", -r, ", ", -s));
  steps.push_back(Cat(In(language, "Factor: ", "因式分解: "), factored));
  steps.push_back(Cat(In(language, "Roots: ", "根: "), "x = ", answer));
  return WorkedProblem(language, Ask(rng, FactoringAsks(), split, language, {{"equation", shown}}),
                       thinking, steps, answer);
}

// The lines that compute D = b^2 - 4ac.
std::vector<std::string> DiscriminantLines(int64_t a, int64_t b, int64_t c) {
  const int64_t minus = 4 * a * c;
  return {Cat("a = ", a, ", b = ", b, ", c = ", c),
          Cat("b^2 = ", Product(std::abs(b), std::abs(b))),
          Cat(Product(4, a), "; ", MultiplySteps(4 * a, std::abs(c)), "; 4ac = ", minus),
          Cat("D = ", SubtractSteps(b * b, minus))};
}

const BilingualPhrasings& RootCountAsks() {
  static const BilingualPhrasings asks = {
      {{"How many real roots does {equation} have?",
        "How many distinct real solutions does {equation} have?",
        "Find the number of real roots of {equation}.",
        "Use the discriminant to find how many real roots {equation} has.",
        "Determine the number of real solutions of ${equation}$."},
       {"What is the number of distinct real roots of the equation {equation}?"}},
      {{"方程 {equation} 有几个实数根?", "求方程 {equation} 的不同实根的个数.",
        "用判别式判断 {equation} 有几个实数根.", "{equation} 有多少个不同的实数解?",
        "判断方程 ${equation}$ 的实数根个数."},
       {"一元二次方程 {equation} 的实数根有几个?"}}};
  return asks;
}

const BilingualPhrasings& DiscriminantAsks() {
  static const BilingualPhrasings asks = {
      {{"Find the discriminant of {equation}.", "What is the discriminant of {equation}?",
        "Compute the discriminant of the quadratic equation {equation}.",
        "Calculate D = b^2 - 4ac for {equation}.", "The discriminant of ${equation}$ is?"},
       {"Compute the value of the discriminant for the equation {equation}."}},
      {{"求方程 {equation} 的判别式的值.", "方程 {equation} 的判别式是多少?",
        "计算 {equation} 的判别式.", "计算 {equation} 的 D = b^2 - 4ac.",
        "求 ${equation}$ 的判别式."},
       {"请计算一元二次方程 {equation} 的判别式."}}};
  return asks;
}

Problem WriteDiscriminant(Rng& rng, Language language, Split split) {
  const bool double_root = rng.Chance(0.15);
  const auto [a, b, c] = DrawInSplit(
      split,
      [&] {
        const int64_t p = rng.Int(1, 3), q = NonZero(rng, -3, 3);
        if (double_root) return std::array{p * p, 2 * p * q, q * q};
        return std::array{rng.Int(1, 6), NonZero(rng, -12, 12), NonZero(rng, -9, 9)};
      },
      [](int64_t, int64_t, int64_t) { return true; });
  const int64_t discriminant = b * b - 4 * a * c;
  const bool asks_count = rng.Chance(0.6);
  const int64_t count = discriminant > 0 ? 2 : discriminant == 0 ? 1 : 0;
  const std::string equation = Cat(PolynomialText({a, b, c}, "x"), " = 0");
  std::vector<std::string> thinking = DiscriminantLines(a, b, c);
  std::vector<std::string> steps = {thinking[0], Cat("D = b^2 - 4ac = ", b * b, " - ",
                                                     Bracketed(4 * a * c), " = ", discriminant)};
  if (asks_count) {
    const std::string_view relation = count == 2 ? " > 0: " : count == 1 ? " = 0: " : " < 0: ";
    const std::string verdict = Cat(
        "D", relation, count, In(language, count == 1 ? " real root" : " real roots", " 个实数根"));
    thinking.push_back(verdict);
    steps.push_back(verdict);
  }
  return WorkedProblem(language,
                       Ask(rng, asks_count ? RootCountAsks() : DiscriminantAsks(), split, language,
                           {{"equation", equation}}),
                       thinking, steps, Cat(asks_count ? count : discriminant));
}

const BilingualPhrasings& FormulaAsks() {
  static const BilingualPhrasings asks = {
      {{"Solve {equation} with the quadratic formula.", "Use the quadratic formula: {equation}",
        "Find the roots of {equation} with the formula.",
        "Solve the equation {equation} using the discriminant.",
        "Solve {equation}. Use the quadratic formula.",
        "Find both roots of {equation} by the quadratic formula.",
        "Apply the quadratic formula to ${equation}$.",
        "By the quadratic formula, what are the solutions of {equation}?"},
       {"With the quadratic formula, find all roots of {equation}.",
        "Use the formula to solve the quadratic equation {equation}."}},
      {{"用求根公式解方程 {equation}.", "用公式法解 {equation}.", "用求根公式求 {equation} 的根.",
        "公式法: {equation}", "利用判别式和求根公式解 {equation}.",
        "用公式法求方程 ${equation}$ 的解.", "解方程 {equation}, 用求根公式.",
        "根据求根公式, {equation} 的两个根是多少?"},
       {"请用公式法求出方程 {equation} 的根.", "方程 {equation} 的根是多少? 用求根公式."}}};
  return asks;
}

// (q1 x - p1)(q2 x - p2) = 0 multiplied out: rational roots, p1/q1 the smaller one.
Problem WriteFormula(Rng& rng, Language language, Split split) {
  const auto [q1, p1, q2, p2] = DrawInSplit(
      split,
      [&] {
        return std::array{rng.Int(1, 3), NonZero(rng, -9, 9), rng.Int(1, 3), NonZero(rng, -9, 9)};
      },
      [](int64_t q1, int64_t p1, int64_t q2, int64_t p2) {
        const bool reduced = std::gcd(p1, q1) == 1 && std::gcd(p2, q2) == 1;
        const int64_t root = q1 * p2 - q2 * p1;
        return reduced && q1 * q2 <= 6 && root > 0 && root <= 15 &&
               std::abs(q1 * p2 + q2 * p1) <= 15;
      });
  const int64_t a = q1 * q2, b = -(q1 * p2 + q2 * p1), c = p1 * p2;
  const int64_t root = q1 * p2 - q2 * p1;  // of the discriminant
  const std::string equation = Cat(PolynomialText({a, b, c}, "x"), " = 0");
  std::vector<std::string> thinking = DiscriminantLines(a, b, c);
  thinking.push_back(Cat(root, "*", root, " = ", root * root, "; ", Product(2, a)));
  const auto root_line = [&](std::string_view name, int64_t signed_root) {
    const int64_t top = -b + signed_root;
    return Cat(name, ": ", signed_root < 0 ? SubtractSteps(-b, root) : AddSteps(-b, root), "; ",
               ReducedFraction(top, 2 * a));
  };
  thinking.push_back(root_line("x1", -root));
  thinking.push_back(root_line("x2", root));
  const std::string answer =
      Cat(FractionText(-b - root, 2 * a), ", ", FractionText(-b + root, 2 * a));
  return WorkedProblem(
      language, Ask(rng, FormulaAsks(), split, language, {{"equation", equation}}), thinking,
      {Cat("D = b^2 - 4ac = ", b * b, " - ", Bracketed(4 * a * c), " = ", root * root, " = ", root,
           "^2"),
       Cat("x1 = (", -b, " - ", root, ")/", 2 * a, " = ", FractionText(-b - root, 2 * a)),
       Cat("x2 = (", -b, " + ", root, ")/", 2 * a, " = ", FractionText(-b + root, 2 * a))},
      answer);
}

}  // namespace

std::vector<const Family*> QuadraticFamilies() {
  static const NormalizingFamily factoring(
      "quadratic-factoring",
      "Solve k(x^2 + bx + c) = 0 with integer roots in -12..12 (not 0), k in 1..3, |kc| <= 120",
      &WriteFactoring, &InAnyOrder);
  static const MathFamily discriminant(
      "discriminant",
      "The discriminant of ax^2 + bx + c = 0, or its number of real roots: a in 1..9, |b| <= 18, "
      "|c| <= 9",
      &WriteDiscriminant);
  static const NormalizingFamily formula(
      "quadratic-formula",
      "Rational roots by the quadratic formula: a in 1..6, |b| <= 15, discriminants up to 225",
      &WriteFormula, &InAnyOrder);
  return {&factoring, &discriminant, &formula};
}

}  // namespace lemma::train
