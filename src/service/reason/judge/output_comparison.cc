#include "service/reason/judge/output_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>

#include "common/text/unicode.h"

namespace lemma::reason {
namespace {

namespace json = boost::json;

constexpr size_t kQuotedBytesMax = 80;
constexpr std::string_view kSpaces = " \t\r\n\v\f";

// For people: short, and printable whatever the program wrote.
std::string Quote(std::string_view text) {
  std::string storage;
  const bool cut = text.size() > kQuotedBytesMax;
  const std::string_view valid = text::ValidUtf8(text.substr(0, kQuotedBytesMax), storage);
  return json::serialize(json::string(valid)) + (cut ? "..." : "");
}

std::string Expected(std::string_view where, std::string_view expected, std::string_view actual) {
  return fmt::format("{}: expected {}, got {}", where, Quote(expected), Quote(actual));
}

std::string_view WithoutSpaceAtEnd(std::string_view text) {
  const size_t last = text.find_last_not_of(kSpaces);
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// Takes the first line off `text`, without its newline.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// "" at the end.
std::string_view TakeToken(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
  const std::string_view token = text.substr(0, text.find_first_of(kSpaces));
  text.remove_prefix(token.size());
  return token;
}

std::optional<double> FiniteNumber(std::string_view token) {
  if (token.starts_with('+')) token.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), number);
  const bool whole = error == std::errc() && end == token.data() + token.size();
  return whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

bool Near(double expected, double actual, double tolerance) {
  return std::abs(expected - actual) <= tolerance * std::max(1.0, std::abs(expected));
}

bool SameToken(std::string_view expected, std::string_view actual, double tolerance) {
  if (expected == actual) return true;
  if (tolerance <= 0) return false;
  const auto expected_number = FiniteNumber(expected);
  const auto actual_number = FiniteNumber(actual);
  return expected_number && actual_number && Near(*expected_number, *actual_number, tolerance);
}

std::optional<std::string> LineDifference(std::string_view expected, std::string_view actual) {
  expected = WithoutSpaceAtEnd(expected);
  actual = WithoutSpaceAtEnd(actual);
  for (size_t n = 1; !expected.empty() || !actual.empty(); ++n) {
    const std::string_view expected_line = WithoutSpaceAtEnd(TakeLine(expected));
    const std::string_view actual_line = WithoutSpaceAtEnd(TakeLine(actual));
    if (expected_line != actual_line) {
      return Expected(fmt::format("line {}", n), expected_line, actual_line);
    }
  }
  return std::nullopt;
}

std::optional<std::string> TokenDifference(std::string_view expected, std::string_view actual,
                                           double tolerance) {
  for (size_t n = 1;; ++n) {
    const std::string_view expected_token = TakeToken(expected);
    const std::string_view actual_token = TakeToken(actual);
    if (!SameToken(expected_token, actual_token, tolerance)) {
      return Expected(fmt::format("word {}", n), expected_token, actual_token);
    }
    if (expected_token.empty()) return std::nullopt;
  }
}

bool SameNumber(const json::value& expected, const json::value& actual, double tolerance) {
  if (expected.is_int64() && actual.is_int64()) {
    if (expected.get_int64() == actual.get_int64()) return true;
  } else if (expected.is_uint64() && actual.is_uint64()) {
    if (expected.get_uint64() == actual.get_uint64()) return true;
  } else if (expected.to_number<double>() == actual.to_number<double>()) {
    return true;
  }
  return tolerance > 0 && Near(expected.to_number<double>(), actual.to_number<double>(), tolerance);
}

// Parsed JSON nests kJsonDepthMax deep at most.
bool SameValue(const json::value& expected, const json::value& actual, double tolerance) {
  if (expected.is_number() && actual.is_number()) return SameNumber(expected, actual, tolerance);
  if (expected.is_array() && actual.is_array()) {
    const json::array& e = expected.get_array();
    const json::array& a = actual.get_array();
    return std::equal(e.begin(), e.end(), a.begin(), a.end(),
                      [&](const auto& x, const auto& y) { return SameValue(x, y, tolerance); });
  }
  if (expected.is_object() && actual.is_object()) {
    const json::object& e = expected.get_object();
    const json::object& a = actual.get_object();
    return e.size() == a.size() && std::all_of(e.begin(), e.end(), [&](const auto& member) {
             const json::value* other = a.if_contains(member.key());
             return other != nullptr && SameValue(member.value(), *other, tolerance);
           });
  }
  return expected == actual;
}

}  // namespace

std::optional<std::string> OutputDifference(std::string_view expected, std::string_view actual,
                                            const ComparisonRules& rules) {
  if (rules.float_tolerance > 0 || rules.how == OutputComparison::kTokens) {
    return TokenDifference(expected, actual, rules.float_tolerance);
  }
  if (rules.how == OutputComparison::kLines) return LineDifference(expected, actual);
  if (expected == actual) return std::nullopt;
  const auto [at, other] =
      std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
  const auto offset = static_cast<size_t>(at - expected.begin());
  return Expected(fmt::format("byte {}", offset), expected.substr(offset), actual.substr(offset));
}

std::optional<std::string> ResultDifference(const json::value& expected, const json::value& actual,
                                            double float_tolerance) {
  if (SameValue(expected, actual, float_tolerance)) return std::nullopt;
  const auto shown = [](const json::value& value) {
    const std::string text = json::serialize(value);
    return text.size() > kQuotedBytesMax ? text.substr(0, kQuotedBytesMax) + "..." : text;
  };
  return fmt::format("expected {}, got {}", shown(expected), shown(actual));
}

}  // namespace lemma::reason
