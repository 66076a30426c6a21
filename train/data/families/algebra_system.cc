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
        "{first}, {second}. Find (x, y).",
        "[Find|Determine|Give] the [pair (x, y)|values of x and y|numbers x and y] with {first} "
        "and {second}.",
        "The numbers x and y satisfy {first} and {second}. What are they?",
        "What is the solution of the system {first}, {second}?",
        "Two equations are given: {first} and {second}. [Find their common solution|Solve them for "
        "x and y].",
        "Which x and y satisfy both {first} and {second}?",
        "Let {first} and {second}. [Compute|Work out] x and y."},
       {"Find the solution of the system of equations {first} and {second}.",
        "What are x and y if {first} and {second}?"}},
      {{"解方程组: {first}, {second}", "解方程组 {first}; {second}.",
        "已知 {first}, {second}, 求 x 和 y.", "求方程组 {first}, {second} 的解.",
        "如果 {first} 且 {second}, 那么 x 和 y 是多少?", "解二元一次方程组: ${first}$, ${second}$",
        "求 x, y: {first}, {second}.", "{first}, {second}, 求 x 与 y 的值.",
        "x, y [同时满足|满足] {first}, {second}. x 和 y 各是多少?",
        "方程组 {first} 和 {second} 的解是什么?", "[求出|算出]满足 {first} 与 {second} 的 x 和 y.",
        "[若|设] {first}, {second}, 则 x 和 y 等于多少?",
        "有两个方程: {first} 和 {second}. 请求 x, y 的值."},
       {"已知 x, y 满足 {first} 和 {second}, 求 x 和 y 的值.", "请解方程组 {first} 和 {second}."}}};
  return asks;
}

const BilingualPhrasings& PriceAsks() {
  static const BilingualPhrasings asks = {
      {{"{a1} pens and {b1} books cost {c1} dollars; {a2} pens and {b2} books cost {c2} dollars. "
        "[Find|Work out|Determine] the price x of a pen and y of a book.",
        "{a1} apples and {b1} pears cost {c1} yuan, {a2} apples and {b2} pears cost {c2} yuan. An "
        "apple costs x and a pear y. [Find x and y.|What are x and y?]",
        "[Tom|Max|A cook] buys {a1} cups and {b1} bowls for {c1} dollars, [Ann|Lily|a friend] buys "
        "{a2} cups and {b2} bowls for {c2} dollars. What is the price x of a cup and y of a bowl?",
        "A [pen|stamp|rose|toy car] costs x dollars and a [book|box|cake|lamp] y dollars. {a1} of "
        "the first and {b1} of the second cost {c1} dollars, {a2} and {b2} of them cost {c2} "
        "dollars. Find x and y.",
        "For {c1} dollars you get {a1} roses and {b1} tulips, for {c2} dollars {a2} roses and {b2} "
        "tulips. What does a rose cost (x) and what does a tulip cost (y)?",
        "At a [fair|cinema|museum|zoo] {a1} child and {b1} adult tickets cost {c1} dollars, {a2} "
        "child and {b2} adult tickets {c2} dollars. Find the price x of a child ticket and the "
        "price y of an adult ticket.",
        "A melon weighs x kg and a pumpkin y kg. {a1} melons and {b1} pumpkins weigh {c1} kg, {a2} "
        "melons and {b2} pumpkins weigh {c2} kg. [Find|Compute] x and y.",
        "If {a1} forks and {b1} spoons cost {c1} yuan and {a2} forks and {b2} spoons cost {c2} "
        "yuan, what is the price x of a fork and the price y of a spoon?",
        "For {a1} cakes and {b1} pies [Mia|Lena|a woman] pays {c1} dollars. For {c2} dollars she "
        "buys {a2} cakes and {b2} pies. Find x, the price of a cake, and y, the price of a pie.",
        "A bag with {a1} oranges and {b1} lemons costs {c1} dollars; one with {a2} oranges and "
        "{b2} lemons costs {c2} dollars. How much is an orange (x) and how much is a lemon (y)?",
        "{b1} shirts and {a1} hats: {c1} dollars. {b2} shirts and {a2} hats: {c2} dollars. Price x "
        "of a hat and y of a shirt?"},
       {"For {a1} pens and {b1} books Mia pays {c1} dollars; for {a2} pens and {b2} books she pays "
        "{c2} dollars. Find the price x of a pen and the price y of a book."}},
      {{"{a1} 支笔和 {b1} 本书共 {c1} 元, {a2} 支笔和 {b2} 本书共 {c2} 元. 求每支笔的价格 x "
        "和每本书的价格 y.",
        "买 {a1} 个苹果和 {b1} 个梨要 {c1} 元, 买 {a2} 个苹果和 {b2} 个梨要 {c2} 元. 苹果每个 x "
        "元, 梨每个 y 元, 求 x 和 y.",
        "[小明|小刚|妈妈]买 {a1} 个杯子和 {b1} 个碗花了 {c1} 元, [小红|小华|阿姨]买 {a2} 个杯子和 "
        "{b2} 个碗花了 {c2} 元. 杯子的价格 x 和碗的价格 y 各是多少?",
        "一朵[玫瑰|菊花|百合] x 元, 一朵[郁金香|荷花|牡丹] y 元. 前者 {a1} 朵和后者 {b1} 朵共 {c1} "
        "元, 前者 {a2} 朵和后者 {b2} 朵共 {c2} 元. 求 x 和 y.",
        "付 {c1} 元可以买 {a1} 个橙子和 {b1} 个桃子, 付 {c2} 元可以买 {a2} 个橙子和 {b2} 个桃子. "
        "橙子每个 x 元, 桃子每个 y 元, x 和 y 是多少?",
        "[动物园|电影院|博物馆]里 {a1} 张儿童票和 {b1} 张成人票 {c1} 元, {a2} 张儿童票和 {b2} "
        "张成人票 {c2} 元. 求儿童票的价格 x 和成人票的价格 y.",
        "一个西瓜重 x 千克, 一个南瓜重 y 千克. {a1} 个西瓜和 {b1} 个南瓜重 {c1} 千克, {a2} "
        "个西瓜和 {b2} 个南瓜重 {c2} 千克. x 和 y 各是多少?",
        "如果 {a1} 把叉子和 {b1} 把勺子要 {c1} 元, {a2} 把叉子和 {b2} 把勺子要 {c2} 元, "
        "那么叉子的价格 x 和勺子的价格 y 各是多少元?",
        "[小丽|小军|爸爸]第一次买 {a1} 块蛋糕和 {b1} 个面包, 付了 {c1} 元; 第二次买 {a2} 块蛋糕和 "
        "{b2} 个面包, 付了 {c2} 元. 求蛋糕单价 x 和面包单价 y.",
        "{b1} 件衬衫和 {a1} 顶帽子: {c1} 元. {b2} 件衬衫和 {a2} 顶帽子: {c2} 元. 帽子的价格 x "
        "和衬衫的价格 y 是多少?"},
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
  const auto write = as_prices ? &ToldProblem : &WorkedProblem;
  return write(language, AskSystem(rng, language, split, as_prices, first, second),
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
