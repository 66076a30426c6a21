// Powers and equations modulo a small number.
#include <algorithm>
#include <numeric>

#include "train/data/families/number_families.h"
#include "train/data/steps.h"
#include "train/data/wording.h"

namespace lemma::train {
namespace {

const BilingualPhrasings& ModularPowerPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"Compute {a}^{e} mod {m}.", "What is {a}^{e} mod {m}?", "{a}^{e} mod {m} = ?",
        "Find the remainder when {a}^{e} is divided by {m}.",
        "What is the remainder of {a}^{e} divided by {m}?", "Calculate {a}^{e} modulo {m}.",
        "Find {a}^{e} mod {m}.", "Find {a} to the power {e} modulo {m}.",
        "[Which|What] remainder [does {a}^{e} leave modulo {m}|is left by {a}^{e} modulo {m}]?",
        "When {a}^{e} is divided by {m}, what [remainder is left|is the remainder]?"},
       {"Determine {a}^{e} mod {m}.", "Which remainder does {a}^{e} leave when divided by {m}?"}},
      {{"计算 {a}^{e} mod {m}.", "{a}^{e} mod {m} = ?", "求 {a}^{e} 除以 {m} 的余数.",
        "{a}^{e} 除以 {m} 的余数是多少?", "求 {a}^{e} mod {m} 的值.",
        "{a} 的 {e} 次方除以 {m} 余几?", "计算 {a} 的 {e} 次方除以 {m} 的余数.",
        "{a}^{e} mod {m} 等于多少?", "{a}^{e} 除以 {m}, [余数是几|余几|余数等于多少]?"},
       {"试求 {a}^{e} mod {m}.", "{a}^{e} 被 {m} 除, 余数是多少?"}}};
  return phrasings;
}

const BilingualPhrasings& LastDigitPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"What is the last digit of {a}^{n}?", "Find the last digit of {a}^{n}.",
        "Find the units digit of {a}^{n}.", "What is the units digit of {a}^{n}?",
        "Compute the last digit of {a}^{n}.", "What digit does {a}^{n} end in?",
        "Calculate the units digit of {a}^{n}.", "What is the last digit of {a} to the power {n}?"},
       {"Determine the last digit of {a}^{n}.", "In which digit does {a}^{n} end?"}},
      {{"{a}^{n} 的个位数字是多少?", "求 {a}^{n} 的个位数字.", "{a}^{n} 的末位数字是几?",
        "求 {a}^{n} 的末位数字.", "计算 {a}^{n} 的个位数字.", "{a} 的 {n} 次方的个位数字是多少?",
        "{a}^{n} 的最后一位数字是多少?", "求 {a} 的 {n} 次方的末位数字."},
       {"试求 {a}^{n} 的个位数.", "{a}^{n} 的末尾数字等于几?"}}};
  return phrasings;
}

const BilingualPhrasings& InversePhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"[Find|Compute|Give] the [|modular |multiplicative ]inverse of {a} [modulo|mod] {m}.",
        "What is the [|modular |multiplicative ]inverse of {a} [modulo|mod] {m}?",
        "[Calculate|Find|Compute|What is] {a}^(-1) mod {m}[.|?]",
        "Which x from 1 to {m} is the inverse of {a} modulo {m}?",
        "Modulo {m}, [what is|find|compute] the inverse of {a}[.|?]",
        "[Which|What] number is inverse to {a} [modulo|mod] {m}?",
        "{a} has an inverse modulo {m}. [Find it.|Which number is it?|What is it?]",
        "[Which|What] number times {a} [is|leaves the remainder] 1 modulo {m}?",
        "Invert {a} [modulo|mod] {m}."},
       {"Determine the modular inverse of {a} modulo {m}.", "What number inverts {a} modulo {m}?"}},
      {{"[求|计算|找出] {a} 模 {m} 的[|乘法]逆元.", "{a} 模 {m} 的[|乘法]逆元[是|等于]多少?",
        "计算 {a} 在模 {m} 下的逆元.", "求 {a} 关于模 {m} 的乘法逆元.",
        "{a} mod {m} 的逆元是[多少|几]?", "[求|计算] {a}^(-1) mod {m}[| 的值].",
        "{a} 在模 {m} 下的[|乘法]逆元等于[多少|几]?", "在模 {m} 下, [求|计算] {a} 的逆元.",
        "模 {m} 意义下, {a} 的逆元[是多少|等于几]?", "哪个数乘 {a} 后除以 {m} 余 1?"},
       {"试求 {a} 对模 {m} 的逆元.", "模 {m} 时, {a} 的逆元是几?"}}};
  return phrasings;
}

