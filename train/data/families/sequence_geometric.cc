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
      {{"A geometric sequence has first term {a} and common ratio {r}. [Find|Compute] term {n}.",
        "Find a_{n} of the geometric sequence with a_1 = {a} and r = {r}.",
        "In a geometric sequence the first term is {a} and the ratio is {r}. What is the term "
        "number {n}?",
        "Geometric sequence: $a_1 = {a}$, $r = {r}$. Find a_{n}.",
        "If the common ratio of a geometric sequence is {r} and its first term is {a}, what is "
        "term {n}?",
        "Given a_1 = {a} and r = {r}, [determine|find] a_{n} of the geometric sequence.",
        "A sequence starts at {a} and each term is {r} times the one before. Which number is term "
        "{n}?",
        "What is a_{n}, if a geometric [sequence|progression] starts with {a} and the common ratio "
        "is {r}?",
        "Find term {n} of a geometric [sequence|progression] whose ratio is {r} and whose first "
        "term is {a}.",
        "Geometric sequence, first term {a}, ratio {r}: term {n}?",
        "Start with {a} and multiply by {r} again and again. What number is in position {n}, if "
        "{a} is in the first?"},
       {"What is term {n} of a geometric sequence with first term {a} and common ratio {r}?"}},
      {{"等比数列的首项是 {a}, 公比是 {r}, 求第 {n} 项.",
        "已知等比数列 a_1 = {a}, q = {r}, 求 a_{n}.",
        "首项为 {a}, 公比为 {r} 的等比数列, 第 {n} 项是多少?",
        "等比数列中 $a_1 = {a}$, $q = {r}$, 求 a_{n}.",
        "如果等比数列的公比为 {r}, 首项为 {a}, 那么第 {n} 项等于多少?",
        "求公比为 {r}, 首项为 {a} 的等比数列的第 {n} 项.",
        "一个等比数列公比 {r}, 首项 {a}, 求它的第 {n} 项.",
        "[已知|若]等比数列的 a_1 = {a}, 公比 q = {r}, 则 a_{n} 是多少?",
        "一列数从 {a} 开始, 每个数乘以 {r} 得到下一个数, 第 {n} 个数是几?",
        "等比数列, 首项 {a}, 公比 {r}, a_{n} = ?",
        "等比数列的第一项等于 {a}, 公比等于 {r}, 它的第 {n} 项是[几|多少]?"},
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
        "Geometric series: $a_1 = {a}$, $r = {r}$. Find S_{n}.",
        "If the common ratio of a geometric sequence is {r} and its first term is {a}, what is the "
        "sum of the first {n} terms?",
        "Given a_1 = {a} and r = {r}, [compute|find] S_{n} of the geometric series.",
        "A sequence starts at {a} and each term is {r} times the one before. What is the sum of "
        "its first {n} terms?",
        "What do the first {n} terms of a geometric [sequence|progression] add up to, if it starts "
        "with {a} and the common ratio is {r}?",
        "Add up the first {n} terms of a geometric [sequence|progression] whose ratio is {r} and "
        "whose first term is {a}.",
        "Geometric sequence, first term {a}, ratio {r}: sum of {n} terms?",
        "[Compute|Determine] the total sum of the first {n} terms of the geometric series with "
        "ratio {r} and first term {a}."},
       {"What is the sum of the first {n} terms of a geometric sequence with first term {a} and "
        "common ratio {r}?"}},
      {{"等比数列的首项是 {a}, 公比是 {r}, 求前 {n} 项和.",
        "已知等比数列 a_1 = {a}, q = {r}, 求 S_{n}.",
        "首项为 {a}, 公比为 {r} 的等比数列, 前 {n} 项的和是多少?",
        "等比数列中 $a_1 = {a}$, $q = {r}$, 求 S_{n}.",
        "如果等比数列的公比为 {r}, 首项为 {a}, 那么前 {n} 项之和等于多少?",
        "求公比为 {r}, 首项为 {a} 的等比数列的前 {n} 项之和.",
        "一个等比数列公比 {r}, 首项 {a}, 把它的前 {n} 项加起来是多少?",
        "[已知|若]等比数列的 a_1 = {a}, 公比 q = {r}, 则 S_{n} 是多少?",
        "一列数从 {a} 开始, 每个数乘以 {r} 得到下一个数, 前 {n} 个数的和是多少?",
        "等比数列, 首项 {a}, 公比 {r}, 前 {n} 项和 = ?",
        "等比数列的第一项等于 {a}, 公比等于 {r}, 它前 {n} 项的和是[几|多少]?"},
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
  std::vector<std::string> thinking = {Cat("a_1 = ", a, In(language, "; r = ", "; q = "), r,
                                           "; n = ", n, asks_sum == 1 ? "; S_n" : "; a_n")};
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
