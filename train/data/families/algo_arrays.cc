// One pass over an array: two-sum, maximum-subarray.
#include <algorithm>
#include <set>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

// ---- two-sum ----

constexpr int kValuesVariant = 1;  // the others ask for indices, in different words

Case TwoSum(const Ints& numbers, int64_t target, int variant) {
  for (size_t i = 0; i < numbers.size(); ++i) {
    for (size_t j = i + 1; j < numbers.size(); ++j) {
      if (numbers[i] + numbers[j] != target) continue;
      const Ints indices = {static_cast<int64_t>(i), static_cast<int64_t>(j)};
      return {{numbers, target},
              variant == kValuesVariant ? Ints{numbers[i], numbers[j]} : indices,
              true};
    }
  }
  return {{numbers, target}, Ints{}, true};
}

int64_t PairsWithSum(const Ints& numbers, int64_t target) {
  int64_t pairs = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    for (size_t j = i + 1; j < numbers.size(); ++j) pairs += numbers[i] + numbers[j] == target;
  }
  return pairs;
}

Case DrawTwoSum(Rng& rng, int variant, int64_t size) {
  while (true) {
    const Ints numbers = DrawInts(rng, size, size > 4 ? -20 : 1, size > 4 ? 30 : 12);
    const size_t i = rng.Next() % numbers.size(), j = rng.Next() % numbers.size();
    const int64_t target = numbers[i] + numbers[j];
    // The answer must be the only one, or a right program could fail.
    if (i != j && PairsWithSum(numbers, target) == 1) return TwoSum(numbers, target, variant);
  }
}

std::string TraceTwoSum(const Values& arguments, int) {
  const int64_t target = std::get<int64_t>(arguments[1]);
  std::set<int64_t> seen;
  std::string out;
  for (const int64_t x : std::get<Ints>(arguments[0])) {
    out +=
        (out.empty() ? "x=" : "; x=") + std::to_string(x) + ", need=" + std::to_string(target - x);
    if (seen.contains(target - x)) break;
    seen.insert(x);
  }
  return out;
}

Telling TwoSumEnglish() {
  return {
      .tasks = {"[returns|outputs] $what in $a that [add up|sum] to $b",
                "finds $what in $a whose sum [is|equals] $b",
                "finds two [numbers|elements] in $a with sum $b and returns $them",
                "takes a list of integers and a target and returns $what that sum to the target",
                "[searches|looks through] $a for two [entries|numbers] that [make|add up to] $b "
                "and [gives|returns] $them",
                "locates the pair of [elements|integers] in $a which has the sum $b and "
                "[outputs|returns] $ones",
                "determines which pair of [entries|elements] in $a [has the sum|together gives] $b "
                "and returns $ones"},
      .tasks_held_out = {"looks for two entries of $a which together give $b and returns "
                         "$them"},
      .statements =
          {"Given an array of integers $a and an integer $b, return $what such that they add up to "
           "$b.",
           "Given a [list|sequence] $a and a [target|goal] $b, find two numbers whose sum "
           "[is|equals] $b and return $them.",
           "You are given an integer array $a and a number $b. Find two different "
           "[elements|entries] that sum to $b and [return|output] $them.",
           "[Find|Locate] two numbers in a list that add up to a given target and [return|output] "
           "$them.",
           "[Solve|Code] the two sum problem: [return|give] $what that [add up|sum] to the target.",
           "Two sum: given $a and $b, return $what that add up to $b. Exactly one solution exists.",
           "In an array of integers, exactly one pair adds up to a target value. [Return|Give] "
           "$what.",
           "In $a, which two [entries|numbers] [add up to|together give] $b? [Output|Return] "
           "$ones.",
           "The list $a [contains|has] a pair of [elements|integers] that together give $b. "
           "[Output|Give] $ones.",
           "[List|Integers] $a, [goal|target] $b: find the pair with this sum, [return|answer "
           "with] $ones.",
           "Two [elements|entries] of $a sum to the goal $b. Look for this pair and give $ones."},
      .statements_held_out =
          {"An integer array $a contains one pair of elements whose sum equals $b. Return "
           "$them.",
           "Which two elements of $a sum to $b? Give $them.",
           "Given integers $a and a goal $b, locate the pair with sum $b and output $them."},
      .thinking =
          "We need $what that add up to $b: $kind. Scan $a once with a hash map from value "
          "to index. The partner of x is need = $b - x; if need was seen before, the "
          "pair is found. We look up before storing, so one element is never used "
          "twice and equal numbers work. Time O(n), space O(n).",
      .steps =
          "1. Keep a hash map of the values seen so far.\n2. For each x, look up "
          "$b - x in it.\n3. If it is there, return $them; otherwise store x."};
}

