// Whether a predicted answer is the gold one in another form.
//
// The gold answer decides what is asked: its kind (a number, several answers, an interval, ...),
// its symbols, its unit. The prediction may add what the gold leaves out ("x =", a unit, a dollar
// sign), never leave out what it has. Where it is unsure, the verdict is "different": a wrong
// answer that passes costs more than a right one that does not. docs/equal.md lists which way each
// doubtful case goes.
//
// Bounded by AnswerOptions::steps_max whatever the texts are. Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lemma::reason {

struct AnswerOptions {
  // A decimal of at least so many significant digits may stand for the exact number it rounds.
  int digits_min = 6;
  // Twenty times what a gold of AIME or HMMT takes; a fraction of a second at worst.
  int64_t steps_max = 4'000'000;
};

struct AnswerVerdict {
  bool same = false;
  std::string reason;  // for people: "equal, exactly", "different units: cm and m"
  int64_t steps_used = 0;
};

AnswerVerdict CompareAnswers(std::string_view gold, std::string_view prediction,
                             const AnswerOptions& options = {});

}  // namespace lemma::reason
