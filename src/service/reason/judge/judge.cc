#include "service/reason/judge/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>

#include "common/base/json.h"

namespace lemma::reason {
namespace {

std::string HeadAndTail(const std::string& text) {
  if (text.size() <= 2 * kOutputShown) return text;
  return fmt::format("{}\n... {} bytes ...\n{}", text.substr(0, kOutputShown),
                     text.size() - 2 * kOutputShown, text.substr(text.size() - kOutputShown));
}

std::string LastLine(std::string_view text) {
  const size_t end = text.find_last_not_of(" \r\n");
  text = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

struct Finding {
  Verdict verdict;
  std::string message;
};

// Memory that a program asks for at once and is not given is never resident, so only its own words
// tell: an honest program's are these, and another gains nothing by them.
bool SaysOutOfMemory(const BoxResult& box) {
  return box.errors.find("MemoryError") != std::string::npos ||
         box.errors.find("std::bad_alloc") != std::string::npos;
}

Finding FindFailure(const BoxResult& box) {
  if (box.signal == SIGSYS) {
    return {Verdict::kSandboxRefused, "it made a system call of another architecture"};
  }
  if (SaysOutOfMemory(box)) return {Verdict::kMemoryLimit, "it asked for more than the limit"};
  if (box.signal == SIGXFSZ) {
    return {Verdict::kRuntimeError, "it wrote a file over the limit (SIGXFSZ)"};
  }
  if (box.signal != 0) {
    return {Verdict::kRuntimeError,
            fmt::format("it was ended by signal {} ({})", box.signal, strsignal(box.signal))};
  }
  const std::string said = LastLine(box.errors);
  return {Verdict::kRuntimeError, fmt::format("it ended with exit status {}{}{}", box.exit_code,
                                              said.empty() ? "" : ": ", said)};
}

// How the box ended; kAccepted where the program ended well, which leaves its output to compare.
Finding FindEnding(const BoxResult& box, const BoxLimits& limits) {
  switch (box.ending) {
    case BoxEnding::kExited:
      if (box.exit_code == 0) return {Verdict::kAccepted, ""};
      return FindFailure(box);
    case BoxEnding::kSignalled:
      return FindFailure(box);
    case BoxEnding::kCpuLimit:
      return {Verdict::kTimeLimit, fmt::format("over {} ms of processor time", limits.cpu_ms)};
    case BoxEnding::kWallLimit:
      return {Verdict::kTimeLimit, fmt::format("not done after {} ms", limits.wall_ms)};
    case BoxEnding::kMemoryLimit:
      return {Verdict::kMemoryLimit, fmt::format("over {} MiB", limits.memory_bytes >> 20)};
    case BoxEnding::kOutputLimit:
      return {Verdict::kOutputLimit, fmt::format("over {} bytes", limits.output_bytes)};
    case BoxEnding::kForbidden:
      return {Verdict::kSandboxRefused,
              fmt::format("the system call {} is not allowed", box.forbidden_call)};
  }
  return {Verdict::kInternalError, "unknown ending"};
}

std::optional<std::string> Difference(const JudgeTests& tests, const JudgeTest& test,
                                      const std::string& output) {
  if (tests.function.empty()) return OutputDifference(test.output, output, tests.comparison);
  const auto result = ParseJson(output, "what the function returned");
  if (!result.ok()) return result.status().message();
  return ResultDifference(test.result, *result, tests.comparison.float_tolerance);
}

TestVerdict RunTest(const Sandbox& sandbox, const CompiledProgram& program, const JudgeTests& tests,
                    const BoxLimits& limits, const JudgeTest& test) {
  TestVerdict verdict;
  verdict.name = test.name;
  const auto input = SealedFile::Make(test.input);
  const auto box =
      input.ok() ? sandbox.Run(program.Command(*input, limits)) : Result<BoxResult>(input.status());
  if (!box.ok()) {
    verdict.message = box.status().message();
    return verdict;
  }
  Finding finding = FindEnding(*box, limits);
  if (finding.verdict == Verdict::kAccepted) {
    if (auto difference = Difference(tests, test, box->output)) {
      finding = {Verdict::kWrongAnswer, std::move(*difference)};
    }
  }
  verdict.verdict = finding.verdict;
  verdict.message = std::move(finding.message);
  verdict.cpu_ms = box->cpu_ms;
  verdict.wall_ms = box->wall_ms;
  verdict.memory_bytes = box->memory_bytes_max;
  verdict.output = HeadAndTail(box->output);
  verdict.errors = HeadAndTail(box->errors);
  return verdict;
}

TestVerdict Skipped(const JudgeTest& test) {
  TestVerdict verdict;
  verdict.name = test.name;
  verdict.verdict = Verdict::kSkipped;
  verdict.message = "not run: another test had failed";
  return verdict;
}

// Every test gets the same verdict: of what cannot be run.
void FailAll(const JudgeTests& tests, const Compiler::Outcome& outcome, JudgeReport& report) {
  TestVerdict verdict;
  verdict.verdict = Verdict::kCompileError;
  verdict.message = "it does not compile";
  if (outcome.box.ending == BoxEnding::kForbidden) {
    verdict.verdict = Verdict::kSandboxRefused;
    verdict.message = fmt::format("compiling it made the system call {}, which is not allowed",
                                  outcome.box.forbidden_call);
  } else if (outcome.box.ending != BoxEnding::kExited) {
    verdict.message = "compiling it took more than the compiler is given";
  }
  report.compiler_message = outcome.box.errors;
  for (const JudgeTest& test : tests.tests) {
    verdict.name = test.name;
    report.tests.push_back(verdict);
  }
}

}  // namespace

const char* VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccepted:
      return "accepted";
    case Verdict::kWrongAnswer:
      return "wrong_answer";
    case Verdict::kRuntimeError:
      return "runtime_error";
    case Verdict::kTimeLimit:
      return "time_limit";
    case Verdict::kMemoryLimit:
      return "memory_limit";
    case Verdict::kOutputLimit:
      return "output_limit";
    case Verdict::kCompileError:
      return "compile_error";
    case Verdict::kSandboxRefused:
      return "sandbox_refused";
    case Verdict::kInternalError:
      return "internal_error";
    case Verdict::kSkipped:
      return "skipped";
  }
  return "unknown";
}

