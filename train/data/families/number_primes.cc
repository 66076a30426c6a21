// Factorisation, primality, and the number and the sum of divisors: trial division throughout.
#include <algorithm>

#include "train/data/families/number_families.h"
#include "train/data/families/number_trial.h"
#include "train/data/steps.h"
#include "train/data/wording.h"
#include "train/data/working.h"

namespace lemma::train {
namespace {

// Longer trials (of twice a large prime, say) do not fit into the thinking of one problem.
constexpr size_t kTrialBytesMax = 220;
constexpr size_t kTrialBytesMaxBeforeCount = 180;
constexpr size_t kTrialBytesMaxBeforeSum = 145;

const BilingualPhrasings& FactorisationPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"Find the prime factorization of {n}.", "What is the prime factorization of {n}?",
        "Factor {n} into primes.", "Write {n} as a product of primes.",
        "Compute the prime factorization of {n}.", "Factorize {n} into prime factors.",
        "Give the prime factorisation of {n}.", "Express {n} as a product of prime numbers.",
        "Which primes[, multiplied,| multiplied together] [give|make] {n}?",
        "[Break|Split] {n} [down |]into its prime factors.",
        "{n} is a product of primes. Which [ones|primes]?",
        "[Factor|Factorize|Factorise] {n}[| completely]."},
       {"Determine the prime factorization of {n}.", "Which primes multiply to {n}? Factor it."}},
      {{"将 {n} 分解质因数.",
        "把 {n} 分解质因数.",
        "求 {n} 的质因数分解.",
        "{n} 的质因数分解是什么?",
        "把 {n} 写成质数的乘积.",
        "对 {n} 进行质因数分解.",
        "写出 {n} 的质因数分解.",
        "将 {n} 表示为质数的乘积.",
        "{n} [等于|是]哪些质数的乘积?",
        "[请|试]把 {n} 写成质因数相乘的形式.",
        "分解质因数: {n}",
        "{n} 分解成质因数[等于|是]什么?",
        "[试|请][用|以]质因数的乘积表示 {n}.",
        "[试|请]求 {n} 的质因数分解式.",
        "将 {n} [写成|化成|拆成]质因数的[积|乘积].",
        "[试把|试将|请将] {n} 分解成[质数|素数]的乘积.",
        "对 {n} 分解质因数, [结果如何|得到什么]?",
        "{n} 的质因数分解的结果[是|为]什么?",
        "[试|请]将 {n} 分解为[素因数|质因数].",
        "{n} 能分解成哪些质因数[|的乘积]?",
        "[写出|给出] {n} 分解质因数后的[式子|结果]."},
       {"试将 {n} 分解成质因数的乘积.", "{n} 分解质因数的结果是什么?"}}};
  return phrasings;
}

const BilingualPhrasings& PrimeTestPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"Is {n} a prime number?", "Is {n} prime?", "Determine whether {n} is prime.",
        "Check whether {n} is a prime number.", "Is the number {n} prime? Answer yes or no.",
        "Decide if {n} is a prime.", "Test whether {n} is prime.",
        "Yes or no: {n} is a prime number.",
        "[Tell me|Say|Can you say] whether {n} is [prime|a prime number].", "Prime or not: {n}?",
        "Find out whether {n} is prime."},
       {"Can you tell whether {n} is prime?", "Find out if {n} is a prime number."}},
      {{"{n} 是质数吗?", "判断 {n} 是否为质数.", "{n} 是不是质数?", "{n} 是素数吗?",
        "判断 {n} 是不是素数.", "请判断 {n} 是否是质数.", "{n} 是否为素数? 回答是或否.",
        "检验 {n} 是不是质数.", "[数|整数] {n} 是[质数|素数]吗?",
        "试[判断|说明] {n} 是否为[质数|素数]."},
       {"试判断 {n} 是不是一个质数.", "数 {n} 是一个素数吗?"}}};
  return phrasings;
}

