// Lists rearranged: remove-duplicates, rotate-list, move-zeros.
#include <algorithm>
#include <iterator>
#include <set>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

// ---- remove-duplicates ----

Case WithoutDuplicates(const Ints& numbers) {
  Ints kept;
  for (const int64_t x : numbers) {
    if (std::find(kept.begin(), kept.end(), x) == kept.end()) kept.push_back(x);
  }
  return {{numbers}, kept};
}

std::string TraceDuplicates(const Values& arguments, int) {
  std::set<int64_t> seen;
  std::string out;
  for (const int64_t x : std::get<Ints>(arguments[0])) {
    out += (out.empty() ? "x=" : "; x=") + std::to_string(x) +
           (seen.insert(x).second ? " new" : " seen");
  }
  return out;
}

Telling DuplicatesEnglish() {
  return {
      .tasks = {"removes [duplicates|all repetitions] from $a and keeps the [original order|order "
                "of the rest]",
                "returns the elements of $a without repetitions, in their original order",
                "returns a list with [only |]the first [occurrence|appearance] of every "
                "[element|value] of $a",
                "takes a list and returns it without duplicates, keeping the order",
                "[drops|deletes|leaves out] every value of $a that occurred before and keeps the "
                "others as they are",
                "[deduplicates|removes repetitions from] the list $a [without sorting it|without "
                "changing its order]",
                "keeps each [value|number] of $a only once, at its first place"},
      .tasks_held_out = {"drops every repeated value of $a without changing the order of the rest"},
      .statements = {"Given a list $a, remove the [duplicates|repetitions] and keep the order of "
                     "first appearance.",
                     "Remove duplicates from a list while preserving the order.",
                     "[Remove|Drop|Delete] all repeated [elements|values] from $a; the remaining "
                     "ones keep their order.",
                     "Return the [distinct|different] elements of $a in the order in which they "
                     "first appear.",
                     "You are given a list of integers $a. Return a new list in which each value "
                     "occurs only once, in the original order.",
                     "How [can|do] I deduplicate a list in Python and keep its order?",
                     "[Of|Among] equal values in the list $a, [keep|leave] only the first; do not "
                     "[sort|reorder] the rest.",
                     "What is left of $a if only the first of each repeated value may stay and the "
                     "order is [kept|as it was]?",
                     "List $a: [unique|distinct] values, [unsorted|order unchanged], each as it "
                     "first [occurs|appears]."},
      .statements_held_out =
          {"Values in $a may repeat. Keep only the first of each and leave the order as it is.",
           "Deduplicate the list $a; do not sort it."},
      .thinking =
          "Keep the first occurrence of each element of $a, in order. Walk through $a with a set "
          "of the values seen: if x is new, add it to the set and append it to the result, "
          "otherwise skip it. The order stays because we append in order. An empty list gives an "
          "empty list. Time O(n), space O(n).",
      .steps =
          "1. Keep a set of the values seen and a result list.\n2. Append each x that is not in "
          "the set, and add it to the set.\n3. Return the result."};
}

