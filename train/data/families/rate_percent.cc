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
  return ToldProblem(
      language, std::move(question),
      {Cat(price, sign < 0 ? " - " : " + ", price, "*", percent, "/100"),
       PercentSteps(price, percent), sign < 0 ? SubtractSteps(price, part) : AddSteps(price, part)},
      {Cat(part_name, ": ", price, "*", percent, "/100 = ", part),
       Cat(result_name, ": ", price, sign < 0 ? " - " : " + ", part, " = ", result)},
      Cat(result));
}

const BilingualPhrasings& DiscountAsks() {
  static const BilingualPhrasings asks = {
      {{"A [coat|jacket|sweater|watch] costs {n} dollars. The discount is {p}%. What is the sale "
        "price?",
        "A [shop|store|dealer] gives a {p}% discount on a [bike|tent|sofa|camera] that costs {n} "
        "dollars. What does it cost now?",
        "A [phone|laptop|television] priced at {n} [yuan|dollars|euros] is sold {p}% off. Find the "
        "sale price.",
        "[Mia|Anna|Jack|Noah] buys a [bag|jacket|guitar] that costs {n} dollars, with a discount "
        "of {p}%. How much is there to pay?",
        "What does a customer pay for a [desk|printer|jacket] of {n} dollars when everything is "
        "{p}% off?",
        "Given a discount of {p}% and a regular price of {n} dollars, find the [sale price|reduced "
        "price|price to pay].",
        "During a sale, the price of a [suit|carpet|tablet], {n} dollars, is [cut|reduced|lowered] "
        "by {p}%. What is it sold for?",
        "[Regular|List|Original] price: {n} dollars. Discount: {p}%. [Sale price|Price after the "
        "discount|Price now]?",
        "If {p}% is taken off the price of a [ticket|book|coat] that costs {n} dollars, what is "
        "[the new price|left to pay]?",
        "How much does a [lamp|hat|racket] of {n} dollars cost after [a {p}% discount|a discount "
        "of {p}%|{p}% is taken off]?"},
       {"What is the sale price of a jacket that costs {n} dollars after a {p}% discount?"}},
      {{"一件[外套|夹克|毛衣|衬衫] {n} 元, 打折减 {p}%, 现价多少元?",
        "商店对 {n} 元的[自行车|相机|帐篷|沙发]优惠 {p}%, 现在卖多少元?",
        "一部[手机|相机|摄像机]原价 {n} 元, 降价 {p}% 出售, 求售价.",
        "[小明|小红|王芳|李雷]买一个 {n} 元的[书包|足球|台灯], 优惠 {p}%, 要付多少元?",
        "[商场|超市|书店]促销, 所有商品减价 {p}%, 原价 {n} 元的商品现在卖多少元?",
        "原价 {n} 元, 折扣是减去 {p}%, 求[现价|折后价|售价].",
        "降价 {p}% 后, 标价 {n} 元的[电视|冰箱|洗衣机|夹克]卖多少元?",
        "如果一件商品的价格是 {n} 元, 现在便宜 {p}%, 那么售价是多少元?",
        "会员购物优惠 {p}%, [一双鞋|一条裤子|一顶帽子|一块手表]原价 {n} 元, 会员要付多少元?",
        "定价 {n} 元, 优惠百分比 {p}%, 打折后的售价是多少?"},
       {"原价 {n} 元的夹克优惠 {p}% 后, 售价是多少元?"}}};
  return asks;
}

Problem WriteDiscount(Rng& rng, Language language, Split split) {
  const auto [kind, price, percent] = DrawPriceAndPercent(rng, split, 0);
  return WrittenChange(
      language, Ask(rng, DiscountAsks(), split, language, {{"n", Cat(price)}, {"p", Cat(percent)}}),
      price, percent, -1, In(language, "Discount", "优惠"), In(language, "Sale price", "售价"));
}

