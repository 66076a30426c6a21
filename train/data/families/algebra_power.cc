// Rules of powers and logarithms.
#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

std::string Power(std::string_view base, int64_t exponent) {
  return exponent >= 10 ? Cat(base, "^{", exponent, "}") : Cat(base, "^", exponent);
}

const BilingualPhrasings& PowerAsks() {
  static const BilingualPhrasings asks = {
      {{"Simplify {e}.", "Write {e} as a single power.", "{e} = ?", "Simplify ${e}$.",
        "Use the exponent rules to simplify {e}.", "Simplify the expression {e}.",
        "Write the expression {e} as one power.", "What power is equal to {e}?"},
       {"Use the rules of exponents to write {e} as a single power.",
        "Simplify {e} to a single power."}},
      {{"化简 {e}.", "把 {e} 写成一个幂.", "{e} = ?", "化简: ${e}$", "用幂的运算法则化简 {e}.",
        "计算 {e}, 结果写成幂.", "把式子 {e} 化成一个幂的形式.", "{e} 等于哪个幂?"},
       {"请用幂的运算法则把 {e} 写成一个幂.", "化简式子 {e}."}}};
  return asks;
}

// (b^m)^n * b^p / b^q with n = 1 for a plain first factor.
Problem WritePower(Rng& rng, Language language, Split split) {
  const auto [m, n, p, q] = DrawInSplit(
      split,
      [&] {
        return std::array{rng.Int(2, 12), rng.Chance(0.5) ? 1 : rng.Int(2, 9), rng.Int(2, 15),
                          rng.Chance(0.4) ? 0 : rng.Int(2, 15)};
      },
      [](int64_t m, int64_t n, int64_t p, int64_t q) { return m * n + p - q >= 2; });
  const std::string_view b = rng.Pick({"x", "a", "y", "2", "3", "5", "10"});
  const std::string first = n == 1 ? Power(b, m) : Power(Cat("(", Power(b, m), ")"), n);
  const std::string dot = rng.Chance(0.5) ? " * " : " \\cdot ";
  const std::string expression =
      Cat(first, dot, Power(b, p), q == 0 ? "" : Cat(" / ", Power(b, q)));
  const int64_t exponent = m * n + p - q;
  std::vector<std::string> thinking, steps;
  if (n != 1) {
    thinking.push_back(Cat(In(language, "power of a power: ", "幂的乘方: "), Product(m, n)));
    steps.push_back(Cat(In(language, "Power of a power, multiply: ", "幂的乘方, 指数相乘: "), first,
                        " = ", Power(b, m * n)));
  }
  thinking.push_back(Cat(In(language, "product: ", "乘: "), AddSteps(m * n, p)));
  steps.push_back(Cat(In(language, "Product, add: ", "同底相乘, 指数相加: "), m * n, " + ", p,
                      " = ", m * n + p));
  if (q != 0) {
    thinking.push_back(Cat(In(language, "quotient: ", "除: "), SubtractSteps(m * n + p, q)));
    steps.push_back(Cat(In(language, "Quotient, subtract: ", "同底相除, 指数相减: "), m * n + p,
                        " - ", q, " = ", exponent));
  }
  const std::string answer = Power(b, exponent);
  thinking.push_back(answer);
  return WorkedProblem(language, Ask(rng, PowerAsks(), split, language, {{"e", expression}}),
                       thinking, steps, answer);
}

const BilingualPhrasings& LogarithmAsks() {
  static const BilingualPhrasings asks = {
      {{"Evaluate {e}.", "Compute {e}.", "Find the value of {e}.", "What is {e}?", "{e} = ?",
        "Calculate the logarithm {e}.", "Evaluate ${e}$ without a calculator.", "Find ${e}$."},
       {"What is the value of {e}?", "Compute the value of the logarithm {e}."}},
      {{"计算 {e}.", "求 {e} 的值.", "{e} 等于多少?", "{e} = ?", "求对数 {e}.", "计算对数的值: {e}",
        "不用计算器, 求 ${e}$.", "求值: ${e}$"},
       {"请计算 {e} 的值.", "对数式 {e} 的值是多少?"}}};
  return asks;
}

