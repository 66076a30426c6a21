// Sorted lists: binary-search, merge-sorted-lists.
#include <algorithm>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

// ---- binary-search ----

Case Search(const Ints& sorted, int64_t target, int variant) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), target);
  const bool found = at != sorted.end() && *at == target;
  return {{sorted, target}, found || variant == 1 ? at - sorted.begin() : int64_t{-1}};
}

Case DrawSearch(Rng& rng, int variant, int64_t size) {
  const Ints sorted = DrawSorted(rng, size + 1, 1, 4 * size);
  const bool present = rng.Chance(0.6);
  return Search(sorted, present ? rng.Pick(sorted) : rng.Int(0, 4 * size + 1), variant);
}

std::string TraceSearch(const Values& arguments, int) {
  const Ints& sorted = std::get<Ints>(arguments[0]);
  const int64_t target = std::get<int64_t>(arguments[1]);
  std::string out;
  for (int64_t left = 0, right = std::ssize(sorted) - 1; left <= right;) {
    const int64_t mid = (left + right) / 2, value = sorted[static_cast<size_t>(mid)];
    out +=
        (out.empty() ? "mid=" : "; mid=") + std::to_string(mid) + " value=" + std::to_string(value);
    if (value == target) break;
    (value < target ? left : right) = value < target ? mid + 1 : mid - 1;
  }
  return out;
}

Telling BinarySearchEnglish() {
  return {
      .tasks =
          {"returns the [index|position] of $b in the [sorted|ascending] list $a, or "
           "[$missing|$instead]",
           "finds $b in the sorted array $a by [binary search|bisection] and returns its index, or "
           "$missing",
           "performs a binary search for $b in $a and returns [$missing|$instead] if $b is absent",
           "takes a sorted list and a [target|value] and returns the [target's|value's] index, or "
           "$missing",
           "[looks up|locates] a [value|number] in an ascending array and [returns|gives] its "
           "position, or [$missing|$instead]",
           "tells in logarithmic time where $b is in the sorted list $a, or returns $instead if it "
           "is absent",
           "halves the [sorted|ascending] $a to [locate|find] $b and returns its index, or "
           "$instead if there is no such element",
           "[gives|answers with] the place of $b in the [sorted|ascending] array $a in O(log n) "
           "steps, or [$missing|$instead]",
           "[searches|bisects] the sorted list $a for $b in logarithmic time; the result is the "
           "index, or $missing"},
      .tasks_held_out = {"looks up $b in the ascending list $a in logarithmic time and returns "
                         "the position, or $missing"},
      .statements = {"Given a sorted array of distinct integers $a and a value $b, return the "
                     "index of $b. If [it is not there|there is no such element], return $missing.",
                     "Implement binary search: return the index of $b in the [sorted|ascending] "
                     "list $a, or $missing.",
                     "Binary search on a sorted list. Return the [index|position] of the target, "
                     "or $missing.",
                     "[Search for|Look for] $b in the ascending array $a in O(log n) time. Return "
                     "its index; if it is not found, return [$missing|$instead].",
                     "You are given a sorted integer array $a and an integer $b. Write code that "
                     "returns the index of $b, or $missing when it does not exist.",
                     "[Find|Locate] the position of $b in a sorted array $a with binary search, "
                     "else [return|answer] $missing.",
                     "In the [sorted|ascending] list $a, [where|at which index] is $b? "
                     "[Answer|Return] $missing if [there is no such element|it is not in there].",
                     "The [list|array] $a is sorted in ascending order. [Use bisection|Halve the "
                     "range each time] to [get|locate] the index of $b. $Else.",
                     "[Sorted|Ascending] array $a, target $b: [index|position]? $Else.",
                     "Compare the middle of the sorted list $a with $b again and again. What is "
                     "the index of $b? $Else.",
                     "[Cards|Houses] with ascending numbers $a are in a row. At which index is $b? "
                     "Use O(log n) time. $Else.",
                     "Suppose $a is [ascending|sorted]. Halve the search range until $b is found "
                     "and answer with its index. $Else."},
      .statements_held_out =
          {"$a is sorted in ascending order. Where is $b? Return its index, or $missing if there "
           "is no such element, in O(log n).",
           "Halve the search range again and again to locate $b in the sorted list $a; answer "
           "with its index or $missing."},
      .thinking =
          "Find $b in sorted $a; if it is absent, return $missing. Invariant: if $b is "
          "there, its index is in [left, right]. Take the middle: equal means found; a "
          "smaller value means go right, left = mid + 1; a larger one right = mid - 1. "
          "The range shrinks each time, so it ends; an empty list works. Time O(log n).",
      .steps =
          "1. Start with the whole range, left to right.\n2. Compare the middle element with "
          "$b and drop the half that cannot hold it.\n3. If the range is empty, return "
          "$missing."};
}