Telling TwoSumChinese() {
  return {.tasks = {"返回 $a 中和为 $b 的$what", "在 $a 中找出和为 $b 的两个数, [返回|给出]$them",
                    "在整数列表 $a 中找到相加等于 $b 的两个数并返回$given",
                    "给定整数数组和目标值, 返回和为目标值的$what",
                    "[挑|找]出 $a 里的一对[元素|数], 它们加起来[是|得] $b, [输出|给出]$ones",
                    "[求出|给出] $a 中$which之和[等于|为] $b",
                    "[查找|找]一对和为 $b 的数(取自 $a), 返回$ones"},
          .tasks_held_out = {"从 $a 里挑出加起来是 $b 的两个数, 并给出$them"},
          .statements =
              {"给定一个整数数组 $a 和一个整数目标值 $b, 请你在该数组中找出和为目标值的两个整数, "
               "并返回$them。",
               "给定整数数组 $a 和目标值 $b, 找出数组中和为 $b 的两个数, [返回|输出]$given。",
               "给你一个数组 $a 和一个数 $b, 请找到两个不同的元素, 它们的和等于 $b, 返回$them。",
               "两数之和: 在数组中[找出|挑出]和为目标值的[两个数|一对元素], [返回|求]$them。",
               "在数组 $a 中[找出|挑出]两个数, 使它们的和为 $b, 请[返回|输出]$them。",
               "给定一个数组和一个目标值, 请找出和为目标值的两个整数, 并返回$given。",
               "请解决两数之和问题: [整数数组|数组] $a, [目标|目标值] $b, [返回|求|给出]$them。",
               "[列表|数组] $a 中$which[相加|加起来]等于 $b? 请[写代码|编程]。",
               "[已知|有]数组 $a, [目标|目标值] $b, 恰有一对数的和是它, [求|输出]$ones。"},
          .statements_held_out =
              {"给定一个整数数组 $a 和一个目标值 $b, 请你在该数组中找出和为目标值的两个整数,"
               "并返回$given。",
               "整数数组 $a 中恰有一对元素之和等于 $b, 求$them。",
               "已知数组 $a 与目标 $b, 哪两个元素相加得 $b? 请输出$them。"},
          .thinking =
              "要找和为 $b 的$what: $kind。扫描 $a 一遍, 用哈希表记录每个值的下标。对当前的 x, "
              "需要 need = $b - x; 如果 need 已经出现过, 就找到了。先查找再存入, "
              "所以同一个元素不会用两次, 相等的数也没问题。时间 O(n), 空间 O(n)。",
          .steps =
              "1. 用哈希表记录已经见过的值。\n2. 对每个 x, 查找 $b - x 是否在表中。\n3. "
              "若在, 返回$them; 否则存入 x。"};
}

constexpr std::string_view kTwoSumPython = R"(
def $f($a, $b):
    seen = {}
    for i, x in enumerate($a):
        need = $b - x
        if need in seen:
            return $pair
        seen[x] = i
    return []
)";

constexpr std::string_view kTwoSumCpp = R"(
#include <unordered_map>
#include <vector>
using namespace std;

