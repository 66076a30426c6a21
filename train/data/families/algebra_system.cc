// Systems of two linear equations, solved by elimination.
#include <array>
#include <cstdlib>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

struct Equation {
  int64_t a, b, c;  // ax + by = c

  std::string Left() const { return SumText({{a, "x"}, {b, "y"}}); }
  std::string Text() const { return Cat(Left(), " = ", c); }
  Equation Times(int64_t factor) const { return {a * factor, b * factor, c * factor}; }
};

const BilingualPhrasings& SystemAsks() {
  static const BilingualPhrasings asks = {
      {{"Solve the system {first}, {second}.", "Solve {first} and {second}.",
        "Find x and y: {first}, {second}.", "If {first} and {second}, what are x and y?",
        "Solve the system of equations ${first}$, ${second}$.",
        "Solve for x and y: {first}; {second}.", "Given {first} and {second}, find x and y.",
        "{first}, {second}. Find (x, y)."},
       {"Find the solution of the system of equations {first} and {second}.",
        "What are x and y if {first} and {second}?"}},
      {{"解方程组: {first}, {second}", "解方程组 {first}; {second}.",
        "已知 {first}, {second}, 求 x 和 y.", "求方程组 {first}, {second} 的解.",
        "如果 {first} 且 {second}, 那么 x 和 y 是多少?", "解二元一次方程组: ${first}$, ${second}$",
        "求 x, y: {first}, {second}.", "{first}, {second}, 求 x 与 y 的值."},
       {"已知 x, y 满足 {first} 和 {second}, 求 x 和 y 的值.", "请解方程组 {first} 和 {second}."}}};
  return asks;
}

const BilingualPhrasings& PriceAsks() {
  static const BilingualPhrasings asks = {
      {{"{a1} pens and {b1} books cost {c1} dollars; {a2} pens and {b2} books cost {c2} dollars. "
        "Find the price x of a pen and y of a book.",
        "{a1} apples and {b1} pears cost {c1} yuan, {a2} apples and {b2} pears cost {c2} yuan. An "
        "apple costs x and a pear y. Find x and y.",
        "Tom buys {a1} cups and {b1} bowls for {c1} dollars, Ann buys {a2} cups and {b2} bowls for "
        "{c2} dollars. What is the price x of a cup and y of a bowl?"},
       {"For {a1} pens and {b1} books Mia pays {c1} dollars; for {a2} pens and {b2} books she pays "
        "{c2} dollars. Find the price x of a pen and the price y of a book."}},
      {{"{a1} 支笔和 {b1} 本书共 {c1} 元, {a2} 支笔和 {b2} 本书共 {c2} 元. 求每支笔的价格 x "
        "和每本书的价格 y.",
        "买 {a1} 个苹果和 {b1} 个梨要 {c1} 元, 买 {a2} 个苹果和 {b2} 个梨要 {c2} 元. 苹果每个 x "
        "元, 梨每个 y 元, "
        "求 x 和 y.",
        "小明买 {a1} 个杯子和 {b1} 个碗花了 {c1} 元, 小红买 {a2} 个杯子和 {b2} 个碗花了 {c2} 元. "
        "杯子的价格 x 和碗的价格 y 各是多少?"},
       {"小丽买 {a1} 支笔和 {b1} 本书付了 {c1} 元, 买 {a2} 支笔和 {b2} 本书付了 {c2} 元. "
        "笔的价格 x 和书的价格 y 各是多少元?"}}};
  return asks;
}

// The two equations multiplied so that their y terms have the same size, and what is left when
// these cancel: ax = c.
struct Elimination {
  int64_t factor1, factor2;
  Equation multiplied1, multiplied2;
  bool adds;  // or else subtracts
  int64_t a, c;
};

Elimination Eliminate(const Equation& first, const Equation& second) {
  const bool same_size = std::abs(first.b) == std::abs(second.b);
  const int64_t factor1 = same_size ? 1 : std::abs(second.b);
  const int64_t factor2 = same_size ? 1 : std::abs(first.b);
  const Equation one = first.Times(factor1), two = second.Times(factor2);
  const bool adds = (first.b > 0) != (second.b > 0);
  const int64_t sign = adds ? 1 : -1;
  return {factor1, factor2, one, two, adds, one.a + sign * two.a, one.c + sign * two.c};
}

