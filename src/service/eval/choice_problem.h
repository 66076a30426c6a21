// Multiple choice: GPQA's columns ("Question", "Correct Answer", "Incorrect Answer 1" ... 3), or
// {"question", "choices", "answer"}, the answer a letter, an index from 0 or the choice's own text.
//
// Threads: any.
#pragma once

#include <cstdint>

#include "common/base/field_reader.h"
#include "service/eval/problem.h"

namespace lemma::eval {

inline constexpr size_t kChoicesMax = 26;

// The options are shuffled, the same way for the same seed on every machine: files have the right
// one in the same place, and a model that always says "A" must not win. What is wrong is in
// `fields`' status.
void ReadChoiceProblem(FieldReader& fields, uint64_t seed, Problem& problem);

}  // namespace lemma::eval
