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
      {{"{x} and {y} [share|split|divide] {n} [dollars|euros|points] in the ratio {ratio}. [How "
        "much|How many] does {who} [get|receive]?",
        "{n} [marbles|sweets|stamps|coins] are [divided|shared|split] between {x} and {y} in the "
        "ratio {ratio}. How many does {who} [get|receive|have]?",
        "[Divide|Share|Split] {n} between {x} and {y} in the ratio {ratio}. [What is|Find] the "
        "[share|part] of {who}.",
        "{x} and {y} [split|share] {n} [cards|books|eggs] in the ratio {ratio}. [Find|What is] the "
        "number of [cards|books|items] of {who}.",
        "[In|With] the ratio {ratio}, {x} and {y} [share|divide|split] {n} [coins|nuts|beads]. "
        "How many [are|belong to|go to] {who}?",
        "How many of {n} [coins|pens|cards] does {who} get if {x} and {y} share them in the ratio "
        "{ratio}?",
        "What is {who}'s [share|part] when {n} is divided between {x} and {y} in the ratio "
        "{ratio}?",
        "The [savings|scores|shares] of {x} and {y} are in the ratio {ratio} and add up to {n}. "
        "[How much is|What is|Find] the [share|part] of {who}.",
        "{x}'s and {y}'s [parts|shares] are as {ratio}. Together they [have|get] {n} "
        "[coins|dollars|marbles]. What does {who} [have|get]?"},
       {"{x} and {y} share {n} coins in the ratio {ratio}. What is the share of {who}?"}},
      {{"{x}和{y}按 {ratio} [分|分配] {n} 元, {who}[分到|得到|得]多少元?",
        "把 {n} [颗弹珠|块糖|张邮票]按 {ratio} [分给|发给]{x}[和|与]{y}, {who}得多少?",
        "将 {n} 按 {ratio} 的[比例|比]分给{x}和{y}, 求{who}的那一份.",
        "{x}[和|与]{y}的[卡片|图书|硬币]数之比是 {ratio}, [共|一共] {n}, {who}有多少?",
        "{x}与{y}[分|共分] {n} 个[苹果|球], [比例是|比为|按] {ratio}, {who}[拿到|分到]几个?",
        "{who}[能分到多少|分得几元|得到多少]: {x}和{y}按 {ratio} 分 {n} 元.",
        "{n} 枚[硬币|徽章]由{x}和{y}按 {ratio} 的比[来分|分配], 求{who}[分到|所得]的枚数.",
        "如果{x}和{y}按 {ratio} 分 {n}, [那么|]{who}[分到|得]几?",
        "{x}的钱与{y}的钱的比是 {ratio}, 两人共有 {n} 元, {who}有几元?"},
       {"{x}与{y}按 {ratio} 的比分 {n} 枚硬币, {who}分到几枚?"}}};
  return asks;
}

