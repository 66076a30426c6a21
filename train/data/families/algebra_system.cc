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

// Multiplies so that the y terms have the same size, adds or subtracts, solves for x, puts x back.
Problem WriteSystem(Rng& rng, Language language, Split split) {
  const bool story = rng.Chance(0.35);
  const auto eliminated = [](int64_t a1, int64_t b1, int64_t a2, int64_t b2) {
    const bool same_size = std::abs(b1) == std::abs(b2);
    const int64_t sign = (b1 > 0) == (b2 > 0) ? -1 : 1;
    return (same_size ? a1 : a1 * std::abs(b2)) + sign * (same_size ? a2 : a2 * std::abs(b1));
  };
  const auto [a1, b1, a2, b2, x, y] = DrawInSplit(
      split,
      [&] {
        const int64_t low = story ? 1 : -5;
        return std::array{NonZero(rng, low, 5),
                          NonZero(rng, low, 5),
                          NonZero(rng, low, 5),
                          NonZero(rng, low, 5),
                          rng.Int(story ? 1 : -6, story ? 12 : 8),
                          rng.Int(story ? 1 : -6, story ? 12 : 8)};
      },
      [&](int64_t a1, int64_t b1, int64_t a2, int64_t b2, int64_t, int64_t) {
        const int64_t a = eliminated(a1, b1, a2, b2);
        return a != 0 && std::abs(a) <= 19;
      });
  const Equation first{a1, b1, a1 * x + b1 * y}, second{a2, b2, a2 * x + b2 * y};
  const bool same_size = std::abs(b1) == std::abs(b2);
  const int64_t m1 = same_size ? 1 : std::abs(b2), m2 = same_size ? 1 : std::abs(b1);
  const Equation one = first.Times(m1), two = second.Times(m2);
  const bool add = (b1 > 0) != (b2 > 0);

  const std::string multiplied1 = Cat("(1)*", m1, ": ", one.Text());
  const std::string multiplied2 = Cat("(2)*", m2, ": ", two.Text());
  const std::string_view how =
      add ? In(language, "Add: ", "相加: ") : In(language, "Subtract: ", "相减: ");
  const int64_t a = add ? one.a + two.a : one.a - two.a;
  const int64_t c = add ? one.c + two.c : one.c - two.c;
  const std::string combined =
      add ? Cat(AddSteps(one.a, two.a), "; ", AddSteps(one.c, two.c))
          : Cat(SubtractSteps(one.a, two.a), "; ", SubtractSteps(one.c, two.c));
  const std::string for_x = SolveSteps(a, "x", Cat(c), c);
  const std::string for_y = SolveSteps(b1, "y", SubtractSteps(first.c, a1 * x), first.c - a1 * x);
  const std::string check = Cat(In(language, "check (2): ", "验算 (2): "), Product(a2, x), "; ",
                                Product(b2, y), "; ", AddSteps(a2 * x, b2 * y));
  const std::string answer = Cat("x = ", x, ", y = ", y);
  const std::string question = story ? Ask(rng, PriceAsks(), split, language,
                                           {{"a1", Cat(a1)},
                                            {"b1", Cat(b1)},
                                            {"c1", Cat(first.c)},
                                            {"a2", Cat(a2)},
                                            {"b2", Cat(b2)},
                                            {"c2", Cat(second.c)}})
                                     : Ask(rng, SystemAsks(), split, language,
                                           {{"first", first.Text()}, {"second", second.Text()}});
  return WorkedProblem(
      language, question,
      {Cat("(1) ", first.Text(), "; (2) ", second.Text()), multiplied1, multiplied2,
       Cat(how, combined), for_x, Cat("(1): ", Product(a1, x), "; ", for_y), check},
      {Cat(multiplied1, "; ", multiplied2), Cat(how, for_x),
       Cat(In(language, "Put x into (1): ", "代入 (1): "), for_y)},
      answer);
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
