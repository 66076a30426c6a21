// Whole numbers: prime-sieve, gcd.
#include <algorithm>
#include <numeric>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

// ---- prime-sieve ----

bool IsPrime(int64_t n) {
  for (int64_t d = 2; d * d <= n; ++d) {
    if (n % d == 0) return false;
  }
  return n >= 2;
}

Case Primes(int64_t limit, int variant) {
  Ints primes;
  for (int64_t n = 2; n <= limit; ++n) {
    if (IsPrime(n)) primes.push_back(n);
  }
  if (variant == 1) return {{limit}, static_cast<int64_t>(primes.size())};
  return {{limit}, primes};
}

std::string TraceSieve(const Values& arguments, int) {
  const int64_t limit = std::get<int64_t>(arguments[0]);
  std::vector<bool> crossed(static_cast<size_t>(limit) + 1, false);
  std::string out;
  for (int64_t p = 2; p <= limit; ++p) {
    if (crossed[static_cast<size_t>(p)]) continue;
    out += (out.empty() ? "p=" : "; p=") + std::to_string(p);
    for (int64_t m = p * p; m <= limit; m += p) {
      out += (m == p * p ? " cross " : " ") + std::to_string(m);
      crossed[static_cast<size_t>(m)] = true;
    }
  }
  return out;
}

Telling SieveEnglish() {
  return {
      .tasks =
          {"[returns|finds|gives] [$what|$kind] up to $a",
           "[computes|determines] $what [not greater than|that are at most|that do not exceed] $a",
           "uses [the sieve of Eratosthenes|a prime sieve|a sieve] to [find $what|$do] up to $a",
           "takes [an integer|a limit|a number] $a and [returns|outputs|reports] $what <= $a",
           "$does [up to|not exceeding|in the range 1 to] $a",
           "crosses out the [multiples|composite numbers] up to $a and [returns|gives] $what that "
           "are left",
           "sieves the range [1|2] to $a and [returns|reports] $kind",
           "$does that [do not exceed|are at most|are not above] the [limit|bound] $a",
           "strikes out the composite numbers [between 2 and|up to] $a and [gives|outputs] $what "
           "that remain",
           "[tells|finds out] $ask"},
      .tasks_held_out = {"sieves the numbers up to $a and gives $what"},
      .statements =
          {"Given [an integer|a limit|a bound] $a, [return|find|report] $what up to and including "
           "$a.",
           "[Find|Compute] [$what|$kind] up to $a with [the sieve of Eratosthenes|a sieve].",
           "[Implement|Program] the sieve of Eratosthenes: return [$what|$kind] up to $a.",
           "[Sieve of Eratosthenes|Prime sieve|Prime numbers]. Return $what up to n (inclusive).",
           "What is [an efficient|a fast|a good] way to get $what between 2 and $a? Write code.",
           "Use a prime sieve to [get $what|$do] from 2 to $a.",
           "$Ask? [Use a sieve.|Write code that answers this.|Cross out multiples to find out.]",
           "[I want to know|Find out|Tell me] $ask.[ Please use a sieve.| A sieve is fast.|]",
           "The limit is $a. [Cross out the multiples of each prime|Sieve the numbers] and return "
           "$what [up to the limit|in this range].",
           "I [need|would like] to $do [up to|in the range 2 to] $a. [Sieve them.|Please write "
           "code.]",
           "Of the numbers [1 to $a|not above $a], [report|give|output] $what; [cross out "
           "multiples|use a sieve].",
           "Suppose the [limit|bound] is $a. [I want|Give me|We need] $what that [do not "
           "exceed|are not greater than] it.",
           "[Cross|Strike] out the composite numbers from 2 to $a, then [report|give] $kind."},
      .statements_held_out = {"For a limit $a, cross out multiples and report $what that do "
                              "not exceed $a.",
                              "I want $what in the range 1 to $a. Use a sieve."},
      .thinking =
          "We need $what up to $a: the sieve of Eratosthenes. Go through p from 2; if p "
          "is not crossed out, it is prime, and we cross out its multiples. Start at p "
          "* p, because smaller multiples have a smaller prime factor. For $a < 2 there "
          "are no primes. Time O(n log log n), space O(n).",
      .steps =
          "1. Mark all numbers up to $a as possible primes.\n2. For each p still marked, "
          "keep it and cross out p * p, p * p + p, ...\n3. Return $result."};
}

