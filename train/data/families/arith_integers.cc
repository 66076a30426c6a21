// Whole numbers: sums of three terms, products, division with remainder.
#include <algorithm>

#include "train/data/families/arith_families.h"
#include "train/data/steps.h"
#include "train/data/wording.h"
#include "train/data/working.h"

namespace lemma::train {
namespace {

// {a} had, {b} more, {c} fewer.
const BilingualPhrasings& ChainStories() {
  static const BilingualPhrasings phrasings = {
      {{"{name} has {a} {things}, buys {b} more and gives away {c}. How many {things} does {name} "
        "have now?",
        "{name} had {a} {things}. Then {name} got {b} more and lost {c}. How many {things} are "
        "left?",
        "There are {a} {things} in a box. {name} adds {b} and takes out {c}. How many {things} are "
        "in the box now?",
        "A shop has {a} {things}. {b} more arrive and {name} buys {c}. How many {things} are left "
        "in the shop?",
        "{name} [has|owns|starts with] {a} {things}, [finds|wins|is given] {b} more and "
        "[loses|uses "
        "up|gives a friend] {c}. How many {things} [remain|are left|does {name} have in the end]?",
        "At first {name} has {a} {things}. [Later|Then] {b} are added and {c} are [sold|taken "
        "away]. How many {things} [remain|are there in the end]?",
        "How many {things} does {name} have after [getting|buying] {b} and [losing|selling] {c}, "
        "starting with {a}?"},
       {"{name} owns {a} {things}, receives {b} more and sells {c}. How many {things} does {name} "
        "have in the end?",
        "{name} starts with {a} {things}, adds {b} and gives {c} to a friend. How many {things} "
        "remain?"}},
      {{"{name}有 {a} {things}, 又买了 {b} {things}, 送出 {c} {things}. 现在有多少{things}?",
        "{name}原来有 {a} {things}, 后来得到 {b} {things}, 丢了 {c} {things}. 还剩多少{things}?",
        "盒子里有 {a} {things}, {name}放进 {b} {things}, 又拿出 {c} {things}. "
        "盒子里现在有多少{things}?",
        "商店有 {a} {things}, 又运来 {b} {things}, {name}买走 {c} {things}. "
        "商店还剩多少{things}?",
        "{name}[开始|起初]有 {a} {things}, [又得到|增加了] {b} {things}, [送人|给了弟弟] {c} "
        "{things}. "
        "[剩下|最后有]多少{things}?",
        "[起初|原来]有 {a} {things}, {name}[收到|添了] {b} {things}, 再[卖掉|用掉] {c} {things}, "
        "[最后|现在]剩多少{things}?"},
       {"{name}有 {a} {things}, 收到 {b} {things}, 卖掉 {c} {things}. 最后有多少{things}?",
        "{name}开始有 {a} {things}, 增加 {b} {things}, 给了朋友 {c} {things}. "
        "剩下多少{things}?"}}};
  return phrasings;
}

const BilingualPhrasings& ProductStories() {
  static const BilingualPhrasings phrasings = {
      {{"{name} has {a} boxes with {b} {things} each. How many {things} are there in all?",
        "There are {a} bags and each bag holds {b} {things}. How many {things} does {name} have?",
        "{name} packs {a} boxes, {b} {things} in each box. How many {things} is that?",
        "A shop sells {a} packs of {b} {things} to {name}. How many {things} are sold?",
        "{name} [counts|sees|lays out] {a} [rows|stacks] [of|with] {b} {things}[| each]. How many "
        "{things} are there [altogether|in total]?",
        "[Each|Every one] of {name}'s {a} [bags|shelves|boxes] [holds|is filled with] {b} "
        "{things}. How many {things} [is that in total|are there altogether]?"},
       {"{name} fills {a} bags with {b} {things} each. How many {things} are there altogether?",
        "{name} sees {a} rows of {b} {things}. How many {things} are there in total?"}},
      {{"{name}有 {a} 个盒子, 每盒 {b} {things}. 一共有多少{things}?",
        "有 {a} 个袋子, 每个袋子装 {b} {things}. {name}共有多少{things}?",
        "{name}装了 {a} 箱, 每箱 {b} {things}. 总共多少{things}?",
        "商店卖给{name} {a} 包, 每包 {b} {things}. 共卖出多少{things}?",
        "{name}[摆了|看见] {a} [排|行], 每[排|行]有 {b} {things}. [合计|总共有]多少{things}?",
        "{a} 个[袋子|抽屉]里各[放|有] {b} {things}, {name}[合计|一共]有多少{things}?"},
       {"{name}把 {a} 个袋子各装 {b} {things}. 合计多少{things}?",
        "{name}看到 {a} 排, 每排 {b} {things}. 总共有多少{things}?"}}};
  return phrasings;
}

const BilingualPhrasings& DivisionPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"Divide {a} by {b}. Give the quotient and the remainder.",
        "What are the quotient and the remainder of {a} divided by {b}?",
        "Find the quotient and remainder when {a} is divided by {b}.",
        "Compute {a} / {b} with quotient and remainder.",
        "Do the long division {a} ÷ {b}. What are the quotient and remainder?",
        "Work out {a} divided by {b}, with remainder.",
        "Use long division to divide {a} by {b} and give the remainder too.",
        "{a} ÷ {b} = ? Give quotient and remainder.",
        "{a} [cards|coins|sweets] are shared equally among {b} [people|children]. How many does "
        "each get, and how many [remain|are left]?",
        "[Give|Find] the quotient and the remainder [for|of] {a} ÷ {b}.",
        "What quotient and what remainder do you get for {a} [/|divided by] {b}?",
        "When dividing {a} by {b}, what are the quotient and the remainder?"},
       {"State the quotient and the remainder for {a} divided by {b}.",
        "When {a} is divided by {b}, what quotient and what remainder do you get?"}},
      {{"{a} 除以 {b}, 求商和余数.", "{a} ÷ {b} 的商和余数是多少?", "计算 {a} ÷ {b} 的商和余数.",
        "用长除法计算 {a} 除以 {b}, 写出商和余数.", "求 {a} 除以 {b} 的商和余数.",
        "{a} / {b} 的商是多少, 余数是多少?", "{a} ÷ {b} = ? 写出商和余数.",
        "把 {a} 张卡片平均分给 {b} 个人, 每人几张, 还剩几张?",
        "{a} 除以 {b}, 商[和余数各|与余数分别]是多少?", "[写出|算出] {a} 除以 {b} 的商与余数."},
       {"{a} 被 {b} 除, 商和余数各是多少?", "试求 {a} ÷ {b} 的商与余数."}}};
  return phrasings;
}

