// Judges programs: compiles one in a box, runs it in a fresh box against each test, compares here
// what came out with what was expected. What is expected never enters a box, and no word of a
// program counts but its output.
//
// Thread-safe. Run blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/reason/judge/compiler.h"
#include "service/reason/judge/judge_tests.h"
#include "service/reason/judge/program.h"
#include "service/reason/judge/sandbox.h"

namespace lemma::reason {

enum class Verdict {
  kAccepted,
  kWrongAnswer,
  kRuntimeError,  // a signal or an exit status other than 0
  kTimeLimit,     // of processor time, or asleep for too long
  kMemoryLimit,
  kOutputLimit,
  kCompileError,
  kSandboxRefused,  // it asked for what a box does not give
  kInternalError,   // the host failed: says nothing about the program
  kSkipped,         // not run, since another test had failed
};

const char* VerdictName(Verdict verdict);  // "accepted", "wrong_answer", ...

struct TestVerdict {
  std::string name;
  Verdict verdict = Verdict::kInternalError;
  std::string message;  // why, for people; "" where accepted
  int64_t cpu_ms = 0;
  int64_t wall_ms = 0;
  uint64_t memory_bytes = 0;
  std::string output;  // as the program wrote it: head and tail, kOutputShown bytes each
  std::string errors;
};

inline constexpr size_t kOutputShown = 2048;

struct JudgeReport {
  Verdict verdict = Verdict::kAccepted;  // the first of the tests that is not accepted
  ProgramLanguage language = ProgramLanguage::kPython;
  std::string compiler_message;    // what the compiler said where it failed
  int64_t compile_ms = 0;          // of processor time
  std::vector<TestVerdict> tests;  // in their order, each with a verdict of its own
  int n_accepted = 0;
};

struct JudgeOptions {
  SandboxOptions sandbox;
  BoxLimits compile_limits = kCompileLimits;
  int n_parallel = 1;  // tests at once; more than cores only makes them wait
};

class Judge {
 public:
  // Errors: kUnavailable where this host cannot isolate programs, with what to do.
  static Result<Judge> Create(const JudgeOptions& options);

  // Errors: kUnavailable where it has no compiler for the language, with what to install;
  // kCancelled soon after `is_over` says so, which is asked by several threads at once, the
  // caller's among them. `is_enough` likewise: once a test has failed, whether the others are left.
  Result<JudgeReport> Run(const Program& program, const JudgeTests& tests,
                          const std::function<bool()>& is_over = {},
                          const std::function<bool()>& is_enough = {}) const;

 private:
  Judge(const JudgeOptions& options, Sandbox sandbox)
      : options_(options), sandbox_(std::move(sandbox)) {}

  JudgeOptions options_;
  Sandbox sandbox_;
};

}  // namespace lemma::reason
