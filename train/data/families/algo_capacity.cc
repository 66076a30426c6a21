// Dynamic programming over an amount: knapsack, coin-change.
#include <algorithm>
#include <functional>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

// ---- knapsack ----

// Tries all subsets.
Case Knapsack(const Ints& weights, const Ints& values, int64_t capacity) {
  int64_t best = 0;
  for (uint64_t subset = 0; subset < uint64_t{1} << weights.size(); ++subset) {
    int64_t weight = 0, value = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
      if ((subset >> i & 1) == 0) continue;
      weight += weights[i];
      value += values[i];
    }
    if (weight <= capacity) best = std::max(best, value);
  }
  return {{weights, values, capacity}, best};
}

Case DrawKnapsack(Rng& rng, int, int64_t size) {
  const int64_t items = size / 2;
  const Ints weights = DrawInts(rng, items, 1, size);
  return Knapsack(weights, DrawInts(rng, items, 1, 9), rng.Int(size / 2, 2 * size));
}

// The table after each item.
std::string TraceKnapsack(const Values& arguments, int) {
  const Ints& weights = std::get<Ints>(arguments[0]);
  const Ints& values = std::get<Ints>(arguments[1]);
  const int64_t capacity = std::get<int64_t>(arguments[2]);
  Ints best(static_cast<size_t>(capacity) + 1, 0);
  std::string out;
  for (size_t i = 0; i < weights.size(); ++i) {
    for (int64_t c = capacity; c >= weights[i]; --c) {
      int64_t& now = best[static_cast<size_t>(c)];
      now = std::max(now, best[static_cast<size_t>(c - weights[i])] + values[i]);
    }
    out += (out.empty() ? "" : "; ") + ToJson(best);
  }
  return out;
}

Telling KnapsackEnglish() {
  return {
      .tasks = {"returns the largest total value that fits into a knapsack of capacity $c, given "
                "$a and $b",
                "solves the 0/1 knapsack problem with weights $a, values $b and capacity $c",
                "computes the best value of items with weights $a and values $b within capacity $c",
                "takes weights, values and a capacity and solves the 0/1 knapsack problem",
                "picks [things|objects] with total weight <= $c, each at most once, and "
                "[returns|gives] their highest total value; the weights are $a, the values $b",
                "[chooses|selects] a subset of items with weights $a and values $b that weighs at "
                "most $c and has the [maximal|highest] value, and returns that value",
                "[packs|fills] a [bag|backpack|suitcase] of capacity $c as valuably as possible "
                "with items of weights $a and values $b, none of them twice, and returns the value",
                "tells how much the most valuable [load|haul] is worth if objects of weights $a "
                "and values $b go into a bag that holds weight $c",
                "[finds|works out] the [highest|greatest] value one can carry: objects of weights "
                "$a and values $b, at most $c in all, each once at most",
                "looks for the most valuable [subset|choice] of items (weights $a, values $b) that "
                "a knapsack of capacity $c holds, and returns its value"},
      .tasks_held_out = {"picks items (weights $a, values $b) for a bag of capacity $c and returns "
                         "the highest value"},
      .statements =
          {"0/1 knapsack: given weights $a, values $b and capacity $c, return the maximum total "
           "value.",
           "Solve the 0/1 knapsack problem.",
           "Item i weighs $a[i] and is worth $b[i]. Each item can be taken at most once. Return "
           "the maximum value with total weight at most $c.",
           "Given item weights $a and values $b, find the maximum value a bag of capacity $c can "
           "hold.",
           "You have a knapsack of capacity $c and items with weights $a and values $b. What is "
           "the best total value, if no item may be used twice?",
           "Write a dynamic program for the 0/1 knapsack with $a, $b and $c.",
           "A [hiker|robber|traveller] can carry at most $c. The objects [found|at hand] have "
           "weights $a and values $b, one of each. [What is the highest value of a load?|How "
           "valuable can the load be?]",
           "[Which|What] total value is maximal if we [choose|pick|select] items of weights $a and "
           "values $b with [total|summed] weight <= $c, [each at most once|none of them twice]?",
           "Suppose a [truck|ship|boat] can carry weight $c. [Choose|Pick] from goods with weights "
           "$a and values $b, each at most once, so that the cargo is most valuable; return its "
           "value.",
           "[Pick|Select] some of the items so that their total weight stays within $c and their "
           "value is [highest|maximal]. Weights are $a, values are $b. Return the value.",
           "Weights: $a. Values: $b. [Bag size|Capacity|Weight limit]: $c. Each item is taken or "
           "left. What is the most the bag can be worth?",
           "How much value fits into a [bag|backpack] that holds $c, if object i has weight $a[i] "
           "and value $b[i] and [there is only one of each|nothing is used twice]?"},
      .statements_held_out = {"A thief can carry weight $c. Objects have weights $a and values $b. "
                              "What is the most valuable haul?",
                              "Choose a subset of items with weights $a and values $b, total "
                              "weight <= $c, so that the value is maximal; return that value."},
      .thinking =
          "0/1 knapsack with $a and $b: each item once, total weight at most $c. Let best[c] be "
          "the largest value with capacity c. An item of weight w and value v gives best[c] = "
          "max(best[c], best[c - w] + v). Run c downwards, so that best[c - w] does not hold this "
          "item yet. No items give 0. Time O(n * capacity).",
      .steps =
          "1. Start with best[c] = 0 for every capacity.\n2. For each item, go through c from high "
          "to low and take it if that is better.\n3. Return best[$c]."};
}

