// A limit a day that comes or goes gives nobody a second minute. Real sockets, a real database.
#include <gtest/gtest.h>

#include "service/gateway/test_access.h"

namespace lemma::gateway {
namespace {

constexpr const char* kBody = R"({"prompt":"a","max_tokens":36})";

class LimitChangeTest : public AccessTest {
 protected:
  int Post(const store::NewKey& made) { return PostAs(made.text, "/v1/completions", kBody).status; }
  void SetTokensPerDay(const store::NewKey& made, int64_t n) {
    const auto changed = store_->keys->Update(made.key.id, [n](access::KeySpec& spec) {
      spec.limits.tokens_per_day = n;
      return Ok();
    });
    ASSERT_TRUE(changed.ok()) << changed.status().message();
    ASSERT_TRUE(store_->cache->Refresh().ok());
  }
};

TEST_F(LimitChangeTest, TheMinuteGoesOnWhereALimitADayComesAndGoes) {
  BeginWithKeys(AnswerChat);
  const store::NewKey made = Create(Spec("a", {.requests_per_minute = 4}));
  EXPECT_EQ(Post(made), 200);
  EXPECT_EQ(Post(made), 200);
  SetTokensPerDay(made, 1'000'000);
  EXPECT_EQ(Post(made), 200);
  SetTokensPerDay(made, 0);
  EXPECT_EQ(Post(made), 200);
  EXPECT_EQ(Post(made), 429);
  SetTokensPerDay(made, 1'000'000);
  EXPECT_EQ(Post(made), 429);
  clock_.Advance(15'000);
  EXPECT_EQ(Post(made), 200) << "what was refused took nothing";
  EXPECT_EQ(Post(made), 429);
}

TEST_F(LimitChangeTest, WhatRunsCountsWhereALimitADayComesAndGoes) {
  HoldingWorker holding;
  BeginWithKeys(holding.handler());
  const store::NewKey made = Create(Spec("a", {.concurrency = 2}));
  const auto call = [&] {
    return std::make_unique<TestCall>(
        client_, gateway_->address(),
        net::HttpRequest{"POST", "/v1/completions", "", Bearer(made.text), kBody, ""});
  };
  const auto first = call();
  holding.Await(0);
  SetTokensPerDay(made, 1'000'000);
  const auto second = call();
  holding.Await(1);
  EXPECT_EQ(Post(made), 429);
  SetTokensPerDay(made, 0);
  EXPECT_EQ(Post(made), 429);
  holding.AnswerAll();
  EXPECT_EQ(first->Wait().status, 200);
  EXPECT_EQ(second->Wait().status, 200);
  EXPECT_TRUE(Eventually([&] { return store_->brief->n_in_flight(made.key.id) == 0; }));
}

}  // namespace
}  // namespace lemma::gateway
