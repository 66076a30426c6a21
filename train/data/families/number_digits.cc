// Digits: other bases, and the rules of divisibility.
#include <algorithm>

#include "train/data/families/number_families.h"
#include "train/data/steps.h"
#include "train/data/wording.h"

namespace lemma::train {
namespace {

const BilingualPhrasings& ToBasePhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"Convert [|the number |the decimal |the decimal number ]{n} to {base}.",
        "Write [|the number |the decimal number ]{n} in {base}.",
        "What is [|decimal |the decimal number ]{n} in {base}?",
        "Express [|the decimal number |the base ten number ]{n} in {base}[| notation].",
        "Find the {base} [form|digits|representation] of [|the number |the decimal ]{n}.",
        "Change {n} from decimal to {base}.", "How is [|the decimal number ]{n} written in {base}?",
        "[Translate|Turn|Put] the decimal number {n} into {base}.",
        "A decimal number is {n}. [Which|What] digits does it have in {base}?",
        "{n} is a decimal number. [Convert it to|Write it in|What is it in] {base}[|, please].",
        "In {base}, [what is|how do you write] [|the decimal number ]{n}?",
        "[Decimal {n}|{n} (decimal)|{n} in decimal] to {base}",
        "Give [|the decimal number |the number ]{n} in {base}."},
       {"Give the {base} representation of {n}.", "Rewrite the decimal number {n} in {base}."}},
      {{"把[|数|十进制的]{n} [转换成|变成|写成|换算成]{base}.",
        "将十进制数 {n} [转换为|换成|表示为]{base}.", "[|十进制数] {n} 用{base}怎么[写|表示]?",
        "求[|十进制数] {n} 的{base}表示.", "把十进制数 {n} [化为|改为]{base}数.",
        "{n} 的{base}[表示|写法|数]是什么?", "将 {n} [写成|化成]{base}[|形式].",
        "十进制数 {n} 等于{base}的多少?",
        "{n} 是十进制数, [它的{base}是多少|把它写成{base}|用{base}怎么写]?",
        "用{base}[表示|写出]十进制数 {n}.", "十进制 {n} 转{base}",
        "请把 {n} 从十进制[转换到|改成]{base}."},
       {"试把 {n} 改写成{base}数.", "十进制 {n} 的{base}形式是什么?"}}};
  return phrasings;
}

const BilingualPhrasings& FromBasePhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"Convert {x} from {base} to [decimal|base ten].", "What is {x} ({base}) in decimal?",
        "Write the {base} number {x} in decimal[| form].",
        "Convert the {base} number {x} to [decimal|a decimal number].",
        "[What|Which] decimal number is {x} in {base}?",
        "Find the decimal [value|form] of {x} in {base}.", "Change {x} from {base} to decimal.",
        "The number {x} is written in {base}. [What is it in decimal?|Find its decimal value.]",
        "{x} is a {base} number. [What is its decimal value?|Convert it to decimal.]",
        "[Express|Rewrite] {x}, a number in {base}, in decimal.",
        "[What|How much] is the {base} number {x} worth in decimal?",
        "[What|Which] number in decimal is {x} when [|it is ]written in {base}?",
        "In {base} a number is written {x}. [Which|What] decimal number is it?",
        "[Which|What] decimal number has the digits {x} in {base}?",
        "[Which|What] decimal number [stands behind|do you get from] {x} in {base}?",
        "What is the decimal number that is written as {x} in {base}?",
        "[Which|What] number is written {x} in {base}? Give it in decimal.",
        "In decimal, what is [{base} {x}|{x} in {base}|the {base} number {x}]?",
        "{base} {x} to decimal"},
       {"Give the decimal value of the {base} number {x}.",
        "Which decimal number is written {x} in {base}?"}},
      {{"把{base}数 {x} [转换成|换算成|写成]十进制.", "将{base}数 {x} [转换为|变成]十进制[|数].",
        "{base}数 {x} [等于|是]十进制的多少?", "求{base}数 {x} 的十进制[值|表示].",
        "{x} 是{base}数, [它的十进制是多少|把它化成十进制|写成十进制是多少]?",
        "把{base}的 {x} 化为十进制数.", "{base}数 {x} 的十进制[表示|值]是什么?",
        "将{base}的 {x} 写成十进制.", "用十进制[表示|写出]{base}数 {x}.",
        "{base}的 {x} 换成十进制, 等于多少?", "{base} {x} 转十进制",
        "请把 {x} 从{base}[转换到|改成]十进制."},
       {"试把{base}数 {x} 改写成十进制数.", "{base}数 {x} 在十进制中是多少?"}}};
  return phrasings;
}

