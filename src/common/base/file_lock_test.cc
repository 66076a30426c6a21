// Property: a lock is one holder's until it is let go.
#include "common/base/file_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace lemma {
namespace {

TEST(FileLockTest, OneHasItUntilItIsLetGo) {
  const std::filesystem::path path =
      testing::TempDir() + "/lemma-file-lock-" + std::to_string(getpid());
  {
    const auto first = FileLock::TryTake(path);
    ASSERT_TRUE(first.ok()) << first.status().message();
    ASSERT_TRUE(first->has_value());
    const auto second = FileLock::TryTake(path);
    ASSERT_TRUE(second.ok());
    EXPECT_FALSE(second->has_value());
  }
  const auto third = FileLock::TryTake(path);
  ASSERT_TRUE(third.ok());
  EXPECT_TRUE(third->has_value());
  std::filesystem::remove(path);
  EXPECT_EQ(FileLock::TryTake(path / "none").status().code(), StatusCode::kIo);
}

}  // namespace
}  // namespace lemma