vector<int> $f(vector<int>& $a, int $b) {
    unordered_map<int, int> seen;
    for (int i = 0; i < (int)$a.size(); i++) {
        int x = $a[i], need = $b - x;
        if (seen.count(need)) return $cpp_pair;
        seen[x] = i;
    }
    return {};
}
)";

AlgorithmSpec TwoSumSpec() {
  return {
      .name = "two-sum",
      .description = "two numbers of a list that add up to a target: their indices or themselves",
      .arguments = {ListNames(), {"target", "goal", "k", "total", "s", "want", "sum_to"}},
      .variants = {{.function = "two_sum",
                    .synonyms = {"find_pair", "pair_sum", "pair_indices", "sum_pair", "two_numbers",
                                 "pair_with_sum", "find_two", "index_pair"},
                    .english = {{"what", "the indices of the two numbers"},
                                {"them", "their indices"},
                                {"kind", "positions, not values"},
                                {"ones", "the two indices"}},
                    .chinese = {{"what", "两个数的下标"},
                                {"them", "它们的下标"},
                                {"given", "它们的索引"},
                                {"kind", "返回位置, 不是数值"},
                                {"ones", "两个下标"},
                                {"which", "哪两个下标处的数"}},
                    .code = {{"pair", "[seen[need], i]"}, {"cpp_pair", "{seen[need], i}"}}},
                   {.function = "two_sum",
                    .synonyms = {"find_pair", "pair_sum", "pair_values", "sum_pair", "two_numbers",
                                 "pair_with_sum", "find_two", "number_pair"},
                    .english = {{"what", "the two numbers"},
                                {"them", "the two numbers themselves"},
                                {"kind", "values, not positions"},
                                {"ones", "the two values"}},
                    .chinese = {{"what", "两个数"},
                                {"them", "这两个数的值"},
                                {"given", "它们的值"},
                                {"kind", "返回数值, 不是位置"},
                                {"ones", "两个数值"},
                                {"which", "哪两个数"}},
                    .code = {{"pair", "[need, x]"}, {"cpp_pair", "{need, x}"}}},
                   {.function = "two_sum",
                    .synonyms = {"find_pair", "pair_sum", "pair_positions", "locate_pair",
                                 "two_numbers", "pair_with_sum", "find_two", "index_pair"},
                    .english = {{"what", "the positions of the two numbers"},
                                {"them", "the indices of the two"},
                                {"kind", "positions, not values"},
                                {"ones", "both positions"}},
                    .chinese = {{"what", "两个数的索引"},
                                {"them", "它们的索引"},
                                {"given", "它们的数组下标"},
                                {"kind", "返回位置, 不是数值"},
                                {"ones", "两个位置"},
                                {"which", "哪两个位置上的数"}},
                    .code = {{"pair", "[seen[need], i]"}, {"cpp_pair", "{seen[need], i}"}}}},
      .english = TwoSumEnglish(),
      .chinese = TwoSumChinese(),
      .python = kTwoSumPython,
      .cpp = kTwoSumCpp,
      .edges =
          [](int variant) {
            return std::vector<Case>{TwoSum({2, 7, 11, 15}, 9, variant), TwoSum({3, 3}, 6, variant),
                                     TwoSum({3, 2, 4}, 6, variant),
                                     TwoSum({-4, 0, 4, 9}, 0, variant)};
          },
      .draw = DrawTwoSum,
      .trace = TraceTwoSum};
}

// ---- maximum-subarray ----

Case BestSubarray(const Ints& numbers, int variant) {
  int64_t best = numbers[0];
  for (size_t i = 0; i < numbers.size(); ++i) {
    int64_t sum = 0;
    for (size_t j = i; j < numbers.size(); ++j) {
      sum += numbers[j];
      best = variant == 0 ? std::max(best, sum) : std::min(best, sum);
    }
  }
  return {{numbers}, best};
}

