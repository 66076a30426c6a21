#include "inference/model/memory.h"

#include <gtest/gtest.h>

#include <fstream>

namespace lemma::model {
namespace {

namespace fs = std::filesystem;

void Write(const fs::path& path, const char* text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

TEST(AvailableMemoryTest, IsTheSystemsEstimateOrWhatTheControlGroupLeaves) {
  const fs::path root = fs::path(testing::TempDir()) / "available_memory";
  fs::remove_all(root);
  Write(root / "proc/meminfo", "MemTotal: 900 kB\nMemFree: 1 kB\nMemAvailable: 800 kB\n");
  EXPECT_EQ(AvailableMemoryBytes(root), 800u * 1024);
  Write(root / "proc/self/cgroup", "0::/pods/worker\n");
  const fs::path group = root / "sys/fs/cgroup/pods/worker";
  Write(group / "memory.max", "600000\n");
  Write(group / "memory.current", "590000\n");
  Write(group / "memory.stat", "anon 90000\ninactive_file 300000\nactive_file 200000\n");
  EXPECT_EQ(AvailableMemoryBytes(root), 510'000u);
  Write(group / "memory.max", "2000000\n");
  EXPECT_EQ(AvailableMemoryBytes(root), 800u * 1024);
  fs::remove_all(root);
}

TEST(AvailableMemoryTest, ThisMachineHasSome) { EXPECT_GT(AvailableMemoryBytes(), 0u); }

}  // namespace
}  // namespace lemma::model