Telling BinarySearchChinese() {
  return {
      .tasks = {"返回 $b 在[有序|升序]列表 $a 中的[下标|位置], 不存在时返回$missing",
                "用二分查找在升序数组 $a 中[找到|求出] $b 的下标, 找不到则返回$missing",
                "在 $a 中二分查找 $b, 若[不存在|不在其中]返回$missing",
                "给定升序列表和目标值, 返回目标值的[下标|索引], [不存在|没有]则返回$missing",
                "在 O(log n) 时间内定位升序数组 $a 里的 $b, [返回|给出]下标, $otherwise",
                "[不断折半|反复取中点], 求 $b 在有序列表 $a 里的位置, 没有则[输出|返回]$missing",
                "以对数时间求 $b 在[升序|有序]的 $a 中排在哪个下标, $otherwise",
                "[通过|用]折半查找[给出|求得]目标 $b 在升序数组 $a 中的位置, $otherwise",
                "每次去掉有序列表 $a 的一半, 直到[定位|找到] $b, 返回下标, 不在其中则返回$missing",
                "在对数时间内查出[升序排列|已排序]的 $a 里 $b 的索引, 不存在则[给出|返回]$missing"},
      .tasks_held_out = {"以对数时间在升序列表 $a 里定位 $b, 没有则返回$missing"},
      .statements =
          {"给定一个升序的整数数组 $a 和一个目标值 $b, 返回 $b 的[下标|位置]; 如果不存在, "
           "返回$missing。",
           "实现二分查找: 在有序数组 $a 中[查找|定位] $b, 返回下标, 找不到[返回|输出]$missing。",
           "二分查找: 返回目标值的[下标|位置], [不存在|找不到]时返回$missing。",
           "请在升序数组 $a 中查找 $b, 时间复杂度 O(log n)。找到返回下标, "
           "否则[返回|输出]$missing。",
           "给你一个无重复元素的有序数组 $a 和整数 $b, 请写代码返回 $b 的索引, "
           "若没有则返回$missing。",
           "用[二分法|折半查找]在有序列表中查找目标值, 返回其下标, 没有时返回$missing。",
           "[升序|有序]列表 $a 里 $b [在哪个位置|的下标是多少]? [不在其中|没有]时返回$missing。",
           "[有序|升序]数组 $a, 目标 $b: 求[下标|位置]。$Else。",
           "$a 已经[排好序|按升序排列], 请[不断折半|反复比较中间元素], 求 $b 的下标。$Else。",
           "[卡片|房间]的号码 $a 从小到大排列, 号码 $b 的下标是几? 要求对数时间。$Else。",
           "假设 $a 已按升序排列, 请通过二分[定位|查找] $b, 并[输出|给出]下标, "
           "不存在则为$missing。",
           "目标 $b 位于升序[序列|列表] $a 的哪个下标? 请以 O(log n) 时间[求出|查出]。$Else。"},
      .statements_held_out =
          {"数组 $a 已按升序排列, $b 在哪个位置? 返回下标, 不在其中则返回$missing。",
           "通过不断折半在有序列表 $a 中定位 $b, 不存在时输出$missing。"},
      .thinking =
          "在有序的 $a 中找 $b, 不存在时返回$missing。不变量: 若 $b 存在, 下标一定在 [left, "
          "right] 中。取中点: 相等就找到; 值较小则 left = mid + 1; 值较大则 right = mid - "
          "1。区间每次都缩小, 必然结束, 空列表也正确。时间 O(log n)。",
      .steps =
          "1. 从整个区间 left 到 right 开始。\n2. 比较中间元素与 $b, 去掉不可能的一半。\n3. "
          "区间为空时返回$missing。"};
}

