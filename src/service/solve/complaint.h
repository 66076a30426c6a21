// What is wrong with a program that fails a test, for the model that wrote it.
#pragma once

#include <optional>
#include <string>

#include "service/reason/judge/judge.h"
#include "service/reason/judge/judge_tests.h"

namespace lemma::solve {

// Of the first test that the program itself has failed; nullopt where there is none: it was
// accepted, or the host could not run it, which no other program mends.
// `report` is of `tests`.
std::optional<std::string> Complaint(const reason::JudgeReport& report,
                                     const reason::JudgeTests& tests);

}  // namespace lemma::solve
