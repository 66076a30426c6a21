#include "service/gateway/key_lanes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>

namespace lemma::gateway {
namespace {

TEST(KeyLanesTest, TasksOfAKeyRunInTheirOrder) {
  std::vector<int> order;  // of one key's tasks: never two at a time
  {
    KeyLanes lanes(4, 1000, 1000);
    for (int i = 0; i < 500; ++i) {
      const auto run = [&order, i] { order.push_back(i); };
      if (i % 2 == 0) {
        EXPECT_TRUE(lanes.TryRequest("key", run));
      } else {
        lanes.Settle("key", run);
      }
    }
    std::promise<void> last;
    lanes.Settle("key", [&] { last.set_value(); });
    last.get_future().get();
  }
  ASSERT_EQ(order.size(), 500u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(KeyLanesTest, MoreRequestsThanMayWaitAreRefusedAndSettlementsNever) {
  KeyLanes lanes(1, 3, 6);
  std::promise<void> may_end;
  auto end = may_end.get_future().share();
  std::promise<void> begun;
  EXPECT_TRUE(lanes.TryRequest("a", [&, end] {
    begun.set_value();
    end.wait();
  }));
  begun.get_future().get();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(lanes.TryRequest("a", [] {}));
  EXPECT_FALSE(lanes.TryRequest("a", [] {}));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(lanes.TryRequest("b", [] {})) << "another key's";
  EXPECT_FALSE(lanes.TryRequest("c", [] {})) << "five wait and one runs";
  std::atomic<int> n_settled = 0;
  for (int i = 0; i < 10; ++i) lanes.Settle("a", [&] { ++n_settled; });
  may_end.set_value();
  std::promise<void> last;
  lanes.Settle("a", [&] { last.set_value(); });
  last.get_future().get();
  EXPECT_EQ(n_settled, 10);
  EXPECT_TRUE(lanes.TryRequest("a", [] {}));
}

TEST(KeyLanesTest, KeysOfALaneTakeTurns) {
  std::vector<std::string> order;
  {
    KeyLanes lanes(1, 100, 100);
    std::promise<void> may_begin;
    lanes.Settle("a", [begin = may_begin.get_future().share()] { begin.wait(); });
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(lanes.TryRequest("a", [&] { order.push_back("a"); }));
    }
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(lanes.TryRequest("b", [&] { order.push_back("b"); }));
    }
    may_begin.set_value();
    std::promise<void> last;
    lanes.Settle("a", [&] { last.set_value(); });
    last.get_future().get();
  }
  ASSERT_EQ(order.size(), 52u);
  EXPECT_EQ(std::ranges::count(order.begin(), order.begin() + 4, "b"), 2);
}

TEST(KeyLanesTest, CloseDropsWhatWaitsAndWhatItDropsMaySettle) {
  std::atomic<int> n_settled = 0, n_ran = 0;
  {
    KeyLanes lanes(2, 100, 100);
    std::promise<void> begun, may_end;
    EXPECT_TRUE(lanes.TryRequest("a", [&] {
      ++n_ran;
      begun.set_value();
      may_end.get_future().wait();
    }));
    begun.get_future().wait();
    for (int i = 0; i < 5; ++i) {
      // A request that is dropped gives back what it holds.
      const std::shared_ptr<void> held(nullptr,
                                       [&](void*) { lanes.Settle("a", [&] { ++n_settled; }); });
      EXPECT_TRUE(lanes.TryRequest("a", [&n_ran, held] { ++n_ran; }));
    }
    std::thread closing([&] { lanes.Close(); });
    may_end.set_value();
    closing.join();
    EXPECT_FALSE(lanes.TryRequest("a", [] {}));
  }
  EXPECT_EQ(n_settled, 5);
  EXPECT_GE(n_ran, 1);
}

}  // namespace
}  // namespace lemma::gateway
