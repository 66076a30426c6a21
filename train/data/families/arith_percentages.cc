// Percentages. Boxed percentages carry their sign: \boxed{25\%}.
#include <cstdlib>

#include "train/data/families/arith_families.h"
#include "train/data/steps.h"
#include "train/data/wording.h"
#include "train/data/working.h"

namespace lemma::train {
namespace {

const BilingualPhrasings& PercentOfPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"What is {p}[%| percent] of {n}?", "[Find|Compute|Calculate] {p}% of {n}.",
        "[Calculate|Find|Compute] {p} percent of {n}.", "{p}% of {n} = ?",
        "How much is {p}[%| percent] of {n}?", "[Take|Form] {p}% of {n}. What is the result?",
        "The [number|amount|total] is {n}. What is {p}[%| percent] of it?",
        "If the whole is {n}, how much [is|are] {p}%?",
        "Given the number {n}, determine {p}[%| percent] of this number.",
        "From {n}, work out {p}[%| percent].", "Which number is {p}[%| percent] of {n}?",
        "An item costs {n} [dollars|euros|yuan]. How much is {p}% of the price?",
        "A farm has {n} kg of [rice|wheat|corn] and sells {p}% of it. How many kg are sold?",
        "A [barrel|bathtub|cistern] holds {n} liters and {p}% of the water [flows out|is used]. "
        "How many liters is that?",
        "{p} percent of a [sum|budget|prize] of {n} dollars is [spent|saved]. How many dollars is "
        "that?",
        "A [rope|wire|ribbon] is {n} meters long and {p}% of it is cut off. How many meters are "
        "cut off?",
        "The [way|trip|race] is {n} km long; {p}% of it is done. How many km are done?"},
       {"Work out {p} percent of {n}.", "Determine {p}% of {n}.",
        "A tank holds {n} liters. How many liters are {p}% of it?"}},
      {{"求 {n} 的 {p}%.", "{n} 的 {p}% 是多少?", "[计算|算出] {n} 的 {p}%.", "{n} 的 {p}% = ?",
        "百分之 {p} 的 {n} 是多少?", "求 {n} 的百分之 {p}.", "{n} 的[百分之 {p} |{p}% ]等于多少?",
        "算一算 {n} 的 {p}%.", "一个数是 {n}, 它的[百分之 {p} |{p}% ]是几?",
        "如果总数是 {n}, 那么它的 {p}% 是多少?", "试求百分之 {p} 乘 {n} 的值.",
        "取 {n} 的 {p}%, 得到的值是多少?", "一件商品 {n} 元, 它的 {p}% 是多少元?",
        "[农场|粮店|仓库]有 {n} 千克[大米|小麦|玉米], 卖出 {p}%, 卖出多少千克?",
        "[油桶|油箱]有 {n} 升油, 用去其中的 {p}%, 用去多少升?",
        "[绳子|电线|丝带]长 {n} 米, 剪下它的 {p}%, 剪下多少米?",
        "全程 {n} 千米, 已经走了 {p}%, 走了多少千米?",
        "水池有水, 共 {n} 升, 放掉百分之 {p}, 放掉的是多少升?"},
       {"试求 {n} 的 {p}% 的值.", "{n} 的百分之 {p} 是几?",
        "水箱有 {n} 升水, 它的 {p}% 是多少升?"}}};
  return phrasings;
}

