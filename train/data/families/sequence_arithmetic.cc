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
      {{"[Find|Compute] term {n} of the arithmetic sequence {terms}, ...",
        "What is the term number {n} of the sequence {terms}, ...?",
        "The arithmetic sequence {terms}, ... is given. Find a_{n}.",
        "{terms}, ... is an arithmetic sequence. What is its term {n}?",
        "An arithmetic sequence [begins|starts with] {terms}. What is a_{n}?",
        "If {terms}, ... go on with equal steps, [which|what] number is in position {n}?",
        "[Determine|Give] a_{n} for the arithmetic sequence {terms}, ...",
        "Which number has place {n} in the arithmetic sequence {terms}, ...?",
        "In the sequence {terms}, ... the difference of neighbours is constant. Find term {n}.",
        "Given the arithmetic [sequence|progression] {terms}, ..., find its term {n}.",
        "Term {n} of {terms}, ...?", "What is a_{n} in the arithmetic progression {terms}, ...?"},
       {"What is term {n} in the arithmetic sequence {terms}, ...?"}},
      {{"求等差数列 {terms}, ... 的第 {n} 项.", "等差数列 {terms}, ... 的第 {n} 项是多少?",
        "已知等差数列 {terms}, ..., 求 a_{n}.", "{terms}, ... 是等差数列, 它的第 {n} 项是几?",
        "一个等差数列[开头|前四项]是 {terms}, 第 {n} 项等于多少?",
        "等差数列 {terms}, ... 中, a_{n} 是多少?",
        "[数列|一列数] {terms}, ... 相邻两项的差相同, 求第 {n} 个数.",
        "如果等差数列是 {terms}, ..., 那么第 {n} 项是多少?",
        "[计算|求出]数列 {terms}, ... (等差) 的第 {n} 项.", "等差数列 {terms}, ..., a_{n} = ?",
        "在 {terms}, ... 这个等差数列里, 第 {n} 个数是几?"},
       {"在等差数列 {terms}, ... 中, 第 {n} 项等于多少?"}}};
  return asks;
}

const BilingualPhrasings& GivenTermAsks() {
  static const BilingualPhrasings asks = {
      {{"An arithmetic sequence has first term {a} and common difference {d}. [Find|Compute] term "
        "{n}.",
        "Find a_{n} of the arithmetic sequence with a_1 = {a} and d = {d}.",
        "The first term is {a} and the common difference is {d}. What is the term number {n}?",
        "In an arithmetic sequence $a_1 = {a}$, $d = {d}$. Find a_{n}.",
        "If an arithmetic sequence has common difference {d} and first term {a}, what is term {n}?",
        "Given a_1 = {a} and d = {d}, [determine|find] a_{n} of the arithmetic sequence.",
        "What is a_{n}, if an arithmetic sequence starts with {a} and the common difference is "
        "{d}?",
        "A sequence starts at {a} and changes by {d} at each step. Which number is term {n}?",
        "Find term {n} of an arithmetic [sequence|progression] whose difference is {d} and whose "
        "first term is {a}.",
        "Arithmetic sequence, first term {a}, difference {d}: term {n}?",
        "The common difference of an arithmetic [sequence|progression] is {d}, its first term is "
        "{a}. Give the term in position {n}."},
       {"What is term {n} of an arithmetic sequence with first term {a} and common difference "
        "{d}?"}},
      {{"等差数列的首项是 {a}, 公差是 {d}, 求第 {n} 项.",
        "已知等差数列 a_1 = {a}, d = {d}, 求 a_{n}.",
        "首项为 {a}, 公差为 {d} 的等差数列, 第 {n} 项是多少?",
        "等差数列中 $a_1 = {a}$, $d = {d}$, 求 a_{n}.",
        "如果等差数列的公差为 {d}, 首项为 {a}, 那么第 {n} 项等于多少?",
        "求公差为 {d}, 首项为 {a} 的等差数列的第 {n} 项.",
        "一个等差数列公差 {d}, 首项 {a}, 求它的第 {n} 项.",
        "[已知|若] a_1 = {a}, 公差 d = {d}, 则 a_{n} 是多少?",
        "一列数从 {a} 开始, 后一个数减前一个数都是 {d}, 第 {n} 个数是几?",
        "等差数列, 首项 {a}, 公差 {d}, a_{n} = ?",
        "等差数列的第一项等于 {a}, 公差等于 {d}, 它的第 {n} 项是[几|多少]?"},
       {"已知等差数列首项 {a}, 公差 {d}, 它的第 {n} 项等于多少?"}}};
  return asks;
}

