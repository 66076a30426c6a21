// Proofs by induction in four lines: base case, hypothesis, step, conclusion.
#include <array>
#include <cstdlib>
#include <functional>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

std::string Linear(int64_t slope, std::string_view variable, int64_t constant) {
  return SumText({{slope, variable}, {constant, ""}});
}

// The four lines of the solution; what follows the last ": " of a line is its formula.
Problem WrittenProof(Language language, std::string question,
                     const std::vector<std::string>& thinking, std::string_view naming,
                     std::string_view base, std::string_view hypothesis, std::string_view step,
                     std::string_view conclusion) {
  return WorkedProblem(language, std::move(question), thinking,
                       {Cat(naming, In(language, "Base n = 1: ", "n = 1 时: "), base),
                        Cat(In(language, "Assume for n = k: ", "假设 n = k 时成立: "), hypothesis),
                        Cat(In(language, "Then for k + 1: ", "则 n = k + 1 时: "), step),
                        Cat(In(language, "By induction: ", "由归纳法: "), conclusion)},
                       std::string(In(language, "\\text{proved}", "\\text{得证}")));
}

// The left side of the claim is S(n); `right` is the right side in k or n.
Problem WrittenSumProof(Language language, std::string question,
                        const std::vector<std::string>& thinking, std::string_view base,
                        const std::function<std::string(std::string_view)>& right,
                        std::string_view step) {
  return WrittenProof(language, std::move(question), thinking,
                      In(language, "S(n) is the left side. ", "左边记为 S(n). "),
                      Cat("S(1) = ", base), Cat("S(k) = ", right("k")),
                      Cat("S(k + 1) = S(k) + ", step), Cat("S(n) = ", right("n")));
}

// The formulas of a proof's numbered lines, compact.
std::vector<std::string> FormulasOf(std::string_view solution) {
  std::vector<std::string> formulas;
  while (!solution.empty()) {
    const size_t end = solution.find('\n');
    if (end == std::string_view::npos) break;  // the line with the box
    const std::string_view line = solution.substr(0, end);
    const size_t colon = line.rfind(": ");
    if (colon != std::string_view::npos) formulas.push_back(Compact(line.substr(colon + 2)));
    solution.remove_prefix(end + 1);
  }
  return formulas;
}

// Right are proofs with the formulas of the reference, in order; the words are free.
class ProofFamily final : public MathFamily {
 public:
  using MathFamily::MathFamily;

  bool Check(const Problem& problem, std::string_view reply) const override {
    const std::string text = Compact(reply);
    size_t at = 0;
    for (const std::string& formula : FormulasOf(problem.solution)) {
      at = text.find(formula, at);
      if (at == std::string::npos) return false;
      at += formula.size();
    }
    return MathFamily::Check(problem, reply);
  }
};

const BilingualPhrasings& SumAsks() {
  static const BilingualPhrasings asks = {
      {{"Prove by induction: {claim}", "Prove by induction that {claim}.",
        "Show by induction that {claim} for all n >= 1.",
        "Use mathematical induction to prove {claim}.",
        "Prove that {claim} for every positive integer n.",
        "Prove {claim} by mathematical induction.",
        "Show that {claim} for all positive integers n.", "Prove for all n >= 1: ${claim}$"},
       {"Give a proof by induction that {claim} for all n >= 1.",
        "By mathematical induction, prove that {claim} for all positive integers n."}},
      {{"用数学归纳法证明: {claim}", "用数学归纳法证明 {claim}.", "证明对所有正整数 n 有 {claim}.",
        "证明: {claim} (n >= 1).", "用归纳法证明 {claim} 对所有 n >= 1 成立.", "求证: {claim}",
        "请用归纳法证明 ${claim}$.", "对任意正整数 n, 证明 {claim}."},
       {"请证明 {claim} 对所有正整数 n 成立, 用数学归纳法.", "用数学归纳法求证 {claim}."}}};
  return asks;
}

// n(pn + q)/divisor as people write it: n^2 and 3n^2/2 where q is 0.
struct QuadraticSum {
  int64_t p, q, divisor;

  std::string Over(std::string_view text) const {
    return divisor == 1 ? std::string(text) : Cat(text, "/", divisor);
  }
  std::string At(std::string_view n) const {
    const std::string square = Cat(n, "^2");
    return Over(q == 0 ? SumText({{p, square}}) : Cat(n, "(", Linear(p, n, q), ")"));
  }
};