Telling DuplicatesChinese() {
  return {
      .tasks = {"[去除|删掉] $a 中的重复元素并保持原有[顺序|次序]",
                "返回 $a 去重后的列表, [顺序不变|不排序]",
                "返回由 $a 中每个[元素|值]第一次出现组成的列表",
                "对列表去重, 保持[原来的顺序|原有次序]",
                "[删掉|去掉] $a 里后来又出现的[值|数], 只留第一个",
                "让 $a 的每个值[只出现一次|只留一个], [次序|顺序]照旧",
                "[不排序|次序不变], 给出 $a 中[不同|不重复]的值"},
      .tasks_held_out = {"删掉 $a 里重复出现的值, 其余元素次序不变"},
      .statements = {"给定一个列表 $a, 去掉重复元素, 保持首次出现的[顺序|次序]。",
                     "列表去重, 并保持元素的原有[顺序|次序]。",
                     "[删除|去掉] $a 中的重复元素, 剩下的元素[顺序|次序]不变。",
                     "返回 $a 中[不同|不重复]的元素, 按首次出现的顺序排列。",
                     "给你一个整数列表 $a, 返回一个新列表, 每个值只[出现|留]一次, 顺序与原来相同。",
                     "怎样给列表去重并保留[顺序|次序]?",
                     "[列表|数组] $a 里有的值重复[出现|多次], 请只[保留|留下]最先的那个, "
                     "不要[排序|打乱次序]。",
                     "请把 $a 变成没有重复值的列表, [其余元素次序不变|不要排序|顺序照旧]。",
                     "$a 去掉重复的值[以后|之后]是什么? 每个值[只留第一个|以首次出现为准]。"},
      .statements_held_out = {"$a 中的值可能重复, 每个值只留第一个, 次序照旧。",
                              "请对 $a 去重, 不要排序。"},
      .thinking =
          "保留 $a 中每个元素的第一次出现, 顺序不变。用集合 seen 记录见过的值, 依次看每个 x: "
          "没见过就加入集合并追加到结果, 见过就跳过。按顺序追加, "
          "所以顺序不变。空列表得到空列表。时间 O(n), 空间 O(n)。",
      .steps =
          "1. 准备集合 seen 和结果列表。\n2. 依次把不在集合中的 x 加入集合和结果。\n3. 返回结果。"};
}

constexpr std::string_view kDuplicatesPython = R"(
def $f($a):
    seen = set()
    result = []
    for x in $a:
        if x not in seen:
            seen.add(x)
            result.append(x)
    return result
)";

AlgorithmSpec DuplicatesSpec() {
  return {.name = "remove-duplicates",
          .description = "a list without repeated elements, in the original order",
          .arguments = {ListNames()},
          .variants = {{.function = "remove_duplicates",
                        .synonyms = {"dedupe", "unique", "unique_items", "distinct",
                                     "drop_duplicates", "keep_first", "deduplicate"},
                        .english = {},
                        .chinese = {},
                        .code = {}}},
          .english = DuplicatesEnglish(),
          .chinese = DuplicatesChinese(),
          .python = kDuplicatesPython,
          .edges =
              [](int) {
                return std::vector<Case>{WithoutDuplicates({}), WithoutDuplicates({7, 7, 7}),
                                         WithoutDuplicates({3, 1, 3, 2, 1}),
                                         WithoutDuplicates({4, 5})};
              },
          .draw = [](Rng& rng, int,
                     int64_t size) { return WithoutDuplicates(DrawInts(rng, size, 1, size)); },
          .trace = TraceDuplicates};
}

// ---- rotate-list ----

Case Rotate(const Ints& numbers, int64_t steps, int variant) {
  Ints rotated = numbers;
  for (int64_t i = 0; i < steps && !rotated.empty(); ++i) {
    if (variant == 0) {
      std::rotate(rotated.begin(), rotated.end() - 1, rotated.end());
    } else {
      std::rotate(rotated.begin(), rotated.begin() + 1, rotated.end());
    }
  }
  return {{numbers, steps}, rotated};
}

std::string TraceRotate(const Values& arguments, int variant) {
  const Ints& numbers = std::get<Ints>(arguments[0]);
  const int64_t size = std::ssize(numbers), steps = std::get<int64_t>(arguments[1]);
  const int64_t m = steps % size, cut = variant == 0 ? size - m : m;
  const Ints head(numbers.begin(), numbers.begin() + cut),
      tail(numbers.begin() + cut, numbers.end());
  return "m = " + std::to_string(steps) + " % " + std::to_string(size) + " = " + std::to_string(m) +
         ", " + ToJson(tail) + " + " + ToJson(head);
}

