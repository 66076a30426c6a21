// stock-profit: buy once, sell once.
#include <algorithm>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

Case StockProfit(const Ints& prices) {
  int64_t best = 0;
  for (size_t i = 0; i < prices.size(); ++i) {
    for (size_t j = i; j < prices.size(); ++j) best = std::max(best, prices[j] - prices[i]);
  }
  return {{prices}, best};
}

std::string TraceStock(const Values& arguments, int) {
  const Ints& prices = std::get<Ints>(arguments[0]);
  int64_t lowest = prices[0], best = 0;
  std::string out;
  for (const int64_t price : prices) {
    lowest = std::min(lowest, price);
    best = std::max(best, price - lowest);
    out += (out.empty() ? "" : "; ") + std::to_string(price) + " low=" + std::to_string(lowest) +
           " best=" + std::to_string(best);
  }
  return out;
}

Telling StockProfitEnglish() {
  return {
      .tasks =
          {"returns the [best|largest] profit from buying and selling once at the prices $a",
           "computes the maximum profit of a single purchase and sale, given the daily prices $a",
           "takes daily stock prices and returns the [largest|best] profit of one trade",
           "finds the best time to buy and sell a stock and returns the profit",
           "[works out|tells] what one can gain at most if a share is bought once and sold later "
           "at the prices $a",
           "finds the [biggest|largest] rise of the prices $a from [an earlier day|one day] to a "
           "later one, or 0",
           "returns the most that can be [earned|gained] with one buy and one sell, where $a holds "
           "the prices",
           "tells how much [money|profit] a trader can make at most by buying one [share|piece] "
           "and selling it later, at the prices $a",
           "[says|computes] the [biggest|largest] difference between a later and an earlier price "
           "in $a, 0 if prices only fall",
           "[works out|finds] how much one [earns|gains] at best with a buy and a sell after it, "
           "from the list $a of prices"},
      .tasks_held_out = {"tells how much one can earn at most with one buy and one later sell"},
      .statements =
          {"You are given an array $a where $a[i] is the price of a stock on day i. Buy once and "
           "sell once later; return the maximum profit, or 0 if none is possible.",
           "Given the daily prices in $a, return the maximum profit from one buy and one later "
           "sell.",
           "Best time to buy and sell stock: return the [largest|highest] profit of a single "
           "trade.",
           "Given stock prices, find the maximum profit with at most one transaction.",
           "$a holds the price of a stock for each day. What is the best profit from buying on one "
           "day and selling on a later day? Return 0 if there is no profit.",
           "Find the maximum profit of buying low and selling high once, given the list $a.",
           "A share is bought once and sold [afterwards|on a later day]; it costs $a[i] on day i. "
           "[Return|Compute] the largest possible gain.",
           "Prices of a [share|stock], day by day: $a. [Best|Biggest] gain from one buy and a "
           "later sell (0 if prices only fall)?",
           "If I buy [a stock|a share|gold] once and sell it on a later day, how much can I "
           "[gain|earn|make] at most? The list of prices is $a.",
           "[Gold|A share|A bitcoin] costs $a[i] on day i. [A trader|Someone|You] may buy one "
           "piece and sell it later. [What is the biggest gain?|How much can be earned at most?]",
           "From [the|a] list $a of daily prices, choose a day to buy and a later day to sell. "
           "[Find|Report] the [biggest|best] gain (0 if [prices only fall|there is none]).",
           "Suppose a trader buys once, [waits|holds the share] and sells once. The prices [by "
           "day|of the days] are $a. How much can the trader earn at most?",
           "By how much does the price in $a rise at most from an earlier day to a later one? "
           "[Answer|Return] 0 if it [never rises|only falls]."},
      .statements_held_out = {"A stock costs $a[i] on day i. You may buy one share and sell "
                              "it on a later day. How much can you gain at most?",
                              "From the list $a of prices, find the biggest rise from an "
                              "earlier price to a later one (0 if prices only fall)."},
      .thinking =
          "One buy and one later sell with the most profit. If we sell at a price, "
          "the best buy is the lowest price so far. So scan $a, keep lowest and best, "
          "and update best = max(best, price - lowest). If prices only fall, best "
          "stays 0. Time O(n), space O(1).",
      .steps =
          "1. Keep the lowest price seen so far.\n2. For each price, the profit of "
          "selling now is price - lowest.\n3. Return the largest such profit, at least "
          "0."};
}

