// Dynamic programming over sequences: longest-common-subsequence, longest-increasing-subsequence.
#include <algorithm>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

// Is `part` a subsequence of `whole`?
template <typename Sequence>
bool IsSubsequence(const Sequence& part, const Sequence& whole) {
  size_t i = 0;
  for (const auto& item : whole) {
    if (i < part.size() && part[i] == item) ++i;
  }
  return i == part.size();
}

template <typename Sequence>
Sequence Subset(const Sequence& items, uint64_t subset) {
  Sequence chosen;
  for (size_t i = 0; i < items.size(); ++i) {
    if ((subset >> i & 1) != 0) chosen.push_back(items[i]);
  }
  return chosen;
}

// ---- longest-common-subsequence ----

// Tries all subsequences of the first text.
Case Common(const std::string& first, const std::string& second) {
  int64_t best = 0;
  for (uint64_t subset = 0; subset < uint64_t{1} << first.size(); ++subset) {
    const std::string part = Subset(first, subset);
    if (IsSubsequence(part, second)) best = std::max(best, std::ssize(part));
  }
  return {{first, second}, best};
}

// The rows of the table.
std::string TraceCommon(const Values& arguments, int) {
  const auto& first = std::get<std::string>(arguments[0]);
  const auto& second = std::get<std::string>(arguments[1]);
  Ints row(second.size() + 1, 0);
  std::string out;
  for (const char c : first) {
    const Ints above = row;
    for (size_t j = 0; j < second.size(); ++j) {
      row[j + 1] = c == second[j] ? above[j] + 1 : std::max(above[j + 1], row[j]);
    }
    out += (out.empty() ? "" : "; ") + std::string(1, c) + " " + ToJson(row);
  }
  return out;
}

Telling CommonEnglish() {
  return {
      .tasks = {"returns the length of the longest common subsequence of $a and $b",
                "computes the length of the LCS of the strings $a and $b",
                "finds how long the longest common subsequence of $a and $b is",
                "takes two strings and returns the length of their longest common subsequence",
                "tells how many characters $a and $b have in common [in the same order|when the "
                "order is kept]",
                "measures the longest subsequence that [occurs in|belongs to] both strings, $a and "
                "$b",
                "gives the [size|length] of the longest text that is a subsequence of both $a and "
                "$b"},
      .tasks_held_out = {"measures the longest sequence of characters that occurs in order in both "
                         "$a and $b"},
      .statements =
          {"Given two strings $a and $b, return the length of their longest common subsequence.",
           "Longest common subsequence of two strings: return its length.",
           "Find the length of the longest common subsequence (LCS) of $a and $b. If there is "
           "none, "
           "return 0.",
           "Use dynamic programming to get the length of the LCS of two strings.",
           "A subsequence keeps the order but may skip characters. How long is the longest one "
           "shared by $a and $b?",
           "Write LCS for the strings $a and $b; only the length is needed.",
           "[Delete|Remove] as few characters as possible from $a and from $b so that both become "
           "[equal|the same string]. Return how long [it|that string] is.",
           "Which characters, in order, do the strings $a and $b share? Return the greatest number "
           "of them.",
           "[We|You] may delete characters of $a and of $b. How long can a string be that both "
           "[leave|turn into]?",
           "Two texts, $a and $b: return the length of the longest sequence of characters found, "
           "in "
           "order, in each of them."},
      .statements_held_out = {"By deleting characters from $a and $b we want the longest equal "
                              "string. Return its length.",
                              "$a and $b are texts. What is the length of the longest subsequence "
                              "common to both?"},
      .thinking =
          "Length of the LCS of $a and $b. Let dp[i][j] be the LCS of the first i and first "
          "j characters. Equal last characters extend it: dp[i][j] + 1; otherwise drop one "
          "of the two: max of left and above. Row 0 and column 0 are 0, so empty strings "
          "give 0. Time O(nm), space O(nm).",
      .steps =
          "1. Make a table with a row and a column of zeros.\n2. Equal characters: diagonal "
          "plus 1; otherwise the larger of above and left.\n3. Return the last entry."};
}