Telling SieveChinese() {
  return {
      .tasks = {"[返回|给出|输出]不超过 $a 的[$what|$kind]",
                "[求|计算] $a 以内(含 $a)的[$what|$kind]",
                "用[埃拉托斯特尼筛法|筛法|埃氏筛]求 $a 以内的$what",
                "给定[整数|上限|正整数] $a, [返回|报告]小于等于 $a 的$what",
                "求不大于 $a 的[$what|$kind], 用筛子[实现|来筛]",
                "从 2 筛到 $a, [划掉|划去]合数, [返回|得到]$kind",
                "[算出|回答]从 1 到 $a [之间|当中]$ask",
                "用筛法[筛去|划掉]不大于 $a 的合数, [给出|报告]$what",
                "[回答|报告]不[超过|大于] $a 的[正整数|数]中$ask",
                "用筛子筛 1 到 $a 之间的数, [输出|给出]$kind"},
      .tasks_held_out = {"用筛子筛出不大于 $a 的数, 给出$what"},
      .statements =
          {"给定[一个整数|一个上限|正整数] $a, 返回[小于等于|不大于] $a 的[$what|$kind]。",
           "用[筛法|筛子]求 $a 以内的[$what|$kind]。", "实现埃氏筛: [返回|给出]不超过 $a 的$what。",
           "[质数筛|素数筛|筛法]: 求 n 以内(含 n)的$what。",
           "怎样高效地[得到|算出]从 2 到 $a 的$what? 请写代码。",
           "请用素数筛求从 2 到 $a 的[$what|$kind]。",
           "从 1 到 $a [之间|]$ask? [请用筛法。|请写代码。|请编程回答。]",
           "[我想知道|请告诉我]不超过 $a 的数中$ask, [请用筛法|请写代码]。",
           "上限是 $a, [划去|划掉]每个质数的倍数, [报告|返回]剩下的$what。",
           "我[需要|想要] $a 以内的[$what|$kind], 用[筛子|埃氏筛]来求。",
           "[怎么求|如何得到] 1 到 $a 之间的$what? [请写代码|请用筛子]。",
           "划去 $a 以内的合数[以后|之后], 请[报告|给出]$kind。",
           "[已知|设]上限为 $a, 我[想要|需要]不大于它的$what, 请用[筛子筛出|筛法]。"},
      .statements_held_out = {"给出上限 $a, 划去合数, 报告不超过 $a 的$what。",
                              "我想要 1 到 $a 之间的$what, 请用筛法。"},
      .thinking =
          "要求 $a 以内的$what, 用埃氏筛。p 从 2 开始, 没被划掉的 p 就是质数, 然后划掉它的"
          "倍数。从 p * p 开始划, 因为更小的倍数有更小的质因数。$a < 2 时没有质数。"
          "时间 O(n log log n), 空间 O(n)。",
      .steps =
          "1. 先把 $a 以内的数都标为可能的质数。\n2. 对每个仍被标记的 p, 记下它, 并划掉 p * p, "
          "p * p + p, ...\n3. 返回$result。"};
}

constexpr std::string_view kSievePython = R"(
def $f($a):
    is_prime = [True] * ($a + 1)
    primes = []
    for p in range(2, $a + 1):
        if is_prime[p]:
            primes.append(p)
            for m in range(p * p, $a + 1, p):
                is_prime[m] = False
    return $python
)";

