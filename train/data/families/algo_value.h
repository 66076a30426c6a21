// Values that programs take and return, as the generators hold them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "train/data/rng.h"

namespace lemma::train {

using Ints = std::vector<int64_t>;
using Grid = std::vector<Ints>;                               // rows; also adjacency lists
using Counts = std::vector<std::pair<std::string, int64_t>>;  // a dictionary, in insertion order
using Value = std::variant<int64_t, bool, std::string, Ints, Grid, Counts>;
using Values = std::vector<Value>;

// One call and what it must return.
struct Case {
  Values arguments;
  Value expected;
  bool any_order = false;
};

// As in the tests: JSON, "[2, 7]", "true", "\"ab\"".
std::string ToJson(const Value& value);
// As a reader of the question expects it: like JSON, but in Python True and False.
std::string ToSource(const Value& value, bool python);

Ints DrawInts(Rng& rng, int64_t count, int64_t low, int64_t high);
// Strictly ascending.
Ints DrawSorted(Rng& rng, int64_t count, int64_t low, int64_t high);
Grid DrawGrid(Rng& rng, int64_t rows, int64_t columns, int64_t low, int64_t high);
std::string DrawText(Rng& rng, int64_t count, std::string_view alphabet);

}  // namespace lemma::train