Telling KnapsackChinese() {
  return {
      .tasks =
          {"给定 $a 和 $b, 返回容量为 $c 的背包能装的最大价值",
           "求解 0/1 背包问题, 重量 $a, 价值 $b, 容量 $c",
           "计算在容量 $c 内选物品(重量 $a, 价值 $b)的最大总价值",
           "根据重量、价值和容量求解 0/1 背包",
           "从物品(重量 $a, 价值 $b)中[挑选|选出]一个子集, 总重不超过 $c, [返回|求]最高的总价值",
           "[挑选|选择]重量为 $a、价值为 $b 的东西装进容量 $c 的[包|袋子], 每件最多一次, "
           "求最高价值",
           "求[最多能背|能承重] $c 的人最多拿走多少价值, 物品重量 $a, 价值 $b, 每件只有一个",
           "[算出|给出]装重 $c 的[车|船|箱子]所装货物的最大总价值, 货物重量 $a, 价值 $b, "
           "不可重复取",
           "在总重 <= $c 时选物品, 返回价值之和的最大值, 重量 $a, 价值 $b, 每件至多取一次",
           "解决每件物品只能取一次的背包问题: 重量 $a, 价值 $b, [容量|承重] $c"},
      .tasks_held_out = {"为容量 $c 的包挑选物品(重量 $a, 价值 $b), 返回最高价值"},
      .statements =
          {"0/1 背包: 给定重量 $a、价值 $b 和容量 $c, 返回最大总价值。", "实现 0/1 背包问题。",
           "第 i 件物品重 $a[i], 价值 $b[i], 每件最多取一次。总重不超过 $c, 求最大价值。",
           "给定物品重量 $a 和价值 $b, 求容量为 $c 的背包能装下的最大价值。",
           "有一个容量为 $c 的背包, 物品的重量为 $a, 价值为 $b, 每件只能用一次, 最大总价值是多少?",
           "用动态规划求解 0/1 背包, 参数为 $a、$b 和 $c。",
           "[登山者|旅客|强盗]最多背 $c 的重量, [物品|东西]重 $a, 值 $b, 每件只有一个, "
           "能拿走的最高价值是多少?",
           "[挑选|选出]若干物品, 使总重 <= $c 而价值最[高|大], 返回这个价值。重量为 $a, 价值为 $b, "
           "每件至多选一次。",
           "包的容量是 $c, 每件物品(重量 $a, 价值 $b)或[装|拿]或不[装|拿], 最多有多少价值?",
           "[货车|船|箱子]最多装 $c 的重量, 货物的重量是 $a, 价值是 $b, 选一个子集使价值最大, "
           "返回这个价值。",
           "重量: $a。价值: $b。容量: $c。每件物品最多用一次, [求|请算出]背包能装的最高价值。",
           "从物品中选一些放进容量 $c 的[袋子|背包], 第 i 件重 $a[i]、值 $b[i], 不能重复选, "
           "请返回最高总价值。"},
      .statements_held_out = {"小偷最多背 $c 的重量, 物品重量为 $a, 价值为 $b, 最多能拿多少价值?",
                              "从重量 $a、价值 $b 的物品中选一个子集, 总重 <= $c, 返回最大价值。"},
      .thinking =
          "0/1 背包: 每件物品用一次, 容量 $c, 重量 $a, 价值 $b。设 best[c] 为容量 c "
          "时的最大价值。重 w 值 v 的物品: best[c] = max(best[c], best[c - w] + v)。c 从大到小, "
          "这样 best[c - w] 还没有用过这件物品。没有物品时为 0。时间 O(n * 容量)。",
      .steps =
          "1. 所有 best[c] 从 0 开始。\n2. 对每件物品, c 从大到小, 更优就取。\n3. 返回 best[$c]。"};
}