std::string TraceSubarray(const Values& arguments, int variant) {
  std::string out;
  int64_t current = 0, best = 0;
  for (const int64_t x : std::get<Ints>(arguments[0])) {
    const auto better = [&](int64_t p, int64_t q) {
      return variant == 0 ? std::max(p, q) : std::min(p, q);
    };
    current = out.empty() ? x : better(x, current + x);
    best = out.empty() ? x : better(best, current);
    out += (out.empty() ? "x=" : "; x=") + std::to_string(x) + " " + std::to_string(current) + " " +
           std::to_string(best);
  }
  return out;
}

Telling MaximumSubarrayEnglish() {
  return {
      .tasks = {"returns the [$large|$great] sum of a contiguous subarray of $a",
                "finds the $maximum subarray sum of $a",
                "[computes|determines] the $maximum sum of consecutive elements of $a",
                "takes a list of integers and returns the $large sum of any contiguous part",
                "[finds|reports] the [$great|$large] total that [adjacent|neighbouring] elements "
                "of $a can have",
                "looks for a [run|slice|stretch] of $a whose sum is $extreme and returns this sum",
                "[determines|tells] the $maximum that the sum of a contiguous non-empty "
                "[slice|part] of $a can be"},
      .tasks_held_out = {"determines the $maximum total of neighbouring elements in $a"},
      .statements =
          {"Given an integer array $a, find the contiguous subarray with the [$large|$great] sum "
           "and return its sum.",
           "Given a list of integers $a, return the $maximum sum of a non-empty contiguous "
           "subarray.",
           "Find the $maximum subarray: return the $large sum of consecutive elements in $a.",
           "[Find|Report] the [$large|$great] sum of a contiguous [subarray|slice|run] in O(n).",
           "Use Kadane's algorithm to [find|report|compute] the $maximum subarray sum.",
           "You are given an array $a that may hold negative numbers. Return the $large sum over "
           "all contiguous non-empty subarrays.",
           "What is the $maximum [sum|total] of a contiguous [subarray|slice] of $a? Write code.",
           "What is the $maximum that [adjacent|neighbouring|consecutive] elements of $a can add "
           "up to?",
           "Choose a [run of adjacent elements|contiguous slice] of $a so that its sum is "
           "$extreme; [report|return] that sum.",
           "[Integers|List] $a: which sum of a non-empty [contiguous part|slice] is "
           "[$large|$great]?",
           "Over all [runs|slices] of adjacent integers in $a, which total is the $large?"},
      .statements_held_out = {"Among all contiguous non-empty slices of $a, which sum is the "
                              "$large? Return that sum.",
                              "For the integers in $a, report the $maximum sum over any run "
                              "of adjacent elements."},
      .thinking =
          "The $large sum of a contiguous part of $a. Kadane: let current be the "
          "$large sum that ends at x; it either starts anew or extends, so current = "
          "$op(x, current + x). best is the $op of all current. Both start with the "
          "first element, so one element and all signs work. Time O(n), space O(1).",
      .steps =
          "1. Start current and best with the first element.\n2. For each next x, set "
          "current = $op(x, current + x).\n3. Update best with current and return it."};
}

