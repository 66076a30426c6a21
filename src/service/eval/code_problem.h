// Programming problems in LiveCodeBench's format: tests of standard input, or calls of a function
// of the starter code. The prompt has the same parts as LiveCodeBench's, in our words.
//
// Threads: any.
#pragma once

#include <string>

#include "common/base/field_reader.h"
#include "service/eval/problem.h"

namespace lemma::eval {

// `date`: contest_date, as it stands there. What is wrong is in `fields`' status; private tests
// that are pickled are: unpickling runs code, so nobody should do it to a file from elsewhere.
void ReadCodeProblem(FieldReader& fields, Problem& problem, std::string& date);

}  // namespace lemma::eval
