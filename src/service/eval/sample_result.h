// What one sample came to, as state files and reports keep it.
//
// Threads: none; a value.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::eval {

enum class Outcome {
  kRight,      // however it ended
  kWrong,      // it ended by itself with another answer
  kNoAnswer,   // it ended by itself without one
  kTruncated,  // cut by the limit of tokens or the deadline, and not right
  kLooped,     // going round in circles when it was cut or stopped, and not right
};
inline constexpr int kOutcomes = 5;

const char* OutcomeName(Outcome outcome);  // "right", "wrong", "no_answer", "truncated", "looped"
std::optional<Outcome> OutcomeNamed(std::string_view name);

struct SampleResult {
  Outcome outcome = Outcome::kNoAnswer;
  std::string answer;       // "": none was found, or it is a program
  std::string detail;       // why not right, for people: a verdict of the judge
  bool is_cut = false;      // right ones too
  bool has_looped = false;  // the server's guard has broken a loop in it
  int64_t tokens = 0;
  double seconds = 0;  // from the question to the whole answer
};

boost::json::object RenderSampleResult(const SampleResult& result);
// Errors: kInvalidArgument with the field.
Result<SampleResult> ParseSampleResult(const boost::json::object& object);

}  // namespace lemma::eval
