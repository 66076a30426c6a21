// Linear equations and inequalities in one unknown.
#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

std::string_view Unknown(Rng& rng) { return rng.Pick({"x", "x", "x", "y", "t", "n", "m", "z"}); }

std::string AskEquation(Rng& rng, Language language, Split split, const std::string& equation,
                        std::string_view unknown) {
  static const BilingualPhrasings bare = {
      {{"Solve {equation}.", "Solve the equation {equation}.", "Find the solution of {equation}.",
        "{equation}. Solve it.", "Solve the linear equation ${equation}$."},
       {"What is the solution of the equation {equation}?"}},
      {{"解方程: {equation}", "解方程 {equation}.", "求方程 {equation} 的解.",
        "解一元一次方程: {equation}", "方程 ${equation}$ 的解是什么?"},
       {"请求出方程 {equation} 的解."}}};
  static const BilingualPhrasings named = {
      {{"Solve {equation} for {v}.", "Find {v} if {equation}.", "If {equation}, what is {v}?",
        "{equation}, {v} = ?", "Solve for {v}: {equation}", "Given ${equation}$, find {v}.",
        "What value of {v} makes {equation} true?"},
       {"Find the value of {v} in the equation {equation}.", "Given {equation}, solve for {v}."}},
      {{"已知 {equation}, 求 {v}.", "如果 {equation}, 那么 {v} 是多少?", "{equation}, {v} = ?",
        "求 {v} 的值: {equation}", "若 ${equation}$, 求 {v} 的值.", "解方程 {equation}, 求出 {v}."},
       {"已知方程 {equation}, {v} 等于多少?", "求满足 {equation} 的 {v} 的值."}}};
  if (rng.Chance(0.4)) return Ask(rng, bare, split, language, {{"equation", equation}});
  return Ask(rng, named, split, language, {{"equation", equation}, {"v", std::string(unknown)}});
}

std::string AskInWords(Rng& rng, Language language, Split split, int64_t a, int64_t b, int64_t c) {
  static const BilingualPhrasings words = {
      {{"{a} times a number plus {b} equals {c}. Find the number.",
        "A number is multiplied by {a}, then {b} is added. The result is {c}. What is the number?",
        "I think of a number, multiply it by {a} and add {b}. I get {c}. What is my number?"},
       {"When a number is multiplied by {a} and {b} is added, the result is {c}. Find the "
        "number."}},
      {{"一个数的 {a} 倍加上 {b} 等于 {c}, 求这个数.",
        "某数乘以 {a} 再加 {b}, 结果是 {c}. 这个数是多少?",
        "我想了一个数, 把它乘以 {a} 再加上 {b}, 得到 {c}. 这个数是多少?"},
       {"某数的 {a} 倍再加上 {b}, 结果等于 {c}, 求某数."}}};
  return Ask(rng, words, split, language, {{"a", Cat(a)}, {"b", Cat(b)}, {"c", Cat(c)}});
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
      in_words ? AskInWords(rng, language, split, a, b, c)
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
        "Which x satisfy {inequality}?", "Solve the linear inequality ${inequality}$ for x."},
       {"Find all values of x that satisfy the inequality {inequality}.",
        "What is the solution of the inequality {inequality}?"}},
      {{"解不等式: {inequality}", "解不等式 {inequality}.", "求不等式 {inequality} 的解集.",
        "求满足 {inequality} 的所有 x.", "x 取什么值时 {inequality} 成立?",
        "已知 {inequality}, 求 x 的范围.", "解一元一次不等式 ${inequality}$.",
        "不等式 {inequality} 的解是什么?"},
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
