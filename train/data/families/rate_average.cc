// Means and medians.
#include <algorithm>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

bool ListInSplit(const std::vector<int64_t>& numbers, Split split) {
  uint64_t hash = 0;
  for (const int64_t number : numbers) hash = HashOf({static_cast<int64_t>(hash), number});
  return InSplit(hash, split);
}

const BilingualPhrasings& MeanAsks() {
  static const BilingualPhrasings asks = {
      {{"Find the mean of {list}.", "What is the average of {list}?",
        "Compute the arithmetic mean: {list}", "Calculate the average of the numbers {list}.",
        "The [scores|results|marks] are {list}. What is the average?",
        "The daily temperatures were {list}. Find the mean.", "{list}: what is the [mean|average]?",
        "If the ages of some [friends|children|players] are {list}, what is their mean age?",
        "The numbers of [books|cakes|tickets] sold on different days were {list}. What is the mean "
        "number per day?",
        "Given the numbers {list}, find their [mean|average].",
        "Add the numbers {list} and divide by how many there are. What is the mean?"},
       {"What is the mean of the numbers {list}?"}},
      {{"求 {list} 的平均数.", "{list} 的平均值是多少?", "计算平均数: {list}",
        "求这些数的算术平均数: {list}", "几次[测验|比赛|考试]的成绩是 {list}, 平均成绩是多少?",
        "每天的气温是 {list}, 求平均气温.",
        "每天卖出的[蛋糕|报纸|门票]数是 {list}, 平均每天卖出多少?",
        "这些数是 {list}, 它们的平均数为多少?", "把 {list} 相加再除以个数, 得到的平均数是几?",
        "如果几个[朋友|学生|孩子]的年龄是 {list}, 那么他们的平均年龄是多少?"},
       {"{list} 这些数的平均数是多少?"}}};
  return asks;
}

const BilingualPhrasings& MissingAsks() {
  static const BilingualPhrasings asks = {
      {{"The mean of {n} numbers is {mean}. The others are {list}. Find the missing number.",
        "{n} numbers have the average {mean}. All but one are {list}. What is the missing one?",
        "After {n} [tests|games|rounds] the average is {mean}. The other scores are {list}. Find "
        "the missing score.",
        "The numbers {list} and one missing number have the mean {mean}; there are {n} numbers in "
        "all. Find the missing number.",
        "What number is missing if {n} numbers have an average of {mean} and the others are "
        "{list}?",
        "[Tom|Mia|Ava] has an average of {mean} after {n} [games|rounds|tests]. In all but one the "
        "scores were {list}. What is the missing score?",
        "[Find|Determine] the missing number: {list} and one more make {n} numbers with the "
        "average {mean}.",
        "Given that the average of {n} numbers is {mean} and all but one of them are {list}, what "
        "is the last one?",
        "One of {n} [weights|lengths|prices] is [missing|unknown]. The others are {list} and the "
        "mean of all is {mean}. What is the missing one?",
        "Mean {mean}, {n} numbers, known: {list}. Missing number?"},
       {"The average of {n} numbers is {mean} and the others are {list}. What is the missing "
        "number?"}},
      {{"{n} 个数的平均数是 {mean}, 其余的数是 {list}, 求缺少的那个数.",
        "{n} 个数的平均值为 {mean}, 已知其中 {list}, 剩下的一个数是多少?",
        "{n} 次[测验|比赛]平均 {mean} 分, 其余几次是 {list}, 求缺少的一次成绩.",
        "缺少的那个数是多少? 一共 {n} 个数, 平均数为 {mean}, 其余是 {list}.",
        "除一个数外, 其余的数是 {list}, 这 {n} 个数的平均数是 {mean}, 求剩下的那个数.",
        "如果 {list} 再加上一个数, 共 {n} 个数的平均数为 {mean}, 那么这个数是多少?",
        "[小明|小红|李雷] {n} 次[测验|比赛]的平均成绩是 {mean}, 已知其余几次为 {list}, "
        "缺少的那次是多少?",
        "已知平均数 {mean}, 数的个数 {n}, 知道的数有 {list}, 缺少的数是多少?",
        "{n} 个[箱子|西瓜|零件]平均重 {mean} 千克, 其余几个重 {list} 千克, 剩下的一个重多少千克?",
        "[求|找出]缺少的数: {list} 和它一共 {n} 个, 平均值是 {mean}."},
       {"已知 {n} 个数的平均数为 {mean}, 其余的数是 {list}, 缺少的那个数是多少?"}}};
  return asks;
}

// 3 to 6 numbers whose mean is an integer.
std::vector<int64_t> DrawWithMean(Rng& rng, Split split) {
  const auto count = static_cast<size_t>(rng.Int(3, 6));
  for (;;) {
    std::vector<int64_t> numbers(count);
    int64_t sum = 0;
    for (int64_t& number : numbers) sum += number = rng.Int(1, 60);
    numbers.back() += static_cast<int64_t>(count) - sum % static_cast<int64_t>(count);
    if (ListInSplit(numbers, split)) return numbers;
  }
}