constexpr std::string_view kKnapsackPython = R"(
def $f($a, $b, $c):
    best = [0] * ($c + 1)
    for w, v in zip($a, $b):
        for c in range($c, w - 1, -1):
            best[c] = max(best[c], best[c - w] + v)
    return best[$c]
)";

AlgorithmSpec KnapsackSpec() {
  return {.name = "knapsack",
          .description = "the best value of the 0/1 knapsack",
          .arguments = {{"weights", "sizes", "weight", "ws", "wt"},
                        {"values", "profits", "prices", "vals", "worth"},
                        {"capacity", "limit", "cap", "W", "max_weight"}},
          .variants = {{.function = "knapsack",
                        .synonyms = {"max_value", "best_value", "pack", "zero_one_knapsack",
                                     "fill_bag", "knapsack_value"},
                        .english = {},
                        .chinese = {},
                        .code = {}}},
          .english = KnapsackEnglish(),
          .chinese = KnapsackChinese(),
          .python = kKnapsackPython,
          .edges =
              [](int) {
                return std::vector<Case>{Knapsack({1, 3, 4, 5}, {1, 4, 5, 7}, 7),
                                         Knapsack({}, {}, 5), Knapsack({5}, {10}, 4),
                                         Knapsack({2, 2}, {3, 3}, 2), Knapsack({2, 3}, {4, 5}, 9)};
              },
          .draw = DrawKnapsack,
          .trace = TraceKnapsack};
}

// ---- coin-change ----

// Tries every count of every coin.
Case Coins(const Ints& coins, int64_t amount, int variant) {
  int64_t ways = 0, fewest = amount + 1;
  const std::function<void(size_t, int64_t, int64_t)> pay = [&](size_t i, int64_t left,
                                                                int64_t used) {
    if (left == 0) {
      ++ways;
      fewest = std::min(fewest, used);
    } else if (i < coins.size()) {
      for (int64_t n = 0; n * coins[i] <= left; ++n) pay(i + 1, left - n * coins[i], used + n);
    }
  };
  pay(0, amount, 0);
  return {{coins, amount}, variant == 1 ? ways : fewest > amount ? -1 : fewest};
}

std::string TraceCoins(const Values& arguments, int variant) {
  const Ints& coins = std::get<Ints>(arguments[0]);
  const int64_t amount = std::get<int64_t>(arguments[1]);
  Ints table;
  for (int64_t total = 0; total <= amount; ++total) {
    const int64_t entry = std::get<int64_t>(Coins(coins, total, variant).expected);
    table.push_back(entry < 0 ? amount + 1 : entry);
  }
  return (variant == 0 ? "best = " : "ways = ") + ToJson(table);
}