constexpr std::string_view kBinarySearchPython = R"(
def $f($a, $b):
    left, right = 0, len($a) - 1
    while left <= right:
        mid = (left + right) // 2
        if $a[mid] == $b:
            return mid
        if $a[mid] < $b:
            left = mid + 1
        else:
            right = mid - 1
    return $absent
)";

constexpr std::string_view kBinarySearchCpp = R"(
#include <vector>
using namespace std;

int $f(vector<int>& $a, int $b) {
    int left = 0, right = (int)$a.size() - 1;
    while (left <= right) {
        int mid = left + (right - left) / 2;
        if ($a[mid] == $b) return mid;
        if ($a[mid] < $b) left = mid + 1;
        else right = mid - 1;
    }
    return $absent;
}
)";

AlgorithmSpec BinarySearchSpec() {
  return {.name = "binary-search",
          .description =
              "the index of a value in a sorted list; -1 or the place to insert it if "
              "it is absent",
          .arguments = {ListNames(), {"target", "x", "goal", "key", "value", "k", "wanted"}},
          .variants = {{.function = "binary_search",
                        .synonyms = {"search", "find_index", "bisect", "index_of", "lookup",
                                     "search_sorted", "locate"},
                        .english = {{"missing", "-1"},
                                    {"instead", "the value -1"},
                                    {"Else", "If $b is absent, the answer is -1"}},
                        .chinese = {{"missing", " -1"},
                                    {"otherwise", "没有则给出 -1"},
                                    {"Else", "若没有 $b, 答案是 -1"}},
                        .code = {{"absent", "-1"}}},
                       {.function = "search_insert",
                        .synonyms = {"insert_position", "insert_index", "find_place", "position",
                                     "search_position", "lower_index"},
                        .english = {{"missing", "the index where it would be inserted"},
                                    {"instead", "its insertion index"},
                                    {"Else",
                                     "If $b is absent, the answer is the index to insert it at"}},
                        .chinese = {{"missing", "它应插入的位置"},
                                    {"otherwise", "没有则给出插入位置"},
                                    {"Else", "若没有 $b, 答案是应插入它的下标"}},
                        .code = {{"absent", "left"}}}},
          .english = BinarySearchEnglish(),
          .chinese = BinarySearchChinese(),
          .python = kBinarySearchPython,
          .cpp = kBinarySearchCpp,
          .edges =
              [](int variant) {
                return std::vector<Case>{Search({}, 3, variant), Search({5}, 5, variant),
                                         Search({5}, 2, variant), Search({1, 3, 5, 7}, 7, variant),
                                         Search({1, 3, 5, 7}, 6, variant)};
              },
          .draw = DrawSearch,
          .trace = TraceSearch};
}

// ---- merge-sorted-lists ----

Case Merge(const Ints& first, const Ints& second, int variant) {
  Ints merged = first;
  merged.insert(merged.end(), second.begin(), second.end());
  std::sort(merged.begin(), merged.end());
  Case merge{{first, second}, merged};
  if (variant == 1) {
    for (Value* list : {&merge.arguments[0], &merge.arguments[1], &merge.expected}) {
      std::ranges::reverse(std::get<Ints>(*list));
    }
  }
  return merge;
}

std::string TraceMerge(const Values& arguments, int variant) {
  const Ints& first = std::get<Ints>(arguments[0]);
  const Ints& second = std::get<Ints>(arguments[1]);
  std::string out;
  for (size_t i = 0, j = 0; i < first.size() && j < second.size();) {
    const bool take_first = variant == 0 ? first[i] <= second[j] : first[i] >= second[j];
    out += (out.empty() ? "" : "; ") + std::to_string(first[i]) + "|" + std::to_string(second[j]) +
           ": " + std::to_string(take_first ? first[i] : second[j]);
    ++(take_first ? i : j);
  }
  return out;
}