const BilingualPhrasings& DivisibilityPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"Is {n} divisible by {d}?", "Does {d} divide {n}?",
        "Check whether {n} is divisible by {d}.", "Determine whether {n} is divisible by {d}.",
        "Is {n} a multiple of {d}?", "Yes or no: {n} is divisible by {d}.",
        "Can {n} be divided by {d} without remainder?",
        "Use a divisibility rule: is {n} divisible by {d}?"},
       {"Find out if {n} is divisible by {d}.", "Tell me whether {n} is a multiple of {d}."}},
      {{"{n} 能被 {d} 整除吗?", "判断 {n} 能否被 {d} 整除.", "{n} 是 {d} 的倍数吗?",
        "判断 {n} 是不是 {d} 的倍数.", "{d} 能整除 {n} 吗?", "请判断 {n} 是否能被 {d} 整除.",
        "{n} 是否是 {d} 的倍数? 回答是或否.", "检验 {n} 能不能被 {d} 整除."},
       {"试判断 {n} 是否为 {d} 的倍数.", "{n} 可以被 {d} 整除吗?"}}};
  return phrasings;
}

std::string BaseName(Rng& rng, int64_t base, Language language) {
  if (base == 2 && rng.Chance(0.6)) return std::string(In(language, "binary", "二进制"));
  if (base == 16 && rng.Chance(0.6)) return std::string(In(language, "hexadecimal", "十六进制"));
  const std::string number = std::to_string(base);
  return language == Language::kEnglish ? "base " + number : " " + number + " 进制";
}

int64_t DrawBase(Rng& rng) {
  if (rng.Chance(0.3)) return 2;
  return rng.Chance(0.2) ? 16 : rng.Int(3, 9);
}

// The largest number with few enough digits in `base`.
int64_t ValueMax(int64_t base) {
  switch (base) {
    case 2:
      return 127;
    case 3:
      return 242;
    case 4:
      return 255;
    case 16:
      return 511;
    default:
      return base * base * base - 1;
  }
}

std::string DigitText(int64_t digit) { return std::string(1, "0123456789ABCDEF"[digit]); }

// The digits of n in `base`, the highest first.
std::vector<int64_t> DigitsOf(int64_t n, int64_t base) {
  std::vector<int64_t> digits;
  for (; n > 0; n /= base) digits.insert(digits.begin(), n % base);
  return digits;
}

std::string Written(const std::vector<int64_t>& digits) {
  std::string text;
  for (const int64_t digit : digits) text += DigitText(digit);
  return text;
}

// The task in short: "82: base 10 -> base 5".
std::string Between(std::string_view number, std::string_view from, std::string_view to) {
  return std::string(number) + ": base " + std::string(from) + " -> base " + std::string(to) + "\n";
}

// "14 = E" for each digit above 9, so that the letter is no leap.
std::string LetterNotes(const std::vector<int64_t>& digits) {
  std::string notes;
  for (const int64_t digit : digits) {
    if (digit > 9) notes += DigitText(digit) + " = " + std::to_string(digit) + "\n";
  }
  return notes;
}

// Half of them divisible by d.
int64_t DrawForRule(Rng& rng, int64_t d, Split split) {
  static const std::vector<int64_t> kHighest = {999, 9999, 99999, 999999};
  const bool is_multiple = rng.Chance(0.5);
  while (true) {
    const int64_t highest = rng.Pick(kHighest), n = rng.Int((highest + 1) / 10, highest);
    if ((n % d == 0) == is_multiple && InSplit(HashOf({n, d}), split)) return n;
  }
}

// What the rule makes of n: a smaller number that d divides if and only if it divides n, and the
// working that leads there.
struct RuleResult {
  int64_t number;
  std::string steps;
};

RuleResult DigitSumRule(const std::vector<int64_t>& digits, Language language) {
  int64_t sum = 0;
  for (const int64_t digit : digits) sum += digit;
  return {sum, std::string(In(language, "Digit sum: ", "各位数字之和: ")) + SumSteps(digits)};
}

RuleResult LastTwoRule(int64_t n, Language language) {
  return {n % 100, std::string(In(language, "Last two digits: ", "末两位: ")) +
                       DigitText(n / 10 % 10) + DigitText(n % 10)};
}

RuleResult AlternatingRule(const std::vector<int64_t>& digits, Language language) {
  std::vector<int64_t> places[2];
  int64_t sums[2] = {0, 0};
  for (size_t i = 0; i < digits.size(); ++i) {
    places[i % 2].push_back(digits[i]);
    sums[i % 2] += digits[i];
  }
  const auto sum_steps = [](const std::vector<int64_t>& terms) {
    return terms.size() > 1 ? SumSteps(terms) : std::to_string(terms[0]);
  };
  const int64_t larger = std::max(sums[0], sums[1]), smaller = std::min(sums[0], sums[1]);
  return {larger - smaller, std::string(In(language, "Odd places: ", "奇数位: ")) +
                                sum_steps(places[0]) +
                                std::string(In(language, "\nEven places: ", "\n偶数位: ")) +
                                sum_steps(places[1]) + "\n" + SubtractSteps(larger, smaller)};
}

RuleResult ApplyRule(int64_t n, int64_t d, Language language) {
  const std::vector<int64_t> digits = DigitsOf(n, 10);
  if (d == 4) return LastTwoRule(n, language);
  if (d == 11) return AlternatingRule(digits, language);
  return DigitSumRule(digits, language);
}

}  // namespace