Telling CoinsEnglish() {
  return {
      .tasks =
          {"returns $what the amount $b with the coins $a$else",
           "computes $what $b, where coins of values $a may be used any number of times$else",
           "finds $what $b using unlimited coins from $a$else",
           "takes coin values and an amount and returns $what that amount$else",
           "[gives|reports|determines] $what [a price|a bill|a sum] of $b with coins of the values "
           "$a, each as often as needed$else",
           "[works out|calculates] $what the [price|total] $b if every coin of $a [may be "
           "repeated|is there without end]$else",
           "takes the coin values $a and [a bill|an amount] $b and [reports|gives] $what it$else",
           "[finds|gives] $what change of $b, where the coins $a never run out$else",
           "solves the coin change problem: $what $b from [an endless supply of|unlimited] coins "
           "$a$else",
           "[returns|works out], for [coins|denominations] $a and an amount $b, $what that "
           "[amount|sum]$else"},
      .tasks_held_out = {"works out $what a bill of $b in coins $a$else"},
      .statements =
          {"Coin change: given coins $a and an amount $b, return $what $b$else.",
           "Given coin denominations $a (each unlimited) and an amount $b, return $what it$else.",
           "You have coins of values $a, as many as you like. Return $what $b$else.",
           "Solve coin change with dynamic programming: return $what an amount$else.",
           "Find $what the sum $b using coins from $a$else.",
           "Return $what the total $b with coins of the denominations $a$else.",
           "A [cash desk|shop|bank] [has|holds] endless supplies of the coins $a. [Report|Work "
           "out|Find] $what $b$else.",
           "Coins may be [repeated|used again and again]. With the values $a, [give|report|find] "
           "$what a [price|bill] of $b$else.",
           "A bill of $b is to be paid in coins $a, each as often as we like. "
           "[Give|Compute|Report] $what it$else.",
           "For the [price|sum] $b and the coins $a, which [never run out|are endless|can be "
           "repeated], determine $what this amount$else.",
           "Suppose there are [endless|unlimited] coins of each value in $a. I [need|want] $what "
           "$b$else.",
           "Amount: $b. Coins: $a ([repeats|repetitions] allowed). Wanted: $what the amount$else."},
      .statements_held_out = {"A machine holds endless coins $a. Give $what $b$else.",
                              "Coins $a can be repeated. For the amount $b, report $what it$else."},
      .thinking =
          "We need $what $b with coins from $a, each any number of times. $idea Amount 0 $zero. "
          "Time O(coins * amount).",
      .steps = "$plan"};
}

Telling CoinsChinese() {
  return {
      .tasks = {"返回用硬币 $a 凑出金额 $b 的$what$else",
                "计算凑成 $b 的$what, 硬币 $a 每种可用任意次$else",
                "用无限的硬币 $a 凑 $b, 求$what$else",
                "给定硬币面值和金额, 返回凑成该金额的$what$else",
                "[求出|给出|报告]硬币 $a 可以重复时凑成[金额|总额] $b 的$what$else",
                "算出[支付|付清] $b 的$what, 硬币面值为 $a, [不限数量|可以重复使用]$else",
                "对[金额|价格] $b, [报告|求出]用面值 $a 的硬币(可重复)凑成它的$what$else",
                "求找零 $b 的$what, [手里|机器里]的硬币 $a [有无穷多|用不完]$else",
                "解决零钱兑换问题: 硬币 $a, 金额 $b, [给出|求出]$what$else",
                "[确定|给出]用无穷多枚面值 $a 的硬币凑 $b 的$what$else"},
      .tasks_held_out = {"求出用硬币 $a 支付 $b 的$what$else"},
      .statements =
          {"零钱兑换: 给定硬币 $a 和金额 $b, 返回凑成 $b 的$what$else。",
           "给定不同面值的硬币 $a(数量无限)和总金额 $b, 返回凑成它的$what$else。",
           "你有面值为 $a 的硬币, 每种数量不限, 求凑成 $b 的$what$else。",
           "用动态规划求解零钱兑换, 返回凑成金额的$what$else。",
           "用 $a 中的硬币凑出总和 $b, 求$what$else。",
           "给你硬币面值 $a 和总额 $b, 请计算$what$else。",
           "[商店|收银台|钱包]里面值 $a 的硬币无穷多, 要[支付|付] $b, [求出|报告]$what$else。",
           "硬币面值为 $a, 可以[重复|反复]使用, [给出|算出]凑成[金额|总额] $b 的$what$else。",
           "要[付清|支付]账单 $b, 硬币 $a [用不完|数量无限], 请[报告|给出]$what$else。",
           "对[金额|价格] $b 和可重复使用的硬币 $a, [求|返回]凑成它的$what$else。",
           "金额: $b。硬币: $a, 可以重复。[求|给出]$what$else。",
           "[假设|如果]每种硬币 $a 都有无穷多枚, 凑出 $b 的$what是多少? 请[写代码|编程]$else。"},
      .statements_held_out = {"机器里有无穷多的硬币 $a, 给出凑 $b 的$what$else。",
                              "硬币 $a 可以重复使用, 对金额 $b, 报告$what$else。"},
      .thinking =
          "求用硬币 $a 凑成 $b 的$what, 每种可用任意次。$idea金额 0 $zero。时间 O(硬币数 * 金额)。",
      .steps = "$plan"};
}

constexpr std::string_view kCoinsPython = R"(
def $f($a, $b):
$body)";

constexpr std::string_view kFewestBody = R"(    best = [0] + [$b + 1] * $b
    for total in range(1, $b + 1):
        for coin in $a:
            if coin <= total:
                best[total] = min(best[total], best[total - coin] + 1)
    return best[$b] if best[$b] <= $b else -1
)";

