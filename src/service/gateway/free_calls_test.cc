// Property: calls that generate nothing take no more than their share of a worker's connections.
#include "service/gateway/free_calls.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/gateway/test_gateway.h"

namespace lemma::gateway {
namespace {

TEST_F(GatewayTest, OfCallsThatGenerateNothingSoManyAreUnderWayAndMoreAreTold503) {
  HoldingWorker holding;
  Begin(holding.handler());
  std::atomic<int> n_answered = 0;
  const auto send = [&](const std::string& target) {
    net::HttpCallbacks callbacks;
    callbacks.on_head = [&](const net::HttpResponse& head) { n_answered += head.status == 200; };
    client_.Send(gateway_->address(), {"POST", target, "", {}, "{}", ""}, std::move(callbacks));
  };
  for (int i = 0; i < FreeCalls::kMax; ++i) send(i % 2 == 0 ? "/tokenize" : "/apply-template");
  holding.Await(FreeCalls::kMax - 1);
  const net::HttpResponse refused = Post("/detokenize", "{}");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(ErrorOf(refused).at("code"), "overloaded");
  send("/v1/completions");
  holding.Await(FreeCalls::kMax);  // what generates has its own bounds
  holding.AnswerAll();
  EXPECT_TRUE(Eventually([&] { return n_answered == FreeCalls::kMax + 1; }));
  send("/tokenize");
  holding.Await(FreeCalls::kMax + 1);
  holding.AnswerAll();
  EXPECT_TRUE(Eventually([&] { return n_answered == FreeCalls::kMax + 2; }));
}

TEST(FreeCallsTest, AKeyLeavesPlacesToOthers) {
  FreeCalls calls;
  std::vector<std::shared_ptr<void>> places;
  const auto take = [&](const std::string& key_id) {
    auto place = calls.Take(key_id);
    if (place == nullptr) return false;
    places.push_back(std::move(place));
    return true;
  };
  for (int i = 0; i < FreeCalls::kKeyMax; ++i) ASSERT_TRUE(take("key_a"));
  EXPECT_FALSE(take("key_a"));
  EXPECT_EQ(calls.Begin("key_a"), nullptr);
  for (int i = FreeCalls::kKeyMax; i < FreeCalls::kMax; ++i) ASSERT_TRUE(take("key_b"));
  EXPECT_FALSE(take("key_c")) << "none is left";
  places.clear();
  for (int i = 0; i < FreeCalls::kMax; ++i) ASSERT_TRUE(take("")) << "of nobody known";
  EXPECT_FALSE(take(""));
}

}  // namespace
}  // namespace lemma::gateway