const BilingualPhrasings& TripleAsks() {
  static const BilingualPhrasings asks = {
      {{"{x}, {y} and {z} [share|split|divide] {n} [dollars|euros|points] in the ratio {ratio}. "
        "[How much|How many] does {who} [get|receive]?",
        "{n} [marbles|sweets|stamps|coins] are [divided|shared|split] among {x}, {y} and {z} in "
        "the ratio {ratio}. How many does {who} [get|receive|have]?",
        "[Divide|Share|Split] {n} among {x}, {y} and {z} in the ratio {ratio}. [What is|Find] the "
        "[share|part] of {who}.",
        "{x}, {y} and {z} [split|share] {n} [cards|books|eggs] in the ratio {ratio}. [Find|What "
        "is] the number of [cards|books|items] of {who}.",
        "[In|With] the ratio {ratio}, {x}, {y} and {z} [share|divide] {n} [coins|nuts|beads]. How "
        "many [are|belong to|go to] {who}?",
        "How many of {n} [coins|pens|cards] does {who} get if {x}, {y} and {z} share them in the "
        "ratio {ratio}?",
        "What is {who}'s [share|part] when {n} is divided among {x}, {y} and {z} in the ratio "
        "{ratio}?",
        "The [savings|scores|shares] of {x}, {y} and {z} are in the ratio {ratio} and add up to "
        "{n}. [How much is|What is|Find] the [share|part] of {who}."},
       {"{x}, {y} and {z} share {n} coins in the ratio {ratio}. What is the share of {who}?"}},
      {{"{x}, {y}[和|与]{z}按 {ratio} [分|分配] {n} 元, {who}[分到|得到|得]多少元?",
        "把 {n} [颗弹珠|块糖|张邮票]按 {ratio} [分给|发给]{x}, {y}和{z}, {who}得多少?",
        "将 {n} 按 {ratio} 的[比例|比]分给{x}, {y}和{z}, 求{who}的那一份.",
        "{x}, {y}和{z}的[卡片|图书|硬币]数之比是 {ratio}, [共|一共] {n}, {who}有多少?",
        "{x}, {y}与{z}[分|共分] {n} 个[苹果|球], [比例是|比为|按] {ratio}, {who}[拿到|分到]几个?",
        "{who}[能分到多少|分得几元|得到多少]: {x}, {y}和{z}按 {ratio} 分 {n} 元.",
        "{n} 枚[硬币|徽章]由{x}, {y}和{z}按 {ratio} 的比[来分|分配], 求{who}所得的枚数.",
        "如果{x}, {y}与{z}按 {ratio} 分 {n}, {who}[分到|得]几?"},
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
  std::vector<std::string> portions;  // "Emma 3", "Liam 5": whose part is which
  for (size_t i = 0; i < parts.size(); ++i) portions.push_back(Cat(names[i], " ", parts[i]));
  Variables variables = {{"x", names[0]},
                         {"y", names[1]},
                         {"n", Cat(total)},
                         {"ratio", Join(parts, ":")},
                         {"who", who}};
  if (three) variables.emplace_back("z", names[2]);
  return ToldProblem(language,
                     Ask(rng, three ? TripleAsks() : PairAsks(), split, language, variables),
                     {Join(portions), SumSteps(parts), ExactDivideSteps(total, whole),
                      Cat(who, " ", part, ": ", MultiplySteps(unit, part))},
                     {Cat(In(language, "Parts: ", "总份数: "), Join(parts, " + "), " = ", whole),
                      Cat(In(language, "One part: ", "每份: "), total, "/", whole, " = ", unit),
                      Cat(who, ": ", unit, "*", part, " = ", unit * part)},
                     Cat(unit * part));
}

Problem WriteMultipleAge(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"{x} is {k} times as old as {y}. Together they are {s}[| years old]. [How old is {y}?|Find "
        "{y}'s age.]",
        "The ages of {x} and {y} add up to {s}. {x} is {k} times as old as {y}. Find the age of "
        "{y}.",
        "{y} and {x} are {s} years old in total and {x} is {k} times as old as {y}. [What is {y}'s "
        "age?|How old is {y}?]",
        "The sum of the ages of {x} and {y} is {s}, and {x} is {k} times as old. [How old is "
        "{y}?|What is the age of {y}?]",
        "[Find|What is] the age of {y}, [if|when] {x} is {k} times as old as {y} and their ages "
        "add up to {s}.",
        "{x}'s age is {k} times {y}'s age. Their ages [sum to|total] {s}. How old is {y}?",
        "How old is {y} if {x} is {k} times as old and both together are {s} years old?",
        "{x} and {y} are {s} together. {x}'s age is {k} times the age of {y}. What is {y}'s age?"},
       {"{x} is {k} times as old as {y} and the sum of their ages is {s}. How old is {y}?"}},
      {{"{x}的年龄是{y}的 {k} 倍, 两人[一共|共] {s} 岁, {y}[多少岁|几岁]?",
        "{x}和{y}的年龄和是 {s} 岁, {x}的年龄是{y}的 {k} 倍, 求{y}的年龄.",
        "{y}和{x}共 {s} 岁, {x}是{y}的 {k} 倍, [|问]{y}今年几岁?",
        "{x}[与|和]{y}年龄之和[是|等于] {s}, {x}的岁数是{y}的 {k} 倍, {y}[今年多少岁|是几岁]?",
        "两人年龄之和为 {s} 岁, 其中{x}的年龄是{y}的 {k} 倍, [求{y}的年龄|{y}多大].",
        "{y}[今年多少岁|几岁]? {x}的年龄是{y}的 {k} 倍, 两人合计 {s} 岁.",
        "[如果|已知]{x}的年龄是{y}年龄的 {k} 倍, 年龄总和是 {s}, 那么{y}多少岁?",
        "{x}比{y}大, 正好是{y}年龄的 {k} 倍, 两人加起来 {s} 岁, 问{y}的年龄."},
       {"{x}的年龄是{y}的 {k} 倍, 年龄之和为 {s} 岁, 问{y}今年多少岁?"}}};
  const auto [kind, k, age] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{0, rng.Int(2, 9), rng.Int(2, 30)}; },
      [](int64_t, int64_t k, int64_t age) { return k * age <= 99; });
  const int64_t sum = (k + 1) * age;
  const std::vector<std::string> names = DifferentNames(rng, language, 2);
  return ToldProblem(language,
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
      {{"{x} is {d} years older than {y}. Together they are {s}[| years old]. [How old is "
        "{y}?|Find "
        "{y}'s age.]",
        "The ages of {x} and {y} add up to {s}. {x} is {d} years older. Find the age of {y}.",
        "{y} is {d} years younger than {x} and they are {s} years old in total. [What is {y}'s "
        "age?|How old is {y}?]",
        "The sum of the ages of {x} and {y} is {s}, and {x} is {d} years older. [How old is "
        "{y}?|What is the age of {y}?]",
        "[Find|What is] the age of {y}, [if|when] {x} is {d} years older than {y} and their ages "
        "add up to {s}.",
        "{x} was born {d} years before {y}. Their ages [sum to|total] {s}. How old is {y}?",
        "How old is {y} if {x} is {d} years older and both together are {s} years old?",
        "{x} and {y} are {s} together. {y} is {d} years younger. What is {y}'s age?"},
       {"{x} is {d} years older than {y} and the sum of their ages is {s}. How old is {y}?"}},
      {{"{x}比{y}大 {d} 岁, 两人[一共|共] {s} 岁, {y}[多少岁|几岁]?",
        "{x}和{y}的年龄和是 {s} 岁, {x}比{y}大 {d} 岁, 求{y}的年龄.",
        "{y}比{x}小 {d} 岁, 两人年龄共 {s} 岁, [|问]{y}今年几岁?",
        "{x}[与|和]{y}年龄之和[是|等于] {s}, {x}[年长|大] {d} 岁, {y}[今年多少岁|是几岁]?",
        "两人年龄之和为 {s} 岁, {y}比{x}[小|年轻] {d} 岁, [求{y}的年龄|{y}多大].",
        "{y}[今年多少岁|几岁]? {x}比{y}大 {d} 岁, 两人合计 {s} 岁.",
        "[如果|已知]{x}的年龄比{y}多 {d} 岁, 年龄总和是 {s}, 那么{y}多少岁?",
        "{x}和{y}加起来 {s} 岁, {x}大 {d} 岁, 问{y}的年龄."},
       {"{x}比{y}大 {d} 岁, 年龄之和为 {s} 岁, 问{y}今年多少岁?"}}};
  const auto [kind, d, age] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{1, rng.Int(2, 30), rng.Int(3, 50)}; },
      [](int64_t, int64_t, int64_t) { return true; });
  const int64_t sum = 2 * age + d;
  const std::vector<std::string> names = DifferentNames(rng, language, 2);
  return ToldProblem(
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
        "[Today|Now] {x} is {a} and {y} is {b}. After how many years is {x} {k} times as old as "
        "{y}?",
        "{y} is {b} and {x} is {a}[| years old]. When will {x} be {k} times as old as {y}, in "
        "years from now?",
        "In how many years will {x}, now {a}, be {k} times as old as {y}, now {b}?",
        "[After|In] how many years is the age of {x} {k} times the age of {y}, if they are {a} and "
        "{b} now?",
        "{x} is {a}, {y} is {b}. How many years [from now|later] is {x}'s age {k} times the age of "
        "{y}?",
        "{y} is {b} years old today and {x} is {a}. How long until {x} is {k} times as old?",
        "The ages of {x} and {y} are {a} and {b}. In how many years will {x}'s age be {k} times "
        "{y}'s?",
        "{y} is {b} and {x} {a} years old. {x}'s age will be {k} times {y}'s age in how many "
        "years?",
        "{x} is {a} years old[| now], {y} {b}. In how many years is {x} {k} times {y}'s age?"},
       {"{x} is {a} and {y} is {b} years old. In how many years is {x}'s age {k} times {y}'s "
        "age?"}},
      {{"{x}今年 {a} 岁, {y}今年 {b} 岁, [几|多少]年后{x}的年龄是{y}的 {k} 倍?",
        "现在{x} {a} 岁, {y} {b} 岁, [多少|几]年后{x}的年龄是{y}的 {k} 倍?",
        "{y}今年 {b} 岁, {x} {a} 岁, 再过[几|多少]年{x}的岁数[是|等于]{y}的 {k} 倍?",
        "[几|多少]年后{x}的年龄是{y}的 {k} 倍? 今年{x} {a} 岁, {y} {b} 岁.",
        "{x}和{y}今年分别是 {a} 岁和 {b} 岁, [几|多少]年以后{x}的年龄正好是{y}的 {k} 倍?",
        "{x} {a} 岁了, {y}才 {b} 岁, 过几年{x}是{y}的 {k} 倍?",
        "要过[几|多少]年, {x}(现在 {a} 岁)的年龄才是{y}(现在 {b} 岁)的 {k} 倍?",
        "已知{x} {a} 岁, {y} {b} 岁, 求几年后{x}的年龄是{y}年龄的 {k} 倍."},
       {"{x} {a} 岁, {y} {b} 岁, 再过几年{x}的年龄是{y}的 {k} 倍?"}}};
  const auto [kind, b, k, t] = DrawInSplit(
      split,
      [&] { return std::array<int64_t, 4>{2, rng.Int(1, 20), rng.Int(2, 5), rng.Int(1, 15)}; },
      [](int64_t, int64_t b, int64_t k, int64_t t) { return k * (b + t) - t <= 90; });
  const int64_t a = k * (b + t) - t;
  const std::vector<std::string> names = DifferentNames(rng, language, 2);
  const std::string equation = Cat(a, " + t = ", k, "*(", b, " + t)");
  return ToldProblem(
      language,
      Ask(rng, asks, split, language,
          {{"x", names[0]}, {"y", names[1]}, {"a", Cat(a)}, {"b", Cat(b)}, {"k", Cat(k)}}),
      {Cat(names[0], " ", a, ", ", names[1], " ", b, "; ", names[0], ": ", k, "*", names[1]),
       equation, Product(k, b), Cat(k, " - 1 = ", k - 1),
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