// {verb}: see ChangeVerb.
const BilingualPhrasings& PercentChangePhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"A price {verb} from {a} to {b}. By what percent does it change?",
        "A number {verb} from {a} to {b}. Find the percent change.",
        "The [value|price|length] {verb} from {a} to {b}. What is the percent change?",
        "The number of [students|visitors|workers] {verb} from {a} to {b}. By what percent is "
        "that?",
        "A [price|rent|salary] {verb} from {a} dollars to {b} dollars. Find the percent change.",
        "Compute the percent change when a value {verb} from {a} to {b}.",
        "Something that costs {a} dollars {verb} to {b} dollars. What percent is the change?",
        "By what percent does a value change that {verb} from {a} to {b}?",
        "If the weight of a [parcel|calf|load] {verb} from {a} kg to {b} kg, by what percent does "
        "it change?",
        "Given that a [value|number|price] {verb} from {a} to {b}, determine the change in "
        "percent.",
        "A price {verb} to {b} dollars from {a} dollars. What is its change in percent?",
        "A [value|number|count] {verb}: {a} before, {b} after. Percent change?"},
       {"The weight {verb} from {a} kg to {b} kg. Determine the percent change.",
        "If a price {verb} from {a} to {b}, what is its percent change?"}},
      {{"价格从 {a} 元{verb}到 {b} 元, 变化了百分之几?",
        "一个数从 {a} {verb}到 {b}, 求变化的百分比.",
        "数值从 {a} {verb}到 {b}, 变化的百分比是多少?",
        "[学生|游客|工人]人数从 {a} {verb}到 {b}, {verb}了百分之几?",
        "商品价格由 {a} 元{verb}到 {b} 元, 求{verb}的百分比.",
        "从 {a} {verb}到 {b}, {verb}了百分之多少?", "计算从 {a} {verb}到 {b} 的变化百分比.",
        "一个数由 {a} {verb}为 {b}, {verb}了百分之几?",
        "如果[产量|人数|数量]从 {a} {verb}到 {b}, 那么变化了百分之多少?",
        "[包裹|货物|小牛]的重量由 {a} 千克{verb}为 {b} 千克, 变化了百分之几?",
        "[工资|租金|价格]{verb}到 {b} 元, 原来是 {a} 元, {verb}的百分比是多少?",
        "原来是 {a}, {verb}后是 {b}, 求变化百分比."},
       {"重量从 {a} 千克{verb}到 {b} 千克, 求{verb}的百分比.",
        "如果价格由 {a} {verb}到 {b}, 变化百分比是多少?"}}};
  return phrasings;
}

// {verb}: see ChangedVerb.
const BilingualPhrasings& PercentNewValuePhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"{n} is {verb} by {p}%. What is the new value?",
        "A [price|rent|fee] of {n} dollars is {verb} by {p}%. [What|How many dollars] is the new "
        "one?",
        "What do you get when {n} is {verb} by {p} percent?", "Find {n} {verb} by {p}%.",
        "A number is {n}. It is {verb} by {p}%. Find the new number.",
        "Compute {n} {verb} by {p} percent.", "What is {n} {verb} by {p}%?",
        "An item costs {n} dollars. Its price is {verb} by {p}%. What does it cost now?",
        "If {n} is {verb} by {p}[%| percent], [what is the result|which number results]?",
        "When {verb} by {p}%, what does {n} become?",
        "A [load|weight|supply] of {n} kg is {verb} by {p} percent. How many kg is it afterwards?",
        "Given that the salary, {n} dollars, is {verb} by {p}%, determine the new salary.",
        "After {n} is {verb} by {p}[%| percent], what is its value?"},
       {"Determine the value of {n} after it is {verb} by {p}%.",
        "A salary of {n} dollars is {verb} by {p} percent. How many dollars is it then?"}},
      {{"{n} {verb} {p}% 后是多少?", "一件商品 {n} 元, 价格{verb} {p}%, 现价是多少元?",
        "求 {n} {verb} {p}% 后的值.", "把 {n} {verb} {p}%, 得到多少?",
        "一个数是 {n}, {verb} {p}% 后是多少?", "计算 {n} {verb} {p}% 的结果.",
        "{n} {verb}百分之 {p} 后等于多少?", "价格原来是 {n} 元, 现在{verb} {p}%, 求现在的价格.",
        "如果把 {n} {verb}百分之 {p}, 那么结果是多少?",
        "[工资|租金|费用]原来 {n} 元, {verb} {p}% 之后是多少元?",
        "[一堆煤|一批货|一袋米]重 {n} 千克, 重量{verb}百分之 {p}, 现在是多少千克?",
        "{verb} {p}% 之后, 数值 {n} 变成多少?"},
       {"试求 {n} {verb} {p}% 之后的数值.", "工资 {n} 元{verb}百分之 {p}, 现在是多少元?"}}};
  return phrasings;
}

// Held-out questions keep to one verb a direction.
std::string_view ChangeVerb(Rng& rng, Language language, Split split, bool rises) {
  if (split == Split::kHeldOut) {
    return rises ? In(language, "rises", "上升") : In(language, "falls", "下降");
  }
  if (language == Language::kEnglish) {
    return rises ? rng.Pick({"rises", "rises", "increases", "goes up", "climbs"})
                 : rng.Pick({"falls", "falls", "decreases", "goes down", "drops"});
  }
  return rises ? rng.Pick({"上升", "上升", "增加", "提高"})
               : rng.Pick({"下降", "下降", "减少", "降低"});
}

