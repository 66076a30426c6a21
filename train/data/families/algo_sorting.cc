// simple-sort: bubble sort and insertion sort, ascending and descending.
#include <algorithm>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

constexpr bool IsBubble(int variant) { return variant < 2; }
constexpr bool IsDescending(int variant) { return variant % 2 == 1; }

Case Sorted(const Ints& numbers, int variant) {
  Ints sorted = numbers;
  std::sort(sorted.begin(), sorted.end());
  if (IsDescending(variant)) std::reverse(sorted.begin(), sorted.end());
  return {{numbers}, sorted};
}

// The list after each round.
std::string TraceSort(const Values& arguments, int variant) {
  Ints result = std::get<Ints>(arguments[0]);
  const auto wrong = [&](int64_t left, int64_t right) {
    return IsDescending(variant) ? left < right : left > right;
  };
  std::string out;
  for (size_t round = 1; round < result.size(); ++round) {
    if (IsBubble(variant)) {
      for (size_t j = 0; j + round < result.size(); ++j) {
        if (wrong(result[j], result[j + 1])) std::swap(result[j], result[j + 1]);
      }
    } else {
      for (size_t j = round; j > 0 && wrong(result[j - 1], result[j]); --j) {
        std::swap(result[j - 1], result[j]);
      }
    }
    out += (out.empty() ? "" : "; ") + ToJson(result);
  }
  return out;
}

Telling English() {
  return {
      .tasks = {"sorts $a in $order order with $sort sort",
                "implements $sort sort for the list $a, in $order order",
                "takes a list of numbers and returns it in $order order, using $sort sort",
                "returns the numbers of $a in $order order by $sort sort",
                "[arranges|orders] the [numbers|entries] of $a [by means of|with the help of] "
                "$sort sort so that they are $order",
                "puts the [integers|numbers] $a [in|into] $order order and uses the $sort sort "
                "[method|algorithm]",
                "[runs|performs|applies] $sort sort on $a and [returns|gives back] the list in "
                "$order order",
                "brings the [elements|values] of $a into $order order [the $sort sort way|through "
                "$sort sort]",
                "sorts a copy of $a with the [method|algorithm] called $sort sort, the "
                "[output|result] being $order",
                "[accepts|receives] numbers in any order and [outputs|returns] them in $order "
                "order by the $sort sort [method|algorithm]"},
      .tasks_held_out = {"puts $a into $order order by means of $sort sort"},
      .statements =
          {"Implement $sort sort in $order order.",
           "Sort the list $a in $order order using $sort sort.",
           "Given a list of integers $a, sort it with the $sort sort algorithm in $order "
           "order and return it.",
           "Write $sort sort ($order) for an array $a.",
           "Without using the built-in sort, arrange $a in $order order by $sort sort.",
           "Show me $sort sort. The result must be in $order order.",
           "[Numbers|Integers|Cards] $a [lie|are] in any order. [Use|Apply] $sort sort to "
           "[put|bring] them into $order order.",
           "[Code|Program|Create] $sort sort: the [input|list] is $a, the output should be $order.",
           "Suppose $a is [unsorted|a mixed-up list]. By means of $sort sort, bring it into $order "
           "order.",
           "How does $sort sort put the [list|numbers] $a in $order order? [Write|Show] the code.",
           "The [list|array] $a should be [sorted|arranged] by the $sort sort [method|algorithm]; "
           "the result must be $order.",
           "[Please sort|Order|Arrange] $a; the [output|result] is in $order order. "
           "[Method|Algorithm]: $sort sort.",
           "[A teacher wants|I want] the [marks|numbers] $a to come out in $order order. Use $sort "
           "sort."},
      .statements_held_out = {"The numbers $a should come back in $order order; use the $sort sort "
                              "method.",
                              "Program the $sort sort algorithm for $a so that the output is "
                              "$order."},
      .thinking =
          "Use $sort sort, $order. $idea Work on a copy, so the input stays as it is; "
          "empty and one-element lists need no work. Time O(n^2), space O(n).",
      .steps = "1. Copy the list.\n$rounds"};
}

Telling Chinese() {
  return {
      .tasks = {"用$sort排序把 $a 按$order排列", "对列表 $a 实现$sort排序, 结果为$order",
                "给定数字列表, 用$sort排序返回$order结果", "通过$sort排序返回 $a 的$order列表",
                "[利用|采用]$sort排序的方法, 使 $a [变成|成为]$order",
                "把[乱序|无序]的列表 $a 整理为$order, [算法|方法]是$sort排序",
                "借助$sort排序算法[返回|得到] $a 排好的副本, 次序为$order",
                "接收列表 $a, [按|以]$sort排序的[做法|步骤]排好, [输出|返回]$order列表",
                "[运行|执行]$sort排序, 使列表 $a 的[元素|数]成为$order",
                "对[一组数|数组] $a 排序($order), [必须|要求]使用$sort排序"},
      .tasks_held_out = {"借助$sort排序将 $a 整理成$order"},
      .statements = {"实现$sort排序, 要求$order。", "用$sort排序对列表 $a 进行$order排列。",
                     "给定一个整数列表 $a, 请用$sort排序算法将其按$order排序并返回。",
                     "写一个$sort排序, 把数组 $a 排成$order。",
                     "不使用内置排序, 用$sort排序将 $a 按$order排列。",
                     "请写出$sort排序的代码, 结果是$order。",
                     "[数组|列表] $a 是乱序的, 请[采用|利用]$sort排序使它变为$order。",
                     "$sort排序怎样[把|将] $a [排|变]成$order? 请[编程|写出程序]。",
                     "[老师|同学]想把分数 $a 按$order排好, 请用$sort排序[的方法|算法]写程序。",
                     "[排序|整理] $a, 结果[应为|须为]$order, [方法|算法]: $sort排序。",
                     "假设只能用$sort排序, 如何[得到|返回] $a 的$order排列?",
                     "[编程|写程序]完成$sort排序: 输入[列表|数组] $a, [输出|返回]$order的结果。"},
      .statements_held_out = {"请用$sort排序的方法返回 $a 的$order结果。",
                              "用程序实现$sort排序算法, 使 $a 成为$order。"},
      .thinking =
          "用$sort排序, 结果为$order。$idea"
          "在副本上操作, 不改变输入; 空列表和一个元素的列表无需处理。时间 O(n^2), 空间 "
          "O(n)。",
      .steps = "1. 复制列表。\n$rounds"};
}

