// How many problems of each family to write.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "common/base/status.h"

namespace lemma::train {

// In the order of AllFamilies().
using ProblemCounts = std::vector<int64_t>;

// samples_per_family of each family of mathematics; programs, which have few patterns of many
// tokens each, are learnt from fewer.
ProblemCounts EvenCounts(int64_t samples_per_family);

// EvenCounts scaled by what an evaluation (lemma-train eval --json) says of each family: in
// proportion to its errors, between 0.8 and three times. Errors: unreadable, not an
// evaluation, a family it lacks; named.
Result<ProblemCounts> FocusedCounts(int64_t samples_per_family,
                                    const std::filesystem::path& evaluation);

}  // namespace lemma::train
