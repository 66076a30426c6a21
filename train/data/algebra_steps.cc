#include "train/data/algebra_steps.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <numeric>

#include "common/base/check.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

// The numbers of a text as they stand there: "1.5 km in 20 minutes" -> "1.5", "20".
std::vector<std::string> NumbersOf(std::string_view text) {
  const auto is_digit = [&](size_t i) {
    return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) != 0;
  };
  std::vector<std::string> numbers;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!is_digit(i)) continue;
    const size_t begin = i;
    while (is_digit(i) || (text.substr(i).starts_with('.') && is_digit(i + 1))) ++i;
    numbers.emplace_back(text.substr(begin, i - begin));
  }
  return numbers;
}

}  // namespace

int64_t NonZero(Rng& rng, int64_t low, int64_t high) {
  for (;;) {
    if (const int64_t value = rng.Int(low, high); value != 0) return value;
  }
}

std::string Bracketed(int64_t value) { return value < 0 ? Cat("(", value, ")") : Cat(value); }

std::string SignedTerm(int64_t coefficient, std::string_view symbol) {
  if (coefficient == 0) return "";
  const int64_t size = std::abs(coefficient);
  const std::string number = size == 1 && !symbol.empty() ? "" : Cat(size);
  return Cat(coefficient < 0 ? " - " : " + ", number, symbol);
}

std::string SumText(const std::vector<Term>& terms) {
  std::string out;
  for (const auto& [coefficient, symbol] : terms) out += SignedTerm(coefficient, symbol);
  if (out.empty()) return "0";
  return out[1] == '-' ? "-" + out.substr(3) : out.substr(3);
}

std::string PolynomialText(const std::vector<int64_t>& coefficients, std::string_view variable) {
  std::vector<std::string> powers;
  for (size_t power = coefficients.size(); power-- > 0;) {
    if (power == 0) {
      powers.emplace_back();
    } else {
      powers.push_back(power == 1 ? std::string(variable) : Cat(variable, "^", power));
    }
  }
  std::vector<Term> terms;
  for (size_t i = 0; i < coefficients.size(); ++i) terms.emplace_back(coefficients[i], powers[i]);
  return SumText(terms);
}

std::string SumEquation(int64_t a, int64_t b) {
  return Cat(a, b < 0 ? " - " : " + ", std::abs(b), " = ", a + b);
}

std::string Product(int64_t a, int64_t b) { return Cat(a, "*", Bracketed(b), " = ", a * b); }

std::string Quotient(int64_t dividend, int64_t divisor) {
  LEMMA_CHECK(divisor != 0 && dividend % divisor == 0);
  return Cat(dividend, "/", Bracketed(divisor), " = ", dividend / divisor);
}

std::string SolveSteps(int64_t coefficient, std::string_view variable, std::string_view reason,
                       int64_t value) {
  const std::string line = Cat(SumText({{coefficient, variable}}), " = ", reason);
  if (coefficient == 1) return line;
  if (coefficient == -1) return Cat(line, "; ", variable, " = ", -value);
  return Cat(line, "; ", variable, " = ", Quotient(value, coefficient));
}

std::string ReducedFraction(int64_t numerator, int64_t denominator) {
  LEMMA_CHECK(denominator != 0);
  const int64_t divisor = std::gcd(numerator, denominator) * (denominator < 0 ? -1 : 1);
  const std::string plain = Cat(numerator, "/", Bracketed(denominator));
  if (divisor == 1 && denominator != 1) return plain;
  if (divisor == denominator) return Cat(plain, " = ", numerator / divisor);
  return Cat(plain, " = ", numerator / divisor, "/", denominator / divisor);
}

Problem WorkedProblem(Language language, std::string question,
                      const std::vector<std::string>& thinking,
                      const std::vector<std::string>& steps, std::string answer) {
  Problem problem;
  problem.question = std::move(question);
  problem.thinking = Join(thinking, "\n");
  problem.solution = NumberedSolution(language, steps, answer);
  problem.answer = std::move(answer);
  return problem;
}

Problem ToldProblem(Language language, std::string question,
                    const std::vector<std::string>& thinking, const std::vector<std::string>& steps,
                    std::string answer) {
  std::vector<std::string> lines = {
      Cat(In(language, "Given: ", "已知: "), Join(NumbersOf(question)))};
  lines.insert(lines.end(), thinking.begin(), thinking.end());
  return WorkedProblem(language, std::move(question), lines, steps, std::move(answer));
}

std::string Compact(std::string_view text) {
  constexpr std::string_view kChineseComma = "，";
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with(kChineseComma)) {
      out += ',';
      i += kChineseComma.size() - 1;
    } else if (!std::isspace(static_cast<unsigned char>(text[i]))) {
      out += text[i];
    }
  }
  return out;
}

std::string InAnyOrder(std::string_view boxed) {
  const std::string text = Compact(boxed);
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  std::sort(parts.begin(), parts.end());
  return Join(parts);
}

}  // namespace lemma::train
