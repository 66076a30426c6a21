// Large blocks of memory, allocated once at start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "common/base/file.h"
#include "common/base/status.h"

namespace lemma::model {

// Whole pages, huge ones where the system has them; one costs nothing until it is touched.
class MemoryBlock {
 public:
  MemoryBlock() = default;  // of no bytes
  // Anonymous memory, zero. Errors (kIo): the system refuses. `purpose` names the block in the
  // message.
  static Result<MemoryBlock> Allocate(uint64_t bytes, std::string_view purpose);
  // A part of a file as it is, to be read only: its pages are the page cache's, which all processes
  // share. `offset` is a multiple of 4,096. Whoever truncates the file later ends this process by
  // SIGBUS; to replace it by another file of its name changes nothing. Errors (kIo): the system
  // refuses, as for a file on which it cannot map.
  static Result<MemoryBlock> Map(const RandomAccessFile& file, uint64_t offset, uint64_t bytes);
  MemoryBlock(MemoryBlock&& other) noexcept;
  MemoryBlock& operator=(MemoryBlock&& other) noexcept;
  ~MemoryBlock();

  // Waits until a part of it is in memory. Errors (kDataLoss): of a file, that it has become
  // shorter or cannot be read.
  Status Touch(uint64_t offset, uint64_t bytes) const;

  std::byte* data() const { return data_; }  // 64-byte aligned at least
  uint64_t bytes() const { return bytes_; }
  // Of a file's part: the system can drop such pages and read them again, and counts them as
  // available. 0 for anonymous memory.
  uint64_t file_bytes() const { return is_file_ ? bytes_ : 0; }

 private:
  MemoryBlock(std::byte* data, uint64_t bytes, bool is_file)
      : data_(data), bytes_(bytes), is_file_(is_file) {}
  std::byte* data_ = nullptr;
  uint64_t bytes_ = 0;
  bool is_file_ = false;
};

// Hands out consecutive parts of a block, each at a 64-byte boundary. Over nullptr it hands out
// nullptr and only counts: the same code then says how large the block must be.
class BlockLayout {
 public:
  explicit BlockLayout(std::byte* base) : base_(base) {}
  std::byte* Take(int64_t bytes);
  float* TakeFloats(int64_t n) { return reinterpret_cast<float*>(Take(n * 4)); }
  uint64_t bytes() const { return bytes_; }

 private:
  std::byte* base_;
  uint64_t bytes_ = 0;
};

// What this process may still use without swapping: the system's estimate, or less where a cgroup
// limits it. `root` is the directory that has proc and sys.
uint64_t AvailableMemoryBytes(const std::filesystem::path& root = "/");

}  // namespace lemma::model
