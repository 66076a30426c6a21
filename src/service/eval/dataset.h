// Problems from a file of JSON lines (docs/eval.md has the shapes): problems with an answer,
// choices (GPQA's columns, or "choices"), LiveCodeBench's programs.
//
// Threads: any; it blocks on the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/eval/problem.h"

namespace lemma::eval {

inline constexpr uint64_t kDatasetBytesMax = 8ull << 30;  // LiveCodeBench with all its tests: 4 GB
inline constexpr uint64_t kDatasetLineBytesMax = 512ull << 20;

struct DatasetOptions {
  uint64_t seed = 1;  // of the order of choices
  // Of LiveCodeBench's contest_date, "2025-02-01", both included; "": no bound.
  std::string from = "";
  std::string to = "";
  size_t n_max = 0;  // only the first ones; 0: all
};

struct Dataset {
  std::string name;    // the file's, without its folder
  std::string digest;  // of the lines that are in it, in their order; 16 hex digits
  std::vector<Problem> problems;
};

// Errors: kIo; kInvalidArgument with the file, the line and the field ("x.jsonl:3: answer is
// missing").
Result<Dataset> ReadDataset(const std::filesystem::path& path, const DatasetOptions& options);

// The same of lines that are no file. Errors: kInvalidArgument with the line ("line 3: answer is
// missing").
Result<Dataset> ParseDataset(const std::string& lines, const std::string& name,
                             const DatasetOptions& options);

}  // namespace lemma::eval
