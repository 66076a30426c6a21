// Problems as lines of JSON: what `lemma-train data` writes and every later step reads.
//   {"family", "domain": "math"|"algorithm", "language": "en"|"zh", "question", "thinking",
//    "solution", "answer"} and for algorithms {"code_language",
//    "tests": [{"arguments": [..], "expected", "any_order"}]}
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "train/data/family.h"

namespace lemma::train {

// A few hundred thousand problems take a few hundred megabytes; more is a mistaken file.
inline constexpr uint64_t kProblemFileBytesMax = 8ull << 30;

// Without the line's end.
std::string FormatProblem(const Problem& problem);

// Errors (kDataLoss): not JSON, a missing or ill-typed member; named by `name` ("f.jsonl:17").
Result<Problem> ParseProblem(std::string_view line, std::string_view name);

// Calls on_problem(index of the line, problem) for every line of the file, on n_threads threads
// that take contiguous parts of the file, thread t the t-th. The first error ends it.
Status ForEachProblem(const std::filesystem::path& path, int n_threads,
                      const std::function<void(int thread, size_t line, Problem&&)>& on_problem);

// The whole file.
Result<std::vector<Problem>> ReadProblems(const std::filesystem::path& path);

}  // namespace lemma::train