Telling StockProfitChinese() {
  return {
      .tasks = {"给定每天的股价 $a, 返回只买卖一次的最大[利润|收益]",
                "计算按股价 $a 买卖一次股票的最大利润",
                "输入每日股价列表, 返回一次交易能[得到|获得]的最大利润",
                "求买卖股票的最佳时机, 返回最大[利润|收益]",
                "求按价格 $a 买入一股、以后卖出, 最多[能赚|获利]多少",
                "求 $a 中后面的价格[减去|高出]前面的价格最多多少, 至少为 0",
                "返回先买一次再卖一次最多的[获利|收益], 价格序列为 $a",
                "[算出|给出]一买一卖最多能[赚|获利]多少, 每天的价格在 $a 中",
                "求价格[序列|列表] $a 里后面某天比前面某天最多高多少, 一直下跌[则为|时为] 0",
                "[算出|返回]先买一股、以后再卖掉的最大[获利|收益], 价格为 $a"},
      .tasks_held_out = {"算出先买入一次再卖出一次最多能赚多少"},
      .statements =
          {"给定一个数组 $a, $a[i] 是股票第 i 天的价格。只能买卖一次, 返回最大利润, "
           "不能获利则返回 0。",
           "买卖股票的最佳时机: 给定每日价格 $a, 返回一次交易的最大[利润|收益]。",
           "给你每天的股票价格, 最多完成一笔交易, 求最大[利润|收益]。",
           "数组 $a 是某股票每天的价格, 先买入后卖出各一次, 最多能赚多少? 无利润时返回 0。",
           "已知股价列表 $a, 选择一天买入, 之后某一天卖出, 求能获得的最大[利润|收益]。",
           "给定股价列表, 请计算只做一次买卖所能获得的最大利润。",
           "设 $a[i] 为第 i 天的[股价|价格], 买一[次|股]并在之后卖出, 最多[能赚|可获利]多少?",
           "价格序列 $a: 从前面某天到后面某天, 最大的涨幅(差值)是多少? 若一直下跌则为 0。",
           "如果只[交易|买卖]一次, 按每天的价格 $a 最多能[赚|获利]多少? 请写代码。",
           "某[商品|公司股票]第 i 天[值|卖] $a[i] 元, 你可以[买入一次|买一份], 以后再卖出, "
           "[最大收益是多少|最多赚多少]?",
           "在每日价格 $a 中选前面一天买、后面一天卖, 求[价差|差价]的最大值, [亏本|下跌]就不买, "
           "返回 0。",
           "先[买入|买进]再卖出各一次, 问按[序列|列表] $a 的价格最多获利多少? 若一直下跌则为 0。",
           "[假设|如果]你只能买一股并在[以后|后来]卖掉, 价格为 $a, 求获利的最大值。"},
      .statements_held_out =
          {"某股票第 i 天的价格为 $a[i]。你可以买一股并在以后卖出, 问最多获利多少。",
           "在价格序列 $a 中, 求后面的价格减去前面的价格的最大值, 若一直下跌则为 0。"},
      .thinking =
          "买一次, 之后卖一次, 求最大利润。如果今天卖出, 最好的买入价是之前的最低价。"
          "所以扫描 $a, 维护 lowest 和 best, 更新 best = max(best, price - lowest)。"
          "如果价格一直下跌, best 保持 0。时间 O(n), 空间 O(1)。",
      .steps =
          "1. 记录目前的最低价。\n2. 对每个价格, 现在卖出的利润是 price - lowest。\n3. "
          "返回最大的利润, 至少为 0。"};
}

constexpr std::string_view kStockProfitPython = R"(
def $f($a):
    lowest = $a[0]
    best = 0
    for price in $a:
        lowest = min(lowest, price)
        best = max(best, price - lowest)
    return best
)";

AlgorithmSpec StockProfitSpec() {
  return {
      .name = "stock-profit",
      .description = "the best profit of buying and selling a stock once",
      .arguments = {{"prices", "nums", "stock", "days", "quotes", "arr", "values"}},
      .variants = {{.function = "max_profit",
                    .synonyms = {"best_profit", "stock_profit", "buy_and_sell", "profit",
                                 "single_trade", "trade_once"},
                    .english = {},
                    .chinese = {},
                    .code = {}}},
      .english = StockProfitEnglish(),
      .chinese = StockProfitChinese(),
      .python = kStockProfitPython,
      .edges =
          [](int) {
            return std::vector<Case>{StockProfit({7, 1, 5, 3, 6, 4}), StockProfit({7, 6, 4, 3, 1}),
                                     StockProfit({5}), StockProfit({1, 2})};
          },
      .draw = [](Rng& rng, int, int64_t size) { return StockProfit(DrawInts(rng, size, 1, 20)); },
      .trace = TraceStock};
}

}  // namespace

std::span<const AlgorithmFamily> ProfitFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(StockProfitSpec())};
  return families;
}

}  // namespace lemma::train