Telling CommonChinese() {
  return {
      .tasks = {"返回 $a 和 $b 的最长公共子序列的长度", "计算字符串 $a 与 $b 的 LCS 长度",
                "求 $a 和 $b 的最长公共子序列有多长", "给定两个字符串, 返回最长公共子序列的长度",
                "求两个字符串 $a 和 $b [共有的|共同的]字符序列最长有多长, 字符要[按顺序|保持顺序]",
                "求既是 $a 的子序列又是 $b 的子序列的[最长文本|最长字符串]的长度"},
      .tasks_held_out = {"求同时按顺序出现在 $a 和 $b 中的最长字符序列的长度"},
      .statements = {"给定两个字符串 $a 和 $b, 返回它们的最长公共子序列的长度。",
                     "最长公共子序列: 返回两个字符串的 LCS 长度。",
                     "求 $a 和 $b 的最长公共子序列(LCS)的长度, 不存在则返回 0。",
                     "用动态规划求两个字符串的最长公共子序列长度。",
                     "子序列可以跳过字符但保持顺序, $a 和 $b 共有的最长子序列有多长?",
                     "请为字符串 $a 和 $b 写出 LCS, 只需要长度。",
                     "可以删去 $a 的字符, 也可以删去 $b 的字符, 使它们变成同一个字符串, "
                     "这个字符串最长有多长?",
                     "两段文本 $a 与 $b, [请编程求|求]公共子序列的最大长度。",
                     "$a 和 $b 中[按顺序|依次]都出现的字符最多有多少个?"},
      .statements_held_out = {"从 $a 和 $b 中删去一些字符使两者相等, 剩下的最长是多少?",
                              "文本 $a 与 $b 的公共子序列中, 最长的长度是多少? 请编程。"},
      .thinking =
          "求 $a 和 $b 的 LCS 长度。设 dp[i][j] 为前 i 个和前 j 个字符的 LCS。末尾字符相等就"
          "延长: dp[i][j] + 1; 否则去掉其中一个, 取左边和上边的较大值。第 0 行和第 0 列为 0, "
          "所以空串得 0。时间 O(nm), 空间 O(nm)。",
      .steps =
          "1. 建一个表, 首行首列为 0。\n2. 字符相等: 左上加 1; 否则取上边和左边的较大值。\n3. "
          "返回最后一项。"};
}

constexpr std::string_view kCommonPython = R"(
def $f($a, $b):
    dp = [[0] * (len($b) + 1) for _ in range(len($a) + 1)]
    for i in range(len($a)):
        for j in range(len($b)):
            if $a[i] == $b[j]:
                dp[i + 1][j + 1] = dp[i][j] + 1
            else:
                dp[i + 1][j + 1] = max(dp[i][j + 1], dp[i + 1][j])
    return dp[-1][-1]
)";

AlgorithmSpec CommonSpec() {
  return {.name = "longest-common-subsequence",
          .description = "the length of the longest common subsequence of two strings",
          .arguments = {{"s", "a", "text1", "first", "x", "word1", "s1"},
                        {"t", "b", "text2", "second", "y", "word2", "s2"}},
          .paired = true,
          .variants = {{.function = "lcs_length",
                        .synonyms = {"lcs", "longest_common", "common_subsequence", "lcs_size",
                                     "longest_shared", "common_length"},
                        .english = {},
                        .chinese = {},
                        .code = {}}},
          .english = CommonEnglish(),
          .chinese = CommonChinese(),
          .python = kCommonPython,
          .edges =
              [](int) {
                return std::vector<Case>{Common("abcde", "ace"), Common("abc", "def"),
                                         Common("", "abc"), Common("aaa", "aa"),
                                         Common("abc", "abc")};
              },
          .draw =
              [](Rng& rng, int, int64_t size) {
                return Common(DrawText(rng, size - 1, "abcd"), DrawText(rng, size - 1, "abcd"));
              },
          .trace = TraceCommon};
}

// ---- longest-increasing-subsequence ----

// Tries all subsequences.
Case Increasing(const Ints& numbers, int variant) {
  int64_t best = 0;
  for (uint64_t subset = 0; subset < uint64_t{1} << numbers.size(); ++subset) {
    const Ints part = Subset(numbers, subset);
    const bool rises = std::ranges::is_sorted(part) &&
                       (variant == 1 || std::ranges::adjacent_find(part) == part.end());
    if (rises) best = std::max(best, std::ssize(part));
  }
  return {{numbers}, best};
}

