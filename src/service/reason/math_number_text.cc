#include "service/reason/math_number_text.h"

#include <algorithm>
#include <array>

#include "service/reason/text_util.h"

namespace lemma::reason {
namespace {

constexpr size_t kExponentDigitsMax = 3;  // of numbers that are written out

// What may stand between groups of three digits. Plain signs are weaker: see GroupEnd.
constexpr std::string_view kStrongSeparators[] = {"{,}", ",\\!", "\\,",         "\\ ",
                                                  "\\;", "~",    "\xE2\x80\x89" /* U+2009 */};

size_t DigitsEnd(std::string_view text, size_t at) {
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at;
}

size_t SeparatorLength(std::string_view rest, bool comma_groups) {
  for (const std::string_view separator : kStrongSeparators) {
    if (rest.starts_with(separator)) return separator.size();
  }
  if (rest.starts_with(' ')) return 1;
  return comma_groups && rest.starts_with(',') ? 1 : 0;
}

// The end of a separator and three digits at `at`, or `at`. In "7 125/1000" the space parts a whole
// number from a fraction.
size_t GroupEnd(std::string_view text, size_t at, bool comma_groups) {
  const size_t length = SeparatorLength(text.substr(at), comma_groups);
  if (length == 0) return at;
  const size_t end = DigitsEnd(text, at + length);
  if (end != at + length + 3) return at;
  if (text[at] == ' ' && end < text.size() && text[end] == '/') return at;
  return end;
}

// The end of \overline{36} or \dot{3} or \dot{1}4285\dot{7} at `at`, or `at`.
size_t RepeatingEnd(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at);
  const std::string_view command = rest.starts_with("\\overline{") ? "\\overline{"
                                   : rest.starts_with("\\dot{")    ? "\\dot{"
                                                                   : "";
  if (command.empty()) return at;
  const size_t close = DigitsEnd(text, at + command.size());
  if (close == at + command.size() || close >= text.size() || text[close] != '}') return at;
  if (command == "\\overline{") return close + 1;
  const size_t second = DigitsEnd(text, close + 1);
  if (!text.substr(second).starts_with("\\dot{")) return close + 1;
  const size_t end = DigitsEnd(text, second + command.size());
  return end < text.size() && text[end] == '}' ? end + 1 : close + 1;
}

// The end of "e3", "E-5" after the digits of `mantissa`, or `at`. e is a constant, too: "2e-1" is
// taken for 2e - 1, "1e-6", "1.5e-3" and "2e-05" for powers of ten.
size_t ExponentEnd(std::string_view text, std::string_view mantissa, size_t at) {
  const std::string_view rest = text.substr(at);
  if (!rest.starts_with('e') && !rest.starts_with('E')) return at;
  const bool has_sign = rest.size() > 1 && (rest[1] == '-' || rest[1] == '+');
  const size_t first = at + (has_sign ? 2 : 1);
  const size_t end = DigitsEnd(text, first);
  if (end == first || end - first > kExponentDigitsMax) return at;
  const bool is_clear = !has_sign || rest[0] == 'E' || mantissa == "1" || text[first] == '0' ||
                        mantissa.find('.') != mantissa.npos;
  const bool is_plain = mantissa.find_first_not_of("0123456789.") == mantissa.npos;
  return is_clear && is_plain ? end : at;
}

// "1.5" and 3: "1500". Without leading zeros before a digit.
std::string Shifted(std::string digits, int by) {
  const size_t point = std::min(digits.find('.'), digits.size());
  if (point < digits.size()) digits.erase(point, 1);
  int at = static_cast<int>(point) + by;
  if (at < 1) digits.insert(0, 1 - at, '0');
  at = std::max(at, 1);
  if (at > static_cast<int>(digits.size())) digits.append(at - digits.size(), '0');
  const size_t n_zeros = std::min<size_t>(digits.find_first_not_of('0'), at - 1);
  if (at < static_cast<int>(digits.size())) digits.insert(at, 1, '.');
  return digits.substr(n_zeros);
}

size_t DecimalEnd(std::string_view text, size_t at, bool comma_groups) {
  size_t end = DigitsEnd(text, at);
  const bool can_group = end > at && end - at <= 3 && text[at] != '0';
  while (can_group) {
    const size_t next = GroupEnd(text, end, comma_groups);
    if (next == end) break;
    end = next;
  }
  if (end >= text.size() || text[end] != '.') return end;
  const size_t decimals = DigitsEnd(text, end + 1);
  const size_t repeating = RepeatingEnd(text, decimals);
  return repeating > end + 1 ? repeating : end;
}

}  // namespace

size_t NumberEnd(std::string_view text, size_t at, bool comma_groups) {
  const size_t end = DecimalEnd(text, at, comma_groups);
  return end == at ? at : ExponentEnd(text, text.substr(at, end - at), end);
}

std::string NumberText(std::string_view spelled) {
  if (const size_t e = spelled.find_first_of("eE"); e != spelled.npos && IsDigit(spelled.back())) {
    return Shifted(std::string(spelled.substr(0, e)),
                   std::stoi(std::string(spelled.substr(e + 1))));
  }
  std::string digits;
  bool repeats = false;
  for (const char c : spelled) {
    if (c == '\\' && digits.find('.') != digits.npos && !repeats) {
      digits += '(';
      repeats = true;
    }
    if (IsDigit(c) || c == '.') digits += c;
  }
  return repeats ? digits + ')' : digits;
}

std::optional<char> SuperscriptDigit(char32_t c) {
  constexpr std::u32string_view kSuperscripts = U"⁰¹²³⁴⁵⁶⁷⁸⁹";
  const size_t digit = kSuperscripts.find(c);
  if (digit == kSuperscripts.npos) return std::nullopt;
  return static_cast<char>('0' + digit);
}

std::string_view FractionDigits(char32_t c) {
  constexpr std::u32string_view kFractions = U"½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞";
  constexpr std::array<std::string_view, 15> kDigits = {
      "12", "13", "23", "14", "34", "15", "25", "35", "45", "16", "56", "18", "38", "58", "78"};
  const size_t found = kFractions.find(c);
  return found == kFractions.npos ? std::string_view() : kDigits[found];
}

}  // namespace lemma::reason
