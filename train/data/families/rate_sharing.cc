// Sharing in a ratio, and ages.
#include <array>
#include <numeric>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

std::vector<std::string> DifferentNames(Rng& rng, Language language, size_t count) {
  std::vector<std::string> names;
  while (names.size() < count) {
    const std::string name(PersonName(rng, language));
    bool is_new = true;
    for (const std::string& other : names) is_new = is_new && other != name;
    if (is_new) names.push_back(name);
  }
  return names;
}

const BilingualPhrasings& PairAsks() {
  static const BilingualPhrasings asks = {
      {{"{x} and {y} share {n} dollars in the ratio {ratio}. How much does {who} get?",
        "{n} marbles are divided between {x} and {y} in the ratio {ratio}. How many does {who} "
        "get?",
        "Divide {n} between {x} and {y} in the ratio {ratio}. What is the share of {who}?",
        "{x} and {y} split {n} cards in the ratio {ratio}. Find the number of cards of {who}."},
       {"{x} and {y} share {n} coins in the ratio {ratio}. What is the share of {who}?"}},
      {{"{x}和{y}按 {ratio} 分 {n} 元, {who}分到多少元?",
        "把 {n} 颗弹珠按 {ratio} 分给{x}和{y}, {who}得多少颗?",
        "将 {n} 按 {ratio} 的比例分给{x}和{y}, 求{who}的那一份.",
        "{x}和{y}的卡片数之比是 {ratio}, 共 {n} 张, {who}有多少张?"},
       {"{x}与{y}按 {ratio} 的比分 {n} 枚硬币, {who}分到几枚?"}}};
  return asks;
}

const BilingualPhrasings& TripleAsks() {
  static const BilingualPhrasings asks = {
      {{"{x}, {y} and {z} share {n} dollars in the ratio {ratio}. How much does {who} get?",
        "{n} sweets are divided among {x}, {y} and {z} in the ratio {ratio}. How many does {who} "
        "get?",
        "Divide {n} among {x}, {y} and {z} in the ratio {ratio}. What is the share of {who}?",
        "{x}, {y} and {z} split {n} cards in the ratio {ratio}. Find the number of cards of "
        "{who}."},
       {"{x}, {y} and {z} share {n} coins in the ratio {ratio}. What is the share of {who}?"}},
      {{"{x}, {y}和{z}按 {ratio} 分 {n} 元, {who}分到多少元?",
        "把 {n} 块糖按 {ratio} 分给{x}, {y}和{z}, {who}得多少块?",
        "将 {n} 按 {ratio} 的比例分给{x}, {y}和{z}, 求{who}的那一份.",
        "{x}, {y}和{z}的卡片数之比是 {ratio}, 共 {n} 张, {who}有多少张?"},
       {"{x}, {y}与{z}按 {ratio} 的比分 {n} 枚硬币, {who}分到几枚?"}}};
  return asks;
}

// c is 0 where two share.
Problem WriteRatio(Rng& rng, Language language, Split split) {
  const bool three = rng.Chance(0.4);
  const int64_t which = rng.Int(0, three ? 2 : 1);
  const auto [a, b, c, unit] = DrawInSplit(
      split,
      [&] {
        return std::array{rng.Int(1, 9), rng.Int(1, 9), three ? rng.Int(1, 9) : 0, rng.Int(2, 40)};
      },
      [](int64_t a, int64_t b, int64_t c, int64_t) {
        return a + b > 2 && std::gcd(std::gcd(a, b), c) == 1;
      });
  std::vector<int64_t> parts = {a, b};
  if (three) parts.push_back(c);
  const int64_t whole = a + b + c, total = whole * unit;
  const int64_t part = parts[static_cast<size_t>(which)];
  const std::vector<std::string> names = DifferentNames(rng, language, parts.size());
  const std::string& who = names[static_cast<size_t>(which)];
  Variables variables = {{"x", names[0]},
                         {"y", names[1]},
                         {"n", Cat(total)},
                         {"ratio", Join(parts, ":")},
                         {"who", who}};
  if (three) variables.emplace_back("z", names[2]);
  return WorkedProblem(language,
                       Ask(rng, three ? TripleAsks() : PairAsks(), split, language, variables),
                       {Cat(SumSteps(parts)), ExactDivideSteps(total, whole),
                        Cat(who, ": ", MultiplySteps(unit, part))},
                       {Cat(In(language, "Parts: ", "总份数: "), Join(parts, " + "), " = ", whole),
                        Cat(In(language, "One part: ", "每份: "), total, "/", whole, " = ", unit),
                        Cat(who, ": ", unit, "*", part, " = ", unit * part)},
                       Cat(unit * part));
}

