// One child process, bounded: its time, memory, files and output end at a limit, and with it ends
// its whole process group.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/status.h"

namespace lemma::train {

struct ChildLimits {
  double wall_s = 10;
  int cpu_s = 0;                    // 0: not limited
  uint64_t memory_bytes = 0;        // address space; 0: not limited
  uint64_t file_bytes = 0;          // of each file it writes; 0: not limited
  uint64_t output_bytes = 1 << 20;  // more is cut off, and the child is killed
};

struct ChildResult {
  bool timed_out = false;  // killed at the wall-clock or the CPU limit
  int exit_code = 0;       // 128 + signal where a signal ended it
  std::string output;      // standard output and error, as they came
};

// Runs argv[0] (looked up on PATH) in `directory` and waits for its end; standard input is empty.
// kNotFound if there is no such program, kIo if the system refuses a process. Thread-safe.
Result<ChildResult> RunChild(const std::vector<std::string>& argv,
                             const std::filesystem::path& directory, const ChildLimits& limits);

// A private directory that is removed, with all in it, when its owner goes.
class TemporaryDirectory {
 public:
  static Result<TemporaryDirectory> Create();
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;  // empty once moved from
};

}  // namespace lemma::train