// (a + b) + (2a + b) + ... + (an + b) = n(an + a + 2b)/2, halved where a is even.
Problem WriteLinearSum(Rng& rng, Language language, Split split) {
  const auto [kind, a, b] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{0, rng.Int(1, 16), rng.Int(-9, 9)}; },
      [](int64_t, int64_t a, int64_t b) { return a + b >= 1 && (a % 2 == 0 || a <= 9); });
  const int64_t half = a % 2 == 0 ? 2 : 1;
  const QuadraticSum sum{a / half, (a + 2 * b) / half, 2 / half};
  const int64_t d = sum.divisor, p = sum.p, q = sum.q, first = a + b;
  const std::string last = b == 0 ? Linear(a, "n", 0) : Cat("(", Linear(a, "n", b), ")");
  const std::string claim = Cat(first, " + ", first + a, " + ... + ", last, " = ", sum.At("n"));
  const std::string base =
      q == 0 ? sum.Over(Cat(p, "*1^2")) : sum.Over(Cat("1*(", p, "*1", SignedTerm(q, ""), ")"));
  const std::string next = Linear(a, "k", first), factor = Linear(p, "k", p + q);
  const std::string numerator = SumText({{p, "k^2"}, {2 * p + q, "k"}, {p + q, ""}});
  return WrittenSumProof(
      language, Ask(rng, SumAsks(), split, language, {{"claim", claim}}),
      {Cat("n = 1: ", AddSteps(a, b), "; ", AddSteps(p, q),
           d == 1 ? "" : Cat("; ", Quotient(p + q, d))),
       Cat("n = k + 1: ", next),
       Cat(In(language, "left: ", "左边: "), Product(d, a), "; ", Product(d, first), "; ",
           AddSteps(q, d * a), "; ", numerator),
       Cat(In(language, "right: ", "右边: "), AddSteps(p, q), "; ", AddSteps(p, p + q),
           In(language, "; equal", "; 相等"))},
      Cat(first, " = ", base), [&](std::string_view n) { return sum.At(n); },
      Cat("(", next, ") = ", d == 1 ? numerator : sum.Over(Cat("(", numerator, ")")), " = ",
          sum.Over(Cat("(k + 1)(", factor, ")"))));
}

// A + Ar + ... + Ar^(n-1) = m(r^n - 1) with A = m(r - 1).
Problem WriteGeometricSum(Rng& rng, Language language, Split split) {
  const auto [kind, m, r] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{1, rng.Int(1, 12), rng.Int(2, 9)}; },
      [](int64_t, int64_t, int64_t) { return true; });
  const int64_t first = m * (r - 1);
  const std::string times = first == 1 ? "" : Cat(first, "*");
  const auto right = [m = m, r = r](std::string_view n) {
    return m == 1 ? Cat(r, "^", n, " - 1") : Cat(m, "(", r, "^", n, " - 1)");
  };
  const std::string claim =
      Cat(first, " + ", first * r, " + ... + ", times, r, "^{n-1} = ", right("n"));
  const std::string next = Cat(times, r, "^k"), collected = Cat(m + first, "*", r, "^k - ", m);
  return WrittenSumProof(
      language, Ask(rng, SumAsks(), split, language, {{"claim", claim}}),
      {Cat("n = 1: ", SubtractSteps(r, 1), "; ", Product(m, r - 1)), Cat("n = k + 1: ", next),
       Cat(In(language, "left: ", "左边: "), AddSteps(m, first), "; ", collected),
       Cat(In(language, "right: ", "右边: "), Product(m, r), "; ", collected)},
      Cat(first, " = ", m, "*(", r, " - 1)"), right,
      Cat(next, " = ", collected, " = ", right("{k+1}")));
}

// m*1^2 + m*2^2 + ... + m*n^2 = m*n(n + 1)(2n + 1)/6.
Problem WriteSquareSum(Rng& rng, Language language, Split split) {
  const auto [kind, m] = DrawInSplit(
      split, [&] { return std::array<int64_t, 2>{2, rng.Int(1, 30)}; },
      [](int64_t, int64_t) { return true; });
  const std::string times = m == 1 ? "" : Cat(m, "*");
  const auto right = [&](std::string_view n) {
    return Cat(times, n, "(", n, " + 1)(2", n, " + 1)/6");
  };
  const std::string claim =
      Cat(times, "1^2 + ", times, "2^2 + ... + ", times, "n^2 = ", right("n"));
  return WrittenSumProof(
      language, Ask(rng, SumAsks(), split, language, {{"claim", claim}}),
      {Cat("n = 1: 1*2*3/6 = 1; ", Product(m, 1)), Cat("n = k + 1: ", times, "(k + 1)^2"),
       "k(2k + 1) + 6(k + 1): 1 + 6 = 7; 2k^2 + 7k + 6",
       "(k + 2)(2k + 3): 3 + 4 = 7; 2k^2 + 7k + 6"},
      Cat(m, " = ", times, "1*2*3/6"), right,
      Cat(times, "(k + 1)^2 = ", times, "(k + 1)(k + 2)(2k + 3)/6"));
}

