// Linear equations and inequalities in one unknown.
#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

std::string_view Unknown(Rng& rng) { return rng.Pick({"x", "x", "x", "y", "t", "n", "m", "z"}); }

const BilingualPhrasings& BareAsks() {
  static const BilingualPhrasings asks = {
      {{"Solve {equation}.", "Solve the equation {equation}.", "Find the solution of {equation}.",
        "{equation}. Solve it.", "Solve the linear equation ${equation}$.",
        "[What|Which number] solves {equation}?",
        "The equation is {equation}. [What is its solution|Which number is its solution]?",
        "Solve this equation: {equation}",
        "Here is an equation: {equation}. [Find|Determine|Give] its solution.",
        "[Find|Work out|Determine] the [root|solution] of the equation {equation}.",
        "For which [number|value] is {equation} true?", "Equation: {equation}. Solution?"},
       {"What is the solution of the equation {equation}?"}},
      {{"解方程: {equation}", "解方程 {equation}.", "求方程 {equation} 的解.",
        "解一元一次方程: {equation}", "方程 ${equation}$ 的解是什么?",
        "[请|试]解这个方程: {equation}", "有方程 {equation}, 它的解是多少?",
        "[求出|算出|找出]一元一次方程 {equation} 的[解|根].", "{equation} 的解是多少?",
        "方程为 {equation}, 请解出未知数.", "哪个数是方程 {equation} 的解?"},
       {"请求出方程 {equation} 的解."}}};
  return asks;
}

const BilingualPhrasings& NamedAsks() {
  static const BilingualPhrasings asks = {
      {{"Solve {equation} for {v}.", "Find {v} if {equation}.", "If {equation}, what is {v}?",
        "{equation}, {v} = ?", "Solve for {v}: {equation}", "Given ${equation}$, find {v}.",
        "What value of {v} makes {equation} true?",
        "[Suppose that|We know that|It is given that] {equation}. [What is|How large is] {v}?",
        "What is the value of {v} when {equation}?",
        "The number {v} satisfies {equation}. [Find|Determine] its value.",
        "[Compute|Determine|Work out] {v} from the equation {equation}.",
        "In the equation {equation}, how large is {v}?", "Let {equation}. Solve this for {v}.",
        "For which {v} does the equation {equation} hold?"},
       {"Find the value of {v} in the equation {equation}.", "Given {equation}, solve for {v}."}},
      {{"已知 {equation}, 求 {v}.", "如果 {equation}, 那么 {v} 是多少?", "{equation}, {v} = ?",
        "求 {v} 的值: {equation}", "若 ${equation}$, 求 {v} 的值.", "解方程 {equation}, 求出 {v}.",
        "[数|未知数] {v} 满足 {equation}, {v} 是多少?", "{v} 取什么值时 {equation} 成立?",
        "设 {equation}, 则 {v} 等于多少?", "由方程 {equation} 求出 {v} 的值.",
        "当 {equation} 时, {v} 的值是[多少|几]?", "方程 {equation} 中的 {v} 是[多少|几]?"},
       {"已知方程 {equation}, {v} 等于多少?", "求满足 {equation} 的 {v} 的值."}}};
  return asks;
}

const BilingualPhrasings& InWordsAsks() {
  static const BilingualPhrasings asks = {
      {{"{a} times a number plus {b} equals {c}. Find the number.",
        "A number is multiplied by {a}, then {b} is added. The result is {c}. What is the number?",
        "I think of a number, multiply it by {a} and add {b}. I get {c}. What is my number?",
        "If {b} is added to {a} times a number, the [result|sum] is {c}. [Which number is it|What "
        "is the number]?",
        "The sum of {b} and {a} times a number is {c}. [Find|Determine] the number.",
        "[Tom|Anna|My friend] takes a number, multiplies it by {a}, adds {b} and [gets|ends with] "
        "{c}. What was the number?",
        "{c} is {b} more than {a} times a certain number. What is the number?",
        "All [tickets|books|lamps|shirts] have the same price. {a} of them and a fee of {b} "
        "dollars cost {c} dollars together. What is the price of one in dollars?",
        "A taxi costs {b} [dollars|yuan|euros] plus {a} for each km. A ride costs {c}. How many km "
        "is it?",
        "Which number gives {c} when you multiply it by {a} and then add {b}?",
        "{a} equal [boxes|bags|baskets] of nuts and {b} single nuts are {c} nuts in all. How many "
        "nuts does each hold?"},
       {"When a number is multiplied by {a} and {b} is added, the result is {c}. Find the "
        "number."}},
      {{"一个数的 {a} 倍加上 {b} 等于 {c}, 求这个数.",
        "某数乘以 {a} 再加 {b}, 结果是 {c}. 这个数是多少?",
        "我想了一个数, 把它乘以 {a} 再加上 {b}, 得到 {c}. 这个数是多少?",
        "{b} 加上某数的 {a} 倍, 和是 {c}, 某数是[多少|几]?",
        "{c} 比一个数的 {a} 倍多 {b}, 这个数是多少?",
        "[小明|小红|老师]把一个数乘 {a}, 再加 {b}, 结果等于 {c}. 求原来的数.",
        "如果一个数的 {a} 倍与 {b} 的和为 {c}, 那么这个数等于多少?",
        "{a} [支笔|本书|张票|个球]价格相同, 再加 {b} 元运费, 共 {c} 元. 单价是多少元?",
        "打车起步费 {b} 元, 每千米 {a} 元, 一共付了 {c} 元. 走了多少千米?",
        "{a} 盒糖果和 {b} 颗散装糖果一共 {c} 颗, 每盒多少颗?",
        "求某数: 它的 {a} 倍再加 {b} 是 {c}."},
       {"某数的 {a} 倍再加上 {b}, 结果等于 {c}, 求某数."}}};
  return asks;
}

