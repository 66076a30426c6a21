// Words that follow a number: units and multiples, in English and Chinese.
//
// Threads: any; the tables are constant.
#pragma once

#include <cstdint>
#include <string_view>

namespace lemma::reason {

// The one name of a unit that has several ("centimeters", "厘米": "cm"); "" for an unknown word.
std::string_view CanonicalUnit(std::string_view word);

bool IsKnownUnit(std::string_view word);

// 1000000 for "million" or "百万"; 0 for a word that is no multiple.
int64_t MultipleOf(std::string_view word);

}  // namespace lemma::reason
