#include "train/data/steps.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "common/base/check.h"

namespace lemma::train {
namespace {

// A division by at most this needs no working where its quotient has one digit.
constexpr int64_t kKnownDivisorMax = 12;

// The part of n that its first digit stands for: 278 -> 200, 6 -> 6, 0 -> 0.
int64_t LeadingPart(int64_t n) {
  int64_t place = 1;
  while (n / place >= 10) place *= 10;
  return n / place * place;
}

bool HasOneNonzeroDigit(int64_t n) { return n == LeadingPart(n); }

// "left op right = ... = value", both not negative and the value not either; `wrap` puts a minus
// around each expression: "-(678 - 345) = ... = -333".
std::string UseUpSecond(int64_t left, char op, int64_t right, int places, bool wrap) {
  const int64_t sign = op == '+' ? 1 : -1;
  const auto expression = [&] {
    const std::string text =
        DecimalText(left, places) + " " + op + " " + DecimalText(right, places);
    return wrap ? "-(" + text + ")" : text;
  };
  std::string chain = expression();
  while (!HasOneNonzeroDigit(right) && (left >= 100 || right >= 100)) {
    const int64_t part = LeadingPart(right);
    left += sign * part;
    right -= part;
    chain += " = " + expression();
  }
  const int64_t value = left + sign * right;
  return chain + " = " + DecimalText(wrap ? -value : value, places);
}

// The terms that a factor is split into: 36 -> 30, 6; a long first factor only into its hundreds
// and the rest: 347 -> 300, 47.
std::vector<int64_t> SplitByPlace(int64_t n) {
  std::vector<int64_t> parts;
  for (; n != 0; n -= parts.back()) parts.push_back(LeadingPart(n));
  return parts;
}

int64_t WithoutTrailingZeros(int64_t n) {
  while (n != 0 && n % 10 == 0) n /= 10;
  return n;
}

// Two digits times one, whatever zeros follow, the table up to 12*12, or a power of ten.
bool IsKnownProduct(int64_t a, int64_t b) {
  a = WithoutTrailingZeros(a);
  b = WithoutTrailingZeros(b);
  const int64_t larger = std::max(a, b), smaller = std::min(a, b);
  return smaller <= 1 || larger <= 12 || (larger < 100 && smaller < 10);
}

// Two digits by one, a quotient of one digit by up to 20, or nothing to divide.
bool IsKnownDivision(int64_t a, int64_t b) {
  return b == 1 || a < b || (a < 100 && b < 10) || (a < 10 * b && b <= kKnownDivisorMax);
}

// The one-digit quotient that b rounded down to one digit (below 20 to 15 or 10) suggests, never
// too small: (171, 38) -> 171/30 = 5.
int64_t GuessedDigit(int64_t a, int64_t b) {
  const int64_t rounded = b < 20 ? b / 5 * 5 : LeadingPart(b);
  return std::min<int64_t>(9, a / rounded);
}

}  // namespace

std::string DecimalText(int64_t value, int places) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  if (places > 0) {
    const size_t least = static_cast<size_t>(places) + 1;
    if (digits.size() < least) digits.insert(0, least - digits.size(), '0');
    digits.insert(digits.size() - static_cast<size_t>(places), ".");
  }
  return value < 0 ? "-" + digits : digits;
}

std::string ShortDecimalText(int64_t value, int places) {
  for (; places > 0 && value % 10 == 0; value /= 10) --places;
  return DecimalText(value, places);
}

std::string FractionText(int64_t numerator, int64_t denominator) {
  LEMMA_CHECK(denominator != 0);
  const int64_t divisor = std::gcd(numerator, denominator) * (denominator < 0 ? -1 : 1);
  numerator /= divisor;
  denominator /= divisor;
  if (denominator == 1) return std::to_string(numerator);
  return std::string(numerator < 0 ? "-" : "") + "\\frac{" +
         std::to_string(numerator < 0 ? -numerator : numerator) + "}{" +
         std::to_string(denominator) + "}";
}

std::string Join(const std::vector<std::string>& parts, const std::string& separator) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : separator) + parts[i];
  return out;
}

std::string Join(const std::vector<int64_t>& numbers, const std::string& separator) {
  std::vector<std::string> parts;
  for (const int64_t number : numbers) parts.push_back(std::to_string(number));
  return Join(parts, separator);
}

std::string AddSteps(int64_t a, int64_t b, int places) {
  if (b < 0) return SubtractSteps(a, -b, places);
  if (a >= 0) return UseUpSecond(a, '+', b, places, /*wrap=*/false);
  const std::string sum = DecimalText(a, places) + " + " + DecimalText(b, places) + " = ";
  if (b >= -a) return sum + UseUpSecond(b, '-', -a, places, /*wrap=*/false);
  return sum + UseUpSecond(-a, '-', b, places, /*wrap=*/true);
}

std::string SubtractSteps(int64_t a, int64_t b, int places) {
  if (b < 0) return AddSteps(a, -b, places);
  if (a >= b) return UseUpSecond(a, '-', b, places, /*wrap=*/false);
  const std::string difference = DecimalText(a, places) + " - " + DecimalText(b, places) + " = ";
  if (a < 0) return difference + UseUpSecond(-a, '+', b, places, /*wrap=*/true);
  return difference + UseUpSecond(b, '-', a, places, /*wrap=*/true);
}