const BilingualPhrasings& CongruencePhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"Solve {c} for the [smallest|least] non-negative x.",
        "Find the [smallest|least] non-negative [|integer ]x [with|such that|satisfying] {c}.",
        "Solve the congruence {c}.", "[What|Which] is the smallest non-negative solution of {c}?",
        "Find x: {c}.", "Compute the [smallest|least] non-negative x for which {c}.", "Solve {c}.",
        "[What|Which] [is the least|is the smallest] non-negative x that solves {c}?",
        "{c}. Find the [smallest|least] non-negative x.",
        "Which non-negative x [satisfies|solves] {c}? Give the [smallest|least].",
        "If {c}, what is the smallest non-negative x?"},
       {"Determine the smallest non-negative x with {c}.",
        "Which is the least non-negative x that satisfies {c}?"}},
      {{"求[满足|符合] {c} 的最小非负整数 x.", "解同余方程 {c}.",
        "求最小的非负整数 x, [使得|使] {c}.", "{c} 的最小非负[|整数]解是[多少|几]?",
        "解 {c}, 求最小非负整数 x.", "求 x: {c}.", "计算满足 {c} 的最小非负整数 x.",
        "同余方程 {c} 的最小非负整数解是多少?", "{c}, x 的最小非负[值|整数值]是多少?",
        "已知 {c}, 求最小的非负整数 x.", "[哪个|什么]非负整数 x 满足 {c}? 求最小的."},
       {"试求 {c} 的最小非负整数解.", "哪个最小的非负整数 x 满足 {c}?"}}};
  return phrasings;
}

// "9 = 1*7 + 2"
std::string Times(int64_t a, int64_t b, int64_t m) {
  return MultiplySteps(a, b) + "; " + DivideSteps(a * b, m);
}

std::string Power(int64_t a, int64_t e) { return std::to_string(a) + "^" + std::to_string(e); }

std::string PowerMod(int64_t a, int64_t e, int64_t m) {
  return Power(a, e) + " mod " + std::to_string(m);
}

// The remainders of base^1, base^2, ... until the first comes again, and their working.
struct Cycle {
  std::vector<int64_t> remainders;
  std::string steps;
};
Cycle CycleOf(int64_t base, int64_t m, Language language) {
  Cycle cycle;
  int64_t power = base;
  do {
    cycle.remainders.push_back(power);
    cycle.steps += Times(power, base, m) + "\n";
    power = power * base % m;
  } while (power != base);
  cycle.steps += std::string(In(language, "Cycle: ", "循环: ")) + Join(cycle.remainders) +
                 std::string(In(language, "; length ", "; 长度 ")) +
                 std::to_string(cycle.remainders.size());
  return cycle;
}

}  // namespace

Problem ModularPower(Rng& rng, Language language, Split split) {
  int64_t a, e, m;
  do {
    a = rng.Int(2, 30);
    e = rng.Int(3, 14);
    m = rng.Int(3, 12);
  } while (a % m < 2 || !InSplit(HashOf({a, e, m}), split));
  const int64_t base = a % m;
  std::vector<std::string> lines = {PowerMod(a, e, m)};
  if (a >= m) lines.push_back(DivideSteps(a, m));

  std::vector<int64_t> bits, values;  // the powers of two in e, and base to them
  std::vector<std::string> squares = {Power(base, 1) + " \\equiv " + std::to_string(base)};
  std::vector<std::string> square_lines = {Power(base, 1) + ": " + std::to_string(base)};
  int64_t square = base;
  for (int64_t bit = 1; bit <= e; bit *= 2) {
    if (bit > 1) {
      square_lines.push_back(Power(base, bit) + ": " + Times(square, square, m));
      square = square * square % m;
      squares.push_back(Power(base, bit) + " \\equiv " + std::to_string(square));
    }
    if ((e & bit) != 0) {
      bits.insert(bits.begin(), bit);
      values.insert(values.begin(), square);
    }
  }
  const std::string binary = std::to_string(e) + " = " + Join(bits, " + ");
  lines.push_back(binary);
  lines.insert(lines.end(), square_lines.begin(), square_lines.end());
  int64_t value = values[0];
  std::vector<std::string> products;
  for (size_t i = 1; i < values.size(); ++i) {
    products.push_back(Times(value, values[i], m));
    value = value * values[i] % m;
  }
  if (!products.empty()) lines.push_back(Join(bits, " + ") + ": " + Join(products, "; "));

  Problem problem;
  problem.question =
      Ask(rng, ModularPowerPhrasings(), split, language,
          {{"a", std::to_string(a)}, {"e", std::to_string(e)}, {"m", std::to_string(m)}});
  problem.thinking = Join(lines, "\n");
  problem.answer = std::to_string(value);
  const std::string modulus = " (mod " + std::to_string(m) + ")";
  const std::string reduction =
      std::to_string(a) + " \\equiv " + std::to_string(base) + modulus + ", ";
  problem.solution = NumberedSolution(
      language,
      {(a >= m ? reduction : "") + binary, Join(squares) + modulus,
       Power(a, e) + " \\equiv " + Join(values, "*") +
           (values.size() > 1 ? " \\equiv " + std::to_string(value) : "") + modulus},
      problem.answer);
  return problem;
}