Telling MergeEnglish() {
  return {
      .tasks = {"merges the [$ordered|$rising] lists $a and $b into one [$ordered|$rising] list",
                "takes two $ordered [lists|sequences] and returns one $ordered list with all their "
                "elements",
                "returns the merge of $a and $b, both sorted [in $order order|$from]",
                "combines two lists sorted [in $order order|$from] into a single one",
                "joins two [sequences|arrays] that are [in $order order|sorted $from] and keeps "
                "that order",
                "[makes|builds] a single list, $ordered as well, from the $ordered lists $a and $b",
                "[interleaves|merges] $a and $b, [which run $from|both $rising], so that the "
                "result is sorted alike",
                "interleaves two $ordered sequences in linear time so that the whole [is|stays] "
                "$ordered",
                "[puts|brings] the [elements|numbers] of $a and $b, two $rising lists, together in "
                "$order order"},
      .tasks_held_out = {"joins $a and $b, sorted in $order order, so that the result has the "
                         "same order"},
      .statements = {"Given two lists $a and $b sorted [in $order order|$from], merge them into "
                     "one list in $order order.",
                     "Merge two sorted lists. Both are in $order order, and so must be the result.",
                     "You are given two [$ordered|$rising] arrays $a and $b. Return one $ordered "
                     "array with all elements.",
                     "Merge the [$ordered|$rising] lists $a and $b with two pointers.",
                     "Write the merge step of merge sort for two $ordered [lists|sequences].",
                     "$a and $b are sorted [in $order order|$from]. Combine them into one sorted "
                     "list in $order order in O(n + m).",
                     "From $a and $b, both [$rising|sorted $from], [make|build] one list that "
                     "[stays|is] $ordered.",
                     "How do I [join|interleave|combine] the $ordered [sequences|lists] $a and $b "
                     "[in linear time|so that the order stays]?",
                     "[Lists|Sequences] $a, $b, both sorted $from: [make a single one|join them] "
                     "in the same order.",
                     "Two rows of [people|children] are sorted by height $from: $a and $b. "
                     "[Join|Merge] them into one row of the same order.",
                     "Suppose $a and $b [run|go] $from. Make a single sequence of all their "
                     "elements that does so too.",
                     "Sorted $from, $a and $b should become one list in $order order by merging."},
      .statements_held_out =
          {"Both $a and $b are in $order order. Interleave them so that the whole stays in $order "
           "order.",
           "From two $ordered sequences make a single $ordered sequence in linear time."},
      .thinking =
          "Merge $a and $b, both $ordered. The next element of the result is the "
          "$smaller of the two heads, so keep indices i and j and take from the list with "
          "the $smaller head. When one list is used up, append the rest of the other; "
          "empty lists work too. Time O(n + m).",
      .steps =
          "1. Point i and j at the heads of the two lists.\n2. Append the $smaller head and "
          "move its index.\n3. When one list ends, append what is left."};
}

Telling MergeChinese() {
  return {
      .tasks = {"把两个$ordered列表 $a 和 $b 合并成一个$ordered列表",
                "[合并|归并]两个$ordered[数组|序列], 返回一个$ordered数组",
                "将按[$ordered|$from]排列的 $a 和 $b 合并, 结果仍为$ordered",
                "把两个$ordered的有序列表合并为一个",
                "[归并|合并]都是$rising的 $a 与 $b, [次序|顺序]仍然$from",
                "由两个$from的[序列|列表]归并出一个[$ordered|$from]的列表",
                "在线性时间内把$rising的 $a 和 $b 合成一个$ordered序列",
                "把均按$from排列的[序列|数组] $a 与 $b [归并为|合成]一个, 仍按$ordered排列",
                "以线性时间[归并|合并]两个$rising列表, [返回|得到]$ordered的整体",
                "取 $a 和 $b(均为$ordered)的全部元素, [排成|合成]一个仍$rising的列表"},
      .tasks_held_out = {"将 $a 与 $b 归并为一个仍按$ordered排列的列表"},
      .statements =
          {"给定两个$ordered列表 $a 和 $b, 将它们合并为一个$ordered列表。",
           "合并两个有序列表, 两者都是$ordered, 结果也要$ordered。",
           "给你两个按[$ordered|$from]排列的数组 $a 和 $b, 返回包含所有元素的$ordered数组。",
           "用双指针[合并|归并][$ordered|$rising]列表 $a 和 $b。",
           "写出归并排序中合并两个$ordered[列表|序列]的步骤。",
           "$a 和 $b 都按[$ordered|$from]排列, 请在 O(n + m) 时间内合并成一个$ordered列表。",
           "[怎样|如何]把$from的 $a 与 $b [归并|合]成一个$ordered[序列|列表]?",
           "已知 $a、$b 两个[序列|数组]均$rising, [求|给出]合并后的$ordered列表。",
           "两个[列表|序列] $a、$b, 都是$from, 请[归并|合成一个], [次序|顺序]不变。",
           "两队人各按身高$from站好, 身高为 $a 与 $b, 如何[并|合]成一队, 次序仍$from?",
           "假设 $a 与 $b 均按$ordered排列, 如何在线性时间内得到全部元素的$ordered列表?",
           "请[把|将] $a、$b [归并|合并]: 两者[均|都]为$ordered[列表|序列], 整体也要$from。"},
      .statements_held_out = {"已知 $a 与 $b 均为$ordered序列, 请归并成一个$ordered序列。",
                              "两个$ordered序列怎样在线性时间内合成一个$ordered序列? 请写代码。"},
      .thinking =
          "合并$ordered的 $a 和 $b。结果的下一个元素是两个表头中较$smaller的, 所以用下标 "
          "i 和 j, 每次从表头较$smaller的列表取一个。一个列表用完后, 接上另一个剩下的"
          "部分, 空列表也正确。时间 O(n + m)。",
      .steps =
          "1. 让 i 和 j 指向两个列表的开头。\n2. 取较$smaller的表头加入结果, "
          "移动对应的下标。\n3. 一个列表结束后, 接上另一个的剩余部分。"};
}

