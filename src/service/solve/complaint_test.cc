// Property: a model is told of what its program did wrong, never of what the host did.
#include "service/solve/complaint.h"

#include <gtest/gtest.h>

#include <vector>

namespace lemma::solve {
namespace {

using reason::JudgeReport;
using reason::Verdict;

reason::JudgeTests Tests() {
  return reason::ParseJudgeTests(
             R"({"tests": [{"input": "in0", "output": "out0"}, {"input": "in1", "output": "out1"}]})")
      .value();
}

JudgeReport ReportOf(const std::vector<Verdict>& verdicts) {
  JudgeReport report;
  for (const Verdict verdict : verdicts) {
    report.tests.emplace_back().verdict = verdict;
    if (report.verdict == Verdict::kAccepted) report.verdict = verdict;
  }
  return report;
}

TEST(Complaint, IsOfTheFirstTestThatTheProgramFailed) {
  const auto first = Complaint(ReportOf({Verdict::kAccepted, Verdict::kWrongAnswer}), Tests());
  ASSERT_TRUE(first);
  EXPECT_NE(first->find("Input:\nin1\n\nExpected output:\nout1"), std::string::npos) << *first;

  const auto after =
      Complaint(ReportOf({Verdict::kInternalError, Verdict::kRuntimeError}), Tests());
  ASSERT_TRUE(after);
  EXPECT_NE(after->find("Input:\nin1"), std::string::npos) << *after;
  EXPECT_NE(after->find("runtime_error"), std::string::npos) << *after;
}

TEST(Complaint, IsNoneWhereTheHostFailed) {
  EXPECT_FALSE(Complaint(ReportOf({Verdict::kAccepted, Verdict::kInternalError}), Tests()));
  EXPECT_FALSE(Complaint(ReportOf({Verdict::kInternalError, Verdict::kSkipped}), Tests()));
}

}  // namespace
}  // namespace lemma::solve
