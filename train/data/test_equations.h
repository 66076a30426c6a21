// For tests of families: an independent reader of working. It finds every chain "expr = expr = ..."
// of numbers in a text and says which of them are false; it knows nothing of how steps are written.
#pragma once

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::train {

// The value of + - * / % ^ ( ) and decimals with the usual precedence; nullopt if `text` is no
// expression.
class ExpressionReader {
 public:
  static std::optional<double> Evaluate(std::string_view text) {
    ExpressionReader reader(text);
    const double value = reader.Sum();
    reader.SkipSpace();
    if (!reader.is_valid_ || reader.at_ != text.size()) return std::nullopt;
    return value;
  }

 private:
  explicit ExpressionReader(std::string_view text) : text_(text) {}

  void SkipSpace() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool Take(char c) {
    SkipSpace();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  double Sum() {
    double value = Product();
    while (is_valid_) {
      if (Take('+')) {
        value += Product();
      } else if (Take('-')) {
        value -= Product();
      } else {
        break;
      }
    }
    return value;
  }
  double Product() {
    double value = Power();
    while (is_valid_) {
      if (Take('*')) {
        value *= Power();
      } else if (Take('/')) {
        value /= Power();
      } else if (Take('%')) {
        value = std::fmod(value, Power());
      } else {
        break;
      }
    }
    return value;
  }
  double Power() {
    if (Take('-')) return -Power();
    const double base = Atom();
    return Take('^') ? std::pow(base, Power()) : base;
  }
  double Atom() {
    if (Take('(')) {
      const double value = Sum();
      is_valid_ = is_valid_ && Take(')');
      return value;
    }
    const size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isdigit(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '.')) {
      ++at_;
    }
    if (begin == at_) is_valid_ = false;
    return std::atof(std::string(text_.substr(begin, at_ - begin)).c_str());
  }

  std::string_view text_;
  size_t at_ = 0;
  bool is_valid_ = true;
};

struct EquationReport {
  int n_checked = 0;                      // pairs of neighbours in chains
  std::vector<std::string> false_chains;  // chains with unequal or unreadable sides
};

namespace equations_internal {

inline void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

// n over k by Pascal's rule.
inline long Binomial(long n, long k) {
  std::vector<long> row(static_cast<size_t>(k) + 1, 0);
  row[0] = 1;
  for (long i = 0; i < n; ++i) {
    for (size_t j = row.size() - 1; j > 0; --j) row[j] += row[j - 1];
  }
  return row.back();
}

// gcd(a, b), lcm(a, b) and C(n, k) become their values.
inline std::string WithFunctionValues(std::string text) {
  static const std::regex function(R"((gcd|lcm|C)\((\d+), (\d+)\))");
  std::smatch match;
  while (std::regex_search(text, match, function)) {
    const long a = std::stol(match[2]), b = std::stol(match[3]);
    const long value = match[1] == "gcd"   ? std::gcd(a, b)
                       : match[1] == "lcm" ? std::lcm(a, b)
                                           : Binomial(a, b);
    text = match.prefix().str() + std::to_string(value) + match.suffix().str();
  }
  return text;
}

inline std::string Plain(std::string text) {
  static const std::regex fraction(R"(\\frac\{(-?\d+)\}\{(\d+)\})");
  static const std::regex list_number(R"((^|\n)\d+\. )");
  text = std::regex_replace(text, fraction, "($1/$2)");
  text = std::regex_replace(text, list_number, "$1");
  for (const std::string_view sign : {"\\cdot", "\\times", "×"}) ReplaceAll(text, sign, "*");
  for (const std::string_view sign : {"\\div", "÷"}) ReplaceAll(text, sign, "/");
  ReplaceAll(text, " mod ", " % ");
  return WithFunctionValues(text);
}

// Stands in a chain for what has no value: a variable, an index.
constexpr char kUnknown = '?';

inline void CheckChain(const std::string& chain, EquationReport& report) {
  std::optional<double> previous;
  for (size_t begin = 0; begin <= chain.size();) {
    const size_t end = std::min(chain.find('=', begin), chain.size());
    const std::string side = chain.substr(begin, end - begin);
    begin = end + 1;
    const bool is_left_out = side.find_first_not_of(' ') == std::string::npos ||
                             side.find(kUnknown) != std::string::npos;
    const std::optional<double> value = ExpressionReader::Evaluate(side);
    if (!is_left_out && !value) report.false_chains.push_back(chain);
    if (previous && value) {
      ++report.n_checked;
      const bool is_equal = std::abs(*previous - *value) <= 1e-9 * (1 + std::abs(*value));
      if (!is_equal) report.false_chains.push_back(chain);
    }
    previous = value;
  }
}

}  // namespace equations_internal

// Words, punctuation and lines end a chain; a side with a variable ("3x + 1 = 4") is left out.
inline EquationReport CheckEquations(const std::string& working) {
  const std::string text = equations_internal::Plain(working);
  EquationReport report;
  std::string chain;
  const auto finish = [&] {
    if (chain.find('=') != std::string::npos) equations_internal::CheckChain(chain, report);
    chain.clear();
  };
  constexpr std::string_view kInChains = "0123456789+-*/()^%= ", kInVariables = "{}_\\";
  const auto is_letter = [&](size_t i) {
    return i < text.size() && std::isalpha(static_cast<unsigned char>(text[i])) != 0;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_decimal_point = text[i] == '.' && i + 1 < text.size() &&
                                  std::isdigit(static_cast<unsigned char>(text[i + 1])) != 0;
    if (is_decimal_point || kInChains.find(text[i]) != std::string_view::npos) {
      chain += text[i];
    } else if (kInVariables.find(text[i]) != std::string_view::npos ||
               (is_letter(i) && !is_letter(i + 1) && (i == 0 || !is_letter(i - 1)))) {
      chain += equations_internal::kUnknown;
    } else {
      finish();
    }
  }
  finish();
  return report;
}

}  // namespace lemma::train