std::string AskSystem(Rng& rng, Language language, Split split, bool as_prices,
                      const Equation& first, const Equation& second) {
  if (!as_prices) {
    return Ask(rng, SystemAsks(), split, language,
               {{"first", first.Text()}, {"second", second.Text()}});
  }
  return Ask(rng, PriceAsks(), split, language,
             {{"a1", Cat(first.a)},
              {"b1", Cat(first.b)},
              {"c1", Cat(first.c)},
              {"a2", Cat(second.a)},
              {"b2", Cat(second.b)},
              {"c2", Cat(second.c)}});
}

Problem WriteSystem(Rng& rng, Language language, Split split) {
  const bool as_prices = rng.Chance(0.35);
  const int64_t least = as_prices ? 1 : -5;
  const auto [a1, b1, a2, b2, x, y] = DrawInSplit(
      split,
      [&] {
        const auto coefficient = [&] { return NonZero(rng, least, 5); };
        const auto unknown = [&] { return as_prices ? rng.Int(1, 12) : rng.Int(-6, 8); };
        const int64_t a1 = coefficient(), b1 = coefficient(), a2 = coefficient();
        return std::array{a1, b1, a2, coefficient(), unknown(), unknown()};
      },
      [](int64_t a1, int64_t b1, int64_t a2, int64_t b2, int64_t x, int64_t y) {
        const Elimination step = Eliminate({a1, b1, a1 * x + b1 * y}, {a2, b2, a2 * x + b2 * y});
        return step.a != 0 && std::abs(step.a) <= 19 && std::abs(step.multiplied1.c) <= 150 &&
               std::abs(step.multiplied2.c) <= 150;
      });
  const Equation first{a1, b1, a1 * x + b1 * y}, second{a2, b2, a2 * x + b2 * y};
  const Elimination step = Eliminate(first, second);
  const Equation &one = step.multiplied1, &two = step.multiplied2;
  const std::string multiplied1 = Cat("(1)*", step.factor1, ": ", one.Text());
  const std::string multiplied2 = Cat("(2)*", step.factor2, ": ", two.Text());
  const int64_t sign = step.adds ? 1 : -1;
  const std::string_view how =
      step.adds ? In(language, "Add: ", "相加: ") : In(language, "Subtract: ", "相减: ");
  const std::string for_x = SolveSteps(step.a, "x", Cat(step.c), step.c);
  const int64_t rest = first.c - a1 * x;
  return WorkedProblem(
      language, AskSystem(rng, language, split, as_prices, first, second),
      {Cat("(1) ", first.Text(), "; (2) ", second.Text()), multiplied1, multiplied2,
       Cat(how, AddSteps(one.a, sign * two.a), "; ", AddSteps(one.c, sign * two.c)), for_x,
       Cat("(1): ", Product(a1, x), "; ",
           SolveSteps(b1, "y", SubtractSteps(first.c, a1 * x), rest))},
      {Cat(In(language, "Eliminate y: ", "消去 y: "), "(1)*", step.factor1,
           step.adds ? " + " : " - ", "(2)*", step.factor2),
       for_x,
       Cat(In(language, "Put x into (1): ", "代入 (1): "),
           SolveSteps(b1, "y", SumEquation(first.c, -a1 * x), rest))},
      Cat("x = ", x, ", y = ", y));
}

// "(2, -1)", "2,-1" and "y=-1,x=2" are "x=2,y=-1".
std::string NormalPair(std::string_view boxed) {
  std::string text = Compact(boxed);
  if (text.starts_with("(x,y)=")) text.erase(0, 6);
  if (text.starts_with('(') && text.ends_with(')')) text = text.substr(1, text.size() - 2);
  const size_t comma = text.find(',');
  if (comma == std::string::npos) return text;
  const std::string left = text.substr(0, comma), right = text.substr(comma + 1);
  if (left.starts_with("y=")) return Cat(right, ",", left);
  return left.starts_with("x=") ? text : Cat("x=", left, ",y=", right);
}

}  // namespace

std::vector<const Family*> LinearSystemFamilies() {
  static const NormalizingFamily system(
      "linear-system",
      "Solve two linear equations in x and y, also as prices: coefficients up to 5 in size, "
      "integer solutions in -6..12",
      &WriteSystem, &NormalPair);
  return {&system};
}

}  // namespace lemma::train