std::string AskEquation(Rng& rng, Language language, Split split, const std::string& equation,
                        std::string_view unknown) {
  if (rng.Chance(0.4)) return Ask(rng, BareAsks(), split, language, {{"equation", equation}});
  return Ask(rng, NamedAsks(), split, language,
             {{"equation", equation}, {"v", std::string(unknown)}});
}

Problem WriteLinearEquation(Rng& rng, Language language, Split split) {
  const auto [a, b, x] = DrawInSplit(
      split,
      [&] { return std::array{NonZero(rng, -9, 12), NonZero(rng, -30, 40), rng.Int(-12, 15)}; },
      [](int64_t a, int64_t, int64_t) { return a < -1 || a > 1; });
  const int64_t c = a * x + b;
  const bool in_words = a > 0 && b > 0 && x > 0 && rng.Chance(0.35);
  const std::string_view v = in_words ? "x" : Unknown(rng);
  const std::string left = SumText({{a, v}, {b, ""}});
  const std::string equation = Cat(left, " = ", c);
  const std::string shown =
      rng.Chance(0.7)
          ? equation
          : (rng.Chance(0.5) ? Cat(c, " = ", left) : Cat(SumText({{b, ""}, {a, v}}), " = ", c));
  const std::string alone = Cat(SumText({{a, v}}), " = ");
  const std::string solved = Cat(v, " = ", Quotient(c - b, a));
  return WorkedProblem(
      language,
      in_words
          ? Ask(rng, InWordsAsks(), split, language, {{"a", Cat(a)}, {"b", Cat(b)}, {"c", Cat(c)}})
          : AskEquation(rng, language, split, shown, v),
      {equation, Cat(alone, SubtractSteps(c, b)), solved,
       Cat(In(language, "check: ", "验算: "), Product(a, x), "; ", AddSteps(a * x, b))},
      {Cat(In(language, "Equation: ", "方程: "), equation),
       Cat(In(language, "Move the constant: ", "移项: "), alone, SumEquation(c, -b)),
       Cat(In(language, "Divide by ", "两边除以 "), a, ": ", solved)},
      Cat(x));
}

// ax + p = cx + d, or a(x + p) = cx + d where `bracket` is 1.
Problem WriteTwoSides(Rng& rng, Language language, Split split) {
  const auto [bracket, a, p, c, x] = DrawInSplit(
      split,
      [&] {
        const int64_t bracket = rng.Int(0, 1);
        const int64_t p = bracket == 1 ? NonZero(rng, -9, 9) : NonZero(rng, -20, 20);
        return std::array{bracket, NonZero(rng, -6, 9), p, rng.Int(-6, 9), rng.Int(-9, 10)};
      },
      [](int64_t bracket, int64_t a, int64_t, int64_t c, int64_t) {
        return a != c && (bracket == 1 ? a != 1 && a != -1 : c != 0);
      });
  const std::string_view v = Unknown(rng);
  const int64_t b = bracket == 1 ? a * p : p;
  const int64_t d = (a - c) * x + b;
  const std::string expanded = SumText({{a, v}, {b, ""}});
  const std::string right = SumText({{c, v}, {d, ""}});
  const std::string left = bracket == 1 ? Cat(a, "(", SumText({{1, v}, {p, ""}}), ")") : expanded;
  const std::string equation = Cat(left, " = ", right);

  std::vector<std::string> thinking = {equation};
  std::vector<std::string> steps;
  if (bracket == 1) {
    thinking.push_back(Cat(Product(a, p), "; ", expanded, " = ", right));
    steps.push_back(Cat(In(language, "Remove the brackets: ", "去括号: "), expanded, " = ", right));
  } else {
    steps.push_back(Cat(In(language, "Equation: ", "方程: "), equation));
  }
  const std::string solved = SolveSteps(a - c, v, Cat(d - b), d - b);
  thinking.push_back(Cat(SubtractSteps(a, c), "; ", SubtractSteps(d, b)));
  thinking.push_back(solved);
  thinking.push_back(Cat(In(language, "check: ", "验算: "), Product(a, x), "; ", AddSteps(a * x, b),
                         "; ", Product(c, x), "; ", AddSteps(c * x, d)));
  const std::string collected = SumText({{a, v}, {-c, v}});
  steps.push_back(
      Cat(In(language, "Collect the terms: ", "移项: "), collected, " = ", SumEquation(d, -b)));
  steps.push_back(Cat(In(language, "Combine and divide: ", "合并并求解: "), solved));
  return WorkedProblem(language, AskEquation(rng, language, split, equation, v), thinking, steps,
                       Cat(x));
}