Telling RotateEnglish() {
  return {
      .tasks = {"[rotates|turns round] the list $a to the $side by $b steps",
                "returns $a [rotated|turned|cyclically moved] $side by $b positions",
                "[shifts|moves] the elements of $a cyclically to the $side by $b places",
                "takes a list and a number of steps and rotates the list to the $side",
                "moves [all values|each element] of $a $b steps to the $side, in a [circle|ring]",
                "turns $a round to the $side by $b [single steps|places], with wrap-around"},
      .tasks_held_out = {"moves every element of $a by $b places to the $side, with wrap-around"},
      .statements =
          {"[Given a|Take the] list $a, rotate it to the $side by $b [single |]steps.",
           "Rotate the array $a $side by $b positions and return the result.",
           "[Rotate a list|Turn a list round] by a number of steps to the $side.",
           "You are given an integer array $a and a non-negative integer $b. Rotate the array to "
           "the $side by $b steps and return it.",
           "$side rotation of a list $a by $b places, where $b may exceed the length.",
           "Return a copy of $a that is cyclically shifted to the $side $b times.",
           "What do $b [rotations|cyclic moves] to the $side [make of|do to] the list $a?"},
      .statements_held_out =
          {"Shift $a round to the $side: do $b single steps and return what you get.",
           "What does $a look like after $b rotations to the $side?"},
      .thinking =
          "Rotate $a to the $side by $b. A full turn of len($a) steps changes nothing, so m = $b % "
          "len($a). $moved Slices do it, and m = 0 gives the list itself. An empty list must be "
          "returned at once, since % 0 fails. Time O(n).",
      .steps = "1. An empty list stays empty.\n2. Reduce $b to m = $b % len($a).\n3. $moved"};
}

Telling RotateChinese() {
  return {.tasks = {"把列表 $a 向$side[旋转|转动] $b 步", "返回 $a 向$side旋转 $b 位后的列表",
                    "将 $a 的元素循环$side移 $b 位", "给定列表和步数, 把列表向$side轮转",
                    "把 $a 循环地向$side[转动|移动] $b [格|次], 出去的元素接到另一端"},
          .tasks_held_out = {"让 $a 的每个元素循环地向$side移动 $b 个位置"},
          .statements =
              {"给定一个列表 $a, 将其向$side旋转 $b 步。",
               "把数组 $a 向$side轮转 $b 个位置并返回结果。", "将列表向$side[旋转|转动]若干步。",
               "给你一个整数数组 $a 和非负整数 $b, 将数组中的元素向$side轮转 $b 步, 返回结果。",
               "列表 $a 循环$side移 $b 位, $b 可能大于长度。",
               "返回 $a 循环$side移 $b 次后的[新|最后的]列表。",
               "$a 的元素围成一圈, 每次向$side[转动|移动]一格, 共 $b 次, 最后[是什么|会变成什么]?"},
          .statements_held_out = {"$a 向$side转动 $b 次, 每次一格, 请返回最后的列表。",
                                  "经过 $b 次向$side的循环移动, $a 会变成什么? 请写代码。"},
          .thinking =
              "把 $a 向$side旋转 $b 步。转 len($a) 步等于没转, 所以 m = $b % "
              "len($a)。$moved用切片即可, m = 0 时就是原列表。空列表要先返回, 否则 % 0 出错。时间 "
              "O(n)。",
          .steps = "1. 空列表直接返回。\n2. 令 m = $b % len($a)。\n3. $moved"};
}

constexpr std::string_view kRotatePython = R"(
def $f($a, $b):
    if not $a:
        return []
    m = $b % len($a)
    return $slices
)";

AlgorithmSpec RotateSpec() {
  return {
      .name = "rotate-list",
      .description = "a list rotated to the right or to the left by k steps",
      .arguments = {ListNames(), {"k", "steps", "n", "shift", "times", "count", "d"}},
      .variants = {{.function = "rotate_right",
                    .synonyms = {"rotate", "rotate_list", "rotate_array", "shift_right",
                                 "cyclic_shift", "turn_right"},
                    .english = {{"side", "right"},
                                {"moved", "The last m elements come to the front."}},
                    .chinese = {{"side", "右"}, {"moved", "最后 m 个元素移到前面。"}},
                    .code = {{"slices", "$a[-m:] + $a[:-m]"}}},
                   {.function = "rotate_left",
                    .synonyms = {"rotate", "rotate_list", "rotate_array", "shift_left",
                                 "cyclic_shift", "turn_left"},
                    .english = {{"side", "left"}, {"moved", "The first m elements go to the end."}},
                    .chinese = {{"side", "左"}, {"moved", "前 m 个元素移到末尾。"}},
                    .code = {{"slices", "$a[m:] + $a[:m]"}}}},
      .english = RotateEnglish(),
      .chinese = RotateChinese(),
      .python = kRotatePython,
      .edges =
          [](int variant) {
            return std::vector<Case>{Rotate({1, 2, 3, 4, 5, 6, 7}, 3, variant),
                                     Rotate({}, 2, variant), Rotate({1, 2}, 5, variant),
                                     Rotate({4, 5, 6}, 0, variant)};
          },
      .draw =
          [](Rng& rng, int variant, int64_t size) {
            return Rotate(DrawInts(rng, size, 1, 9), rng.Int(1, size + 2), variant);
          },
      .trace = TraceRotate};
}