const BilingualPhrasings& MarkUpAsks() {
  static const BilingualPhrasings asks = {
      {{"A shop buys a [lamp|vase|desk] for {n} dollars and sells it at a profit of {p}%. What is "
        "the selling price?",
        "An item costs the [shop|seller] {n} yuan. The owner wants {p}% profit. Find the selling "
        "price.",
        "A [chair|clock|mirror] that cost {n} dollars is sold with {p}% profit. For how much is it "
        "sold?",
        "At what price does a [trader|dealer|merchant] sell a [carpet|painting|bike] that cost {n} "
        "dollars, making {p}% profit?",
        "To [make|earn] a profit of {p}%, what must the selling price be of [an article|an item|a "
        "lamp] [bought|purchased] for {n} dollars?",
        "Cost price: {n} dollars. Profit: {p}%. Selling price?",
        "The mark-up on a [toy|lamp|shirt] is {p}%. The shop paid {n} dollars for it. How much "
        "does a buyer pay, the profit included?",
        "Given that [an article|a bicycle|a table] was bought for {n} dollars and sold at a gain "
        "of {p}%, find the selling price.",
        "If a [camera|stove|tool] costs a dealer {n} dollars and the profit is {p}% of the cost, "
        "for how much must it be sold?",
        "{n} dollars is what a shop pays for a [chair|jacket|kettle]; it adds a profit of {p}%. "
        "Compute the [selling price|price in the shop]."},
       {"At what price must a lamp bought for {n} dollars be sold for a profit of {p}%?"}},
      {{"商店以 {n} 元买进一[盏灯|台风扇|张桌子|把椅子], 按 {p}% 的利润卖出, 售价是多少元?",
        "一件商品成本 {n} 元, 要获利 {p}%, 求售价.",
        "成本 {n} 元的[椅子|书架|花瓶]以 {p}% 的利润卖出, 卖了多少元?",
        "商家想获得 {p}% 的利润, 一件[商品|衣服|玩具]进价 {n} 元, 应卖多少元?",
        "进价 {n} 元, 利润率 {p}%, 求售价.", "利润率为 {p}%, 成本为 {n} 元, 售价应是多少元?",
        "一[盏台灯|台电扇|双鞋]进价 {n} 元, 商店加价 {p}% 作为利润, 卖价是多少元?",
        "如果进货花了 {n} 元, 要得到 {p}% 的利润, 那么应以多少元卖出?",
        "按 {p}% 的利润定价, 成本为 {n} 元的[台灯|书架|花瓶]应卖多少元?",
        "已知商品的进价是 {n} 元, 卖出后获利 {p}%, 问售价是多少.",
        "[老板|店主|商人]花 {n} 元进了一批货, 全部卖出后获得利润 {p}%, 一共卖了多少元?"},
       {"进价 {n} 元的台灯要获得 {p}% 的利润, 售价应是多少元?"}}};
  return asks;
}

Problem WriteMarkUp(Rng& rng, Language language, Split split) {
  const auto [kind, price, percent] = DrawPriceAndPercent(rng, split, 1);
  return WrittenChange(
      language, Ask(rng, MarkUpAsks(), split, language, {{"n", Cat(price)}, {"p", Cat(percent)}}),
      price, percent, 1, In(language, "Profit", "利润"), In(language, "Selling price", "售价"));
}

const BilingualPhrasings& ProfitPercentAsks() {
  static const BilingualPhrasings asks = {
      {{"A shop buys a [lamp|vase|bike] for {n} dollars and sells it for {s} dollars. What is the "
        "profit in percent?",
        "An item costs {n} yuan and is sold for {s} yuan. Find the profit percentage.",
        "A [chair|clock|mirror] is bought for {n} dollars and sold for {s} dollars. How many "
        "percent is the profit?",
        "How [large|big|high] is the profit, as a percent of the cost, if a [table|lamp|coat] "
        "bought for {n} dollars sells for {s} dollars?",
        "Cost price {n} dollars, selling price {s} dollars: profit in percent?",
        "A [dealer|trader|shop] sells for {s} dollars what cost {n} dollars. What percent profit "
        "[is that|is made]?",
        "Given the selling price {s} dollars and the cost price {n} dollars, find the percent "
        "profit.",
        "If a [radio|carpet|lamp] sold for {s} dollars had cost the shop {n} dollars, what was the "
        "percentage of profit?",
        "[Mia|Ben|Sara|Tom] pays {n} dollars for a [watch|guitar|camera] and sells it for {s}. "
        "Determine the profit in percent of the cost.",
        "By what percent of the cost does a shop profit that pays {n} dollars for a "
        "[toy|lamp|desk] and gets {s} for it?"},
       {"What percent profit does a shop make that buys a lamp for {n} dollars and sells it for "
        "{s}?"}},
      {{"商店以 {n} 元买进一[盏灯|台风扇|张桌子|把椅子], 以 {s} 元卖出, 利润率是百分之几?",
        "一件商品成本 {n} 元, 售价 {s} 元, 求利润率.",
        "[椅子|书架|花瓶]进价 {n} 元, 卖 {s} 元, 利润是百分之多少?",
        "售价 {s} 元, 成本 {n} 元, 利润率[是多少|是百分之几]?",
        "[店主|商人|小明]把 {n} 元买来的[台灯|花瓶|玩具]卖了 {s} 元, 赚了百分之几?",
        "已知进价为 {n} 元, 售价为 {s} 元, 计算利润占成本的百分比.",
        "一[个书架|台风扇|盏台灯]卖了 {s} 元, 它的进价是 {n} 元, 商店获利百分之几?",
        "进价 {n} 元, 卖得 {s} 元, 利润率?",
        "如果[台灯|手表|毛衣]的进价是 {n} 元, 而卖价是 {s} 元, 那么利润是成本的百分之几?",
        "求利润率: [商品|衣服|台灯]以 {s} 元出售, 进货时花了 {n} 元."},
       {"进价 {n} 元的台灯卖了 {s} 元, 利润率是多少?"}}};
  return asks;
}