Problem PowerCycle(Rng& rng, Language language, Split split) {
  const bool is_last_digit = rng.Chance(0.5);
  static const std::vector<int64_t> kModuli = {3, 4, 5, 7, 8, 9};
  int64_t a, n, m;
  do {
    m = is_last_digit ? 10 : rng.Pick(kModuli);
    a = rng.Int(2, 39);
    n = rng.Int(20, 599);
    // Modulo 10 every base has a cycle from its first power on; else only coprime ones. Where the
    // square leaves the same remainder there is nothing to show.
  } while (a * a % m == a % m || (!is_last_digit && std::gcd(a, m) != 1) ||
           !InSplit(HashOf({a, n, m}), split));
  const int64_t base = a % m;
  const Cycle cycle = CycleOf(base, m, language);
  const int64_t length = static_cast<int64_t>(cycle.remainders.size());
  const int64_t place = (n - 1) % length + 1;
  const std::string answer = std::to_string(cycle.remainders[static_cast<size_t>(place - 1)]);

  Problem problem;
  Variables variables = {{"a", std::to_string(a)}, {is_last_digit ? "n" : "e", std::to_string(n)}};
  if (!is_last_digit) variables.emplace_back("m", std::to_string(m));
  problem.question = Ask(rng, is_last_digit ? LastDigitPhrasings() : ModularPowerPhrasings(), split,
                         language, variables);
  const std::string place_text = std::string(In(language, "Number ", "第 ")) +
                                 std::to_string(place) +
                                 std::string(In(language, " of the cycle: ", " 个: ")) + answer;
  problem.thinking = PowerMod(a, n, m) + "\n" + (a >= m ? DivideSteps(a, m) + "\n" : "") +
                     cycle.steps + "\n" + DivideSteps(n, length) + "\n" + place_text;
  problem.answer = answer;
  problem.solution = NumberedSolution(
      language,
      {std::string(In(language, "The remainders repeat: ", "余数循环: ")) + Join(cycle.remainders),
       std::to_string(n) + " = " + std::to_string(n / length) + "*" + std::to_string(length) +
           " + " + std::to_string(n % length),
       place_text},
      problem.answer);
  return problem;
}

Problem LinearCongruence(Rng& rng, Language language, Split split) {
  const bool is_inverse = rng.Chance(0.4);
  int64_t a, b, m;
  do {
    m = rng.Int(5, 11);
    a = rng.Int(2, 60);
    b = is_inverse ? 1 : rng.Int(2, m - 1);
  } while (std::gcd(a, m) != 1 || a % m == 1 || !InSplit(HashOf({a, b, m}), split));
  const int64_t base = a % m;
  const std::string a_text = std::to_string(a), b_text = std::to_string(b),
                    m_text = std::to_string(m);
  std::vector<std::string> lines = {a_text + "x \\equiv " + b_text + " (mod " + m_text + ")"};
  if (a >= m) lines.push_back(DivideSteps(a, m));
  int64_t x = 0;
  do {
    ++x;
    lines.push_back("x=" + std::to_string(x) + ": " + DivideSteps(base * x, m));
  } while (base * x % m != b);

  Problem problem;
  problem.answer = std::to_string(x);
  const std::string congruence =
      rng.Chance(0.5) ? a_text + "x ≡ " + b_text + " (mod " + m_text + ")"
                      : "$" + a_text + "x \\equiv " + b_text + " \\pmod{" + m_text + "}$";
  problem.question =
      is_inverse ? Ask(rng, InversePhrasings(), split, language, {{"a", a_text}, {"m", m_text}})
                 : Ask(rng, CongruencePhrasings(), split, language, {{"c", congruence}});
  problem.thinking = Join(lines, "\n");
  problem.solution =
      NumberedSolution(language,
                       {std::string(In(language, "Try x = 1, 2, ... until the remainder is ",
                                       "依次试 x = 1, 2, ... 直到余数为 ")) +
                            b_text,
                        "x = " + problem.answer + ": " + std::to_string(base) + "*" +
                            problem.answer + " = " + std::to_string(base * x) + " = " +
                            std::to_string(base * x / m) + "*" + m_text + " + " + b_text},
                       problem.answer);
  return problem;
}

}  // namespace lemma::train