const BilingualPhrasings& DivisorCountPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"How many positive divisors does {n} have?", "Find the number of positive divisors of {n}.",
        "How many divisors does {n} have?", "Count the divisors of {n}.",
        "Compute the number of divisors of {n}.", "What is the number of positive divisors of {n}?",
        "How many positive integers divide {n}?", "Find how many factors {n} has.",
        "What is the [count|number] of divisors of {n}?",
        "Count how many positive [numbers|integers] divide {n}.",
        "By how many positive integers is {n} divisible?"},
       {"Determine how many divisors {n} has.", "What is the count of positive divisors of {n}?"}},
      {{"{n} 有多少个正因数?", "求 {n} 的正因数的个数.", "{n} 的因数有多少个?",
        "计算 {n} 的因数个数.", "{n} 一共有几个正因数?", "求 {n} 的约数个数.", "{n} 有多少个约数?",
        "{n} 的正约数的个数是多少?", "求 {n} 共有几个[因数|约数].",
        "[数|整数] {n} 的[因数|约数]共有多少个?"},
       {"试求 {n} 的因数有几个.", "{n} 共有多少个正约数?"}}};
  return phrasings;
}

const BilingualPhrasings& DivisorSumPhrasings() {
  static const BilingualPhrasings phrasings = {
      {{"What is the sum of the positive divisors of {n}?", "Find the sum of all divisors of {n}.",
        "Compute the sum of the divisors of {n}.", "Add up all positive divisors of {n}.",
        "What do all divisors of {n} add up to?", "Find the sum of the positive factors of {n}.",
        "Calculate the sum of all positive divisors of {n}.",
        "What is the sum of all factors of {n}?",
        "All [factors|divisors] of {n} are added [up|together]. What is the [sum|total|result]?"},
       {"Determine the sum of the divisors of {n}.",
        "All positive divisors of {n} are added. What is the sum?"}},
      {{"{n} 的所有正因数之和是多少?", "求 {n} 的所有因数的和.", "计算 {n} 的正因数之和.",
        "{n} 的因数之和等于多少?", "求 {n} 的全部正约数之和.", "{n} 的约数和是多少?",
        "计算 {n} 的所有约数的和.", "把 {n} 的所有正因数相加, 和是多少?",
        "{n} 的[因数|约数]的总和[是|等于]多少?", "求 {n} 的所有[因数|约数]的总和."},
       {"试求 {n} 的全部因数之和.", "{n} 的正约数的总和是多少?"}}};
  return phrasings;
}

std::string YesOrNo(Language language, bool is_yes) {
  return std::string(is_yes ? In(language, "yes", "是") : In(language, "no", "否"));
}

// Half of them prime; the others often without the factors 2, 3 and 5, which show at a glance.
int64_t DrawForPrimeTest(Rng& rng, Split split) {
  const bool is_prime = rng.Chance(0.5);
  while (true) {
    const int64_t n = rng.Int(20, 500), factor = SmallestFactor(n);
    if ((factor == n) != is_prime || !InSplit(HashOf({n}), split)) continue;
    if (factor > 5 || rng.Chance(0.2)) return n;
  }
}

// "2^2*3*7", for the thinking.
std::string PlainPowers(const Factoring& factoring, const std::string& separator = "*") {
  std::vector<std::string> factors;
  for (const auto& [prime, exponent] : factoring.powers) {
    factors.push_back(std::to_string(prime) + (exponent > 1 ? "^" + std::to_string(exponent) : ""));
  }
  return Join(factors, separator);
}

// One number for each prime power, and how it comes about: "2 + 1 = 3" or "1 + 2 + 4 = 7".
struct DivisorFactor {
  int64_t value;
  std::string equation;
};
DivisorFactor FactorFor(int64_t prime, int64_t exponent, bool wants_sum) {
  if (!wants_sum) {
    return {exponent + 1, std::to_string(exponent) + " + 1 = " + std::to_string(exponent + 1)};
  }
  std::vector<int64_t> terms = {1};
  int64_t sum = 1;
  for (int64_t i = 0; i < exponent; ++i) {
    terms.push_back(terms.back() * prime);
    sum += terms.back();
  }
  return {sum, Join(terms, " + ") + " = " + std::to_string(sum)};
}

// Composite, soon factored, and with no sum of too many terms for one small step.
bool IsShortForDivisors(int64_t n, bool wants_sum) {
  const Factoring factoring = FactorByTrial(n, Language::kEnglish);
  const bool has_short_sums =
      std::all_of(factoring.powers.begin(), factoring.powers.end(), [](const auto& power) {
        return power.second <= (power.first == 2 ? 5 : power.first == 3 ? 3 : 2);
      });
  const size_t bytes_max = wants_sum ? kTrialBytesMaxBeforeSum : kTrialBytesMaxBeforeCount;
  return SmallestFactor(n) != n && factoring.steps.size() <= bytes_max &&
         (!wants_sum || has_short_sums);
}

}  // namespace

