// Geometric sequences and series, term by term.
#include <array>
#include <cstdlib>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

const BilingualPhrasings& TermAsks() {
  static const BilingualPhrasings asks = {
      {{"A geometric sequence has first term {a} and common ratio {r}. Find term {n}.",
        "Find a_{n} of the geometric sequence with a_1 = {a} and r = {r}.",
        "In a geometric sequence the first term is {a} and the ratio is {r}. What is the term "
        "number {n}?",
        "Geometric sequence: $a_1 = {a}$, $r = {r}$. Find a_{n}."},
       {"What is term {n} of a geometric sequence with first term {a} and common ratio {r}?"}},
      {{"等比数列的首项是 {a}, 公比是 {r}, 求第 {n} 项.",
        "已知等比数列 a_1 = {a}, q = {r}, 求 a_{n}.",
        "首项为 {a}, 公比为 {r} 的等比数列, 第 {n} 项是多少?",
        "等比数列中 $a_1 = {a}$, $q = {r}$, 求 a_{n}."},
       {"已知等比数列首项 {a}, 公比 {r}, 它的第 {n} 项等于多少?"}}};
  return asks;
}

const BilingualPhrasings& SumAsks() {
  static const BilingualPhrasings asks = {
      {{"A geometric sequence has first term {a} and common ratio {r}. Find the sum of the first "
        "{n} terms.",
        "Find S_{n} of the geometric sequence with a_1 = {a} and r = {r}.",
        "The first term of a geometric series is {a} and the ratio is {r}. Add the first {n} "
        "terms.",
        "Geometric series: $a_1 = {a}$, $r = {r}$. Find S_{n}."},
       {"What is the sum of the first {n} terms of a geometric sequence with first term {a} and "
        "common ratio {r}?"}},
      {{"等比数列的首项是 {a}, 公比是 {r}, 求前 {n} 项和.",
        "已知等比数列 a_1 = {a}, q = {r}, 求 S_{n}.",
        "首项为 {a}, 公比为 {r} 的等比数列, 前 {n} 项的和是多少?",
        "等比数列中 $a_1 = {a}$, $q = {r}$, 求 S_{n}."},
       {"已知等比数列首项 {a}, 公比 {r}, 它的前 {n} 项之和等于多少?"}}};
  return asks;
}

constexpr int64_t kFactorMax = 60;   // the next term is two digits times one,
constexpr int64_t kDoubledMax = 99;  // or a doubling

bool StaysSmall(int64_t first, int64_t ratio, int64_t count) {
  int64_t term = first;
  for (int64_t i = 1; i < count; ++i) {
    if (std::abs(term) > (std::abs(ratio) == 2 ? kDoubledMax : kFactorMax)) return false;
    term *= ratio;
  }
  return true;
}

Problem WriteGeometric(Rng& rng, Language language, Split split) {
  const int64_t asks_sum = rng.Int(0, 1);
  const auto [a, r, n] = DrawInSplit(
      split, [&] { return std::array{NonZero(rng, -9, 24), NonZero(rng, -4, 6), rng.Int(3, 6)}; },
      [](int64_t a, int64_t r, int64_t n) { return r != 1 && r != -1 && StaysSmall(a, r, n); });
  std::vector<int64_t> terms = {a};
  std::vector<std::string> thinking = {
      Cat("a_1 = ", a, In(language, "; r = ", "; q = "), r, "; n = ", n)};
  for (int64_t i = 2; i <= n; ++i) {
    thinking.push_back(Cat("a_", i, ": ", Product(terms.back(), r)));
    terms.push_back(terms.back() * r);
  }
  std::vector<std::string> steps = {
      Cat(In(language, "Multiply by ", "每次乘以 "), r, ": ", Join(terms))};
  int64_t answer = terms.back();
  if (asks_sum == 1) {
    answer = 0;
    std::vector<Term> sum;
    for (const int64_t term : terms) {
      sum.emplace_back(term, "");
      answer += term;
    }
    thinking.push_back(SumSteps(terms));
    steps.push_back(Cat(In(language, "Sum: ", "求和: "), SumText(sum), " = ", answer));
  } else {
    steps.push_back(Cat(In(language, "Term ", "第 "), n, In(language, ": ", " 项: "), answer));
  }
  return WorkedProblem(language,
                       Ask(rng, asks_sum == 1 ? SumAsks() : TermAsks(), split, language,
                           {{"a", Cat(a)}, {"r", Cat(r)}, {"n", Cat(n)}}),
                       thinking, steps, Cat(answer));
}

}  // namespace

std::vector<const Family*> GeometricSequenceFamilies() {
  static const MathFamily geometric(
      "geometric-sequence",
      "Term n, or the sum of the first n terms, of a geometric sequence: first term -9..24, ratio "
      "-4..6, n in 3..6, terms up to 360",
      &WriteGeometric);
  return {&geometric};
}

}  // namespace lemma::train
