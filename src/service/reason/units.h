// Words that follow a number: units and multiples, in English and Chinese.
//
// Threads: any; the tables are constant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lemma::reason {

// The one name of a unit that has several ("centimeters", "厘米": "cm"); "" for an unknown word.
std::string_view CanonicalUnit(std::string_view word);

bool IsKnownUnit(std::string_view word);

// Whether words after a number make it another: "squared", "or less", "thirds", "分之一", "倍".
bool ChangesNumber(std::string_view words);

// The 1000000 of "million dollars" or "百万元", and the length of its word; nothing of "千米",
// which is a unit.
struct Multiple {
  int64_t value = 0;
  size_t n_bytes = 0;  // 0 where there is none
};
Multiple MultipleOf(std::string_view words);

}  // namespace lemma::reason