std::string SumSteps(const std::vector<int64_t>& terms) {
  LEMMA_CHECK(terms.size() >= 2);
  std::vector<std::string> chains;
  int64_t sum = terms[0];
  for (size_t i = 1; i < terms.size(); ++i) {
    chains.push_back(AddSteps(sum, terms[i]));
    sum += terms[i];
  }
  return Join(chains, "; ");
}

std::string MultiplySteps(int64_t a, int64_t b) {
  LEMMA_CHECK(a >= 0 && b >= 0);
  const std::string product = std::to_string(a) + "*" + std::to_string(b);
  if (IsKnownProduct(a, b)) return product + " = " + std::to_string(a * b);

  const bool split_second = !HasOneNonzeroDigit(b);
  const int64_t front = a % 100 == 0 ? LeadingPart(a) : a / 100 * 100;
  const std::vector<int64_t> parts =
      split_second ? SplitByPlace(b) : std::vector<int64_t>{front, a - front};
  std::vector<std::string> chains, products;
  std::vector<int64_t> values;
  for (const int64_t part : parts) {
    const int64_t left = split_second ? a : part;
    const int64_t right = split_second ? part : b;
    if (!IsKnownProduct(left, right)) chains.push_back(MultiplySteps(left, right));
    products.push_back(std::to_string(left) + "*" + std::to_string(right));
    values.push_back(left * right);
  }
  const std::string expanded = product + " = " + Join(products, " + ") + " = ";
  if (values.size() == 2) {
    chains.push_back(expanded + AddSteps(values[0], values[1]));
  } else {
    chains.push_back(expanded + Join(values, " + "));
    chains.push_back(SumSteps(values));
  }
  return Join(chains, "; ");
}

std::string DivideSteps(int64_t a, int64_t b) {
  const std::string equation = std::to_string(a) + " = " + std::to_string(a / b) + "*" +
                               std::to_string(b) + " + " + std::to_string(a % b);
  if (IsKnownDivision(a, b)) return equation;
  if (a >= 10 * b) return DivideDigitSteps(a, b) + "; " + equation;
  std::vector<std::string> chains;
  for (int64_t guess = GuessedDigit(a, b); guess > a / b; --guess) {
    chains.push_back(MultiplySteps(b, guess) + " > " + std::to_string(a));
  }
  if (a / b > 1) chains.push_back(MultiplySteps(b, a / b));
  chains.push_back(SubtractSteps(a, a / b * b));
  chains.push_back(equation);
  return Join(chains, "; ");
}

std::string DivideDigitSteps(int64_t a, int64_t b) {
  LEMMA_CHECK(a >= 0 && b > 0);
  if (a < 10 * b || IsKnownDivision(a, b)) return DivideSteps(a, b);
  std::vector<std::string> chains;
  int64_t rest = 0;
  for (const char digit : std::to_string(a)) {
    rest = rest * 10 + (digit - '0');
    if (chains.empty() && rest < b) continue;
    chains.push_back(DivideSteps(rest, b));
    rest %= b;
  }
  return Join(chains, "; ");
}

std::string ExactDivideSteps(int64_t a, int64_t b) {
  LEMMA_CHECK(b > 0 && a % b == 0);
  const std::string quotient =
      std::to_string(a) + "/" + std::to_string(b) + " = " + std::to_string(a / b);
  // Halves and fifths need no more than two neighbouring digits at a time.
  const bool is_known = b == 1 || a < 100 || (a < 1000 && (b == 2 || b == 5));
  if (is_known) return quotient;
  if (a % 10 == 0 && b % 10 == 0) {
    int64_t zeros = 10;
    while (a % (zeros * 10) == 0 && b % (zeros * 10) == 0) zeros *= 10;
    const std::string cancelled = std::to_string(a / zeros) + "/" + std::to_string(b / zeros);
    return std::to_string(a) + "/" + std::to_string(b) + " = " + cancelled + "; " +
           ExactDivideSteps(a / zeros, b / zeros);
  }
  return DivideDigitSteps(a, b) + "; " + quotient;
}

std::string GcdSteps(int64_t a, int64_t b) {
  LEMMA_CHECK(a > 0 && b > 0);
  int64_t large = std::max(a, b), small = std::min(a, b);
  std::vector<std::string> chains;
  while (small != 0) {
    chains.push_back(DivideSteps(large, small));
    large = std::exchange(small, large % small);
  }
  chains.push_back("gcd(" + std::to_string(a) + ", " + std::to_string(b) +
                   ") = " + std::to_string(large));
  return Join(chains, "; ");
}

std::string ReduceSteps(int64_t n, int64_t d) {
  LEMMA_CHECK(n > 0 && d > 0);
  const std::string fraction = std::to_string(n) + "/" + std::to_string(d);
  if (d == 1) return fraction + " = " + std::to_string(n);
  const int64_t divisor = std::gcd(n, d);
  std::string steps = GcdSteps(n, d);
  if (divisor == 1) return steps;
  steps += "; " + ExactDivideSteps(n, divisor);
  if (divisor == d) return steps;
  steps += "; " + ExactDivideSteps(d, divisor);
  return steps + "; " + fraction + " = " + std::to_string(n / divisor) + "/" +
         std::to_string(d / divisor);
}

std::string LcmSteps(int64_t a, int64_t b) {
  const int64_t divisor = std::gcd(a, b);
  std::string steps = GcdSteps(a, b);
  if (divisor != 1) steps += "; " + ExactDivideSteps(a, divisor);
  return steps + "; " + MultiplySteps(a / divisor, b) + "; lcm(" + std::to_string(a) + ", " +
         std::to_string(b) + ") = " + std::to_string(a / divisor * b);
}

}  // namespace lemma::train
