// Arithmetic sequences and series.
#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

// "3, 7, 11, 15": the first four terms.
std::string FirstTerms(int64_t first, int64_t difference) {
  std::vector<int64_t> terms;
  for (int64_t i = 0; i < 4; ++i) terms.push_back(first + i * difference);
  return Join(terms);
}

// "3 + 19*4 = ..." in two chains, the value of the term with this number.
std::string TermSteps(int64_t first, int64_t difference, int64_t number) {
  const int64_t jump = (number - 1) * difference;
  return Cat(number, " - 1 = ", number - 1, "; ", Product(number - 1, difference), "; ",
             AddSteps(first, jump));
}

const BilingualPhrasings& ListedTermAsks() {
  static const BilingualPhrasings asks = {
      {{"Find term {n} of the arithmetic sequence {terms}, ...",
        "What is the term number {n} of the sequence {terms}, ...?",
        "The arithmetic sequence {terms}, ... is given. Find a_{n}.",
        "{terms}, ... is an arithmetic sequence. What is its term {n}?"},
       {"What is term {n} in the arithmetic sequence {terms}, ...?"}},
      {{"求等差数列 {terms}, ... 的第 {n} 项.", "等差数列 {terms}, ... 的第 {n} 项是多少?",
        "已知等差数列 {terms}, ..., 求 a_{n}.", "{terms}, ... 是等差数列, 它的第 {n} 项是几?"},
       {"在等差数列 {terms}, ... 中, 第 {n} 项等于多少?"}}};
  return asks;
}

const BilingualPhrasings& GivenTermAsks() {
  static const BilingualPhrasings asks = {
      {{"An arithmetic sequence has first term {a} and common difference {d}. Find term {n}.",
        "Find a_{n} of the arithmetic sequence with a_1 = {a} and d = {d}.",
        "The first term is {a} and the common difference is {d}. What is the term number {n}?",
        "In an arithmetic sequence $a_1 = {a}$, $d = {d}$. Find a_{n}."},
       {"What is term {n} of an arithmetic sequence with first term {a} and common difference "
        "{d}?"}},
      {{"等差数列的首项是 {a}, 公差是 {d}, 求第 {n} 项.",
        "已知等差数列 a_1 = {a}, d = {d}, 求 a_{n}.",
        "首项为 {a}, 公差为 {d} 的等差数列, 第 {n} 项是多少?",
        "等差数列中 $a_1 = {a}$, $d = {d}$, 求 a_{n}."},
       {"已知等差数列首项 {a}, 公差 {d}, 它的第 {n} 项等于多少?"}}};
  return asks;
}

const BilingualPhrasings& SeatAsks() {
  static const BilingualPhrasings asks = {
      {{"The first row of a theatre has {a} seats and each next row has {d} more. How many seats "
        "are in row {n}?",
        "Tom reads {a} pages on day 1 and {d} more each day. How many pages does he read on day "
        "{n}?"},
       {"A hall has {a} seats in the first row and {d} more in each next row. How many seats has "
        "row {n}?"}},
      {{"剧院第 1 排有 {a} 个座位, 每一排比前一排多 {d} 个, 第 {n} 排有多少个座位?",
        "小明第 1 天读 {a} 页书, 以后每天比前一天多读 {d} 页, 第 {n} 天读多少页?"},
       {"礼堂第 1 排有 {a} 个座位, 后面每排多 {d} 个, 问第 {n} 排有几个座位?"}}};
  return asks;
}

Problem WriteTerm(Rng& rng, Language language, Split split) {
  const auto [a, d, n] = DrawInSplit(
      split, [&] { return std::array{rng.Int(-20, 40), NonZero(rng, -9, 9), rng.Int(6, 40)}; },
      [](int64_t, int64_t, int64_t) { return true; });
  const bool story = a > 0 && d > 0 && rng.Chance(0.3);
  const bool listed = !story && rng.Chance(0.5);
  const int64_t value = a + (n - 1) * d;
  const Variables given = {{"a", Cat(a)}, {"d", Cat(d)}, {"n", Cat(n)}};
  const std::string question = story    ? Ask(rng, SeatAsks(), split, language, given)
                               : listed ? Ask(rng, ListedTermAsks(), split, language,
                                              {{"terms", FirstTerms(a, d)}, {"n", Cat(n)}})
                                        : Ask(rng, GivenTermAsks(), split, language, given);
  const std::string difference = listed ? SubtractSteps(a + d, a) : Cat(d);
  return WorkedProblem(
      language, question,
      {Cat("a_1 = ", a, "; d = ", difference), Cat("n = ", n, "; a_1 + (n - 1)*d"),
       TermSteps(a, d, n)},
      {Cat(In(language, "First term and difference: ", "首项和公差: "), "a_1 = ", a, ", d = ", d),
       Cat("a_n = a_1 + (n - 1)*d = ", a, " + ", n - 1, "*", Bracketed(d)),
       Cat(a, SignedTerm((n - 1) * d, ""), " = ", value)},
      Cat(value));
}