constexpr std::string_view kSieveCpp = R"(
#include <vector>
using namespace std;

$type $f(int $a) {
    vector<bool> is_prime($a + 1, true);
    vector<int> primes;
    for (int p = 2; p <= $a; p++) {
        if (!is_prime[p]) continue;
        primes.push_back(p);
        for (long long m = 1LL * p * p; m <= $a; m += p) is_prime[m] = false;
    }
    return $cpp;
}
)";

AlgorithmSpec SieveSpec() {
  return {.name = "prime-sieve",
          .description = "the primes up to n, or how many there are, by a sieve",
          .arguments = {{"n", "limit", "top", "bound", "maximum", "upper", "num"}},
          .variants = {{.function = "primes_up_to",
                        .synonyms = {"sieve", "prime_sieve", "list_primes", "primes", "prime_list",
                                     "all_primes"},
                        .english = {{"what", "all primes"},
                                    {"kind", "a list of all prime numbers"},
                                    {"do", "list the primes"},
                                    {"does", "lists the primes"},
                                    {"ask", "which numbers up to $a are prime"},
                                    {"Ask", "Which numbers up to $a are prime"},
                                    {"result", "the list of primes"}},
                        .chinese = {{"what", "所有质数"},
                                    {"kind", "全部素数"},
                                    {"ask", "有哪些质数"},
                                    {"result", "质数列表"}},
                        .code = {{"python", "primes"}, {"cpp", "primes"}, {"type", "vector<int>"}}},
                       {.function = "count_primes",
                        .synonyms = {"prime_count", "how_many_primes", "number_of_primes",
                                     "sieve_count", "primes_below", "total_primes"},
                        .english = {{"what", "the number of primes"},
                                    {"kind", "how many prime numbers there are"},
                                    {"do", "count the primes"},
                                    {"does", "counts the primes"},
                                    {"ask", "how many numbers up to $a are prime"},
                                    {"Ask", "How many numbers up to $a are prime"},
                                    {"result", "how many were kept"}},
                        .chinese = {{"what", "质数个数"},
                                    {"kind", "素数数量"},
                                    {"ask", "有多少个质数"},
                                    {"result", "质数的个数"}},
                        .code = {{"python", "len(primes)"},
                                 {"cpp", "(int)primes.size()"},
                                 {"type", "int"}}}},
          .english = SieveEnglish(),
          .chinese = SieveChinese(),
          .python = kSievePython,
          .cpp = kSieveCpp,
          .edges =
              [](int variant) {
                return std::vector<Case>{Primes(0, variant), Primes(1, variant), Primes(2, variant),
                                         Primes(30, variant), Primes(121, variant)};
              },
          .draw = [](Rng& rng, int variant,
                     int64_t size) { return Primes(rng.Int(2, 3 * size), variant); },
          .trace = TraceSieve};
}

// ---- gcd ----

Case Divisor(int64_t first, int64_t second, int variant) {
  return {{first, second}, variant == 0 ? std::gcd(first, second) : std::lcm(first, second)};
}

std::string TraceGcd(const Values& arguments, int) {
  int64_t x = std::get<int64_t>(arguments[0]), y = std::get<int64_t>(arguments[1]);
  std::string out = "(" + std::to_string(x) + ", " + std::to_string(y) + ")";
  while (y != 0) {
    x = std::exchange(y, x % y);
    out += " (" + std::to_string(x) + ", " + std::to_string(y) + ")";
  }
  return out;
}