std::string_view ChangedVerb(Rng& rng, Language language, Split split, bool grows) {
  if (split == Split::kHeldOut) {
    return grows ? In(language, "increased", "增加") : In(language, "decreased", "减少");
  }
  if (language == Language::kEnglish) {
    return grows ? rng.Pick({"increased", "increased", "raised"})
                 : rng.Pick({"decreased", "decreased", "reduced", "lowered"});
  }
  return grows ? rng.Pick({"增加", "增加", "提高"}) : rng.Pick({"减少", "减少", "降低"});
}

}  // namespace

Problem PercentOf(Rng& rng, Language language, Split split) {
  int64_t p, n;
  do {
    p = rng.Int(1, 99);
    n = rng.Int(11, 99) * (rng.Chance(0.5) ? 10 : 1);
  } while (!InSplit(HashOf({p, n}), split));
  const std::string p_text = std::to_string(p), n_text = std::to_string(n);
  const std::string product = n_text + "*" + p_text + " = " + std::to_string(n * p);
  const std::string quotient = std::to_string(n * p) + "/100 = " + ShortDecimalText(n * p, 2);

  Problem problem;
  problem.question =
      Ask(rng, PercentOfPhrasings(), split, language, {{"p", p_text}, {"n", n_text}});
  problem.thinking = n_text + "*" + p_text + "/100\n" + MultiplySteps(n, p) + "\n" + quotient;
  problem.answer = ShortDecimalText(n * p, 2);
  problem.solution = NumberedSolution(language, {product, quotient}, problem.answer);
  return problem;
}

Problem PercentChange(Rng& rng, Language language, Split split) {
  int64_t before, after, percent;
  do {
    before = rng.Chance(0.5) ? rng.Int(20, 99) : rng.Int(2, 40) * 10;
    percent = rng.Int(2, 95) * (rng.Chance(0.5) ? 1 : -1);
    after = before + before * percent / 100;
  } while (before * percent % 100 != 0 || !InSplit(HashOf({before, after}), split));
  const bool rises = percent > 0;

  Problem problem;
  problem.question = Ask(rng, PercentChangePhrasings(), split, language,
                         {{"verb", std::string(ChangeVerb(rng, language, split, rises))},
                          {"a", std::to_string(before)},
                          {"b", std::to_string(after)}});
  Working working;
  const int64_t change = rises ? working.Subtract(after, before) : working.Subtract(before, after);
  working.DivideExactly(working.Multiply(change, 100), before);
  problem.thinking = Join(working.chains(), "\n");
  problem.answer = std::to_string(std::abs(percent)) + "\\%";
  const std::vector<std::string>& equations = working.equations();
  problem.solution = NumberedSolution(
      language,
      {std::string(In(language, "Change: ", "变化: ")) + equations[0],
       std::string(In(language, "Compared with ", "与原来的 ")) + std::to_string(before) +
           std::string(In(language, ": ", " 相比: ")) + equations[1] + ", " + equations[2]},
      problem.answer);
  return problem;
}

Problem PercentNewValue(Rng& rng, Language language, Split split) {
  int64_t n, percent;
  do {
    n = rng.Chance(0.3) ? rng.Int(20, 99) : rng.Int(2, 50) * 10;
    percent = rng.Int(1, 19) * (rng.Chance(0.5) ? 5 : -5);
  } while (n * percent % 100 != 0 || !InSplit(HashOf({n, percent}), split));
  const bool grows = percent > 0;
  const int64_t p = std::abs(percent);

  Problem problem;
  problem.question = Ask(rng, PercentNewValuePhrasings(), split, language,
                         {{"verb", std::string(ChangedVerb(rng, language, split, grows))},
                          {"n", std::to_string(n)},
                          {"p", std::to_string(p)}});
  Working working;
  const int64_t product = working.Multiply(n, p), change = product / 100;
  const std::string quotient = std::to_string(product) + "/100 = " + std::to_string(change);
  const int64_t value = grows ? working.Add(n, change) : working.Subtract(n, change);
  problem.thinking = working.chains()[0] + "\n" + quotient + "\n" + working.chains()[1];
  problem.answer = std::to_string(value);
  problem.solution =
      NumberedSolution(language,
                       {std::to_string(p) + "%: " + working.equations()[0] + ", " + quotient,
                        std::string(grows ? In(language, "Add it: ", "加上它: ")
                                          : In(language, "Take it off: ", "减去它: ")) +
                            working.equations()[1]},
                       problem.answer);
  return problem;
}

}  // namespace lemma::train