Telling MaximumSubarrayChinese() {
  return {.tasks = {"返回 $a 的$large连续子数组和", "[求|求出] $a 中连续子数组的$large和",
                    "计算 $a 中连续若干个元素的$large和",
                    "给定整数列表, 返回连续[子数组|片段]的$large和",
                    "求 $a 里[相邻|连续]若干元素之和, 要$extreme",
                    "[算出|求出] $a 的非空连续[片段|子序列]之和的$large值",
                    "在 $a 中取一段[相邻|连续]的数, 使总和$extreme, 返回总和"},
          .tasks_held_out = {"求出 $a 里相邻元素之和的$large值"},
          .statements = {"给定一个整数数组 $a, 请找出一个和$large的连续子数组, 返回其和。",
                         "[给你一个|设有]整数数组 $a, 求非空连续[子数组|子序列]的$large和。",
                         "$large子数组和: 返回 $a 中连续子数组的$large和。",
                         "用 Kadane 算法[求|求出][数组|序列]的$large[子数组和|连续片段和]。",
                         "求数组中[连续子数组|连续片段]的$large和, 要求时间复杂度 O(n)。",
                         "数组 $a 可能含有负数, 返回所有非空连续子数组中$large的和。",
                         "请求出整数[数组|序列] $a 的$large子段和。",
                         "从整数序列 $a 中[选|取]一段连续的[元素|数], 使其和$extreme, 返回这个和。",
                         "$a 中[相邻|连续]的一些数(至少一个)加起来, $large值是多少? 请写代码。"},
          .statements_held_out = {"在 $a 的所有连续片段中, $large的和是多少? 请写代码。",
                                  "设 $a 为整数序列, 求其连续非空子序列之和的$large值。"},
          .thinking =
              "要求 $a 的连续子数组的$large和。Kadane: 设 current 是以 x 结尾的$large和, "
              "要么重新开始, 要么接上前面, 所以 current = $op(x, current + x)。best 取所有 "
              "current 的 $op。两者都从第一个元素开始, 只有一个元素或全为负数也正确。"
              "时间 O(n), 空间 O(1)。",
          .steps =
              "1. current 和 best 都从第一个元素开始。\n2. 对后面的每个 x, 令 current = "
              "$op(x, current + x)。\n3. 用 current 更新 best, 最后返回 best。"};
}

constexpr std::string_view kMaximumSubarrayPython = R"(
def $f($a):
    current = best = $a[0]
    for x in $a[1:]:
        current = $op(x, current + x)
        best = $op(best, current)
    return best
)";

constexpr std::string_view kMaximumSubarrayCpp = R"(
#include <algorithm>
#include <vector>
using namespace std;

int $f(vector<int>& $a) {
    int current = $a[0], best = $a[0];
    for (int i = 1; i < (int)$a.size(); i++) {
        current = $op($a[i], current + $a[i]);
        best = $op(best, current);
    }
    return best;
}
)";

AlgorithmSpec MaximumSubarraySpec() {
  return {.name = "maximum-subarray",
          .description = "the largest or smallest sum of a contiguous, non-empty subarray (Kadane)",
          .arguments = {ListNames()},
          .variants = {{.function = "max_subarray",
                        .synonyms = {"max_subarray_sum", "largest_sum", "best_sum", "kadane",
                                     "max_segment", "maximum_sum"},
                        .english = {{"large", "largest"},
                                    {"great", "greatest"},
                                    {"extreme", "as large as possible"},
                                    {"maximum", "maximum"}},
                        .chinese = {{"large", "最大"}, {"extreme", "尽可能大"}},
                        .code = {{"op", "max"}}},
                       {.function = "min_subarray",
                        .synonyms = {"min_subarray_sum", "smallest_sum", "lowest_sum",
                                     "min_segment", "minimum_sum", "least_sum"},
                        .english = {{"large", "smallest"},
                                    {"great", "least"},
                                    {"extreme", "as small as possible"},
                                    {"maximum", "minimum"}},
                        .chinese = {{"large", "最小"}, {"extreme", "尽可能小"}},
                        .code = {{"op", "min"}}}},
          .english = MaximumSubarrayEnglish(),
          .chinese = MaximumSubarrayChinese(),
          .python = kMaximumSubarrayPython,
          .cpp = kMaximumSubarrayCpp,
          .edges =
              [](int variant) {
                return std::vector<Case>{BestSubarray({-2, 1, -3, 4, -1, 2, 1, -5, 4}, variant),
                                         BestSubarray({5}, variant),
                                         BestSubarray({-3, -1, -2}, variant),
                                         BestSubarray({4, 2, 7}, variant)};
              },
          .draw = [](Rng& rng, int variant,
                     int64_t size) { return BestSubarray(DrawInts(rng, size, -9, 9), variant); },
          .trace = TraceSubarray};
}

}  // namespace

std::span<const AlgorithmFamily> ArrayFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(TwoSumSpec()),
                                             AlgorithmFamily(MaximumSubarraySpec())};
  return families;
}

}  // namespace lemma::train