constexpr std::array<std::string_view, 4> kRelations = {"<", ">", "\\le", "\\ge"};
constexpr std::array<std::string_view, 4> kSymbols = {"<", ">", "≤", "≥"};
constexpr size_t Flipped(size_t relation) { return relation ^ 1; }

const BilingualPhrasings& InequalityAsks() {
  static const BilingualPhrasings asks = {
      {{"Solve the inequality {inequality}.", "Solve {inequality}.",
        "Find all x such that {inequality}.", "For which x is {inequality}?",
        "Solve for x: {inequality}", "Find the solution set of {inequality}.",
        "Which x satisfy {inequality}?", "Solve the linear inequality ${inequality}$ for x.",
        "What values [of x make {inequality} true|can x have if {inequality}]?",
        "Given that {inequality}, [find|determine] the range of x.",
        "If {inequality}, what [do we know about|can be said of] x?",
        "[Find|Give|Determine] the solution of {inequality}.",
        "The inequality {inequality} holds for which [values of x|x]?"},
       {"Find all values of x that satisfy the inequality {inequality}.",
        "What is the solution of the inequality {inequality}?"}},
      {{"解不等式: {inequality}", "解不等式 {inequality}.", "求不等式 {inequality} 的解集.",
        "求满足 {inequality} 的所有 x.", "x 取什么值时 {inequality} 成立?",
        "已知 {inequality}, 求 x 的范围.", "解一元一次不等式 ${inequality}$.",
        "不等式 {inequality} 的解是什么?",
        "[若|如果] {inequality} 成立, x 应该[在什么范围|取哪些值]?",
        "[求出|写出] {inequality} 的解集.", "当 x 满足 {inequality} 时, 求它的取值范围.",
        "哪些 x 使不等式 {inequality} 成立?"},
       {"求出不等式 {inequality} 的解.", "若 {inequality}, 求 x 的取值范围."}}};
  return asks;
}

Problem WriteInequality(Rng& rng, Language language, Split split) {
  const auto [a, b, bound, relation] = DrawInSplit(
      split,
      [&] {
        return std::array{NonZero(rng, -9, 9), NonZero(rng, -20, 20), rng.Int(-10, 12),
                          rng.Int(0, 3)};
      },
      [](int64_t a, int64_t, int64_t, int64_t) { return a < -1 || a > 1; });
  const int64_t c = a * bound + b;
  const auto before = static_cast<size_t>(relation);
  const size_t after = a < 0 ? Flipped(before) : before;
  const std::string left = SumText({{a, "x"}, {b, ""}});
  const std::string asked =
      Cat(left, " ", rng.Chance(0.5) ? kRelations[before] : kSymbols[before], " ", c);
  const std::string moved = SubtractSteps(c, b);
  const std::string alone = Cat(SumText({{a, "x"}}), " ", kRelations[before], " ", c - b);
  const std::string answer = Cat("x ", kRelations[after], " ", bound);
  const std::string_view flip = a < 0 ? In(language, "negative, flip the sign", "负数, 不等号变向")
                                      : In(language, "positive, keep the sign", "正数, 不等号不变");
  return WorkedProblem(
      language, Ask(rng, InequalityAsks(), split, language, {{"inequality", asked}}),
      {Cat(left, " ", kRelations[before], " ", c), moved, alone,
       Cat(Quotient(c - b, a), "; ", a, In(language, " is ", " 是"), flip), answer},
      {Cat(In(language, "Move the constant: ", "移项: "), alone),
       Cat(In(language, "Divide by ", "两边除以 "), a, " (", flip, "): ", answer)},
      answer);
}

// "≤" and "\leq" are "\le".
std::string NormalRelation(std::string_view boxed) {
  std::string text = Compact(boxed);
  for (const auto& [form, normal] : {std::pair<std::string_view, std::string_view>{"≤", "\\le"},
                                     {"≥", "\\ge"},
                                     {"\\leq", "\\le"},
                                     {"\\geq", "\\ge"}}) {
    if (const size_t at = text.find(form); at != std::string::npos) {
      text.replace(at, form.size(), normal);
    }
  }
  return text;
}

}  // namespace

std::vector<const Family*> LinearFamilies() {
  static const MathFamily equation(
      "linear-equation",
      "Solve ax + b = c, also in words: 2 <= |a| <= 12, |b| <= 40, integer solutions in -12..15",
      &WriteLinearEquation);
  static const MathFamily two_sides(
      "linear-equation-two-sides",
      "Solve ax + b = cx + d or a(x + p) = cx + d: coefficients up to 9, constants up to 20 before "
      "brackets are removed, integer solutions in -9..10",
      &WriteTwoSides);
  static const NormalizingFamily inequality(
      "linear-inequality",
      "Solve ax + b < c (also >, <=, >=): 2 <= |a| <= 9, |b| <= 20, integer bounds in -10..12",
      &WriteInequality, &NormalRelation);
  return {&equation, &two_sides, &inequality};
}

}  // namespace lemma::train