Problem WriteProfitPercent(Rng& rng, Language language, Split split) {
  const auto [kind, cost, percent] = DrawPriceAndPercent(rng, split, 2);
  const int64_t profit = cost * percent / 100, sold = cost + profit;
  return ToldProblem(
      language,
      Ask(rng, ProfitPercentAsks(), split, language, {{"n", Cat(cost)}, {"s", Cat(sold)}}),
      {Cat("n = ", cost, ", s = ", sold, ", p = ?"), SubtractSteps(sold, cost),
       MultiplySteps(profit, 100), ExactDivideSteps(profit * 100, cost)},
      {Cat(In(language, "Profit: ", "利润: "), sold, " - ", cost, " = ", profit),
       Cat(In(language, "Compared with the cost: ", "与成本相比: "), profit, "*100/", cost, " = ",
           percent)},
      Cat(percent, "\\%"));
}

const BilingualPhrasings& InterestAsks() {
  static const BilingualPhrasings asks = {
      {{"Find the simple interest on {n} [dollars|euros|yuan] at {p}% per year for {t} years.",
        "{n} yuan are deposited at {p}% simple interest a year. How much interest is "
        "[paid|earned|received] after {t} years?",
        "A loan of {n} dollars bears {p}% simple interest per year. How much interest is due "
        "[in|after] {t} years?",
        "For {t} years, {n} dollars [lie|are kept|stay] in an account that pays {p}% simple "
        "interest [a|per] year. [How much is|What is] the interest?",
        "What interest does a [deposit|loan|sum] of {n} dollars bring in {t} years at a simple "
        "rate of {p}% [a year|per year]?",
        "Principal {n} dollars, [yearly|annual] rate {p}%, [time|term] {t} years: simple interest?",
        "At a simple interest rate of {p}% a year, how much interest does a [sum|deposit] of {n} "
        "dollars earn in {t} years?",
        "If {n} dollars are [lent|borrowed] for {t} years at {p}% [a|per] year, how much simple "
        "interest [must be paid|is owed]?",
        "The yearly interest rate is {p}% (simple). Over {t} years, how much do {n} dollars earn "
        "in interest alone?",
        "Given a term of {t} years, a rate of {p}% per year and a principal of {n} dollars, "
        "compute the simple interest.",
        "What total interest is [paid|due] over {t} years on a loan of {n} dollars at {p}% simple "
        "interest a year?"},
       {"How much simple interest do {n} dollars earn in {t} years at {p}% per year?"}},
      {{"本金 {n} 元, 年利率 {p}%, 按单利计算, {t} 年的利息是多少元?",
        "存入 {n} 元, 单利年利率 {p}%, {t} 年后得利息多少元?",
        "借款 {n} 元, 年利率 {p}% (单利), {t} 年要付多少利息?",
        "年利率 {p}%, 单利, {n} 元存 {t} 年[能得|可得|会产生]多少元利息?",
        "求 {n} 元在单利年利率 {p}% 下 {t} 年的利息.",
        "[小明|小红|李雷|王芳]把 {n} 元存入银行 {t} 年, 按单利计息, 年利率 {p}%, "
        "[到期利息有多少元|到期能拿到多少利息]?",
        "存期 {t} 年, 年利率 {p}%, 本金 {n} 元, 单利的利息有多少?",
        "如果[借出|贷款|投资] {n} 元, 期限 {t} 年, 单利年利率为 {p}%, 那么利息一共是多少元?",
        "按每年 {p}% 的单利, {t} 年里 {n} 元产生的利息[是多少|有多少元]?",
        "已知年利率为 {p}% (单利), 本金为 {n} 元, 时间为 {t} 年, 计算利息."},
       {"{n} 元按年利率 {p}% 单利存 {t} 年, 利息有多少元?"}}};
  return asks;
}

