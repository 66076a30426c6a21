#include "train/data/families/number_trial.h"

#include "common/base/check.h"
#include "train/data/steps.h"
#include "train/data/wording.h"

namespace lemma::train {
namespace {

// "; 2^3": how often the prime was found so far, so that nothing has to be counted afterwards.
std::string Power(const std::pair<int64_t, int64_t>& power) {
  return "; " + std::to_string(power.first) + "^" + std::to_string(power.second);
}

}  // namespace

std::string TrialSteps(int64_t n, int64_t p, Language language) {
  std::string line = std::to_string(p) + ": ";
  if (p == 2 || p == 5) {
    line += std::string(In(language, "ends in ", "末位 ")) + std::to_string(n % 10);
  } else if (p == 3 && n >= 10) {
    int64_t sum = 0;
    std::vector<std::string> digits;
    for (const char digit : std::to_string(n)) {
      digits.push_back(std::string(1, digit));
      sum += digit - '0';
    }
    line += Join(digits, " + ") + " = " + std::to_string(sum);
  } else {
    line += DivideDigitSteps(n, p);
  }
  return line +
         std::string(n % p == 0 ? In(language, ", yes", ", 是") : In(language, ", no", ", 否"));
}

std::string TrialEnd(int64_t n, int64_t p) {
  LEMMA_CHECK(p * p > n);
  return std::to_string(p) + "*" + std::to_string(p) + " = " + std::to_string(p * p) + " > " +
         std::to_string(n);
}

int64_t SmallestFactor(int64_t n) {
  for (int64_t p = 2; p * p <= n; ++p) {
    if (n % p == 0) return p;
  }
  return n;
}

int64_t NextPrime(int64_t p) {
  do {
    ++p;
  } while (SmallestFactor(p) != p);
  return p;
}

Factoring FactorByTrial(int64_t n, Language language) {
  LEMMA_CHECK(n >= 2);
  Factoring factoring;
  std::vector<std::string> lines = {std::to_string(n)};
  const auto add_factor = [&](int64_t p) {
    auto& powers = factoring.powers;
    if (powers.empty() || powers.back().first != p) powers.emplace_back(p, 0);
    ++powers.back().second;
  };
  int64_t p = 2;
  while (p * p <= n) {
    std::string line = TrialSteps(n, p, language);
    if (n % p == 0) {
      // A trial by long division has shown the quotient's digits already.
      const bool has_digits = p > 5;
      line += "; " + (has_digits ? std::to_string(n) + "/" + std::to_string(p) + " = " +
                                       std::to_string(n / p)
                                 : ExactDivideSteps(n, p));
      add_factor(p);
      line += Power(factoring.powers.back());
      n /= p;
    } else {
      p = NextPrime(p);
    }
    lines.push_back(line);
  }
  add_factor(n);
  lines.push_back(TrialEnd(n, p) + Power(factoring.powers.back()));
  factoring.steps = Join(lines, "\n");
  return factoring;
}

std::string FactorisationText(const Factoring& factoring) {
  std::vector<std::string> factors;
  for (const auto& [prime, exponent] : factoring.powers) {
    factors.push_back(std::to_string(prime) + (exponent > 1 ? "^" + std::to_string(exponent) : ""));
  }
  return Join(factors, " \\cdot ");
}

}  // namespace lemma::train
