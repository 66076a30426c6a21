// How numbers are spelled: 1,234.50, 1\,234, 11,\!111, .5, 1.5e3, 0.1\overline{6}.
//
// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lemma::reason {

// Where the number that begins at `at` ends; `at` where none begins there. `comma_groups`: whether
// 1,234 is one number.
size_t NumberEnd(std::string_view text, size_t at, bool comma_groups);

// The digits of a spelled number as ExprKind::kNumber has them: "1234.50", "0.1(6)".
std::string NumberText(std::string_view spelled);

// '2' for ².
std::optional<char> SuperscriptDigit(char32_t c);

// "12" for ½: its two digits; "" for what is no fraction.
std::string_view FractionDigits(char32_t c);

}  // namespace lemma::reason