const BilingualPhrasings& InterestTotalAsks() {
  static const BilingualPhrasings asks = {
      {{"{n} dollars earn {p}% simple interest per year. What is the total amount after {t} years?",
        "You deposit {n} yuan at {p}% simple interest a year. Find the total after {t} years.",
        "What is the [total|balance] of an account after {t} years if {n} dollars were "
        "[deposited|paid in] at {p}% simple interest [a|per] year?",
        "For {t} years, {n} dollars [lie|are kept|stay] in an account that pays {p}% simple "
        "interest [a|per] year. To what total does the money grow?",
        "Principal {n} dollars, [yearly|annual] rate {p}%, [time|term] {t} years, simple interest: "
        "total amount?",
        "[Emma|Noah|Lily|Lucas] borrows {n} dollars for {t} years at {p}% simple interest a year. "
        "How much must be paid back in all?",
        "At a simple interest rate of {p}% per year, what do {n} dollars grow to in {t} years, "
        "principal and interest together?",
        "Given a term of {t} years, a rate of {p}% per year (simple interest) and a principal of "
        "{n} dollars, compute principal plus interest.",
        "If {n} dollars are invested at {p}% simple interest [a|per] year, how much money is there "
        "in total after {t} years?",
        "The simple interest rate is {p}% a year. What is [a deposit|an investment|a sum] of {n} "
        "dollars worth, with its interest, after {t} years?",
        "What total must be repaid after {t} years on a loan of {n} dollars at {p}% simple "
        "interest a year?",
        "In {t} years, {n} dollars grow at {p}% simple interest per year. To what [amount|sum] do "
        "they grow?",
        "To what does a deposit of {n} dollars grow, at {p}% simple interest per year, in {t} "
        "years?"},
       {"To what total do {n} dollars grow in {t} years at {p}% simple interest per year?"}},
      {{"本金 {n} 元, 年利率 {p}%, 单利, {t} 年后本利和是多少元?",
        "存入 {n} 元, 单利年利率 {p}%, {t} 年后本息一共多少元?",
        "年利率 {p}%, 单利, {n} 元存 {t} 年, 到期[连本带利|本金加利息]共多少元?",
        "求 {n} 元在单利年利率 {p}% 下 {t} 年后的[本息和|本利和].",
        "[小明|小红|李雷|王芳]把 {n} 元存入银行 {t} 年, 按单利计息, 年利率 {p}%, "
        "到期一共取回多少元?",
        "存期 {t} 年, 年利率 {p}%, 本金 {n} 元, 单利的[本息和|本利和]有多少?",
        "如果[借出|贷款|投资] {n} 元, 期限 {t} 年, 单利年利率为 {p}%, 那么到期本息共是多少元?",
        "按每年 {p}% 的单利, {t} 年后 {n} 元连同利息变成多少元?",
        "已知年利率为 {p}% (单利), 本金为 {n} 元, 时间为 {t} 年, 计算本金与利息的总和.",
        "[账户|存折]里存了 {n} 元, 单利年利率 {p}%, {t} 年后余额是多少元?"},
       {"{n} 元按年利率 {p}% 单利存 {t} 年, 本息和是多少元?"}}};
  return asks;
}

Problem WriteInterest(Rng& rng, Language language, Split split) {
  const bool asks_total = rng.Chance(0.5);
  const auto [principal, percent, years] = DrawInSplit(
      split, [&] { return std::array{rng.Int(1, 40) * 50, rng.Int(1, 5) * 2, rng.Int(2, 9)}; },
      [](int64_t, int64_t, int64_t) { return true; });
  const int64_t yearly = principal * percent / 100, interest = yearly * years;
  // I is the interest, S the sum of principal and interest.
  std::vector<std::string> thinking = {Cat("n = ", principal, ", p = ", percent, ", t = ", years,
                                           asks_total ? ", S = ?" : ", I = ?"),
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
  return ToldProblem(language,
                     Ask(rng, asks_total ? InterestTotalAsks() : InterestAsks(), split, language,
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
