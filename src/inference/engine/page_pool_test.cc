#include "inference/engine/page_pool.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace lemma::engine {
namespace {

TEST(PagesFor, RoundsUp) {
  EXPECT_EQ(PagesFor(0), 0);
  EXPECT_EQ(PagesFor(1), 1);
  EXPECT_EQ(PagesFor(64), 1);
  EXPECT_EQ(PagesFor(65), 2);
}

// The model: a multiset of holds, one entry for each Allocate or Share not yet released.
TEST(PagePool, AgreesWithATrivialModelOverRandomOperations) {
  constexpr int32_t kPages = 37;
  PagePool pool(kPages);
  std::vector<PageId> holds;
  std::mt19937 random(7);
  for (int step = 0; step < 100000; ++step) {
    const auto pick = [&] { return random() % holds.size(); };
    const uint32_t operation = random() % 4;
    if (operation == 0 && pool.n_free() > 0) {
      const PageId page = pool.Allocate();
      ASSERT_EQ(std::count(holds.begin(), holds.end(), page), 0);
      holds.push_back(page);
    } else if (operation == 1 && !holds.empty() && holds.size() < 200) {
      const PageId page = holds[pick()];
      pool.Share(page);
      holds.push_back(page);
    } else if (!holds.empty()) {
      const size_t i = pick();
      pool.Release(holds[i]);
      holds.erase(holds.begin() + static_cast<std::ptrdiff_t>(i));
    }
    const std::set<PageId> held(holds.begin(), holds.end());
    ASSERT_EQ(pool.n_free(), kPages - static_cast<int32_t>(held.size()));
    if (step % 100 == 0) {
      ASSERT_TRUE(pool.IsConsistent());
      for (PageId page = 0; page < kPages; ++page) {
        ASSERT_EQ(pool.ref_count(page), std::count(holds.begin(), holds.end(), page));
      }
    }
  }
  for (const PageId page : holds) pool.Release(page);
  EXPECT_EQ(pool.n_free(), kPages);
  EXPECT_TRUE(pool.IsConsistent());
}

TEST(PagePoolDeathTest, MisuseIsCaught) {
  PagePool pool(1);
  const PageId page = pool.Allocate();
  EXPECT_DEATH(pool.Allocate(), "counted before");
  pool.Release(page);
  EXPECT_DEATH(pool.Release(page), "released twice");
  EXPECT_DEATH(pool.Share(page), "free page");
}

}  // namespace
}  // namespace lemma::engine
