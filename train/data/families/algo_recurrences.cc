// Two-term recurrences: fibonacci, climbing-stairs.
#include <functional>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

// ---- fibonacci ----

Case Fibonacci(int64_t n, int variant) {
  Ints numbers = {0, 1};
  while (std::ssize(numbers) <= n) {
    numbers.push_back(numbers[numbers.size() - 1] + numbers[numbers.size() - 2]);
  }
  if (variant == 0) return {{n}, numbers[static_cast<size_t>(n)]};
  numbers.resize(static_cast<size_t>(n));
  return {{n}, numbers};
}

std::string TraceFibonacci(const Values& arguments, int) {
  const int64_t n = std::get<int64_t>(arguments[0]);
  std::string out = "(0, 1)";
  for (int64_t i = 0, current = 0, after = 1; i < n; ++i) {
    current = std::exchange(after, current + after);
    out += " (" + std::to_string(current) + ", " + std::to_string(after) + ")";
  }
  return out;
}

Telling FibonacciEnglish() {
  return {
      .tasks =
          {"[returns|gives] $what", "[computes|produces|finds] $what",
           "takes an integer $a [>= 0 |]and returns $what",
           "calculates $what [with a loop|iteratively, not by recursion]",
           "[adds up|sums] the last two numbers again and again, from 0 and 1, to "
           "[get|produce] $what",
           "[gives|returns] $brief of the Fibonacci sequence, [where|with] F(0) = 0",
           "[builds|computes] $brief by the rule F(n) = F(n-1) + F(n-2), F(0) = 0, F(1) = 1",
           "produces $brief of the Fibonacci sequence, which starts with 0 and 1, without [a "
           "recursive call|calling itself]",
           "[gives|works out] $what; every [term|number] is the sum of the two before it and the "
           "first are 0 and 1",
           "takes [a whole number|an integer] $a and [produces|outputs] $what, from F(0) = 0 on"},
      .tasks_held_out = {"produces $what without recursion"},
      .statements = {"Given [an integer |a number |]$a, return $what, where F(0) = 0 and F(1) = 1.",
                     "Fibonacci: return $what. The sequence starts with 0, 1.",
                     "The Fibonacci sequence is F(0) = 0, F(1) = 1, F(n) = F(n-1) + F(n-2). Return "
                     "[$what|$brief].",
                     "[Calculate|Give] $what [iteratively|with a loop].",
                     "How do I compute $what [efficiently|without recursion]?",
                     "Compute $what in linear time, starting from 0 and 1.",
                     "What is $brief, if the Fibonacci sequence starts with 0 and 1 and "
                     "[every|each] next number is the sum of the two before it?",
                     "The first Fibonacci numbers are 0 and 1. [Give|Return|Find] [$brief|$what].",
                     "[For an integer|With] $a >= 0, [calculate|compute] $brief in the Fibonacci "
                     "sequence 0, 1, 1, 2, ...",
                     "Every [term|number] of a sequence is the sum of the two before it; the first "
                     "are F(0) = 0 and F(1) = 1. [Produce|Return|Give] $brief.",
                     "[I need|Please produce] $what [without recursion|in a loop], F(0) being 0.",
                     "For [a whole number|a number] $a >= 0, [give|output] $brief of the Fibonacci "
                     "sequence (F(0) = 0), without recursion.",
                     "Begin with 0 and 1 and always add the last two numbers (Fibonacci). "
                     "[Output|Find|Return] $what."},
      .statements_held_out = {"Every Fibonacci number is the sum of the two before it, and the "
                              "first are 0 and 1. Give $what.",
                              "For an integer $a >= 0, give $what."},
      .thinking =
          "We need $what, with F(0) = 0 and F(1) = 1. Each number is the sum of the "
          "two before it, so two variables are enough: current = F(i), after = F(i+1). "
          "One step turns (current, after) into (after, current + after). $repeat For "
          "$a = 0 the loop does nothing$empty. Time O(n).",
      .steps = "1. Start with current = 0 and after = 1.\n2. $repeat\n3. Return $result."};
}

