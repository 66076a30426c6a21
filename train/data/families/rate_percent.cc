// Percentages in stories: discount, mark-up, profit, simple interest.
#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

constexpr int64_t kStepPrice = 20, kStepPercent = 5;  // so that percentages come out even

std::array<int64_t, 3> DrawPriceAndPercent(Rng& rng, Split split, int64_t kind) {
  return DrawInSplit(
      split,
      [&] { return std::array{kind, rng.Int(1, 48) * kStepPrice, rng.Int(1, 10) * kStepPercent}; },
      [](int64_t, int64_t, int64_t) { return true; });
}

// "240*15 = 240*10 + 240*5 = 2400 + 1200 = 3600; 3600/100 = 36"
std::string PercentSteps(int64_t whole, int64_t percent) {
  const int64_t product = whole * percent;
  return Cat(MultiplySteps(whole, percent), "; ", Quotient(product, 100));
}

// The part and the price after it is taken away (sign -1) or added (sign 1).
Problem WrittenChange(Language language, std::string question, int64_t price, int64_t percent,
                      int64_t sign, std::string_view part_name, std::string_view result_name) {
  const int64_t part = price * percent / 100, result = price + sign * part;
  return WorkedProblem(
      language, std::move(question),
      {Cat(price, "*", percent, "/100"), PercentSteps(price, percent),
       sign < 0 ? SubtractSteps(price, part) : AddSteps(price, part)},
      {Cat(part_name, ": ", price, "*", percent, "/100 = ", part),
       Cat(result_name, ": ", price, sign < 0 ? " - " : " + ", part, " = ", result)},
      Cat(result));
}

Problem WriteDiscount(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"A coat costs {n} dollars. The discount is {p}%. What is the sale price?",
        "A shop gives a {p}% discount on a bike that costs {n} dollars. What does it cost now?",
        "A phone priced at {n} yuan is sold {p}% off. Find the sale price.",
        "Mia buys a {n} dollar bag with a discount of {p}%. How much does she pay?"},
       {"What is the sale price of a jacket that costs {n} dollars after a {p}% discount?"}},
      {{"一件外套 {n} 元, 打折减 {p}%, 现价多少元?",
        "商店对 {n} 元的自行车优惠 {p}%, 现在卖多少元?",
        "一部手机原价 {n} 元, 降价 {p}% 出售, 求售价.",
        "小明买一个 {n} 元的书包, 优惠 {p}%, 要付多少元?"},
       {"原价 {n} 元的夹克优惠 {p}% 后, 售价是多少元?"}}};
  const auto [kind, price, percent] = DrawPriceAndPercent(rng, split, 0);
  return WrittenChange(
      language, Ask(rng, asks, split, language, {{"n", Cat(price)}, {"p", Cat(percent)}}), price,
      percent, -1, In(language, "Discount", "优惠"), In(language, "Sale price", "售价"));
}

Problem WriteMarkUp(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"A shop buys a lamp for {n} dollars and sells it at a profit of {p}%. What is the selling "
        "price?",
        "An item costs the shop {n} yuan. It wants {p}% profit. Find the selling price.",
        "A chair that cost {n} dollars is sold with {p}% profit. For how much is it sold?"},
       {"At what price must a lamp bought for {n} dollars be sold for a profit of {p}%?"}},
      {{"商店以 {n} 元买进一盏灯, 按 {p}% 的利润卖出, 售价是多少元?",
        "一件商品成本 {n} 元, 要获利 {p}%, 求售价.",
        "成本 {n} 元的椅子以 {p}% 的利润卖出, 卖了多少元?"},
       {"进价 {n} 元的台灯要获得 {p}% 的利润, 售价应是多少元?"}}};
  const auto [kind, price, percent] = DrawPriceAndPercent(rng, split, 1);
  return WrittenChange(
      language, Ask(rng, asks, split, language, {{"n", Cat(price)}, {"p", Cat(percent)}}), price,
      percent, 1, In(language, "Profit", "利润"), In(language, "Selling price", "售价"));
}