Problem WriteInductionSum(Rng& rng, Language language, Split split) {
  if (rng.Chance(0.7)) return WriteLinearSum(rng, language, split);
  return rng.Chance(0.75) ? WriteGeometricSum(rng, language, split)
                          : WriteSquareSum(rng, language, split);
}

const BilingualPhrasings& DivisibilityAsks() {
  static const BilingualPhrasings asks = {
      {{"Prove by induction that {m} divides {e} for all n >= 1.",
        "Prove by induction: {e} is divisible by {m}.",
        "Show by induction that {e} is divisible by {m} for all n >= 1.",
        "Use mathematical induction to prove that {e} is a multiple of {m}.",
        "Prove that {e} is divisible by {m} for every positive integer n.",
        "Show that {m} divides {e} for all positive integers n.",
        "Prove by mathematical induction that ${e}$ is divisible by ${m}$.",
        "For all n >= 1, prove that {e} is a multiple of {m}."},
       {"Give a proof by induction that {m} divides {e} for all positive integers n.",
        "By mathematical induction, prove that {e} is divisible by {m}."}},
      {{"用数学归纳法证明 {e} 能被 {m} 整除.", "证明: 对所有正整数 n, {e} 能被 {m} 整除.",
        "用归纳法证明 {m} 整除 {e} (n >= 1).", "求证: {e} 是 {m} 的倍数.",
        "证明 {e} 能被 {m} 整除, 其中 n >= 1.", "请用归纳法证明 ${e}$ 能被 ${m}$ 整除.",
        "用数学归纳法证明: {e} 是 {m} 的倍数.", "对任意正整数 n, 证明 {m} 整除 {e}."},
       {"请证明 {e} 能被 {m} 整除, 用数学归纳法.",
        "用数学归纳法求证: 对所有 n >= 1, {e} 是 {m} 的倍数."}}};
  return asks;
}

// m divides p^n + c, where m divides p - 1 and c + 1.
Problem WriteInductionDivisibility(Rng& rng, Language language, Split split) {
  const auto [m, t, j] = DrawInSplit(
      split, [&] { return std::array{rng.Int(2, 12), rng.Int(1, 24), rng.Int(-1, 2)}; },
      [](int64_t m, int64_t t, int64_t j) { return m * t < 50 && t + j >= 1; });
  const int64_t p = m * t + 1, c = m * j - 1;
  const auto expression = [&, p = p](std::string_view n) {
    return Cat(p, "^", n, SignedTerm(c, ""));
  };
  const int64_t rest = -c * t;  // p^(k+1) + c = p(p^k + c) + m*rest
  const std::string step =
      Cat(expression("{k+1}"), " = ", p, "(", expression("k"), ")", rest < 0 ? " - " : " + ", m,
          "*", std::abs(rest), " = ", m, "(", p, "q", SignedTerm(rest, ""), ")");
  return WrittenProof(
      language,
      Ask(rng, DivisibilityAsks(), split, language, {{"m", Cat(m)}, {"e", expression("n")}}),
      {Cat("n = 1: ", AddSteps(p, c), "; ", Quotient(p + c, m)),
       Cat(SubtractSteps(p, 1), "; ", Quotient(p - 1, m), "; ", Product(t, -c)), step},
      /*naming=*/"", Cat(p, SignedTerm(c, ""), " = ", p + c, " = ", m, "*", (p + c) / m),
      Cat(expression("k"), " = ", m, "q"), step, Cat(m, " | ", expression("n")));
}

}  // namespace

std::vector<const Family*> InductionFamilies() {
  static const ProofFamily sum("induction-sum",
                               "Prove by induction a formula for a sum of linear terms (a up to 9, "
                               "or 16 where even; |b| <= 9), of a "
                               "geometric series (ratio 2..9) or of multiples of squares",
                               &WriteInductionSum);
  static const ProofFamily divisibility(
      "induction-divisibility",
      "Prove by induction that m divides p^n + c, where m in 2..12 divides p - 1 and c + 1, p up "
      "to 50",
      &WriteInductionDivisibility);
  return {&sum, &divisibility};
}

}  // namespace lemma::train
