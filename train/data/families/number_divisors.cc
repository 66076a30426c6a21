// Greatest common divisor and least common multiple.
#include <algorithm>
#include <numeric>
#include <utility>

#include "train/data/families/number_families.h"
#include "train/data/steps.h"
#include "train/data/wording.h"

namespace lemma::train {
namespace {

// Euclid on longer ways does not fit into the thinking of one problem.
constexpr size_t kEuclidBytesMax = 180;

const BilingualPhrasings& GcdPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"Find the greatest common divisor of {a} and {b}.", "What is gcd({a}, {b})?",
        "Compute gcd({a}, {b}).", "What is the greatest common divisor of {a} and {b}?",
        "Calculate the GCD of {a} and {b}.", "gcd({a}, {b}) = ?",
        "Find the greatest common factor of {a} and {b}.",
        "Use the Euclidean algorithm to find the gcd of {a} and {b}.",
        "What is the largest integer that divides both {a} and {b}?",
        "[Which|What] is the [gcd|greatest common factor] of {a} and {b}?",
        "Two [ropes|wires|boards] measure {a} cm and {b} cm. They are cut into "
        "[equal pieces|pieces of equal length] with nothing left over. What is the "
        "[greatest|longest possible] length of a piece in cm?",
        "A [rope|tape] of {a} m and [another|one] of {b} m are [cut|divided] into pieces of the "
        "same length, nothing remains. [How long can a piece be at most|What is the greatest "
        "possible length], in m?",
        "{a} [apples|pens|red beads] and {b} [pears|rulers|blue beads] are packed into equal "
        "[bags|boxes] with nothing left over. What is the greatest possible number of them?"},
       {"Determine the gcd of {a} and {b}.",
        "Which number is the greatest common divisor of {a} and {b}?",
        "Two ribbons measure {a} cm and {b} cm. They are cut into pieces of equal length with "
        "nothing left over. What is the greatest possible length in cm?"}},
      {{"求 {a} 和 {b} 的最大公约数.", "{a} 与 {b} 的最大公约数是多少?", "计算 gcd({a}, {b}).",
        "gcd({a}, {b}) = ?", "{a} 和 {b} 的最大公因数是多少?",
        "用辗转相除法求 {a} 和 {b} 的最大公约数.", "求 gcd({a}, {b}) 的值.",
        "能同时整除 {a} 和 {b} 的最大整数是多少?",
        "{a} 和 {b} 的最大[公约数|公因数][是几|等于多少]?",
        "[两根绳子|两根铁丝|两块木条]长 {a} 厘米和 {b} 厘米, [剪|截|分]成[同样|一样|相同]长的"
        "[小段|段]且没有剩余, 每段最长[|是]多少厘米?",
        "把长 {a} 米和 {b} 米的两根[绳子|彩带]剪成等长的小段, 不能有剩余, "
        "[每段最长几米|求每段最长的"
        "米数].",
        "{a} 个[苹果|红球]和 {b} 个[梨|白球]平均分给[小朋友|学生], 都正好分完, "
        "最多[能|可以]分给几人?"},
       {"试求 {a} 与 {b} 的最大公约数.", "{a} 和 {b} 的最大公约数等于几?",
        "两条丝带长 {a} 厘米和 {b} 厘米, 剪成一样长的段且没有剩余, 每段最长是多少厘米?"}}};
  return phrasings;
}