// ---- move-zeros ----

Case MoveZeros(const Ints& numbers, int variant) {
  Ints moved;
  for (const bool zeros : {variant == 1, variant == 0}) {
    std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(moved),
                 [&](int64_t x) { return (x == 0) == zeros; });
  }
  return {{numbers}, moved};
}

std::string TraceZeros(const Values& arguments, int) {
  Ints rest = std::get<Ints>(arguments[0]);
  const auto zeros = static_cast<size_t>(std::erase(rest, 0));
  return "rest = " + ToJson(rest) + ", zeros = " + ToJson(Ints(zeros, 0));
}

Telling ZerosEnglish() {
  return {
      .tasks =
          {"moves all zeros of $a to the [$place|$back] and keeps the order of the other elements",
           "returns $a with [all zeros|every 0] at the [$place|$back]",
           "[pushes|shifts|puts] the zeros of $a to the $place without changing the order of the "
           "rest",
           "takes a list and moves [its zeros|each 0 in it] to the $place",
           "[rearranges|reorders] $a so that it holds $order, otherwise in the [old|original] "
           "order",
           "[puts|collects] the zeros of $a $past and leaves [those|the others] in order",
           "[separates|splits] $a into zeros and other numbers and returns $order"},
      .tasks_held_out =
          {"collects every 0 of $a at the $place and leaves the other numbers in order"},
      .statements = {"Given a list $a, move all zeros to the $place while keeping the relative "
                     "order of the non-zero elements.",
                     "Move zeros to the [$place|$back] of a list.",
                     "Given an integer array $a, move every 0 to the $place. The other elements "
                     "[keep their order|stay in order]. Return the list.",
                     "[Move|Shift|Put] all the zeros in $a to the [$place|$back] and return the "
                     "[new|rearranged] list.",
                     "Rearrange $a so that all zeros stand at the [$place|$back]; do not change "
                     "the order of the rest.",
                     "You have a list of integers $a. Return a list with the same elements in "
                     "which the zeros are at the [$place|$back].",
                     "In the returned list the zeros of $a belong [at the $place|$past]; nothing "
                     "else changes its order.",
                     "Return [the elements of $a|the list $a] rearranged: $order. The order "
                     "[stays|is kept] otherwise.",
                     "How do I [put|collect] [each 0|all the zeros] of $a [at the $place|$past]?"},
      .statements_held_out =
          {"Zeros in $a belong at the $place; everything else stays in order. Return the "
           "rearranged list.",
           "Separate the zeros of $a from the other numbers and put them at the $place."},
      .thinking =
          "Zeros of $a go to the $place, the others keep their order. First collect the non-zero "
          "elements in order in rest. The number of zeros is len($a) - len(rest), so build a list "
          "of that many zeros and put it at the $place: $sum. No zeros or only zeros work as well. "
          "Time O(n).",
      .steps =
          "1. Collect the non-zero elements in order.\n2. Make a list of as many zeros as are "
          "missing.\n3. Return $sum."};
}

