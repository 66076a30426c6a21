#include "service/access/usage_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace lemma::access {
namespace {

constexpr size_t kIdBytes = 32;  // with the 0 behind it
constexpr size_t kSlotsOfBlock = 1024;
constexpr int64_t kForgottenMs = 24 * 60 * 60 * 1000;

Status SystemError(const char* doing) {
  return IoError(std::string("cannot ") + doing + ": " + std::strerror(errno));
}

bool IsPlausible(const Bucket& bucket, int64_t now_ms) {
  return bucket.debt >= 0 && bucket.debt <= kDebtMax && bucket.at_ms >= 0 &&
         bucket.at_ms <= now_ms + kForgottenMs;
}

}  // namespace

// All zeros: free.
struct UsageFile::Slot {
  char key_id[kIdBytes];
  std::atomic<uint64_t> counts;  // which of the two
  KeyUsage usages[2];

  static constexpr size_t BlockBytes() { return kSlotsOfBlock * sizeof(Slot); }

  // Whether it holds what a later request has to know.
  bool IsWorthKeeping(int64_t now_ms) const {
    const size_t n_id = strnlen(key_id, kIdBytes);
    if (n_id == 0 || n_id == kIdBytes || counts > 1) return false;
    const KeyUsage& usage = usages[counts];
    return IsPlausible(usage.requests, now_ms) && IsPlausible(usage.tokens, now_ms) &&
           std::max(usage.requests.at_ms, usage.tokens.at_ms) >= now_ms - kForgottenMs;
  }
};

Result<UsageFile> UsageFile::Open(const std::filesystem::path& path, int64_t now_ms,
                                  Usages& usages) {
  UsageFile file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  struct stat info{};
  if (file.fd_ < 0 || fstat(file.fd_, &info) != 0) {
    return SystemError("open").WithPrefix(path.string());
  }
  usages.clear();
  const size_t n_blocks = static_cast<size_t>(info.st_size) / Slot::BlockBytes();
  // Half a block at its end is of a process that was killed when it made it.
  if (ftruncate(file.fd_, static_cast<off_t>(n_blocks * Slot::BlockBytes())) != 0) {
    return SystemError("cut to whole blocks").WithPrefix(path.string());
  }
  while (file.blocks_.size() < n_blocks) {
    const Result<Slot*> first = file.MapBlock();
    if (!first.ok()) return first.status().WithPrefix(path.string());
    for (Slot* slot = *first; slot != *first + kSlotsOfBlock; ++slot) {
      if (!slot->IsWorthKeeping(now_ms)) {
        std::memset(static_cast<void*>(slot), 0, sizeof(Slot));
        file.free_.push_back(slot);
        continue;
      }
      KeyUsage usage = slot->usages[slot->counts];
      usage.n_in_flight = 0;
      usages[slot->key_id] = usage;
      file.slots_[slot->key_id] = slot;
    }
  }
  return file;
}

UsageFile::UsageFile(UsageFile&& other) noexcept { *this = std::move(other); }

UsageFile& UsageFile::operator=(UsageFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(blocks_, other.blocks_);
  std::swap(free_, other.free_);
  std::swap(slots_, other.slots_);
  return *this;
}

UsageFile::~UsageFile() {
  for (Slot* block : blocks_) munmap(block, Slot::BlockBytes());
  if (fd_ >= 0) close(fd_);
}

Status UsageFile::Set(const std::string& key_id, const KeyUsage& usage) {
  if (key_id.empty() || key_id.size() >= kIdBytes) {
    return InvalidArgument("a key's id has 1 to 31 bytes", "key_id");
  }
  Slot*& slot = slots_[key_id];
  if (slot == nullptr) {
    if (free_.empty()) {
      const Status added = AddBlock();
      if (!added.ok()) {
        slots_.erase(key_id);
        return added;
      }
    }
    slot = free_.back();
    free_.pop_back();
    slot->usages[0] = usage;
    // Its first byte at last: until then the slot is free.
    std::memcpy(slot->key_id + 1, key_id.data() + 1, key_id.size() - 1);
    std::atomic_ref(slot->key_id[0]).store(key_id[0], std::memory_order_release);
    return Ok();
  }
  const uint64_t next = 1 - slot->counts.load(std::memory_order_relaxed);
  slot->usages[next] = usage;
  slot->counts.store(next, std::memory_order_release);
  return Ok();
}

Result<UsageFile::Slot*> UsageFile::MapBlock() {
  static_assert(Slot::BlockBytes() % 4096 == 0, "blocks are mapped one by one");
  void* mapped = mmap(nullptr, Slot::BlockBytes(), PROT_READ | PROT_WRITE, MAP_SHARED, fd_,
                      static_cast<off_t>(blocks_.size() * Slot::BlockBytes()));
  if (mapped == MAP_FAILED) return SystemError("map");
  blocks_.push_back(static_cast<Slot*>(mapped));
  return blocks_.back();
}

Status UsageFile::AddBlock() {
  // Its room is taken now: later, a full disk would end the process.
  errno = posix_fallocate(fd_, static_cast<off_t>(blocks_.size() * Slot::BlockBytes()),
                          Slot::BlockBytes());
  if (errno != 0) return SystemError("make room");
  LEMMA_ASSIGN_OR_RETURN(Slot * first, MapBlock());
  for (size_t i = kSlotsOfBlock; i-- > 0;) free_.push_back(first + i);
  return Ok();
}

}  // namespace lemma::access
