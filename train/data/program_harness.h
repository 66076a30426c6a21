// The code that stands around a program under test. Both harnesses print one line a verdict,
//   @ JOB TEST OUTCOME DETAIL
// where OUTCOME is pass, wrong, error or timeout, and TEST -1 stands for all tests that have no
// verdict yet. What the program itself prints is dropped.
#pragma once

#include <string>
#include <string_view>

#include "train/data/program_runner.h"

namespace lemma::train {

// A driver: reads the jobs (JobsJson) from the file named by its argument and runs each program in
// a fork of its own, under the limits.
std::string_view PythonDriver();

// The jobs and limits as the driver reads them.
std::string JobsJson(std::span<const Job> jobs, const RunOptions& options);

// A whole C++ program: the job's code and a main that runs its tests as job 0. kInvalidArgument
// if the code defines no function.
Result<std::string> CppProgram(const Job& job);

}  // namespace lemma::train