Problem ToBase(Rng& rng, Language language, Split split) {
  int64_t n, base;
  do {
    base = DrawBase(rng);
    n = rng.Int(10, ValueMax(base));
  } while (n < base || !InSplit(HashOf({n, base}), split));
  const std::vector<int64_t> digits = DigitsOf(n, base);
  const std::string n_text = std::to_string(n), base_text = std::to_string(base);
  std::string steps;
  for (int64_t rest = n; rest > 0; rest /= base) steps += DivideSteps(rest, base) + "\n";

  Problem problem;
  problem.question = Ask(rng, ToBasePhrasings(), split, language,
                         {{"n", n_text}, {"base", BaseName(rng, base, language)}});
  problem.answer = Written(digits);
  const std::string reading =
      std::string(In(language, "Remainders from last to first: ", "余数从后往前: ")) + Join(digits);
  problem.thinking = Between(n_text, "10", base_text) + steps + reading + "\n" +
                     LetterNotes(digits) + problem.answer;
  problem.solution = NumberedSolution(
      language,
      {std::string(In(language, "Divide by ", "不断除以 ")) + base_text +
           std::string(In(language, " until 0 is left", ", 直到商为 0")),
       reading,
       language == Language::kEnglish ? n_text + " in base " + base_text + " is " + problem.answer
                                      : n_text + " 的 " + base_text + " 进制是 " + problem.answer},
      problem.answer);
  return problem;
}

Problem FromBase(Rng& rng, Language language, Split split) {
  int64_t n, base;
  do {
    base = DrawBase(rng);
    n = rng.Int(base, base == 16 ? 255 : ValueMax(base));
  } while (n < 5 || !InSplit(HashOf({n, base}), split));
  const std::vector<int64_t> digits = DigitsOf(n, base);
  const std::string text = Written(digits), base_text = std::to_string(base);

  // Horner's rule, from the first digit on.
  std::vector<std::string> lines;
  std::vector<int64_t> values = {digits[0]};
  for (size_t i = 1; i < digits.size(); ++i) {
    const int64_t product = values.back() * base;
    lines.push_back(
        (base > 9 ? MultiplySteps(base, values.back()) : MultiplySteps(values.back(), base)) +
        "; " + AddSteps(product, digits[i]));
    values.push_back(product + digits[i]);
  }

  Problem problem;
  problem.question = Ask(rng, FromBasePhrasings(), split, language,
                         {{"x", text}, {"base", BaseName(rng, base, language)}});
  problem.answer = std::to_string(n);
  problem.thinking = Between(text, base_text, "10") + Join(digits) + "\n" + LetterNotes(digits) +
                     Join(lines, "\n");
  problem.solution = NumberedSolution(
      language,
      {language == Language::kEnglish
           ? "From the left, times " + base_text + " plus the next digit: " + Join(values)
           : "从左往右, 乘以 " + base_text + " 再加下一位: " + Join(values),
       language == Language::kEnglish ? text + " in base " + base_text + " is " + problem.answer
                                      : base_text + " 进制的 " + text + " 是 " + problem.answer},
      problem.answer);
  return problem;
}

Problem DivisibilityRule(Rng& rng, Language language, Split split) {
  static const std::vector<int64_t> kDivisors = {3, 4, 6, 9, 11};
  const int64_t d = rng.Pick(kDivisors), n = DrawForRule(rng, d, split);
  const bool divides = n % d == 0;
  const std::string n_text = std::to_string(n), d_text = std::to_string(d);

  // Six divides what both two and three divide.
  std::string steps;
  std::vector<std::string> lines;
  if (d == 6) {
    lines.push_back(n_text + std::string(In(language, " ends in ", " 末位 ")) +
                    std::to_string(n % 10) +
                    std::string(n % 2 == 0 ? In(language, ", even", ", 偶数")
                                           : In(language, ", odd", ", 奇数")));
    steps = lines[0] + "\n";
  }
  if (d != 6 || n % 2 == 0) {
    const int64_t divisor = d == 6 ? 3 : d;
    const RuleResult rule = ApplyRule(n, d, language);
    const std::string number = std::to_string(rule.number);
    steps += rule.steps + "\n" + DivideSteps(rule.number, divisor) + "\n";
    lines.push_back(std::string(In(language, "The rule gives ", "由规则得 ")) + number + ": " +
                    number + " = " + std::to_string(rule.number / divisor) + "*" +
                    std::to_string(divisor) + " + " + std::to_string(rule.number % divisor));
  }
  const std::string conclusion =
      language == Language::kEnglish
          ? n_text + (divides ? " is divisible by " : " is not divisible by ") + d_text
          : n_text + (divides ? " 能被 " : " 不能被 ") + d_text + " 整除";
  lines.push_back(conclusion);

  Problem problem;
  problem.question =
      Ask(rng, DivisibilityPhrasings(), split, language, {{"n", n_text}, {"d", d_text}});
  problem.thinking = steps + conclusion;
  problem.answer = std::string(divides ? In(language, "yes", "是") : In(language, "no", "否"));
  problem.solution = NumberedSolution(language, lines, problem.answer);
  return problem;
}

}  // namespace lemma::train
