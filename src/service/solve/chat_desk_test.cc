// Property: what a run has not heard yet is bounded, however much its chats say.
#include "service/solve/chat_desk.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "service/solve/test_run.h"

namespace lemma::solve {
namespace {

std::optional<ChatNews> Now(ChatDesk& desk) { return desk.Wait(std::chrono::steady_clock::now()); }

TEST(ChatDesk, OfMoreThanItsQueueHoldsAChatBreaksOffAndOthersGoOn) {
  const std::string event = Chunk(0, std::string(1 << 20, 'x'));
  Door door([&](net::HttpExchange& exchange, const json::object& body) {
    Begin(exchange);
    for (int64_t i = 0; i < body.at("events").as_int64(); ++i) exchange.Write(event);
    EndWith(exchange, 1);
  });
  ChatDesk desk(door.handler(), net::HttpRequest{}, "r");
  const int loud = desk.Ask({{"events", 100}});
  const int quiet = desk.Ask({{"events", 0}});
  size_t n_bytes = 0;
  while (const auto news = Now(desk)) {
    ASSERT_EQ(news->chat, loud);
    for (const auto& said : news->events) n_bytes += said.data.size();
    if (news->has_ended) break;
  }
  EXPECT_GT(n_bytes, ChatDesk::kQueueBytesMax / 2);
  EXPECT_LT(n_bytes, ChatDesk::kQueueBytesMax);
  EXPECT_TRUE(door.exchanges[0]->closed()) << "nobody computes for nobody";
  bool has_quiet_ended = false;
  while (const auto news = Now(desk)) {
    EXPECT_EQ(news->chat, quiet);
    has_quiet_ended = news->has_ended;
  }
  EXPECT_TRUE(has_quiet_ended);
}

}  // namespace
}  // namespace lemma::solve
