// Problems as lines of JSON: what `lemma-train data` writes and every later step reads.
// Drills (drills.h) stand in a file of their own, a JSON string a line.
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

// In a folder of data.
inline constexpr const char* kTrainFile = "train.jsonl";
inline constexpr const char* kHeldOutFile = "heldout.jsonl";
inline constexpr const char* kDrillsFile = "drills.jsonl";

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

// Calls on_drill for every drill of the file. Errors (kDataLoss): a line that is no string; named.
Status ForEachDrill(const std::filesystem::path& path,
                    const std::function<void(std::string_view drill)>& on_drill);

// The whole file.
Result<std::vector<Problem>> ReadProblems(const std::filesystem::path& path);

}  // namespace lemma::train