Result<Judge> Judge::Create(const JudgeOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(Sandbox sandbox, Sandbox::Create(options.sandbox));
  return Judge(options, std::move(sandbox));
}

Result<JudgeReport> Judge::Run(const Program& program, const JudgeTests& tests,
                               const std::function<bool()>& is_over,
                               const std::function<bool()>& is_enough) const {
  BoxLimits compile_limits = options_.compile_limits, limits = tests.limits;
  if (is_over) compile_limits.is_over = limits.is_over = &is_over;
  LEMMA_ASSIGN_OR_RETURN(const Compiler::Outcome outcome,
                         Compiler(sandbox_, compile_limits).Compile(program, tests.function));
  JudgeReport report;
  report.language = program.language;
  report.compile_ms = outcome.box.cpu_ms;
  if (!outcome.compiled()) {
    FailAll(tests, outcome, report);
  } else {
    report.tests.resize(tests.tests.size());
    std::atomic<size_t> next = 0;
    std::atomic<bool> has_failed = false;
    const auto work = [&] {
      for (;;) {
        // Before a test is taken: so what is skipped comes after what has failed.
        const bool is_skipped = has_failed && is_enough && is_enough();
        const size_t i = next++;
        if (i >= tests.tests.size() || (is_over && is_over())) return;
        const JudgeTest& test = tests.tests[i];
        report.tests[i] =
            is_skipped ? Skipped(test) : RunTest(sandbox_, outcome.program, tests, limits, test);
        if (report.tests[i].verdict != Verdict::kAccepted) has_failed = true;
      }
    };
    std::vector<std::jthread> others;
    const size_t n_threads =
        std::clamp<size_t>(static_cast<size_t>(options_.n_parallel), 1, tests.tests.size());
    try {
      for (size_t i = 1; i < n_threads; ++i) others.emplace_back(work);
    } catch (const std::system_error&) {  // no thread is to be had: fewer do it too
    }
    work();
    others.clear();
    if (is_over && is_over()) {
      return Status(StatusCode::kCancelled, "nobody waits for the verdict any more");
    }
  }
  for (const TestVerdict& test : report.tests) {
    if (test.verdict == Verdict::kAccepted) ++report.n_accepted;
    if (report.verdict == Verdict::kAccepted) report.verdict = test.verdict;
  }
  return report;
}

}  // namespace lemma::reason
