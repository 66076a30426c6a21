// Tables for spreadsheets, as RFC 4180 has them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace lemma::admin {

inline constexpr const char* kCsvLineEnd = "\r\n";

// A text as one field. What a spreadsheet would take as a formula begins with a '.
std::string CsvText(std::string_view text);

}  // namespace lemma::admin