Telling ZerosChinese() {
  return {.tasks = {"把 $a 中所有的 0 移到[$place|$back], 其他元素[顺序|次序]不变",
                    "返回将 $a 的 0 [全部|都]放到[$place|$back]的列表",
                    "将 $a 中的零移动到$place, 并保持非零元素的相对顺序",
                    "给定一个列表, 把其中的[每个 0 |零|0 ]移到[$place|$back]",
                    "调整 $a 的顺序: $order, 其余[次序|顺序]照旧",
                    "把 $a 分成零和非零[元素|数字], 再合并: $order",
                    "让 $a 中的 0 集中在[$place|$back], 别的数字保持次序"},
          .tasks_held_out = {"把 $a 的每个 0 集中到$place, 其余数字次序照旧"},
          .statements =
              {"给定一个列表 $a, 将所有 0 移动到[$place|$back], 同时保持非零元素的相对顺序。",
               "移动零: 把列表中的 0 [放到|移到][$place|$back]。",
               "给定整数数组 $a, 把每个 0 移到[$place|$back], 其他元素保持[顺序|次序], 返回列表。",
               "将 $a 中的零全部[移到|放在][$place|$back]并返回[新|调整后的]列表。",
               "重新排列 $a, 使所有的 0 位于[$place|$back], 其余元素[顺序|次序]不变。",
               "给你一个整数列表 $a, 返回元素相同但 0 都在[$place|$back]的列表。",
               "请[调整|重排]列表 $a: $order, 各自的[次序|顺序]不变。",
               "请返回[调整|重排]后的 $a: 零都在[$place|$back], 非零数[次序|顺序]照旧。",
               "怎样把 $a 里的 0 都[集中|移动]到[$place|$back], 又不打乱别的数字?"},
          .statements_held_out = {"$a 里的 0 应当都在$place, 其他元素保持次序, 返回调整后的列表。",
                                  "请把 $a 的零和非零元素分开, 零放在$place。"},
          .thinking =
              "$a 中的 0 移到$place, 其他元素顺序不变。先按顺序把非零元素收集到 rest。0 的个数是 "
              "len($a) - len(rest), 造一个这么长的全 0 列表放在$place: $sum。没有 0 或全是 0 "
              "也正确。时间 O(n)。",
          .steps = "1. 按顺序收集非零元素。\n2. 缺少多少个元素, 就造多少个 0。\n3. 返回 $sum。"};
}

constexpr std::string_view kZerosPython = R"(
def $f($a):
    rest = [x for x in $a if x != 0]
    zeros = [0] * (len($a) - len(rest))
    return $sum
)";

AlgorithmSpec ZerosSpec() {
  return {.name = "move-zeros",
          .description = "the zeros of a list moved to its end or its front",
          .arguments = {ListNames()},
          .variants =
              {{.function = "move_zeros",
                .synonyms = {"zeros_to_end", "push_zeros", "zeros_last", "shift_zeros",
                             "move_zeroes", "order_zeros"},
                .english = {{"place", "end"},
                            {"back", "back"},
                            {"past", "behind all other numbers"},
                            {"order", "first the other numbers, then the zeros"}},
                .chinese = {{"place", "末尾"}, {"back", "最后面"}, {"order", "先放其他数, 再放 0"}},
                .code = {{"sum", "rest + zeros"}}},
               {.function = "zeros_to_front",
                .synonyms = {"move_zeros", "push_zeros", "zeros_first", "shift_zeros",
                             "move_zeroes", "order_zeros"},
                .english = {{"place", "front"},
                            {"back", "beginning"},
                            {"past", "before all other numbers"},
                            {"order", "first the zeros, then the other numbers"}},
                .chinese = {{"place", "开头"}, {"back", "最前面"}, {"order", "先放 0, 再放其他数"}},
                .code = {{"sum", "zeros + rest"}}}},
          .english = ZerosEnglish(),
          .chinese = ZerosChinese(),
          .python = kZerosPython,
          .edges =
              [](int variant) {
                return std::vector<Case>{MoveZeros({0, 1, 0, 3, 12}, variant),
                                         MoveZeros({}, variant), MoveZeros({0, 0}, variant),
                                         MoveZeros({4, 2, 9}, variant)};
              },
          .draw =
              [](Rng& rng, int variant, int64_t size) {
                Ints numbers = DrawInts(rng, size, 1, 9);
                for (int64_t& x : numbers) x = rng.Chance(0.4) ? 0 : x;
                return MoveZeros(numbers, variant);
              },
          .trace = TraceZeros};
}

}  // namespace

std::span<const AlgorithmFamily> RearrangingFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(DuplicatesSpec()),
                                             AlgorithmFamily(RotateSpec()),
                                             AlgorithmFamily(ZerosSpec())};
  return families;
}

}  // namespace lemma::train
