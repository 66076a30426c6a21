// What the control groups of this process leave it: a container's limits on memory and CPU time.
// Of cgroup version 2 (https://docs.kernel.org/admin-guide/cgroup-v2.html), mounted in its usual
// place; where there is none, nothing is limited.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>

namespace lemma {

struct CgroupLimits {
  // Under the tightest memory.max; the page cache counts as free, since the kernel drops it first.
  uint64_t memory_bytes_free = std::numeric_limits<uint64_t>::max();
  int cores_max = std::numeric_limits<int>::max();  // the smallest quota of cpu.max, rounded up
};

// Of the process's own group and all groups above it. `root` is the directory that has proc and
// sys.
CgroupLimits ReadCgroupLimits(const std::filesystem::path& root = "/");

}  // namespace lemma
