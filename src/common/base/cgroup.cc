#include "common/base/cgroup.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace lemma {
namespace {

namespace fs = std::filesystem;

// The number a file begins with; `otherwise` where there is none ("max", no such file).
uint64_t NumberInFile(const fs::path& path, uint64_t otherwise) {
  std::ifstream file(path);
  uint64_t number = 0;
  return file >> number ? number : otherwise;
}

uint64_t PageCacheBytes(const fs::path& group) {
  std::ifstream stat(group / "memory.stat");
  uint64_t bytes = 0;
  uint64_t value = 0;
  for (std::string name; stat >> name >> value;) {
    if (name == "inactive_file" || name == "active_file") bytes += value;
  }
  return bytes;
}

uint64_t MemoryBytesFree(const fs::path& group) {
  constexpr uint64_t kUnlimited = CgroupLimits().memory_bytes_free;
  const uint64_t limit = NumberInFile(group / "memory.max", kUnlimited);
  if (limit == kUnlimited) return kUnlimited;
  const uint64_t used = NumberInFile(group / "memory.current", 0);
  const uint64_t held = used - std::min(used, PageCacheBytes(group));
  return limit - std::min(limit, held);
}

int CoresMax(const fs::path& group) {
  constexpr int kUnlimited = CgroupLimits().cores_max;
  std::ifstream file(group / "cpu.max");  // "<quota> <period>" in microseconds, or "max <period>"
  uint64_t quota = 0;
  uint64_t period = 0;
  if (!(file >> quota >> period) || period == 0) return kUnlimited;
  const uint64_t cores = quota / period + (quota % period != 0 ? 1 : 0);
  return static_cast<int>(std::clamp<uint64_t>(cores, 1, kUnlimited));
}

// The process's group, relative to the mount; "" for the mount itself.
fs::path OwnGroup(const fs::path& root) {
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("0::/")) return line.substr(4);
  }
  return "";
}

}  // namespace

CgroupLimits ReadCgroupLimits(const fs::path& root) {
  const fs::path mount = root / "sys/fs/cgroup";
  CgroupLimits limits;
  // A container may see its group mounted as the top one while its path is still the host's: then
  // the groups on the way do not exist here and limit nothing, and the last one counts.
  for (fs::path group = OwnGroup(root);; group = group.parent_path()) {
    limits.memory_bytes_free = std::min(limits.memory_bytes_free, MemoryBytesFree(mount / group));
    limits.cores_max = std::min(limits.cores_max, CoresMax(mount / group));
    if (group.empty()) return limits;
  }
}

}  // namespace lemma
