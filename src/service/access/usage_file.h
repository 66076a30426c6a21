// A copy of what keys have used, in a file that is mapped into memory: who is killed leaves it as
// it was at that moment, and a change costs what one of memory costs. A power failure may lose it.
//
// The file is of this machine and this program: blocks of slots, each with a key's id and two
// usages, of which one counts. The other one is written, then counts: a kill in between leaves the
// usage before or the one after, nothing of both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/status.h"
#include "service/access/limits.h"

namespace lemma::access {

// One thread at a time, of one process.
class UsageFile {
 public:
  using Usages = std::unordered_map<std::string, KeyUsage>;

  // Made where there is none. `usages` becomes what it holds, with nothing in flight; what was
  // last used over a day ago and what no such file holds (a damaged one) is left out and given to
  // other keys. Errors: kIo.
  static Result<UsageFile> Open(const std::filesystem::path& path, int64_t now_ms, Usages& usages);
  UsageFile(UsageFile&& other) noexcept;
  UsageFile& operator=(UsageFile&& other) noexcept;
  ~UsageFile();

  // Errors: kIo where the disk has no room for one more key; the others stay.
  Status Set(const std::string& key_id, const KeyUsage& usage);

 private:
  struct Slot;
  explicit UsageFile(int fd) : fd_(fd) {}
  Result<Slot*> MapBlock();  // the next one of the file; its first slot
  Status AddBlock();

  int fd_ = -1;
  std::vector<Slot*> blocks_;
  std::vector<Slot*> free_;
  std::unordered_map<std::string, Slot*> slots_;  // by key
};

}  // namespace lemma::access