const BilingualPhrasings& LcmPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"Find the least common multiple of {a} and {b}.", "What is lcm({a}, {b})?",
        "Compute lcm({a}, {b}).", "What is the least common multiple of {a} and {b}?",
        "Calculate the LCM of {a} and {b}.", "lcm({a}, {b}) = ?",
        "What is the smallest positive integer divisible by both {a} and {b}?",
        "Find the smallest common multiple of {a} and {b}.",
        "[What|Which] is the [lcm|smallest common multiple] of {a} and {b}?",
        "One [bus|train|ferry] leaves every {a} minutes and another every {b} minutes. They leave "
        "together now. After how many minutes do they next leave together?",
        "Two [bells|alarms|signals] [ring|sound] every {a} and every {b} [minutes|seconds]. They "
        "[ring|sound] together now. [When do they next do so|After what time do they do so "
        "again]?",
        "[A red light|One lamp] flashes every {a} seconds, [a green one|another] every {b} "
        "seconds. Both flash now. After how many seconds do they flash together again?"},
       {"Determine the lcm of {a} and {b}.",
        "Which number is the least common multiple of {a} and {b}?",
        "Two lamps flash every {a} and every {b} seconds. They flash together now. After how many "
        "seconds do they next flash together?"}},
      {{"求 {a} 和 {b} 的最小公倍数.", "{a} 与 {b} 的最小公倍数是多少?", "计算 lcm({a}, {b}).",
        "lcm({a}, {b}) = ?", "能同时被 {a} 和 {b} 整除的最小正整数是多少?",
        "求 lcm({a}, {b}) 的值.", "{a} 和 {b} 的最小公倍数等于多少?",
        "计算 {a} 和 {b} 的最小公倍数.", "{a} 和 {b} 的最小公倍数[是多少|等于几|是什么]?",
        "一路车每 {a} 分钟一班, 另一路每 {b} 分钟一班, 现在同时发车, 至少多少分钟后再次同时发车?",
        "[两个铃|两个闹钟]分别每 {a} 分钟和每 {b} 分钟响一次, 现在同时响, "
        "[至少|最少][多少|几]分钟后"
        "[再次|又]同时响?",
        "[红灯|甲灯]每 {a} 秒闪一次, [绿灯|乙灯]每 {b} 秒闪一次, 刚才同时闪, "
        "[多少|几]秒后再次同时闪?"},
       {"试求 {a} 与 {b} 的最小公倍数.", "{a} 和 {b} 的最小公倍数是几?",
        "两盏灯分别每 {a} 秒和每 {b} 秒闪一次, 现在同时闪, 至少多少秒后再次同时闪?"}}};
  return phrasings;
}

// Euclid's equations alone: "84 = 1*60 + 24, 60 = 2*24 + 12, 24 = 2*12 + 0".
std::string EuclidEquations(int64_t a, int64_t b) {
  std::vector<std::string> equations;
  int64_t large = std::max(a, b), small = std::min(a, b);
  while (small != 0) {
    equations.push_back(std::to_string(large) + " = " + std::to_string(large / small) + "*" +
                        std::to_string(small) + " + " + std::to_string(large % small));
    large = std::exchange(small, large % small);
  }
  return Join(equations);
}

}  // namespace

Problem GreatestCommonDivisor(Rng& rng, Language language, Split split) {
  int64_t a, b;
  do {
    const int64_t common = rng.Chance(0.15) ? 1 : rng.Int(2, 20);
    a = common * rng.Int(2, 180 / common);
    b = common * rng.Int(2, 180 / common);
  } while (a == b || GcdSteps(a, b).size() > kEuclidBytesMax || std::min(a, b) < 4 ||
           !InSplit(HashOf({std::min(a, b), std::max(a, b)}), split));
  const std::string a_text = std::to_string(a), b_text = std::to_string(b);
  const int64_t divisor = std::gcd(a, b);

  Problem problem;
  problem.question = Ask(rng, GcdPhrasings(), split, language, {{"a", a_text}, {"b", b_text}});
  problem.thinking = "gcd(" + a_text + ", " + b_text + ")\n" + GcdSteps(a, b);
  problem.answer = std::to_string(divisor);
  problem.solution = NumberedSolution(
      language,
      {EuclidEquations(a, b),
       std::string(In(language, "The last divisor is the gcd: ", "最后的除数就是最大公约数: ")) +
           problem.answer},
      problem.answer);
  return problem;
}

Problem LeastCommonMultiple(Rng& rng, Language language, Split split) {
  int64_t a, b;
  do {
    const int64_t common = rng.Int(1, 12);
    a = common * rng.Int(1, 60 / common);
    b = common * rng.Int(1, 60 / common);
  } while (a == b || std::min(a, b) < 3 || std::lcm(a, b) > 600 ||
           LcmSteps(a, b).size() > kEuclidBytesMax ||
           !InSplit(HashOf({std::min(a, b), std::max(a, b)}), split));
  const std::string a_text = std::to_string(a), b_text = std::to_string(b);
  const int64_t divisor = std::gcd(a, b);

  Problem problem;
  problem.question = Ask(rng, LcmPhrasings(), split, language, {{"a", a_text}, {"b", b_text}});
  problem.thinking = "lcm(" + a_text + ", " + b_text + ")\n" + LcmSteps(a, b);
  problem.answer = std::to_string(std::lcm(a, b));
  problem.solution = NumberedSolution(
      language,
      {"gcd(" + a_text + ", " + b_text + ") = " + std::to_string(divisor),
       "lcm(" + a_text + ", " + b_text + ") = " + a_text + "/" + std::to_string(divisor) + "*" +
           b_text + " = " + std::to_string(a / divisor) + "*" + b_text + " = " + problem.answer},
      problem.answer);
  return problem;
}

}  // namespace lemma::train
