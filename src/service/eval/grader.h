// From a reply to an outcome: the answer found and compared by meaning, or the program run against
// the problem's tests.
//
// Thread-safe. Grade blocks: on a comparison for a fraction of a second, on a judge for longer.
#pragma once

#include <stop_token>

#include "common/base/status.h"
#include "service/eval/chat_protocol.h"
#include "service/eval/problem.h"
#include "service/eval/sample_result.h"
#include "service/reason/judge/judge.h"

namespace lemma::eval {

class Grader {
 public:
  // `judge` may be nullptr where no problem has tests; it outlives the grader.
  explicit Grader(const reason::Judge* judge) : judge_(judge) {}

  // All but `seconds`. Errors: as Judge::Run, which `stop` ends; kInternal where the host failed to
  // run a program.
  Result<SampleResult> Grade(const Problem& problem, const Reply& reply,
                             const std::stop_token& stop = {}) const;

 private:
  Status GradeProgram(const Problem& problem, const Reply& reply, const std::stop_token& stop,
                      SampleResult& result) const;

  const reason::Judge* const judge_;
};

}  // namespace lemma::eval