const BilingualPhrasings& SeatAsks() {
  static const BilingualPhrasings asks = {
      {{"The first row of a [theatre|cinema|stadium] has {a} seats and each next row has {d} more. "
        "How many seats are in row {n}?",
        "[Tom|Anna|A student] reads {a} pages on day 1 and {d} more each day. How many pages are "
        "read on day {n}?",
        "A [worker|baker|machine] makes {a} [parts|toys|loaves] on the first day and {d} more each "
        "next day. How many are made on day {n}?",
        "In week 1 [Mia|Ben|a family] saves {a} dollars, and each week {d} dollars more than the "
        "week before. How many dollars are saved in week {n}?",
        "A plant is {a} cm high in week 1 and grows {d} cm each week. How high is it in week {n}?",
        "If a stack has {a} [cans|bricks|logs] in its top layer and each layer has {d} more than "
        "the one above, how many has layer {n}?",
        "Every row of a hall has {d} seats more than the row before it; the first one has {a}. How "
        "many seats has row {n}?",
        "Row {n} of a garden has how many [flowers|trees|plants], if row 1 has {a} and every next "
        "row has {d} more?",
        "[Lena|Max|A runner] runs {a} minutes on the first day. Every next day it is {d} minutes "
        "more. "
        "How many minutes is it on day {n}?",
        "A shop sells {a} [lamps|phones|bikes] in month 1 and then {d} more in each month. How "
        "many does it sell in month {n}?"},
       {"A hall has {a} seats in the first row and {d} more in each next row. How many seats has "
        "row {n}?"}},
      {{"[剧院|电影院|体育馆]第 1 排有 {a} 个座位, 每一排比前一排多 {d} 个, 第 {n} 排有多少个座位?",
        "[小明|小红|小刚]第 1 天读 {a} 页书, 以后每天比前一天多读 {d} 页, 第 {n} 天读多少页?",
        "[工人|机器|师傅]第 1 天做 {a} 个零件, 后面每天多做 {d} 个, 第 {n} 天做几个零件?",
        "小丽第 1 周存 {a} 元, 每周比上一周多存 {d} 元, 问她第 {n} 周存多少元?",
        "一株[小树|竹子|花苗]第 1 周高 {a} 厘米, 每周长高 {d} 厘米, 第 {n} 周高多少厘米?",
        "一堆[木头|砖|罐头]最上层有 {a} 个, 往下每层多 {d} 个, 第 {n} 层有几个?",
        "礼堂每排都比前一排多 {d} 个座位, 第 1 排有 {a} 个. 求第 {n} 排的座位数.",
        "花园第 {n} 行有多少棵[花|树|菜], 如果第 1 行有 {a} 棵, 以后每行多 {d} 棵?",
        "[小军|小华|爸爸]第 1 天跑 {a} 分钟, 每天增加 {d} 分钟, 问第 {n} 天跑几分钟?",
        "商店第 1 个月卖出 {a} 件[衣服|商品|玩具], 每个月比前一个月多卖 {d} 件, 第 {n} "
        "个月卖多少件?"},
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
      {Cat("a_1 = ", a, "; d = ", difference), Cat("n = ", n, "; a_n = a_1 + (n - 1)*d"),
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
        "The sequence {terms}, ... is arithmetic. Find S_{n}.",
        "An arithmetic sequence [begins|starts with] {terms}. What is the sum of its first {n} "
        "terms?",
        "If you add up the first {n} numbers of {terms}, ..., what do you get?",
        "Compute S_{n} for the arithmetic [series|sequence|progression] {terms}, ...",
        "Given the arithmetic sequence {terms}, ..., [find|determine] the total of the first {n} "
        "terms.",
        "In the arithmetic sequence {terms}, ..., what do the first {n} terms add up to?",
        "How much are the first {n} terms of the arithmetic [sequence|progression] {terms}, ... "
        "together?",
        "{terms}, ...: sum of the first {n} terms?"},
       {"Compute the sum of the first {n} terms in the arithmetic sequence {terms}, ..."}},
      {{"求等差数列 {terms}, ... 的前 {n} 项和.", "等差数列 {terms}, ... 前 {n} 项的和是多少?",
        "已知等差数列 {terms}, ..., 求 S_{n}.", "计算 {terms}, ... 的前 {n} 项之和.",
        "一个等差数列[开头|前四项]是 {terms}, 它的前 {n} 项和是多少?",
        "把等差数列 {terms}, ... 的前 {n} 项[加起来|相加], 结果等于多少?",
        "等差数列 {terms}, ... 中, S_{n} 等于多少?",
        "如果等差数列是 {terms}, ..., 那么前 {n} 项一共是多少?",
        "{terms}, ... 是等差数列, 求它前 {n} 个数的和.", "等差数列 {terms}, ..., S_{n} = ?",
        "[求出|算出]数列 {terms}, ... (等差) 前 {n} 项的总和."},
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
        "[Anna|Tom|A family] saves {a} dollars in week 1 and {d} more each week. How much is saved "
        "after {n} weeks in total?",
        "If the common difference of an arithmetic sequence is {d} and its first term is {a}, what "
        "is the sum of the first {n} terms?",
        "Given a_1 = {a} and d = {d}, [compute|find] S_{n} of the arithmetic sequence.",
        "What do the first {n} terms of an arithmetic [sequence|progression] add up to, if it "
        "starts with {a} and the difference is {d}?",
        "Arithmetic [series|sequence], first term {a}, difference {d}: sum of {n} terms?",
        "Add the first {n} terms of the arithmetic sequence with difference {d} and first term "
        "{a}.",
        "A [worker|baker|machine] makes {a} [parts|toys|loaves] on the first day and {d} more each "
        "next day. How many are made in the first {n} days altogether?",
        "[Ben|Mia|A student] reads {a} pages on day 1 and {d} more each day. What is the total "
        "number of pages in {n} days?",
        "A stack has {a} [cans|bricks|logs] in its top layer and each layer has {d} more than the "
        "one above. How many are in all {n} layers?"},
       {"What is the sum of the first {n} terms of an arithmetic sequence with first term {a} and "
        "common difference {d}?"}},
      {{"等差数列的首项是 {a}, 公差是 {d}, 求前 {n} 项和.",
        "已知等差数列 a_1 = {a}, d = {d}, 求 S_{n}.",
        "[剧院|电影院|体育馆]第 1 排有 {a} 个座位, 每一排比前一排多 {d} 个, 前 {n} "
        "排一共有多少个座位?",
        "[小红|小明|小刚]第 1 周存 {a} 元, 以后每周比前一周多存 {d} 元, {n} 周一共存多少元?",
        "如果等差数列的公差为 {d}, 首项为 {a}, 那么前 {n} 项之和等于多少?",
        "求公差为 {d}, 首项为 {a} 的等差数列的前 {n} 项的和.",
        "等差数列公差 {d}, 首项 {a}, 它前 {n} 项的和是多少?",
        "[已知|若] a_1 = {a}, 公差 d = {d}, 则等差数列的 S_{n} 是多少?",
        "等差数列, 首项 {a}, 公差 {d}, 前 {n} 项和 = ?",
        "[工人|机器|师傅]第 1 天做 {a} 个零件, 后面每天多做 {d} 个, 前 {n} 天共做多少个零件?",
        "[小军|小丽|小华]第 1 天读 {a} 页, 每天多读 {d} 页, {n} 天总共读多少页?",
        "一堆[木头|砖|罐头]最上层有 {a} 个, 往下每层多 {d} 个, {n} 层合计有多少个?"},
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
       Cat("n = ", n, "; S_n = n*(a_1 + a_n)/2"), TermSteps(a, d, n), AddSteps(a, last),
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