Telling GcdEnglish() {
  return {
      .tasks = {"[returns|gives] the $what of $a and $b",
                "computes the $what of two [integers|numbers] $a and $b",
                "finds the $what of $a and $b with [Euclid's|the Euclidean] algorithm",
                "takes two positive [integers|numbers] and returns their [$what|$short]",
                "[works out|determines|calculates] the $short of $a and $b",
                "[finds|returns] the $long $a and $b", "[calculates|evaluates] $short($a, $b)",
                "[works out|tells] $short($a, $b) with remainders, for [positive integers|whole "
                "numbers above 0]",
                "[tells|gives] the $long [integers|whole numbers] $a and $b",
                "uses [remainders|repeated division] to [determine|work out] the $what of the "
                "numbers $a and $b"},
      .tasks_held_out = {"works out the $what of the numbers $a and $b"},
      .statements =
          {"Given two positive [integers|whole numbers] $a and $b, return their [$what|$short].",
           "[Compute|Determine|Find] the $what of two [numbers|whole numbers|integers].",
           "[Implement|Use] Euclid's algorithm to get the $what of $a and $b.",
           "[Find|Calculate] the $what ($short) of $a and $b.",
           "$short of two [integers|whole numbers] $a and $b. Write the code.",
           "How can I [compute|determine] the $what of two positive integers efficiently?",
           "What is the $long $a and $b? Write [code|a program].",
           "For positive whole numbers $a and $b, what is $short($a, $b)? Write code.",
           "[Numbers|Integers] $a and $b: [work out|determine|compute] their [$what|$short] with "
           "the Euclidean algorithm.",
           "I have two positive integers $a and $b and [need|want] their $what. [Use "
           "remainders.|Please code it.]",
           "Suppose $a and $b are positive [integers|whole numbers]. [Work out|Determine] the "
           "$long $a and $b.",
           "Use the [Euclidean algorithm|method of Euclid] on the [numbers|pair] $a, $b and "
           "[return|give] the $what."},
      .statements_held_out = {"What is the $what of $a and $b? Use the Euclidean algorithm.",
                              "Determine $short($a, $b) for positive whole numbers."},
      .thinking =
          "We need the $what of $a and $b. Euclid: gcd(x, y) = gcd(y, x % y), because "
          "both pairs have the same common divisors, and gcd(x, 0) = x. So replace (x, "
          "y) by (y, x % y) until y is 0; the remainders shrink, so it ends. $finish "
          "Time O(log n).",
      .steps =
          "1. Start with x = $a, y = $b.\n2. Replace (x, y) by (y, x % y) until y is 0; "
          "then x is the gcd.\n3. $finish"};
}

Telling GcdChinese() {
  return {.tasks = {"[返回|求] $a 和 $b 的[$what| $short]", "计算两个[整数|数] $a 和 $b 的$what",
                    "用[欧几里得算法|辗转相除法]求 $a 和 $b 的$what",
                    "给定两个正整数, [返回|求出]它们的[$what| $short]",
                    "对正整数 $a、$b, [计算|求]它们的$what", "求$long",
                    "[算出|返回] $short($a, $b) 的值",
                    "[算出|给出]正整数 $a 与 $b 的$what, 用[辗转相除法|求余数的方法]",
                    "[算出|找到|确定]$long", "用[辗转相除|欧几里得]的方法确定数 $a、$b 的$what"},
          .tasks_held_out = {"算出数 $a 与 $b 的$what"},
          .statements =
              {"给定两个正整数 $a 和 $b, [返回|求]它们的[$what| $short]。",
               "求[两个数|两个正整数]的$what。", "用辗转相除法求 $a [和|与] $b 的$what。",
               "求 $a 和 $b 的$what ($short)。", "实现欧几里得算法, [得到|求出] $a 与 $b 的$what。",
               "怎样高效地[计算|求出]两个正整数的$what?", "$long是[多少|几]? 请[写代码|编程]。",
               "[两个数|正整数] $a、$b 的$what是多少? 请[写代码|编程]。",
               "[已知|有]正整数 $a 与 $b, 请[编程|写程序]求 $short。",
               "$a 与 $b 都是正整数, 它们的[$what| $short ]是多少? 请用[辗转相除法|欧几里得算法]。",
               "请用[辗转相除法|欧几里得算法]编程, [算出|求]数 $a 与 $b 的$what。",
               "对[正整数|两个数] $a、$b, [算出|给出]$long。"},
          .statements_held_out = {"$a 与 $b 的$what是多少? 请用辗转相除法编程。",
                                  "对正整数 $a、$b, 求 $short($a, $b)。"},
          .thinking =
              "要求 $a 和 $b 的$what。欧几里得: gcd(x, y) = gcd(y, x % y), 因为两对数的公约数"
              "相同, 且 gcd(x, 0) = x。所以不断把 (x, y) 换成 (y, x % y), 直到 y 为 0; "
              "余数越来越小, 必然结束。$finish时间 O(log n)。",
          .steps =
              "1. 令 x = $a, y = $b。\n2. 把 (x, y) 换成 (y, x % y), 直到 y 为 0, 此时 x "
              "是最大公约数。\n3. $finish"};
}