Telling FibonacciChinese() {
  return {.tasks = {"[返回|给出]$what", "[计算|求]$what", "给定整数 $a, [返回|得到]$what",
                    "用[循环|迭代]计算$what",
                    "从 0 和 1 开始, 不断把[前两项|最后两个数]相加, [得到|返回]$what",
                    "[返回|给出]斐波那契数列$brief, F(0) = 0",
                    "按 F(n) = F(n-1) + F(n-2) [求|计算]$brief, F(0) = 0, F(1) = 1",
                    "不用递归, [算出|产生]斐波那契数列$brief, 从 F(0) = 0 数起",
                    "[输出|得到]$what, 每[一项|个数]是前两项之和, F(0) = 0",
                    "对[整数|非负整数] $a >= 0, 用[循环|迭代]求$what"},
          .tasks_held_out = {"不用递归得到$what"},
          .statements =
              {"给定 $a, 返回[$what|斐波那契数列$brief], 其中 F(0) = 0, F(1) = 1。",
               "斐波那契: [返回|给出]$what, 数列从 0、1 开始。",
               "斐波那契数列 F(0) = 0, F(1) = 1, F(n) = F(n-1) + F(n-2), 请返回[$what|$brief]。",
               "用[迭代|循环]的方法求$what。", "怎样高效地计算$what?",
               "在线性时间内计算$what, 从 0 和 1 开始。",
               "数列开头是 0 和 1, 以后[每一项|每个数]是前两项之和, [求|请给出]$brief。",
               "对整数 $a >= 0, [不用递归|用循环]求斐波那契数列$brief, F(0) = 0。",
               "斐波那契数列 0, 1, 1, 2, 3 继续下去, [请给出|请返回|求]$brief, 从 F(0) = 0 数起。",
               "开头是 0 和 1, 每次把[前两项|最后两项]相加[得到|作为]下一项, "
               "不用递归[给出|算出]$what。",
               "对[非负整数|大于等于 0 的整数] $a, [返回|得到]$what, 不要用递归。",
               "请[产生|输出]$what, 数列的[每一项|每个数]等于前两项之和, F(0) = 0, F(1) = 1。"},
          .statements_held_out = {"斐波那契数列的每一项是前两项之和, 开头是 0 和 1, 请给出$what。",
                                  "对整数 $a >= 0, 给出$what。"},
          .thinking =
              "要求$what, F(0) = 0, F(1) = 1。每个数是前两个数之和, 所以两个变量就够: current = "
              "F(i), after = F(i+1)。一步把 (current, after) 变成 (after, current + after)。"
              "$repeat$a = 0 时循环不执行$empty。时间 O(n)。",
          .steps = "1. 从 current = 0, after = 1 开始。\n2. $repeat\n3. 返回$result。"};
}

constexpr std::string_view kFibonacciPython = R"(
def $f($a):
$start    current, after = 0, 1
    for _ in range($a):
$keep        current, after = after, current + after
    return $python
)";

AlgorithmSpec FibonacciSpec() {
  return {.name = "fibonacci",
          .description = "the n-th Fibonacci number, or the first n of them",
          .arguments = {{"n", "k", "num", "index", "m", "position", "x"}},
          .variants = {{.function = "fibonacci",
                        .synonyms = {"fib", "nth_fibonacci", "fib_number", "fibonacci_at",
                                     "get_fib", "fib_value"},
                        .english = {{"what", "the Fibonacci number F($a)"},
                                    {"brief", "F($a)"},
                                    {"repeat", "Do the step $a times; then current is F($a)."},
                                    {"empty", " and gives 0"},
                                    {"result", "current"}},
                        .chinese = {{"what", "第 $a 个斐波那契数 F($a)"},
                                    {"brief", "第 $a 项 F($a)"},
                                    {"repeat", "重复 $a 次后 current 就是 F($a)。"},
                                    {"empty", ", 得到 0"},
                                    {"result", " current"}},
                        .code = {{"start", ""}, {"keep", ""}, {"python", "current"}}},
                       {.function = "first_fibonacci",
                        .synonyms = {"fibonacci_list", "fib_list", "fib_sequence", "first_fibs",
                                     "fib_numbers", "fibonacci_sequence"},
                        .english = {{"what", "a list of the first $a Fibonacci numbers"},
                                    {"brief", "the list of the first $a terms"},
                                    {"repeat",
                                     "Do the step $a times and append current before each one."},
                                    {"empty", " and the list is empty"},
                                    {"result", "the list"}},
                        .chinese = {{"what", "前 $a 个斐波那契数的列表"},
                                    {"brief", "前 $a 项的列表"},
                                    {"repeat", "重复 $a 次, 每次先把 current 加入列表。"},
                                    {"empty", ", 列表为空"},
                                    {"result", "列表"}},
                        .code = {{"start", "    result = []\n"},
                                 {"keep", "        result.append(current)\n"},
                                 {"python", "result"}}}},
          .english = FibonacciEnglish(),
          .chinese = FibonacciChinese(),
          .python = kFibonacciPython,
          .edges =
              [](int variant) {
                return std::vector<Case>{Fibonacci(0, variant), Fibonacci(1, variant),
                                         Fibonacci(2, variant), Fibonacci(10, variant)};
              },
          .draw = [](Rng& rng, int variant,
                     int64_t size) { return Fibonacci(rng.Int(2, 2 * size - 2), variant); },
          .trace = TraceFibonacci};
}

// ---- climbing-stairs ----