const BilingualPhrasings& RemainderPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"What is the remainder when {a} is divided by {b}?",
        "Find the remainder of {a} divided by {b}.", "Compute {a} mod {b}.", "{a} mod {b} = ?",
        "Divide {a} by {b}. What is the remainder?", "Calculate the remainder of {a} / {b}.",
        "What is {a} mod {b}?", "{a} is divided by {b}. Find the remainder.",
        "[When|If] {a} is divided by {b}, [which|what] remainder [is left|remains]?",
        "[Which|What] remainder [does dividing {a} by {b} leave|is left by {a} / {b}]?"},
       {"Which remainder does {a} leave when divided by {b}?",
        "Determine the remainder when dividing {a} by {b}."}},
      {{"{a} 除以 {b} 的余数是多少?", "求 {a} 除以 {b} 的余数.", "计算 {a} mod {b}.",
        "{a} mod {b} 等于多少?", "{a} ÷ {b} 的余数是几?", "计算 {a} 除以 {b} 的余数.",
        "{a} mod {b} = ?", "{a} 除以 {b}, 余数是多少?", "{a} ÷ {b} [余几|余多少]?",
        "[试求|算出] {a} 除以 {b} 的余数."},
       {"{a} 被 {b} 除, 余数是多少?", "试求 {a} ÷ {b} 的余数."}}};
  return phrasings;
}

}  // namespace