std::string TraceIncreasing(const Values& arguments, int variant) {
  const Ints& numbers = std::get<Ints>(arguments[0]);
  Ints best(numbers.size(), 1);
  for (size_t i = 0; i < numbers.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const bool extends = variant == 0 ? numbers[j] < numbers[i] : numbers[j] <= numbers[i];
      if (extends) best[i] = std::max(best[i], best[j] + 1);
    }
  }
  return "best = " + ToJson(best);
}

Telling IncreasingEnglish() {
  return {
      .tasks = {"returns the length of the longest $rising subsequence of $a",
                "computes how long the longest $rising subsequence of $a is",
                "finds the length of a longest $rising subsequence in the list $a",
                "takes a list and returns the length of its longest $rising subsequence",
                "[tells|determines] the [maximum|greatest] [length|size] that a $rising "
                "subsequence of $a can have",
                "[counts|tells] how many [numbers|elements] of $a can be kept, in order, so that "
                "they are $rising",
                "[deletes|drops] as few numbers of $a as possible so that the rest is $rising and "
                "returns how many [remain|are left]",
                "[gives|outputs] the [size|length] of the longest $rising sequence that one can "
                "pick, in order, from the [numbers|sequence] $a",
                "measures the [longest|largest] [choice|selection] of elements of $a, kept in "
                "order, that is $rising",
                "finds the greatest number of [entries|elements] that a $rising subsequence of the "
                "[sequence|numbers] $a holds"},
      .tasks_held_out = {"measures the longest $rising subsequence that the numbers $a hold"},
      .statements =
          {"Given an integer array $a, return the length of the longest $rising subsequence.",
           "Longest $rising subsequence: return its length.",
           "Find the length of the longest $rising subsequence of $a with dynamic programming.",
           "How long is the longest $rising subsequence of $a? Elements need not be adjacent.",
           "You are given a list of integers $a. Return the length of the longest subsequence "
           "that is $rising.",
           "Write code for the length of the longest $rising subsequence in O(n^2).",
           "[Remove|Delete] as few [numbers|elements] as possible from $a until the rest is "
           "$rising. How many [remain|are left]?",
           "[From|Out of] the sequence $a, [pick|choose] numbers, in order, that are $rising. "
           "[Return|Give] the greatest possible number of them.",
           "[We|You] may [delete|skip] numbers of $a, but not reorder them. How long can a $rising "
           "rest be?",
           "[Sequence|Numbers|List] $a: what is the [maximum|greatest] length of a $rising "
           "subsequence?",
           "People stand in a row; $a holds their [heights|ages]. Some leave so that the rest is "
           "$rising. How many can stay at most?",
           "Which $rising subsequence of the sequence $a has the most elements? [Return|Give] only "
           "its length."},
      .statements_held_out = {"Delete some numbers of $a so that the rest is $rising and as long "
                              "as possible. Return that length.",
                              "What is the maximum length of a $rising subsequence of the "
                              "sequence $a?"},
      .thinking =
          "Length of the longest $rising subsequence of $a. Let best[i] be the longest "
          "one that ends at index i. It is 1 alone, or best[j] + 1 for an earlier j "
          "with $a[j] $op $a[i]. The answer is the largest best[i]; default=0 handles "
          "the empty list. Time O(n^2), space O(n).",
      .steps =
          "1. Start with best[i] = 1 for every i.\n2. For each j < i with $a[j] $op $a[i], "
          "best[i] = max(best[i], best[j] + 1).\n3. Return the maximum of best."};
}

