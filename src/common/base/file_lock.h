// A file that one process has at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <utility>

#include "common/base/status.h"

namespace lemma {

// Held until it is destroyed or the process ends, however it does; programs that it starts do not
// have it. The file stays: who removes it would let two have a lock of that name.
class FileLock {
 public:
  // Makes the file where it is missing. Nothing where another process, or another FileLock of this
  // one, has it. Errors: kIo.
  static Result<std::optional<FileLock>> TryTake(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace lemma