// Powers of the base until `value`: "2^1 = 2; 2^2 = 2*2 = 4; 2^3 = 4*2 = 8".
std::string PowersUpTo(int64_t base, int64_t value) {
  std::vector<std::string> powers = {Cat(base, "^1 = ", base)};
  int64_t power = base;
  for (int64_t exponent = 2; power < value; ++exponent) {
    powers.push_back(Cat(base, "^", exponent, " = ", Product(power, base)));
    power *= base;
  }
  return Join(powers, "; ");
}

struct Logarithm {
  int64_t base, exponent;
  int64_t Value() const {
    int64_t value = 1;
    for (int64_t i = 0; i < exponent; ++i) value *= base;
    return value;
  }
  std::string Text() const {
    return Cat("\\log_", base < 10 ? Cat(base) : Cat("{", base, "}"), " ", Value());
  }
};

// One logarithm times a factor, plus or minus another with its own base.
Problem WriteLogarithm(Rng& rng, Language language, Split split) {
  const bool single = rng.Chance(0.4);
  const auto [base1, exponent1, base2, exponent2, factor, sign] = DrawInSplit(
      split,
      [&] {
        const int64_t factor = rng.Chance(0.5) ? 1 : rng.Int(2, 9);
        if (single) {
          return std::array<int64_t, 6>{rng.Int(2, 10), rng.Int(1, 7), 1, 0, factor, 0};
        }
        return std::array<int64_t, 6>{rng.Int(2, 10), rng.Int(1, 7), rng.Int(2, 10),
                                      rng.Int(1, 5),  factor,        rng.Chance(0.6) ? 1 : -1};
      },
      [](int64_t base1, int64_t exponent1, int64_t base2, int64_t exponent2, int64_t, int64_t) {
        return Logarithm{base1, exponent1}.Value() <= 256 &&
               Logarithm{base2, exponent2}.Value() <= 128;
      });
  const Logarithm first{base1, exponent1}, second{base2, exponent2};
  std::string expression = factor == 1 ? first.Text() : Cat(factor, first.Text());
  std::vector<std::string> thinking = {PowersUpTo(base1, first.Value()),
                                       Cat(first.Text(), " = ", exponent1)};
  std::vector<std::string> steps = {
      Cat(Power(Cat(base1), exponent1), " = ", first.Value(), ", ", thinking[1])};
  int64_t value = exponent1 * factor;
  if (factor != 1) {
    thinking.push_back(Product(factor, exponent1));
    steps.push_back(Cat(In(language, "Times the factor: ", "乘以系数: "), thinking.back()));
  }
  if (sign != 0) {
    expression += Cat(sign > 0 ? " + " : " - ", second.Text());
    thinking.push_back(PowersUpTo(base2, second.Value()));
    thinking.push_back(Cat(second.Text(), " = ", exponent2));
    steps.push_back(
        Cat(Power(Cat(base2), exponent2), " = ", second.Value(), ", ", thinking.back()));
    thinking.push_back(sign > 0 ? AddSteps(value, exponent2) : SubtractSteps(value, exponent2));
    steps.push_back(Cat(In(language, "Together: ", "合计: "), thinking.back()));
    value += sign * exponent2;
  }
  return WorkedProblem(language, Ask(rng, LogarithmAsks(), split, language, {{"e", expression}}),
                       thinking, steps, Cat(value));
}

}  // namespace

std::vector<const Family*> PowerFamilies() {
  static const MathFamily power(
      "exponent-rules",
      "Write (b^m)^n * b^p / b^q as one power: m up to 12, n up to 9, p and q up to 15",
      &WritePower);
  static const MathFamily logarithm(
      "logarithm",
      "Integer logarithms, one or the sum or difference of two, with a factor up to 9: bases 2 to "
      "10, arguments up to 256",
      &WriteLogarithm);
  return {&power, &logarithm};
}

}  // namespace lemma::train