Telling IncreasingChinese() {
  return {
      .tasks = {"返回 $a 的最长$rising子序列的长度", "计算 $a 中最长$rising子序列有多长",
                "求列表 $a 的最长$rising子序列长度", "给定一个列表, 返回最长$rising子序列的长度",
                "从[数列|序列] $a 中按[原顺序|先后次序]选数, 使其$rising, 返回最多能选几个",
                "删去 $a 中[最少|尽可能少]的数, 使剩余部分$rising, [返回|给出]剩余个数",
                "求[数列|列表] $a 里$rising的子序列最多含[几个|多少个]元素",
                "[算出|给出] $a 的$rising子序列长度的最大值",
                "[求|返回]保持顺序时 $a 中能[留下|保留]的最多元素个数, 留下的数要$rising",
                "[算出|求出]整数序列 $a 所含$rising子序列[可达|可能]的最大长度"},
      .tasks_held_out = {"求数列 $a 所含最长的$rising子序列的元素个数"},
      .statements =
          {"给定一个整数数组 $a, 返回最长$rising子序列的长度。", "最长$rising子序列: 返回其长度。",
           "用动态规划求 $a 的最长$rising子序列的长度。",
           "$a 的最长$rising子序列有多长? 元素不必相邻。",
           "给你一个整数列表 $a, 求其中最长的$rising子序列的长度。",
           "写代码求最长$rising子序列的长度, 时间 O(n^2)。",
           "在[数列|序列] $a 中[去掉|删掉]尽可能少的数, 让剩下的数$rising, 还剩几个?",
           "[依次|按顺序]从 $a 中挑一些数, 要求$rising, 最多能挑[多少|几]个? 请写代码。",
           "[数列|数组|列表] $a: $rising子序列[的最大长度是|最长可达]几?",
           "一排人的身高为 $a, 请一些人离开, 使余下的身高$rising, 最多可留几人?",
           "$a 所含的$rising子序列(可以跳过元素)中, 元素最多的有几个元素?",
           "序列 $a 可以删数但不能换顺序, 剩下的[数|部分]要$rising, 最多[能|可以]剩几个?"},
      .statements_held_out = {"从 $a 中删去一些数, 使剩下的$rising且尽可能长, 返回长度。",
                              "序列 $a 的$rising子序列最长可达多少?"},
      .thinking =
          "求 $a 的最长$rising子序列的长度。设 best[i] 为以下标 i 结尾的最大长度。单独为 "
          "1, 或者对前面满足 $a[j] $op $a[i] 的 j 取 best[j] + 1。答案是 best 的最大值, "
          "default=0 处理空列表。时间 O(n^2), 空间 O(n)。",
      .steps =
          "1. 所有 best[i] 从 1 开始。\n2. 对 j < i 且 $a[j] $op $a[i], best[i] = "
          "max(best[i], best[j] + 1)。\n3. 返回 best 的最大值。"};
}

constexpr std::string_view kIncreasingPython = R"(
def $f($a):
    best = [1] * len($a)
    for i in range(len($a)):
        for j in range(i):
            if $a[j] $op $a[i]:
                best[i] = max(best[i], best[j] + 1)
    return max(best, default=0)
)";

AlgorithmSpec IncreasingSpec() {
  return {.name = "longest-increasing-subsequence",
          .description = "the length of the longest increasing or non-decreasing subsequence",
          .arguments = {ListNames()},
          .variants = {{.function = "lis_length",
                        .synonyms = {"lis", "longest_increasing", "length_of_lis", "rising_length",
                                     "increasing_length", "longest_rise"},
                        .english = {{"rising", "strictly increasing"}},
                        .chinese = {{"rising", "严格递增"}},
                        .code = {{"op", "<"}}},
                       {.function = "longest_non_decreasing",
                        .synonyms = {"non_decreasing", "longest_sorted", "rising_length",
                                     "lis_with_equal", "sorted_length", "longest_rise"},
                        .english = {{"rising", "non-decreasing"}},
                        .chinese = {{"rising", "非递减"}},
                        .code = {{"op", "<="}}}},
          .english = IncreasingEnglish(),
          .chinese = IncreasingChinese(),
          .python = kIncreasingPython,
          .edges =
              [](int variant) {
                return std::vector<Case>{Increasing({10, 9, 2, 5, 3, 7, 101, 18}, variant),
                                         Increasing({}, variant), Increasing({7, 7, 7}, variant),
                                         Increasing({4, 3, 2, 1}, variant)};
              },
          .draw = [](Rng& rng, int variant,
                     int64_t size) { return Increasing(DrawInts(rng, size + 1, 1, 9), variant); },
          .trace = TraceIncreasing};
}

}  // namespace

std::span<const AlgorithmFamily> SequenceFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(CommonSpec()),
                                             AlgorithmFamily(IncreasingSpec())};
  return families;
}

}  // namespace lemma::train
