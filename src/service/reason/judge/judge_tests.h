// The tests of a program, as a JSON file gives them (docs/judge.md). JSON ends here, but for the
// arguments and results of function calls, which are JSON values by nature.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "service/reason/judge/output_comparison.h"
#include "service/reason/judge/sandbox.h"

namespace lemma::reason {

inline constexpr size_t kJudgeTestsBytesMax = 64 << 20;
inline constexpr size_t kJudgeTestsMax = 10000;

struct JudgeTest {
  std::string name;           // its own, else its number from 1
  std::string input;          // standard input; of a call its arguments, a JSON array
  std::string output;         // expected on standard output
  boost::json::value result;  // expected of a call
};

struct JudgeTests {
  std::string function;  // the one to call; "": programs read standard input and print
  ComparisonRules comparison;
  BoxLimits limits;  // of each test
  std::vector<JudgeTest> tests;
};

// Errors: kInvalidArgument; field() names what is wrong ("tests[2].output").
Result<JudgeTests> ParseJudgeTests(std::string_view text);

// kInvalidArgument where a JSON text has an integer of over 64 bits, which its reader would round:
// for what is read before ParseJudgeTests sees it.
Status CheckIntegers(std::string_view text);

}  // namespace lemma::reason
