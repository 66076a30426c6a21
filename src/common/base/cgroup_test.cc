// Property: whatever the groups of a process say, the tightest of them counts.
#include "common/base/cgroup.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <string>

#include "common/base/cpu.h"

namespace lemma {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMemoryUnlimited = std::numeric_limits<uint64_t>::max();
constexpr int kCoresUnlimited = std::numeric_limits<int>::max();

// A root directory with the files that the kernel would show.
class CgroupTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ =
        fs::path(testing::TempDir()) /
        (std::string("cgroup_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    Write("proc/self/cgroup", "1:cpu:/elsewhere\n0::/pods/worker\n");
  }
  void TearDown() override { fs::remove_all(root_); }

  void Write(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  void WriteGroup(const std::string& file, const std::string& text) {
    Write("sys/fs/cgroup/" + file, text);
  }

  fs::path root_;
};

TEST_F(CgroupTest, NoGroupsLimitNothing) {
  for (const char* own : {"0::/pods/worker\n", "0::/\n", "1:cpu:/a\n", "", "0::/../out\n"}) {
    Write("proc/self/cgroup", own);
    EXPECT_EQ(ReadCgroupLimits(root_).memory_bytes_free, kMemoryUnlimited) << own;
    EXPECT_EQ(ReadCgroupLimits(root_).cores_max, kCoresUnlimited) << own;
  }
}

TEST_F(CgroupTest, PageCacheIsFreeMemory) {
  WriteGroup("pods/worker/memory.max", "1000\n");
  WriteGroup("pods/worker/memory.current", "900\n");
  EXPECT_EQ(ReadCgroupLimits(root_).memory_bytes_free, 100u);
  WriteGroup("pods/worker/memory.stat",
             "anon 200\nfile 700\nfile_mapped 50\ninactive_file 400\nactive_file 300\n");
  EXPECT_EQ(ReadCgroupLimits(root_).memory_bytes_free, 800u);
  WriteGroup("pods/worker/memory.current", "1200\n");
  WriteGroup("pods/worker/memory.stat", "anon 1200\n");
  EXPECT_EQ(ReadCgroupLimits(root_).memory_bytes_free, 0u) << "over the limit";
  WriteGroup("pods/worker/memory.stat", "inactive_file 5000\n");
  EXPECT_EQ(ReadCgroupLimits(root_).memory_bytes_free, 1000u) << "more cache than use";
}

TEST_F(CgroupTest, TheTightestGroupOnTheWayUpCounts) {
  WriteGroup("pods/worker/memory.max", "max\n");
  WriteGroup("pods/worker/cpu.max", "400000 100000\n");
  WriteGroup("pods/memory.max", "1000\n");
  WriteGroup("pods/memory.current", "300\n");
  WriteGroup("pods/cpu.max", "max 100000\n");
  WriteGroup("memory.max", "5000\n");
  WriteGroup("cpu.max", "300000 100000\n");
  WriteGroup("elsewhere/memory.max", "1\n");
  EXPECT_EQ(ReadCgroupLimits(root_).memory_bytes_free, 700u);
  EXPECT_EQ(ReadCgroupLimits(root_).cores_max, 3);
}

TEST_F(CgroupTest, PartOfACoreIsACore) {
  const std::pair<const char*, int> cases[] = {
      {"50000 100000", 1},           {"0 100000", 1},
      {"100000 100000", 1},          {"100001 100000", 2},
      {"100000 0", kCoresUnlimited}, {"18446744073709551615 1", kCoresUnlimited},
      {"100000", kCoresUnlimited},   {"", kCoresUnlimited}};
  for (const auto& [text, cores] : cases) {
    WriteGroup("pods/worker/cpu.max", text);
    EXPECT_EQ(ReadCgroupLimits(root_).cores_max, cores) << text;
  }
}

TEST_F(CgroupTest, TheQuotaBoundsTheCoresOfTheProcessor) {
  const int n_cores = DetectCpu(root_).n_cores;
  EXPECT_GE(n_cores, 1);
  WriteGroup("pods/worker/cpu.max", "90000 100000\n");
  EXPECT_EQ(DetectCpu(root_).n_cores, 1);
  WriteGroup("pods/worker/cpu.max", "99900000 100000\n");
  EXPECT_EQ(DetectCpu(root_).n_cores, n_cores);
}

}  // namespace
}  // namespace lemma