constexpr std::string_view kGcdPython = R"(
def $f($a, $b):
    x, y = $a, $b
    while y != 0:
        x, y = y, x % y
    return $python
)";

constexpr std::string_view kGcdCpp = R"(
int $f(int $a, int $b) {
    int x = $a, y = $b;
    while (y != 0) {
        int r = x % y;
        x = y;
        y = r;
    }
    return $cpp;
}
)";

AlgorithmSpec GcdSpec() {
  return {.name = "gcd-program",
          .description = "the greatest common divisor or least common multiple of two numbers",
          .arguments = {{"a", "m", "p", "first", "num1", "u", "n1"},
                        {"b", "n", "q", "second", "num2", "v", "n2"}},
          .paired = true,
          .variants = {{.function = "gcd",
                        .synonyms = {"greatest_divisor", "euclid", "common_divisor", "hcf",
                                     "largest_divisor", "gcd_of_two"},
                        .english = {{"what", "greatest common divisor"},
                                    {"long", "largest number that divides both"},
                                    {"finish", "Return x."},
                                    {"short", "gcd"}},
                        .chinese = {{"what", "最大公约数"},
                                    {"long", "能整除 $a 和 $b 的最大整数"},
                                    {"finish", "返回 x。"},
                                    {"short", "gcd"}},
                        .code = {{"python", "x"}, {"cpp", "x"}}},
                       {.function = "lcm",
                        .synonyms = {"least_multiple", "common_multiple", "smallest_multiple",
                                     "lowest_multiple", "lcm_of_two", "shared_multiple"},
                        .english = {{"what", "least common multiple"},
                                    {"long", "smallest positive number divisible by both"},
                                    {"finish", "The lcm is $a * $b divided by the gcd x."},
                                    {"short", "lcm"}},
                        .chinese = {{"what", "最小公倍数"},
                                    {"long", "能被 $a 和 $b 整除的最小正整数"},
                                    {"finish", "最小公倍数等于 $a * $b 除以最大公约数 x。"},
                                    {"short", "lcm"}},
                        .code = {{"python", "$a * $b // x"}, {"cpp", "$a / x * $b"}}}},
          .english = GcdEnglish(),
          .chinese = GcdChinese(),
          .python = kGcdPython,
          .cpp = kGcdCpp,
          .edges =
              [](int variant) {
                return std::vector<Case>{Divisor(12, 18, variant), Divisor(7, 1, variant),
                                         Divisor(17, 5, variant), Divisor(6, 6, variant),
                                         Divisor(4, 20, variant)};
              },
          .draw =
              [](Rng& rng, int variant, int64_t size) {
                const int64_t common = rng.Int(1, size);
                return Divisor(common * rng.Int(1, 12), common * rng.Int(1, 12), variant);
              },
          .trace = TraceGcd};
}

}  // namespace

std::span<const AlgorithmFamily> NumberFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(SieveSpec()),
                                             AlgorithmFamily(GcdSpec())};
  return families;
}

}  // namespace lemma::train
