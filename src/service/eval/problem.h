// One problem of a dataset, as a server is asked and as its reply is graded.
//
// Threads: none; a value.
#pragma once

#include <optional>
#include <string>

#include "service/reason/judge/judge_tests.h"

namespace lemma::eval {

struct Problem {
  std::string id;      // unique in its dataset
  std::string family;  // "": the dataset names none
  std::string prompt;  // what the user's message says
  std::string gold;    // the right answer; of a choice its letter; "" where a program is asked for
  std::optional<reason::JudgeTests> tests;  // a program is asked for, and graded by all of these
  // Those tests that the problem shows, as POST /v1/solve takes them. JSON; "": none.
  std::string shown_tests;
};

}  // namespace lemma::eval