Problem WriteMean(Rng& rng, Language language, Split split) {
  std::vector<int64_t> numbers = DrawWithMean(rng, split);
  const auto n = static_cast<int64_t>(numbers.size());
  int64_t sum = 0;
  for (const int64_t number : numbers) sum += number;
  const int64_t mean = sum / n;
  if (rng.Chance(0.7)) {
    return WorkedProblem(
        language, Ask(rng, MeanAsks(), split, language, {{"list", Join(numbers)}}),
        {SumSteps(numbers), Cat("n = ", n), ExactDivideSteps(sum, n)},
        {Cat(In(language, "Sum: ", "总和: "), Join(numbers, " + "), " = ", sum),
         Cat(In(language, "Divide by ", "除以 "), n, ": ", sum, "/", n, " = ", mean)},
        Cat(mean));
  }
  const int64_t missing = numbers.back();
  numbers.pop_back();
  const int64_t known = sum - missing;
  return WorkedProblem(
      language,
      Ask(rng, MissingAsks(), split, language,
          {{"n", Cat(n)}, {"mean", Cat(mean)}, {"list", Join(numbers)}}),
      {Cat("n = ", n, ", m = ", mean), MultiplySteps(mean, n), SumSteps(numbers),
       SubtractSteps(sum, known)},
      {Cat(In(language, "Total: ", "总和: "), mean, "*", n, " = ", sum),
       Cat(In(language, "Known: ", "已知之和: "), Join(numbers, " + "), " = ", known),
       Cat(In(language, "Missing: ", "缺少的数: "), sum, " - ", known, " = ", missing)},
      Cat(missing));
}

const BilingualPhrasings& MedianAsks() {
  static const BilingualPhrasings asks = {
      {{"Find the median of {list}.", "What is the median of {list}?", "Compute the median: {list}",
        "Determine the median of the numbers {list}.",
        "The scores are {list}. What is the median score?", "{list}: what is the median?",
        "Find the median of the data {list}.", "The ages are {list}. Find the median age.",
        "Sort the numbers {list}. What is their median?",
        "If the [prices|weights|lengths] are {list}, what is the median?"},
       {"What is the median of the numbers {list}?", "For the data {list}, find the median."}},
      {{"求 {list} 的中位数.", "{list} 的中位数是多少?", "计算中位数: {list}",
        "求这组数的中位数: {list}", "几次测验的成绩是 {list}, 成绩的中位数是多少?",
        "一组数据为 {list}, 求中位数.", "数据 {list} 的中位数是几?",
        "几个人的年龄是 {list}, 年龄的中位数是多少?", "把 {list} 从小到大排列, 它们的中位数是多少?",
        "已知[价格|重量|长度]为 {list}, 求中位数."},
       {"这组数据 {list} 的中位数是多少?", "已知数据 {list}, 求它的中位数."}}};
  return asks;
}

// 5 to 7 different numbers; of 6, the middle two have an even sum.
std::vector<int64_t> DrawWithMedian(Rng& rng, Split split) {
  const auto count = static_cast<size_t>(rng.Int(5, 7));
  for (;;) {
    std::vector<int64_t> numbers(count);
    for (int64_t& number : numbers) number = rng.Int(1, 99);
    std::vector<int64_t> sorted = numbers;
    std::sort(sorted.begin(), sorted.end());
    const bool different = std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
    const bool even_middle = count % 2 == 1 || (sorted[2] + sorted[3]) % 2 == 0;
    if (different && even_middle && ListInSplit(numbers, split)) return numbers;
  }
}

// Takes the smallest out again and again, up to the middle.
Problem WriteMedian(Rng& rng, Language language, Split split) {
  const std::vector<int64_t> numbers = DrawWithMedian(rng, split);
  const size_t count = numbers.size(), upper = count / 2;
  std::vector<int64_t> rest = numbers, smallest;
  std::vector<std::string> thinking = {Cat("n = ", count, "; ", Join(rest))};
  while (smallest.size() <= upper) {
    const auto least = std::min_element(rest.begin(), rest.end());
    smallest.push_back(*least);
    rest.erase(least);
    thinking.push_back(Cat(In(language, "min ", "最小 "), smallest.back(),
                           smallest.size() <= upper ? Cat("; ", Join(rest)) : ""));
  }
  int64_t median = smallest[upper];
  std::vector<std::string> steps = {
      Cat(In(language, "Smallest first: ", "从小到大: "), Join(smallest), ", ...")};
  if (count % 2 == 0) {
    const int64_t sum = smallest[upper - 1] + smallest[upper];
    median = sum / 2;
    thinking.push_back(
        Cat(AddSteps(smallest[upper - 1], smallest[upper]), "; ", ExactDivideSteps(sum, 2)));
    steps.push_back(Cat(In(language, "Mean of the middle two: ", "中间两数的平均: "), "(",
                        smallest[upper - 1], " + ", smallest[upper], ")/2 = ", median));
  } else {
    steps.push_back(Cat(In(language, "Number ", "第 "), upper + 1, In(language, " of ", " 个, 共 "),
                        count, In(language, " is the middle: ", " 个, 在正中间: "), median));
  }
  return WorkedProblem(language, Ask(rng, MedianAsks(), split, language, {{"list", Join(numbers)}}),
                       thinking, steps, Cat(median));
}

}  // namespace

std::vector<const Family*> AverageFamilies() {
  static const MathFamily mean(
      "mean", "The integer mean of 3 to 6 numbers up to 66, or the missing one of them",
      &WriteMean);
  static const MathFamily median("median", "The median of 5 to 7 different numbers below 100",
                                 &WriteMedian);
  return {&mean, &median};
}

}  // namespace lemma::train
