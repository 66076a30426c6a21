// The next term of a pattern, found from its differences.
#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

constexpr size_t kTermsShown = 5;

const BilingualPhrasings& PatternAsks() {
  static const BilingualPhrasings asks = {
      {{"What is the next number: {terms}, ...?", "Find the next term of {terms}, ...",
        "What comes next in the [sequence|pattern|list|row] {terms}?",
        "[Continue|Complete|Extend] the [pattern|sequence|row]: {terms}, ?",
        "Find the next number in {terms}, ...", "{terms}, ... What is the next [term|number]?",
        "Which [number|term] follows {terms}?",
        "The sequence goes {terms}, ... [Find|Give|Determine] the next number.",
        "{terms}: [what|which number] [comes next|should follow]?",
        "The numbers {terms}, ... follow a [rule|pattern]. Which number comes next?",
        "Given the [sequence|pattern] {terms}, ..., find the next term.",
        "If a [sequence|pattern] begins {terms}, what is its next term?",
        "Look at the [numbers|sequence|pattern] {terms}, ... What number comes after them?",
        "In the [sequence|list] {terms}, what is the next number?",
        "[Write|Name] the number that continues {terms}, ...", "Next term: {terms}, ..."},
       {"In the pattern {terms}, ..., which number comes next?",
        "What is the next term in the sequence {terms}, ...?"}},
      {{"找规律: {terms}, ?", "求数列 {terms}, ... 的下一项.", "{terms}, ... 的下一个数是多少?",
        "按规律填数: {terms}, ( )", "数列 {terms} 后面一个数是几?",
        "找出规律, 写出下一个数: {terms}, ...", "观察数列 {terms}, ..., 下一项是多少?",
        "{terms}, 接下来是什么数?", "[观察|根据]规律: {terms}, ... [接下来|后面]的数是几?",
        "一列数 {terms}, ... [按规律排列|有规律], 下一个数等于多少?",
        "[已知|给出]数列 {terms}, ..., 求[下一项|下一个数].",
        "数列的前几项是 {terms}, 它的下一项是[几|多少]?",
        "如果一列数是 {terms}, ..., 那么下一个数是几?", "在 {terms} 之后应该[填|写]什么数?",
        "{terms}, ... [继续写|写出]下一项."},
       {"观察规律 {terms}, ..., 下一个数是几?", "数列 {terms}, ... 的下一项等于多少?"}}};
  return asks;
}

std::vector<int64_t> Differences(const std::vector<int64_t>& terms) {
  std::vector<int64_t> differences;
  for (size_t i = 1; i < terms.size(); ++i) differences.push_back(terms[i] - terms[i - 1]);
  return differences;
}

// Constant second difference; 0 makes it arithmetic.
std::vector<int64_t> DrawPolynomialTerms(Rng& rng, Split split) {
  const auto [first, step, growth] = DrawInSplit(
      split, [&] { return std::array{rng.Int(-5, 30), NonZero(rng, -9, 12), rng.Int(-3, 5)}; },
      [](int64_t, int64_t, int64_t) { return true; });
  std::vector<int64_t> terms = {first};
  for (int64_t i = 0; i + 1 < static_cast<int64_t>(kTermsShown); ++i) {
    terms.push_back(terms.back() + step + i * growth);
  }
  return terms;
}

// Each term is `ratio` times the one before, plus `shift`.
std::vector<int64_t> DrawScaledTerms(Rng& rng, Split split, int64_t& ratio) {
  const auto [first, factor, shift] = DrawInSplit(
      split, [&] { return std::array{rng.Int(1, 20), rng.Int(2, 3), rng.Int(0, 9)}; },
      [](int64_t first, int64_t factor, int64_t shift) {
        const int64_t difference = first * (factor - 1) + shift;  // the fourth one must stay small
        return difference * factor * factor * factor <= 200;
      });
  ratio = factor;
  std::vector<int64_t> terms = {first};
  while (terms.size() < kTermsShown) terms.push_back(terms.back() * factor + shift);
  return terms;
}

Problem WritePattern(Rng& rng, Language language, Split split) {
  int64_t ratio = 1;
  const bool scaled = rng.Chance(0.35);
  const std::vector<int64_t> terms =
      scaled ? DrawScaledTerms(rng, split, ratio) : DrawPolynomialTerms(rng, split);
  const std::vector<int64_t> first = Differences(terms), second = Differences(first);
  std::vector<std::string> thinking;
  for (size_t i = 1; i < terms.size(); ++i) {
    thinking.push_back(SubtractSteps(terms[i], terms[i - 1]));
  }
  thinking = {Join(thinking, "; "), Cat(In(language, "differences: ", "差: "), Join(first))};
  std::vector<std::string> steps = {
      Cat(In(language, "Differences: ", "相邻两项的差: "), Join(first))};
  const std::string_view next_word = In(language, "next difference: ", "下一个差: ");
  std::string next_difference;
  int64_t next = first.back();
  if (scaled) {
    next *= ratio;
    thinking.push_back(Cat(Product(first[0], ratio), "; ", Product(first[1], ratio)));
    steps.push_back(Cat(In(language, "Each is times ", "每个差乘以 "), ratio));
    next_difference = MultiplySteps(first.back(), ratio);
  } else if (second[0] == 0) {
    thinking.push_back(std::string(In(language, "all equal", "都相等")));
    steps.emplace_back(In(language, "All equal", "差都相等"));
    next_difference = Cat(next);
  } else {
    next += second[0];
    thinking.push_back(Cat(In(language, "second: ", "二阶差: "), Join(second)));
    steps.push_back(Cat(In(language, "Second differences: ", "二阶差: "), Join(second)));
    next_difference = AddSteps(first.back(), second[0]);
  }
  const std::string result = AddSteps(terms.back(), next);
  thinking.push_back(Cat(next_word, next_difference));
  thinking.push_back(result);
  steps.push_back(Cat(In(language, "Next: ", "下一项: "), terms.back(), SignedTerm(next, ""), " = ",
                      terms.back() + next));
  return WorkedProblem(language, Ask(rng, PatternAsks(), split, language, {{"terms", Join(terms)}}),
                       thinking, steps, Cat(terms.back() + next));
}

}  // namespace

std::vector<const Family*> PatternFamilies() {
  static const MathFamily pattern(
      "next-term",
      "The next term after five: constant first or second differences, or each term 2 or "
      "3 times the one before plus a constant up to 9",
      &WritePattern);
  return {&pattern};
}

}  // namespace lemma::train
