#include "service/eval/grader.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "common/base/check.h"
#include "service/eval/repeated_tail.h"
#include "service/reason/answer_equality.h"
#include "service/reason/answer_extractor.h"
#include "service/reason/judge/program.h"

namespace lemma::eval {
namespace {

std::optional<std::string> AnswerOf(const Reply& reply) {
  if (reply.answer) return reply.answer;
  auto found =
      reply.is_cut ? reason::ExtractAnswerOfCut(reply.text) : reason::ExtractAnswer(reply.text);
  return found ? std::optional(std::move(found->text)) : std::nullopt;
}

bool IsLoop(const Reply& reply) {
  if (reply.is_stopped) return true;
  // What ended by itself has found its way out.
  return reply.is_cut && HasRepeatedTail(reply.text.empty() ? reply.reasoning : reply.text);
}

Outcome OutcomeOfFailure(const Reply& reply, bool has_answer) {
  if (IsLoop(reply)) return Outcome::kLooped;
  if (reply.is_cut) return Outcome::kTruncated;
  return has_answer ? Outcome::kWrong : Outcome::kNoAnswer;
}

}  // namespace

Status Grader::GradeProgram(const Problem& problem, const Reply& reply, const std::stop_token& stop,
                            SampleResult& result) const {
  LEMMA_CHECK(judge_ != nullptr, "problems with tests need a judge");
  const auto program = reason::ExtractProgram(reply.text);
  if (!program) {
    result.outcome = OutcomeOfFailure(reply, /*has_answer=*/false);
    return Ok();
  }
  LEMMA_ASSIGN_OR_RETURN(
      const reason::JudgeReport report,
      judge_->Run(*program, *problem.tests, [&stop] { return stop.stop_requested(); }));
  if (report.verdict == reason::Verdict::kInternalError) {
    return Internal("the host could not run a program of problem " + problem.id);
  }
  result.outcome = report.verdict == reason::Verdict::kAccepted
                       ? Outcome::kRight
                       : OutcomeOfFailure(reply, /*has_answer=*/true);
  if (result.outcome != Outcome::kRight) {
    result.detail = fmt::format("{}, {} of {} tests", reason::VerdictName(report.verdict),
                                report.n_accepted, problem.tests->tests.size());
  }
  return Ok();
}

Result<SampleResult> Grader::Grade(const Problem& problem, const Reply& reply,
                                   const std::stop_token& stop) const {
  SampleResult result;
  result.is_cut = reply.is_cut;
  result.has_looped = reply.has_looped;
  result.tokens = reply.tokens;
  if (problem.tests) {
    LEMMA_RETURN_IF_ERROR(GradeProgram(problem, reply, stop, result));
    return result;
  }
  const auto answer = AnswerOf(reply);
  const bool is_right = answer && reason::CompareAnswers(problem.gold, *answer).same;
  result.answer = answer.value_or("");
  result.outcome = is_right ? Outcome::kRight : OutcomeOfFailure(reply, answer.has_value());
  return result;
}

}  // namespace lemma::eval
