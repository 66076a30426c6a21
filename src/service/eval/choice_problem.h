// Multiple choice:
//   GPQA's columns "Question", "Correct Answer", "Incorrect Answer 1" ... 3;
//   {"question", "choices" or "options", "answer"}, the answer the choice's own text, a letter or
//   an index from 0, and MMLU-Pro's "answer_index" beside it;
//   {"question", "A", "B", ..., "answer"}, the answer a letter, as of C-Eval.
//
// Threads: any.
#pragma once

#include <cstdint>

#include "common/base/field_reader.h"
#include "service/eval/problem.h"

namespace lemma::eval {

inline constexpr size_t kChoicesMax = 26;

bool HasChoices(const FieldReader& fields);

// Of what HasChoices. They are shuffled, the same way for the same seed on every machine: files
// have the right one in the same place, and a model that always says "A" must not win. What is
// wrong is in `fields`' status.
void ReadChoiceProblem(FieldReader& fields, uint64_t seed, Problem& problem);

}  // namespace lemma::eval