constexpr std::string_view kWaysBody = R"(    ways = [1] + [0] * $b
    for coin in $a:
        for total in range(coin, $b + 1):
            ways[total] += ways[total - coin]
    return ways[$b]
)";

Variant FewestCoins() {
  return {.function = "coin_change",
          .synonyms = {"min_coins", "fewest_coins", "make_change", "least_coins", "coins_needed",
                       "change"},
          .english =
              {{"what", "the fewest coins that make up"},
               {"else", ", or -1 if it is impossible"},
               {"idea",
                "Let best[total] be the fewest coins for total: best[total] = min over coins of "
                "best[total - coin] + 1. $b + 1 stands for impossible, since $b coins are the most "
                "one can need."},
               {"zero", "needs 0 coins"},
               {"plan",
                "1. Set best[0] = 0 and all others to $b + 1 (impossible).\n2. For each total, try "
                "every coin as the last one.\n3. Return best[$b], or -1 if it stayed impossible."}},
          .chinese = {{"what", "最少硬币数"},
                      {"else", ", 无法凑成时返回 -1"},
                      {"idea",
                       "设 best[total] 为凑成 total 的最少硬币数: best[total] 取所有 best[total - "
                       "coin] + 1 的最小值。用 $b + 1 表示无法凑成, 因为最多需要 $b 枚。"},
                      {"zero", "需要 0 枚"},
                      {"plan",
                       "1. 令 best[0] = 0, 其余为 $b + 1(无法凑成)。\n2. 对每个 total, "
                       "尝试每种硬币作为最后一枚。\n3. 返回 best[$b], 仍无法凑成则返回 -1。"}},
          .code = {{"body", kFewestBody}}};
}

Variant CoinWays() {
  return {.function = "count_change",
          .synonyms = {"coin_ways", "change_ways", "number_of_ways", "ways_to_pay",
                       "coin_combinations", "combinations"},
          .english = {{"what", "the number of ways to make up"},
                      {"else", ""},
                      {"idea",
                       "Let ways[total] be the number of combinations for total. Take the coins "
                       "one after another: ways[total] += ways[total - coin]. With coins in the "
                       "outer loop every combination is counted once, whatever its order."},
                      {"zero", "has 1 way, no coins"},
                      {"plan",
                       "1. Set ways[0] = 1 and all others to 0.\n2. For each coin, add ways[total "
                       "- coin] to ways[total] for rising totals.\n3. Return ways[$b]."}},
          .chinese = {{"what", "组合数"},
                      {"else", ""},
                      {"idea",
                       "设 ways[total] 为凑成 total 的组合数。依次考虑每种硬币: ways[total] += "
                       "ways[total - coin]。硬币放在外层循环, 每种组合不论次序只计一次。"},
                      {"zero", "有 1 种, 即不用硬币"},
                      {"plan",
                       "1. 令 ways[0] = 1, 其余为 0。\n2. 对每种硬币, total 从小到大, 把 "
                       "ways[total - coin] 加到 ways[total]。\n3. 返回 ways[$b]。"}},
          .code = {{"body", kWaysBody}}};
}

AlgorithmSpec CoinsSpec() {
  return {.name = "coin-change",
          .description = "the fewest coins for an amount, or the number of combinations",
          .arguments = {{"coins", "nums", "values", "denominations", "denoms", "pieces"},
                        {"amount", "target", "goal", "money", "price", "n"}},
          .variants = {FewestCoins(), CoinWays()},
          .english = CoinsEnglish(),
          .chinese = CoinsChinese(),
          .python = kCoinsPython,
          .edges =
              [](int variant) {
                return std::vector<Case>{Coins({1, 2, 5}, 11, variant), Coins({2}, 3, variant),
                                         Coins({1}, 0, variant), Coins({3, 4}, 6, variant),
                                         Coins({5, 10}, 3, variant)};
              },
          .draw =
              [](Rng& rng, int variant, int64_t size) {
                return Coins(DrawSorted(rng, 1 + size / 4, 1, size + 1), rng.Int(3, 2 * size),
                             variant);
              },
          .trace = TraceCoins};
}

}  // namespace

std::span<const AlgorithmFamily> CapacityFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(KnapsackSpec()),
                                             AlgorithmFamily(CoinsSpec())};
  return families;
}

}  // namespace lemma::train