Problem WriteMultipleAge(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"{x} is {k} times as old as {y}. Together they are {s} years old. How old is {y}?",
        "The ages of {x} and {y} add up to {s}. {x} is {k} times as old as {y}. Find the age of "
        "{y}.",
        "{y} and {x} are {s} years old in total and {x} is {k} times as old as {y}. What is {y}'s "
        "age?"},
       {"{x} is {k} times as old as {y} and the sum of their ages is {s}. How old is {y}?"}},
      {{"{x}的年龄是{y}的 {k} 倍, 两人一共 {s} 岁, {y}多少岁?",
        "{x}和{y}的年龄和是 {s} 岁, {x}的年龄是{y}的 {k} 倍, 求{y}的年龄.",
        "{y}和{x}共 {s} 岁, {x}是{y}的 {k} 倍, {y}今年几岁?"},
       {"{x}的年龄是{y}的 {k} 倍, 年龄之和为 {s} 岁, 问{y}今年多少岁?"}}};
  const auto [kind, k, age] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{0, rng.Int(2, 9), rng.Int(2, 30)}; },
      [](int64_t, int64_t k, int64_t age) { return k * age <= 99; });
  const int64_t sum = (k + 1) * age;
  const std::vector<std::string> names = DifferentNames(rng, language, 2);
  return WorkedProblem(language,
                       Ask(rng, asks, split, language,
                           {{"x", names[0]}, {"y", names[1]}, {"k", Cat(k)}, {"s", Cat(sum)}}),
                       {Cat(names[1], " = x, ", names[0], " = ", k, "x"), Cat(k, " + 1 = ", k + 1),
                        Cat(k + 1, "x = ", sum), ExactDivideSteps(sum, k + 1)},
                       {Cat(names[1], " = x, ", names[0], " = ", k, "x"),
                        Cat(SumText({{k, "x"}, {1, "x"}}), " = ", k + 1, "x = ", sum),
                        Cat("x = ", sum, "/", k + 1, " = ", age)},
                       Cat(age));
}

Problem WriteDifferenceAge(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"{x} is {d} years older than {y}. Together they are {s} years old. How old is {y}?",
        "The ages of {x} and {y} add up to {s}. {x} is {d} years older. Find the age of {y}.",
        "{y} is {d} years younger than {x} and they are {s} years old in total. What is {y}'s "
        "age?"},
       {"{x} is {d} years older than {y} and the sum of their ages is {s}. How old is {y}?"}},
      {{"{x}比{y}大 {d} 岁, 两人一共 {s} 岁, {y}多少岁?",
        "{x}和{y}的年龄和是 {s} 岁, {x}比{y}大 {d} 岁, 求{y}的年龄.",
        "{y}比{x}小 {d} 岁, 两人年龄共 {s} 岁, {y}今年几岁?"},
       {"{x}比{y}大 {d} 岁, 年龄之和为 {s} 岁, 问{y}今年多少岁?"}}};
  const auto [kind, d, age] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{1, rng.Int(2, 30), rng.Int(3, 50)}; },
      [](int64_t, int64_t, int64_t) { return true; });
  const int64_t sum = 2 * age + d;
  const std::vector<std::string> names = DifferentNames(rng, language, 2);
  return WorkedProblem(
      language,
      Ask(rng, asks, split, language,
          {{"x", names[0]}, {"y", names[1]}, {"d", Cat(d)}, {"s", Cat(sum)}}),
      {Cat(names[1], " = x, ", names[0], " = x + ", d), Cat("2x + ", d, " = ", sum),
       Cat("2x = ", SubtractSteps(sum, d)), ExactDivideSteps(sum - d, 2)},
      {Cat(names[1], " = x, ", names[0], " = x + ", d), Cat("2x = ", sum, " - ", d, " = ", sum - d),
       Cat("x = ", sum - d, "/2 = ", age)},
      Cat(age));
}

// x + t = k(y + t), so (k - 1)t = x - ky.
Problem WriteFutureAge(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"{x} is {a} years old and {y} is {b}. In how many years will {x} be {k} times as old as "
        "{y}?",
        "Today {x} is {a} and {y} is {b}. After how many years is {x} {k} times as old as {y}?"},
       {"{x} is {a} and {y} is {b} years old. In how many years is {x}'s age {k} times {y}'s "
        "age?"}},
      {{"{x}今年 {a} 岁, {y}今年 {b} 岁, 几年后{x}的年龄是{y}的 {k} 倍?",
        "现在{x} {a} 岁, {y} {b} 岁, 多少年后{x}的年龄是{y}的 {k} 倍?"},
       {"{x} {a} 岁, {y} {b} 岁, 再过几年{x}的年龄是{y}的 {k} 倍?"}}};
  const auto [kind, b, k, t] = DrawInSplit(
      split,
      [&] { return std::array<int64_t, 4>{2, rng.Int(1, 20), rng.Int(2, 5), rng.Int(1, 15)}; },
      [](int64_t, int64_t b, int64_t k, int64_t t) { return k * (b + t) - t <= 90; });
  const int64_t a = k * (b + t) - t;
  const std::vector<std::string> names = DifferentNames(rng, language, 2);
  const std::string equation = Cat(a, " + t = ", k, "*(", b, " + t)");
  return WorkedProblem(
      language,
      Ask(rng, asks, split, language,
          {{"x", names[0]}, {"y", names[1]}, {"a", Cat(a)}, {"b", Cat(b)}, {"k", Cat(k)}}),
      {equation, Product(k, b), Cat(k, " - 1 = ", k - 1),
       SolveSteps(k - 1, "t", SubtractSteps(a, k * b), a - k * b)},
      {Cat(In(language, "After t years: ", "t 年后: "), equation),
       Cat(In(language, "Solve: ", "解得: "),
           SolveSteps(k - 1, "t", SumEquation(a, -k * b), a - k * b))},
      Cat(t));
}

Problem WriteAge(Rng& rng, Language language, Split split) {
  static const std::vector<MathFamily::Writer> kinds = {WriteMultipleAge, WriteDifferenceAge,
                                                        WriteFutureAge};
  return rng.Pick(kinds)(rng, language, split);
}

}  // namespace

std::vector<const Family*> SharingFamilies() {
  static const MathFamily ratio(
      "ratio-sharing",
      "A total split in a ratio of two or three parts up to 9, one part up to 40; one share asked",
      &WriteRatio);
  static const MathFamily age(
      "age-problem",
      "Ages from a sum and a multiple, a sum and a difference, or the years until a multiple; ages "
      "below 100",
      &WriteAge);
  return {&ratio, &age};
}

}  // namespace lemma::train