Problem IntegerChain(Rng& rng, Language language, Split split) {
  int64_t a, b, c;
  do {
    const auto draw = [&] { return rng.Chance(0.3) ? rng.Int(1, 99) : rng.Int(100, 999); };
    a = draw();
    b = rng.Chance(0.5) ? draw() : -draw();
    c = rng.Chance(0.5) ? draw() : -draw();
  } while (!InSplit(HashOf({a, b, c}), split));
  const auto signed_term = [](int64_t n) {
    return (n < 0 ? " - " : " + ") + std::to_string(n < 0 ? -n : n);
  };
  const std::string expression = std::to_string(a) + signed_term(b) + signed_term(c);

  Problem problem;
  const bool is_story = b > 0 && c < 0 && a + b + c >= 0 && rng.Chance(0.6);
  problem.question = is_story ? Ask(rng, ChainStories(), split, language,
                                    {{"name", std::string(PersonName(rng, language))},
                                     {"things", std::string(CountableThings(rng, language))},
                                     {"a", std::to_string(a)},
                                     {"b", std::to_string(b)},
                                     {"c", std::to_string(-c)}})
                              : AskExpression(rng, expression, split, language);
  Working working;
  const int64_t value = working.Add(working.Add(a, b), c);
  problem.thinking = expression + "\n" + Join(working.chains(), "\n");
  problem.answer = std::to_string(value);
  problem.solution = NumberedSolution(language, working.equations(), problem.answer);
  return problem;
}

Problem IntegerMultiplication(Rng& rng, Language language, Split split) {
  int64_t a, b;
  do {
    const bool is_long = rng.Chance(0.3);
    a = is_long ? rng.Int(101, 999) : rng.Int(11, 99);
    b = is_long ? rng.Int(2, 9) : rng.Int(11, 99);
  } while ((b > 9 && b % 10 == 0) || a % 100 == 0 ||
           !InSplit(HashOf({std::min(a, b), std::max(a, b)}), split));
  const std::string expression = std::to_string(a) + "*" + std::to_string(b);

  Problem problem;
  problem.question = rng.Chance(0.3) ? Ask(rng, ProductStories(), split, language,
                                           {{"name", std::string(PersonName(rng, language))},
                                            {"things", std::string(CountableThings(rng, language))},
                                            {"a", std::to_string(a)},
                                            {"b", std::to_string(b)}})
                                     : AskExpression(rng, expression, split, language);
  problem.thinking = MultiplySteps(a, b);
  problem.answer = std::to_string(a * b);
  // The split that MultiplySteps makes: by the tens of b, or by the hundreds of a long a.
  const bool splits_b = b > 9;
  const int64_t left = splits_b ? a * (b / 10 * 10) : a / 100 * 100 * b;
  const std::string parts = splits_b
                                ? std::to_string(a) + "*" + std::to_string(b / 10 * 10) + " + " +
                                      std::to_string(a) + "*" + std::to_string(b % 10)
                                : std::to_string(a / 100 * 100) + "*" + std::to_string(b) + " + " +
                                      std::to_string(a % 100) + "*" + std::to_string(b);
  problem.solution = NumberedSolution(
      language,
      {expression + " = " + parts,
       std::to_string(left) + " + " + std::to_string(a * b - left) + " = " + problem.answer},
      problem.answer);
  return problem;
}

Problem LongDivision(Rng& rng, Language language, Split split) {
  int64_t a, b;
  do {
    b = rng.Chance(0.8) ? rng.Int(2, 12) : rng.Int(13, 25);
    a = b > 12 || rng.Chance(0.5) ? rng.Int(100, 999) : rng.Int(1000, 9999);
  } while (!InSplit(HashOf({a, b}), split));
  const std::string q = std::to_string(a / b), r = std::to_string(a % b);
  const std::string a_text = std::to_string(a), b_text = std::to_string(b);
  const bool wants_both = rng.Chance(0.6);

  Problem problem;
  problem.question =
      wants_both ? Ask(rng, DivisionPhrasings(), split, language, {{"a", a_text}, {"b", b_text}})
                 : Ask(rng, RemainderPhrasings(), split, language, {{"a", a_text}, {"b", b_text}});
  problem.thinking = DivideSteps(a, b);
  problem.answer = wants_both ? q + std::string(In(language, " R ", " 余 ")) + r : r;
  problem.solution =
      NumberedSolution(language,
                       {a_text + " = " + q + "*" + b_text + " + " + r,
                        std::string(In(language, "Quotient ", "商 ")) + q +
                            std::string(In(language, ", remainder ", ", 余数 ")) + r},
                       problem.answer);
  return problem;
}

}  // namespace lemma::train