constexpr std::string_view kMergePython = R"(
def $f($a, $b):
    merged = []
    i = j = 0
    while i < len($a) and j < len($b):
        if $a[i] $op $b[j]:
            merged.append($a[i])
            i += 1
        else:
            merged.append($b[j])
            j += 1
    return merged + $a[i:] + $b[j:]
)";

AlgorithmSpec MergeSpec() {
  const std::vector<std::string_view> names = {
      "merge_lists", "merge_two", "merge", "combine", "merge_arrays", "join_sorted", "merge_step"};
  return {.name = "merge-sorted-lists",
          .description = "two lists, both ascending or both descending, merged into one",
          .arguments = {{"a", "list1", "nums1", "first", "left", "xs", "arr1"},
                        {"b", "list2", "nums2", "second", "right", "ys", "arr2"}},
          .paired = true,
          .variants = {{.function = "merge_sorted",
                        .synonyms = names,
                        .english = {{"order", "ascending"},
                                    {"from", "from small to large"},
                                    {"rising", "increasing"},
                                    {"ordered", "ascending"},
                                    {"smaller", "smaller"}},
                        .chinese = {{"ordered", "升序"},
                                    {"from", "从小到大"},
                                    {"rising", "递增"},
                                    {"smaller", "小"}},
                        .code = {{"op", "<="}}},
                       {.function = "merge_descending",
                        .synonyms = names,
                        .english = {{"order", "descending"},
                                    {"from", "from large to small"},
                                    {"rising", "decreasing"},
                                    {"ordered", "descending"},
                                    {"smaller", "larger"}},
                        .chinese = {{"ordered", "降序"},
                                    {"from", "从大到小"},
                                    {"rising", "递减"},
                                    {"smaller", "大"}},
                        .code = {{"op", ">="}}}},
          .english = MergeEnglish(),
          .chinese = MergeChinese(),
          .python = kMergePython,
          .edges =
              [](int variant) {
                return std::vector<Case>{Merge({1, 3, 5}, {2, 4, 6}, variant),
                                         Merge({}, {}, variant), Merge({}, {1, 2}, variant),
                                         Merge({1, 1, 2}, {1, 2}, variant)};
              },
          .draw =
              [](Rng& rng, int variant, int64_t size) {
                return Merge(DrawSorted(rng, size / 2, 1, 3 * size),
                             DrawSorted(rng, size - size / 2, 1, 3 * size), variant);
              },
          .trace = TraceMerge};
}

}  // namespace

std::span<const AlgorithmFamily> SortedListFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(BinarySearchSpec()),
                                             AlgorithmFamily(MergeSpec())};
  return families;
}

}  // namespace lemma::train
