// The files of sets/, each whole (CMakeLists.txt makes the source).
#pragma once

#include <span>

namespace lemma::eval {

struct ShippedSet {
  const char* name;
  const char* rows;  // lines of JSON
};

std::span<const ShippedSet> ShippedSets();

// A word a line, lower case.
const char* ShippedWords();

}  // namespace lemma::eval