Problem WriteProfitPercent(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"A shop buys a lamp for {n} dollars and sells it for {s} dollars. What is the profit in "
        "percent?",
        "An item costs {n} yuan and is sold for {s} yuan. Find the profit percentage.",
        "A chair is bought for {n} dollars and sold for {s} dollars. How many percent is the "
        "profit?"},
       {"What percent profit does a shop make that buys a lamp for {n} dollars and sells it for "
        "{s}?"}},
      {{"商店以 {n} 元买进一盏灯, 以 {s} 元卖出, 利润率是百分之几?",
        "一件商品成本 {n} 元, 售价 {s} 元, 求利润率.",
        "椅子进价 {n} 元, 卖 {s} 元, 利润是百分之多少?"},
       {"进价 {n} 元的台灯卖了 {s} 元, 利润率是多少?"}}};
  const auto [kind, cost, percent] = DrawPriceAndPercent(rng, split, 2);
  const int64_t profit = cost * percent / 100, sold = cost + profit;
  return WorkedProblem(
      language, Ask(rng, asks, split, language, {{"n", Cat(cost)}, {"s", Cat(sold)}}),
      {SubtractSteps(sold, cost), MultiplySteps(profit, 100), ExactDivideSteps(profit * 100, cost)},
      {Cat(In(language, "Profit: ", "利润: "), sold, " - ", cost, " = ", profit),
       Cat(In(language, "Compared with the cost: ", "与成本相比: "), profit, "*100/", cost, " = ",
           percent)},
      Cat(percent, "\\%"));
}

Problem WriteInterest(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings interest_asks = {
      {{"Find the simple interest on {n} dollars at {p}% per year for {t} years.",
        "{n} yuan are deposited at {p}% simple interest a year. How much interest is paid after "
        "{t} years?",
        "A loan of {n} dollars bears {p}% simple interest per year. How much interest is due in "
        "{t} years?"},
       {"How much simple interest do {n} dollars earn in {t} years at {p}% per year?"}},
      {{"本金 {n} 元, 年利率 {p}%, 按单利计算, {t} 年的利息是多少元?",
        "存入 {n} 元, 单利年利率 {p}%, {t} 年后得利息多少元?",
        "借款 {n} 元, 年利率 {p}% (单利), {t} 年要付多少利息?"},
       {"{n} 元按年利率 {p}% 单利存 {t} 年, 利息有多少元?"}}};
  static const BilingualPhrasings total_asks = {
      {{"{n} dollars earn {p}% simple interest per year. What is the total amount after {t} years?",
        "You deposit {n} yuan at {p}% simple interest a year. Find the total after {t} years."},
       {"To what total do {n} dollars grow in {t} years at {p}% simple interest per year?"}},
      {{"本金 {n} 元, 年利率 {p}%, 单利, {t} 年后本利和是多少元?",
        "存入 {n} 元, 单利年利率 {p}%, {t} 年后本息一共多少元?"},
       {"{n} 元按年利率 {p}% 单利存 {t} 年, 本息和是多少元?"}}};
  const bool asks_total = rng.Chance(0.5);
  const auto [principal, percent, years] = DrawInSplit(
      split, [&] { return std::array{rng.Int(1, 40) * 50, rng.Int(1, 5) * 2, rng.Int(2, 9)}; },
      [](int64_t, int64_t, int64_t) { return true; });
  const int64_t yearly = principal * percent / 100, interest = yearly * years;
  std::vector<std::string> thinking = {Cat(principal, "*", percent, "/100"),
                                       PercentSteps(principal, percent),
                                       MultiplySteps(yearly, years)};
  std::vector<std::string> steps = {
      Cat(In(language, "Interest per year: ", "每年利息: "), principal, "*", percent,
          "/100 = ", yearly),
      Cat(In(language, "Total interest: ", "总利息: "), yearly, "*", years, " = ", interest)};
  if (asks_total) {
    thinking.push_back(AddSteps(principal, interest));
    steps.push_back(Cat(In(language, "Total amount: ", "本息和: "), principal, " + ", interest,
                        " = ", principal + interest));
  }
  return WorkedProblem(language,
                       Ask(rng, asks_total ? total_asks : interest_asks, split, language,
                           {{"n", Cat(principal)}, {"p", Cat(percent)}, {"t", Cat(years)}}),
                       thinking, steps, Cat(asks_total ? principal + interest : interest));
}

Problem WritePercentStory(Rng& rng, Language language, Split split) {
  static const std::vector<MathFamily::Writer> kinds = {WriteDiscount, WriteMarkUp,
                                                        WriteProfitPercent, WriteInterest};
  return rng.Pick(kinds)(rng, language, split);
}

}  // namespace

std::vector<const Family*> PercentFamilies() {
  static const MathFamily story(
      "percent-story",
      "Sale price, selling price or profit percent (prices up to 960, percentages up to 50 in "
      "steps of 5), simple interest (up to 2000 at 2 to 10% for 2 to 9 years)",
      &WritePercentStory);
  return {&story};
}

}  // namespace lemma::train