Problem PrimeFactorisation(Rng& rng, Language language, Split split) {
  int64_t n;
  do {
    n = rng.Int(12, 999);
  } while (SmallestFactor(n) == n ||
           FactorByTrial(n, Language::kEnglish).steps.size() > kTrialBytesMax ||
           !InSplit(HashOf({n}), split));
  const Factoring factoring = FactorByTrial(n, language);

  Problem problem;
  problem.question =
      Ask(rng, FactorisationPhrasings(), split, language, {{"n", std::to_string(n)}});
  problem.thinking = factoring.steps + "\n" + std::to_string(n) + " = " + PlainPowers(factoring);
  problem.answer = FactorisationText(factoring);
  problem.solution = NumberedSolution(
      language,
      {std::string(
           In(language, "Divide out the primes, smallest first: ", "从小到大逐个除以质数: ")) +
           PlainPowers(factoring, ", "),
       std::string(In(language, "Their product: ", "它们的乘积: ")) + std::to_string(n) + " = " +
           problem.answer},
      problem.answer);
  return problem;
}

Problem PrimeTest(Rng& rng, Language language, Split split) {
  const int64_t n = DrawForPrimeTest(rng, split), factor = SmallestFactor(n);
  const std::string n_text = std::to_string(n);
  std::vector<std::string> trials = {n_text}, tried;
  int64_t p = 2;
  for (; p * p <= n; p = NextPrime(p)) {
    trials.push_back(TrialSteps(n, p, language));
    tried.push_back(std::to_string(p));
    if (p == factor) break;
  }
  if (factor == n) trials.push_back(TrialEnd(n, p));

  Problem problem;
  problem.question = Ask(rng, PrimeTestPhrasings(), split, language, {{"n", n_text}});
  problem.thinking = Join(trials, "\n");
  problem.answer = YesOrNo(language, factor == n);
  std::vector<std::string> lines;
  if (factor == n) {
    lines = {
        n_text + std::string(In(language, " is not divisible by ", " 不能被整除: ")) + Join(tried),
        TrialEnd(n, p) + std::string(In(language, ", so ", ", 所以 ")) + n_text +
            std::string(In(language, " is prime", " 是质数"))};
  } else {
    const std::string p_text = std::to_string(factor);
    lines = {language == Language::kEnglish ? n_text + " is divisible by " + p_text
                                            : n_text + " 能被 " + p_text + " 整除",
             std::string(In(language, "So ", "所以 ")) + n_text +
                 std::string(In(language, " is not prime", " 不是质数"))};
  }
  problem.solution = NumberedSolution(language, lines, problem.answer);
  return problem;
}

Problem DivisorFunction(Rng& rng, Language language, Split split) {
  const bool wants_sum = rng.Chance(0.5);
  int64_t n;
  do {
    n = rng.Int(12, 500);
  } while (!InSplit(HashOf({n}), split) || !IsShortForDivisors(n, wants_sum));
  const Factoring factoring = FactorByTrial(n, language);
  const std::string n_text = std::to_string(n);

  std::vector<std::string> equations, values;
  Working working;
  int64_t product = 1;
  for (const auto& [prime, exponent] : factoring.powers) {
    const DivisorFactor factor = FactorFor(prime, exponent, wants_sum);
    equations.push_back(factor.equation);
    values.push_back(std::to_string(factor.value));
    product = product == 1 ? factor.value
                           : working.Multiply(std::max(product, factor.value),
                                              std::min(product, factor.value));
  }

  Problem problem;
  problem.question = Ask(rng, wants_sum ? DivisorSumPhrasings() : DivisorCountPhrasings(), split,
                         language, {{"n", n_text}});
  const std::string powers = n_text + " = " + PlainPowers(factoring);
  problem.thinking = factoring.steps + "\n" + powers + "\n" + Join(equations, "; ");
  if (values.size() > 1) problem.thinking += "\n" + working.Thinking();
  problem.answer = std::to_string(product);
  std::vector<std::string> lines = {powers, Join(equations)};
  if (values.size() > 1) lines.push_back(Join(values, "*") + " = " + problem.answer);
  problem.solution = NumberedSolution(language, lines, problem.answer);
  return problem;
}

}  // namespace lemma::train
