#include "inference/model/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>
#include <utility>

#include "common/base/cgroup.h"

namespace lemma::model {
namespace {

constexpr uint64_t kHugePageBytes = 2 << 20;
constexpr uint64_t kPageBytes = 4096;
constexpr uint64_t kBoundaryBytes = 64;

}  // namespace

Result<MemoryBlock> MemoryBlock::Allocate(uint64_t bytes, std::string_view purpose) {
  bytes = std::max<uint64_t>(bytes, 1);
  // A block that starts on a huge page's boundary gets one more of them.
  if (bytes >= kHugePageBytes)
    bytes = (bytes + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
  void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) {
    return IoError("cannot allocate " + std::to_string(bytes) + " bytes for " +
                   std::string(purpose) + ": " + std::strerror(errno));
  }
  madvise(data, bytes, MADV_HUGEPAGE);  // an optimisation: failure changes nothing else
  return MemoryBlock(static_cast<std::byte*>(data), bytes, /*is_file=*/false);
}

Result<MemoryBlock> MemoryBlock::Map(const RandomAccessFile& file, uint64_t offset,
                                     uint64_t bytes) {
  void* data =
      mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.descriptor(), static_cast<off_t>(offset));
  if (data == MAP_FAILED) {
    return IoError(file.path().string() + ": cannot map " + std::to_string(bytes) +
                   " bytes into memory: " + std::strerror(errno));
  }
  madvise(data, bytes, MADV_HUGEPAGE);
  return MemoryBlock(static_cast<std::byte*>(data), bytes, /*is_file=*/true);
}

Status MemoryBlock::Touch(uint64_t offset, uint64_t bytes) const {
  const uint64_t begin = offset / kPageBytes * kPageBytes;
  // Before Linux 5.14 there is no such advice: each page then waits when it is first read.
  if (madvise(data_ + begin, offset + bytes - begin, MADV_POPULATE_READ) == 0 || errno == EINVAL) {
    return Ok();
  }
  return DataLoss(errno == EFAULT ? "has become shorter, or its disk fails"
                                  : "cannot be read: " + std::string(std::strerror(errno)));
}

MemoryBlock::MemoryBlock(MemoryBlock&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      is_file_(std::exchange(other.is_file_, false)) {}

MemoryBlock& MemoryBlock::operator=(MemoryBlock&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(is_file_, other.is_file_);
  return *this;
}

MemoryBlock::~MemoryBlock() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

std::byte* BlockLayout::Take(int64_t bytes) {
  std::byte* part = base_ == nullptr ? nullptr : base_ + bytes_;
  bytes_ += (static_cast<uint64_t>(bytes) + kBoundaryBytes - 1) / kBoundaryBytes * kBoundaryBytes;
  return part;
}

uint64_t AvailableMemoryBytes(const std::filesystem::path& root) {
  uint64_t available = std::numeric_limits<uint64_t>::max();
  std::ifstream info(root / "proc/meminfo");
  uint64_t kibibytes = 0;
  for (std::string field, unit; info >> field >> kibibytes; std::getline(info, unit)) {
    if (field == "MemAvailable:") available = kibibytes * 1024;
  }
  return std::min(available, ReadCgroupLimits(root).memory_bytes_free);
}

}  // namespace lemma::model