Case Stairs(int64_t n, int variant) {
  const int64_t step_max = variant == 0 ? 2 : 3;
  const std::function<int64_t(int64_t)> ways = [&](int64_t left) -> int64_t {
    if (left == 0) return 1;
    int64_t total = 0;
    for (int64_t step = 1; step <= std::min(step_max, left); ++step) total += ways(left - step);
    return total;
  };
  return {{n}, ways(n)};
}

std::string TraceStairs(const Values& arguments, int variant) {
  const int64_t n = std::get<int64_t>(arguments[0]);
  std::string out;
  for (int64_t i = 0; i <= n; ++i) {
    out += (i == 0 ? "ways(" : "; ways(") + std::to_string(i) +
           ") = " + std::to_string(std::get<int64_t>(Stairs(i, variant).expected));
  }
  return out;
}

Telling StairsEnglish() {
  return {.tasks = {"returns in how many ways one can climb $a stairs with steps of $steps",
                    "counts the ways to climb a staircase of $a steps, taking $steps at a time",
                    "computes the number of distinct ways to reach step $a when each move takes "
                    "$steps",
                    "solves the climbing stairs problem for moves of $steps",
                    "tells how many [possibilities|ways] there are to [run|walk|go] up [a flight "
                    "of |]$a stairs with $steps per [move|hop|jump]",
                    "[works out|finds|says] how many sequences of [hops|jumps] of $steps reach the "
                    "top of a staircase with $a stairs",
                    "counts the [different orders|sequences] in which moves of $steps [sum|add] up "
                    "to a height of $a [stairs|steps]",
                    "takes the number $a of stairs and [counts the ways|tells in how many ways one "
                    "can get] to the top, taking $steps at [once|a time]",
                    "[determines|calculates] the number of ways [a child|a frog|somebody] can "
                    "[hop|jump|get] up $a stairs, each time taking $steps",
                    "answers in how many different ways $a stairs can be climbed if [every|each] "
                    "move takes $steps"},
          .tasks_held_out = {"tells how many sequences of moves of $steps lead up $a stairs"},
          .statements =
              {"You are climbing a staircase with $a steps. Each time you can climb $steps. In how "
               "many distinct ways can you reach the top?",
               "Climbing stairs: $a steps, $steps at a time. Return the number of ways.",
               "How many different ways are there to climb $a stairs if you can take $steps at "
               "once?",
               "Given $a, count the ways to climb $a stairs by moves of $steps.",
               "Someone goes up $a stairs, $steps at a time. Return the number of ways to do it.",
               "A frog jumps up $a stairs, $steps per jump. Count the distinct ways.",
               "A [girl|boy|cat|rabbit] [hops|jumps|runs] up [a flight of |]$a stairs, taking "
               "$steps [per hop|with each move]. How many possibilities are there?",
               "How many sequences of [hops|jumps], each of $steps, [end on|reach] stair $a from "
               "the ground?",
               "Suppose each [hop|move|stride] takes $steps. [Count|Find|Return] the number of "
               "[orders|ways] in which moves can lead up $a stairs.",
               "A [flight of stairs|staircase] has $a steps; one may take $steps at once. In how "
               "many ways can one [run|walk|climb] up?",
               "The order of moves matters: with $steps per move, how many "
               "[possibilities|different ways] add up to [a climb of |]$a stairs?",
               "$a stairs, moves of $steps: [count|report] all [possible orders of the moves|ways "
               "to the top]."},
          .statements_held_out = {"In how many orders can moves of $steps add up to $a stairs?",
                                  "A child runs up a flight of $a stairs and takes $steps per hop. "
                                  "Return the number of possibilities."},
          .thinking =
              "Count the ways to climb $a stairs with moves of $steps. Look at the last "
              "move: $recurrence, with ways(0) = 1 and 0 for negative numbers. Keep only "
              "the last values: now = ways(i). The loop runs $a times from now = 1, so 0 "
              "stairs give 1. Time O(n), space O(1).",
          .steps =
              "1. The last move decides: $recurrence.\n2. Start with now = ways(0) = 1.\n3. "
              "Update the last values $a times and return now."};
}

