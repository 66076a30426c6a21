#include "service/solve/complaint.h"

#include <algorithm>
#include <boost/json.hpp>

namespace lemma::solve {
namespace {

using reason::Verdict;

constexpr size_t kShownBytes = 2000;  // of a test's input and outputs

std::string Shown(const std::string& text) {
  return text.size() <= kShownBytes ? text : text.substr(0, kShownBytes) + "...";
}

bool IsItsFault(const reason::TestVerdict& test) {
  return test.verdict != Verdict::kAccepted && test.verdict != Verdict::kInternalError &&
         test.verdict != Verdict::kSkipped;
}

}  // namespace

std::optional<std::string> Complaint(const reason::JudgeReport& report,
                                     const reason::JudgeTests& tests) {
  if (report.verdict == Verdict::kCompileError) {
    return "Your program does not compile:\n" + Shown(report.compiler_message) +
           "\n\nWrite the whole program again.";
  }
  const auto failed = std::find_if(report.tests.begin(), report.tests.end(), IsItsFault);
  if (failed == report.tests.end()) return std::nullopt;
  const reason::JudgeTest& test = tests.tests[static_cast<size_t>(failed - report.tests.begin())];
  std::string text =
      "Your program was run against tests and failed one.\n\nInput:\n" + Shown(test.input) +
      "\n\nExpected output:\n" +
      Shown(tests.function.empty() ? test.output : boost::json::serialize(test.result));
  if (failed->verdict == Verdict::kWrongAnswer) {
    text += "\n\nOutput of your program:\n" + Shown(failed->output);
  } else {
    text += "\n\nVerdict: " + std::string(reason::VerdictName(failed->verdict)) + ". " +
            Shown(failed->message) + "\n" + Shown(failed->errors);
  }
  return text + "\n\nFind the mistake and write the whole program again.";
}

}  // namespace lemma::solve