const BilingualPhrasings& ListedSumAsks() {
  static const BilingualPhrasings asks = {
      {{"Find the sum of the first {n} terms of the arithmetic sequence {terms}, ...",
        "What is the sum of the first {n} terms of {terms}, ...?",
        "Add the first {n} terms of the arithmetic sequence {terms}, ...",
        "The sequence {terms}, ... is arithmetic. Find S_{n}."},
       {"Compute the sum of the first {n} terms in the arithmetic sequence {terms}, ..."}},
      {{"求等差数列 {terms}, ... 的前 {n} 项和.", "等差数列 {terms}, ... 前 {n} 项的和是多少?",
        "已知等差数列 {terms}, ..., 求 S_{n}.", "计算 {terms}, ... 的前 {n} 项之和."},
       {"等差数列 {terms}, ... 的前 {n} 项和等于多少?"}}};
  return asks;
}

const BilingualPhrasings& GivenSumAsks() {
  static const BilingualPhrasings asks = {
      {{"An arithmetic sequence has first term {a} and common difference {d}. Find the sum of the "
        "first {n} terms.",
        "Find S_{n} of the arithmetic sequence with a_1 = {a} and d = {d}.",
        "The first row has {a} seats and each next row has {d} more. How many seats are in the "
        "first {n} rows together?",
        "Anna saves {a} dollars in week 1 and {d} more each week. How much has she saved after "
        "{n} weeks in total?"},
       {"What is the sum of the first {n} terms of an arithmetic sequence with first term {a} and "
        "common difference {d}?"}},
      {{"等差数列的首项是 {a}, 公差是 {d}, 求前 {n} 项和.",
        "已知等差数列 a_1 = {a}, d = {d}, 求 S_{n}.",
        "剧院第 1 排有 {a} 个座位, 每一排比前一排多 {d} 个, 前 {n} 排一共有多少个座位?",
        "小红第 1 周存 {a} 元, 以后每周比前一周多存 {d} 元, {n} 周一共存多少元?"},
       {"首项为 {a}, 公差为 {d} 的等差数列, 前 {n} 项的和是多少?"}}};
  return asks;
}

// n*(a_1 + a_n)/2: whichever factor is even is halved first.
Problem WriteSum(Rng& rng, Language language, Split split) {
  const auto [a, d, n] = DrawInSplit(
      split, [&] { return std::array{rng.Int(1, 20), rng.Int(2, 9), rng.Int(5, 18)}; },
      [](int64_t, int64_t, int64_t n) { return n % 2 == 0 || n <= 9; });
  const int64_t last = a + (n - 1) * d, both = a + last;
  const bool even_count = n % 2 == 0;
  const int64_t factor1 = even_count ? both : both / 2, factor2 = even_count ? n / 2 : n;
  const bool listed = rng.Chance(0.5);
  const std::string question = listed ? Ask(rng, ListedSumAsks(), split, language,
                                            {{"terms", FirstTerms(a, d)}, {"n", Cat(n)}})
                                      : Ask(rng, GivenSumAsks(), split, language,
                                            {{"a", Cat(a)}, {"d", Cat(d)}, {"n", Cat(n)}});
  const int64_t sum = factor1 * factor2;
  return WorkedProblem(
      language, question,
      {Cat("a_1 = ", a, "; d = ", listed ? SubtractSteps(a + d, a) : Cat(d)),
       Cat("n = ", n, "; ", TermSteps(a, d, n)), Cat("n*(a_1 + a_n)/2; ", AddSteps(a, last)),
       even_count ? Quotient(n, 2) : Quotient(both, 2), MultiplySteps(factor1, factor2)},
      {Cat(In(language, "Last term: ", "末项: "), "a_n = ", a, " + ", n - 1, "*", d, " = ", last),
       Cat(In(language, "Sum: ", "求和: "), n, "*(", a, " + ", last, ")/2 = ", factor1, "*",
           factor2, " = ", sum)},
      Cat(sum));
}

}  // namespace

std::vector<const Family*> ArithmeticSequenceFamilies() {
  static const MathFamily term(
      "arithmetic-sequence-term",
      "Term n of an arithmetic sequence: first term -20..40, |d| <= 9, n in 6..40", &WriteTerm);
  static const MathFamily sum(
      "arithmetic-series",
      "The sum of the first n terms of an arithmetic sequence: first term up to 20, d in 2..9, n "
      "in 5..18",
      &WriteSum);
  return {&term, &sum};
}

}  // namespace lemma::train