constexpr std::string_view kPython = R"(
def $f($a):
    result = list($a)
$loops    return result
)";

constexpr std::string_view kBubbleLoops = R"(    for i in range(len(result)):
        for j in range(len(result) - 1 - i):
            if result[j] $op result[j + 1]:
                result[j], result[j + 1] = result[j + 1], result[j]
)";

constexpr std::string_view kInsertionLoops = R"(    for i in range(1, len(result)):
        x = result[i]
        j = i - 1
        while j >= 0 and result[j] $op x:
            result[j + 1] = result[j]
            j -= 1
        result[j + 1] = x
)";

Variant Bubble(bool descending) {
  return {.function = "bubble_sort",
          .synonyms = {"sort_list", "sort_numbers", "bubble", "sort_array", "my_sort",
                       "sorted_copy", "arrange"},
          .english = {{"sort", "bubble"},
                      {"order", descending ? "descending" : "ascending"},
                      {"worst", descending ? "smallest" : "largest"},
                      {"idea",
                       "Compare neighbours and swap them if result[j] $op result[j + 1]. "
                       "After round i the last i + 1 elements are in place, so the inner "
                       "loop gets shorter."},
                      {"rounds",
                       "2. In each round swap neighbours that are in the wrong order; the "
                       "$worst one moves to the end.\n3. After all rounds return the "
                       "copy."}},
          .chinese = {{"sort", "冒泡"},
                      {"order", descending ? "降序" : "升序"},
                      {"worst", descending ? "最小" : "最大"},
                      {"idea",
                       "比较相邻元素, 若 result[j] $op result[j + 1] 就交换。第 i "
                       "轮之后最后 i + 1 个元素已就位, 所以内层循环越来越短。"},
                      {"rounds",
                       "2. 每一轮交换次序不对的相邻元素, $worst的移到后面。\n3. "
                       "所有轮结束后返回副本。"}},
          .code = {{"op", descending ? "<" : ">"}, {"loops", kBubbleLoops}}};
}

Variant Insertion(bool descending) {
  return {.function = "insertion_sort",
          .synonyms = {"sort_list", "sort_numbers", "insertion", "sort_array", "my_sort",
                       "insert_sorted", "arrange"},
          .english = {{"sort", "insertion"},
                      {"order", descending ? "descending" : "ascending"},
                      {"idea",
                       "The part before index i is sorted. Take x = result[i], move every "
                       "earlier element with result[j] $op x one place right, and put x "
                       "into the gap."},
                      {"rounds",
                       "2. For each i take x = result[i] and shift the elements before it "
                       "that are $op x to the right.\n3. Put x into the gap; at the end "
                       "return the copy."}},
          .chinese = {{"sort", "插入"},
                      {"order", descending ? "降序" : "升序"},
                      {"idea",
                       "下标 i 之前的部分已排好。取 x = result[i], 把前面满足 result[j] $op x "
                       "的元素右移一位, 再把 x 放进空位。"},
                      {"rounds",
                       "2. 对每个 i 取 x = result[i], 把前面 $op x 的元素右移。\n3. 把 x "
                       "放进空位, 最后返回副本。"}},
          .code = {{"op", descending ? "<" : ">"}, {"loops", kInsertionLoops}}};
}

AlgorithmSpec SortSpec() {
  return {.name = "simple-sort",
          .description = "bubble sort and insertion sort, ascending and descending",
          .arguments = {ListNames()},
          .variants = {Bubble(/*descending=*/false), Bubble(/*descending=*/true),
                       Insertion(/*descending=*/false), Insertion(/*descending=*/true)},
          .english = English(),
          .chinese = Chinese(),
          .python = kPython,
          .edges =
              [](int variant) {
                return std::vector<Case>{Sorted({}, variant), Sorted({1}, variant),
                                         Sorted({3, 1, 2, 3}, variant),
                                         Sorted({-1, 5, 0, -7}, variant)};
              },
          .draw = [](Rng& rng, int variant,
                     int64_t size) { return Sorted(DrawInts(rng, size, 1, 9), variant); },
          .trace = TraceSort};
}

}  // namespace

std::span<const AlgorithmFamily> SortingFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(SortSpec())};
  return families;
}

}  // namespace lemma::train
