// Files: read whole with a limit, written whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma {

// A file opened for reading at any offset. Reading past the end is kDataLoss, not a short read.
// Thread-safe: reads carry their own offset.
class RandomAccessFile {
 public:
  static Result<RandomAccessFile> Open(const std::filesystem::path& path);
  RandomAccessFile(RandomAccessFile&& other) noexcept;
  RandomAccessFile& operator=(RandomAccessFile&& other) noexcept;
  ~RandomAccessFile();

  uint64_t size_bytes() const { return size_bytes_; }
  const std::filesystem::path& path() const { return path_; }
  Status ReadAt(uint64_t offset, void* into, size_t bytes) const;
  int descriptor() const { return fd_; }  // stays this object's

 private:
  RandomAccessFile(int fd, uint64_t size_bytes, std::filesystem::path path)
      : fd_(fd), size_bytes_(size_bytes), path_(std::move(path)) {}
  int fd_ = -1;
  uint64_t size_bytes_ = 0;
  std::filesystem::path path_;
};

// The whole file. A file over bytes_max is refused before anything is read.
Result<std::string> ReadFile(const std::filesystem::path& path, uint64_t bytes_max);

// A file that is written piece by piece to <path>.tmp and appears at `path` when it is complete:
// readers see the old file or the new one, also when the disk is full or the process dies. Of two
// that write one path at once the second gets kIo; what a killed one left is written over.
class AtomicFileWriter {
 public:
  static Result<AtomicFileWriter> Create(const std::filesystem::path& path);
  AtomicFileWriter(AtomicFileWriter&& other) noexcept;
  AtomicFileWriter& operator=(AtomicFileWriter&&) = delete;
  ~AtomicFileWriter();  // without Commit: nothing stays

  Status Append(std::string_view bytes);
  Status Commit();  // syncs and renames

 private:
  AtomicFileWriter(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
  std::filesystem::path temporary() const { return path_.string() + ".tmp"; }
  int fd_ = -1;  // -1: done, or moved from
  std::filesystem::path path_;
};

Status WriteFileAtomically(const std::filesystem::path& path, std::string_view bytes);

}  // namespace lemma
