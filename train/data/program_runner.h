// Runs short programs against tests: how the trainer tells whether a reply's program is right.
//
// This is a tool for the programs of this repository's own small model, under limits that contain
// mistakes (endless loops, crashes, floods). It is NOT a sandbox against hostile code.
//
// The function under test is the last one defined at the top level of the program, or the last
// public method of its class Solution. Results are compared by value: numbers exactly, a bool only
// with a bool, tuples as lists, lists in order unless the test says any_order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "train/data/family.h"

namespace lemma::train {

enum class Outcome {
  kPassed,
  kWrong,  // returned another value
  kError,  // does not compile, raised, crashed, or ended early
  kTimedOut,
};

struct Verdict {
  Outcome outcome = Outcome::kError;
  std::string detail;  // what was returned or raised, at most 200 bytes; "" when passed
};

struct RunOptions {
  int cpu_s = 5;      // per program, over all its tests
  double wall_s = 8;  // likewise
  uint64_t memory_bytes = 512u << 20;
  uint64_t file_bytes = 1u << 20;
  std::string python = "python3";
  std::vector<std::string> compilers = {"g++", "clang++"};  // the first that is there
};

struct Job {
  std::string code;
  std::string language;  // "python" or "cpp"
  std::vector<TestCase> tests;
};

// One verdict a test. An error means that nothing could be said: an unknown language, no python3
// or compiler, no temporary directory.
Result<std::vector<Verdict>> RunProgram(const std::string& code, const std::string& language,
                                        const std::vector<TestCase>& tests,
                                        const RunOptions& options = {});

// The same for many, up to n_parallel processes at a time; one list of verdicts a job. Python
// programs share interpreters (each program in a fork of its own), so this is far faster than one
// call each.
Result<std::vector<std::vector<Verdict>>> RunPrograms(std::span<const Job> jobs, int n_parallel,
                                                      const RunOptions& options = {});

// At least one test, and all passed.
bool AllPassed(const std::vector<Verdict>& verdicts);

// The content of the last fenced block (```python ... ```), an unfinished one included; "" if
// there is none.
std::string LastFencedBlock(std::string_view text);

// What to run to judge a reply to an algorithm problem.
Job JobFor(const Problem& problem, std::string_view reply);

}  // namespace lemma::train