Telling StairsChinese() {
  return {
      .tasks = {"返回爬 $a 级楼梯的方法数, 每次走$steps",
                "计算每次走$steps时爬上 $a 级台阶的方法数",
                "求到达第 $a 级台阶的不同方法数, 每次可走$steps", "解决爬楼梯问题, 每次走$steps",
                "[统计|算出]登上 $a 级[楼梯|台阶]的走法总数, 每次[跨|迈]$steps",
                "[给出|求]每次跨$steps登上 $a 级楼梯共有多少种[可能|走法]",
                "求用$steps的步子走完 $a 级[楼梯|台阶], [步子的排列|走法]有多少种",
                "计算[小孩|青蛙|小猫]每次跳$steps, 跳上 $a 级台阶的[可能数|跳法总数]",
                "返回从[地面|下面]走到第 $a 级的走法总数, 一步[跨|上]$steps",
                "给定楼梯级数 $a, [求|返回]每步$steps时的[走法|方法]总数"},
      .tasks_held_out = {"给出用每次$steps的走法登上 $a 级楼梯的走法总数"},
      .statements =
          {"假设你正在爬楼梯, 需要 $a 级才能到达楼顶。每次可以爬$steps, "
           "有多少种不同的方法?",
           "爬楼梯: 共 $a 级, 每次走$steps, 返回方法数。",
           "每次可以走$steps, 爬上 $a 级楼梯有多少种不同的方法?",
           "给定 $a, 计算每次走$steps爬 $a 级楼梯的方法数。",
           "一个人上 $a 级台阶, 一次走$steps, 返回所有走法的数目。",
           "一只青蛙跳上 $a 级台阶, 每次跳$steps, 求跳法总数。",
           "[小猫|小明|兔子]上 $a 级[楼梯|台阶], 每次[跳|迈]$steps, [可能的走法|上法]共有多少种?",
           "一段楼梯有 $a 级, 每[步|次]可以跨$steps, 走到顶[共有|有]多少种[可能|走法]?",
           "每步$steps, 合起来[凑成|正好是] $a 级, 不同次序的[排列|走法]有多少种? "
           "请[编程|写代码]。",
           "[楼梯|台阶]共 $a 级, 用每次$steps的[步子|走法]登上去, 求走法总数。",
           "求[登上|走完] $a 级楼梯的可能数: 每次只能[跨|上]$steps, 次序不同算不同走法。",
           "如果每[一步|次]上$steps, [登上|到达]第 $a 级有多少种[走法|可能]? 请[编程|写代码]。"},
      .statements_held_out = {"小孩上 $a 级楼梯, 每次跨$steps, 共有多少种可能? 请编程。",
                              "用$steps的步子凑成 $a 级楼梯, 有多少种排列?"},
      .thinking =
          "求爬 $a 级楼梯的方法数, 每次走$steps。看最后一步: $recurrence, 其中 ways(0) = 1, "
          "负数为 0。只保留最近几个值, now = ways(i)。循环从 now = 1 开始执行 $a 次, "
          "所以 0 级为 1 种。时间 O(n), 空间 O(1)。",
      .steps =
          "1. 由最后一步得 $recurrence。\n2. 从 now = ways(0) = 1 开始。\n3. 更新 $a 次, 返回 "
          "now。"};
}

constexpr std::string_view kStairsPython = R"(
def $f($a):
    $last, now = $zeros, 1
    for _ in range($a):
        $last, now = $next
    return now
)";

AlgorithmSpec StairsSpec() {
  const std::vector<std::string_view> names = {
      "climb", "count_ways", "stairs", "ways_to_climb", "stair_ways", "staircase", "climb_ways"};
  return {.name = "climbing-stairs",
          .description = "the ways to climb n stairs by 1 or 2 (or 1, 2 or 3) at a time",
          .arguments = {{"n", "steps", "k", "stairs", "height", "num", "total"}},
          .variants = {{.function = "climb_stairs",
                        .synonyms = names,
                        .english = {{"steps", "1 or 2 steps"}},
                        .chinese = {{"steps", " 1 级或 2 级"}},
                        .code = {{"last", "before"},
                                 {"zeros", "0"},
                                 {"next", "now, before + now"},
                                 {"recurrence", "ways(i) = ways(i-1) + ways(i-2)"}}},
                       {.function = "climb_by_three",
                        .synonyms = names,
                        .english = {{"steps", "1, 2 or 3 steps"}},
                        .chinese = {{"steps", " 1、2 或 3 级"}},
                        .code = {{"last", "older, before"},
                                 {"zeros", "0, 0"},
                                 {"next", "before, now, older + before + now"},
                                 {"recurrence", "ways(i) = ways(i-1) + ways(i-2) + ways(i-3)"}}}},
          .english = StairsEnglish(),
          .chinese = StairsChinese(),
          .python = kStairsPython,
          .edges =
              [](int variant) {
                return std::vector<Case>{Stairs(1, variant), Stairs(2, variant), Stairs(3, variant),
                                         Stairs(12, variant)};
              },
          .draw = [](Rng& rng, int variant,
                     int64_t size) { return Stairs(rng.Int(2, size + 1), variant); },
          .trace = TraceStairs};
}

}  // namespace

std::span<const AlgorithmFamily> RecurrenceFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(FibonacciSpec()),
                                             AlgorithmFamily(StairsSpec())};
  return families;
}

}  // namespace lemma::train
