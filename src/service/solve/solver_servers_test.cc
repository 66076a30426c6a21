// Properties: a server that does not take what a run asks it for is asked otherwise, and what it
// breaks off is no answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "service/solve/solver.h"
#include "service/solve/test_run.h"

namespace lemma::solve {
namespace {

TEST(SolverServers, AServerThatDoesNotKnowNIsAskedOneByOne) {
  Door door([said = Saying({"3"})](net::HttpExchange& exchange, const json::object& body) {
    if (body.contains("n")) {
      return exchange.Send(net::HttpResponse::Json(400, R"({"error":{"param":"n"}})"));
    }
    said(exchange, body);
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"strategy", "majority"}, {"samples", 4}}));
  solver.Solve(client.exchange, "r1");
  EXPECT_EQ(client.Json().at("answer"), "3");
  EXPECT_EQ(door.Samples(), (std::vector<int64_t>{4, 1, 1, 1, 1}));

  Client stream(Problem({{"strategy", "majority"}, {"samples", 2}, {"stream", true}}));
  solver.Solve(stream.exchange, "r2");
  stream.Wait();
  EXPECT_EQ(stream.Types().front(), "start");
}

TEST(SolverServers, AServerThatDoesNotKnowNIsAskedOneByOneForEveryChatOfAWave) {
  Door door([says = Saying({"8"})](net::HttpExchange& exchange, const json::object& body) {
    if (!body.contains("n")) return says(exchange, body);
    exchange.Send(net::HttpResponse::Json(400, R"({"error":{"message":"n must be 1"}})"));
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem(
      {{"strategy", "first_m"}, {"samples", 32}, {"min_samples", 32}, {"max_total_tokens", 3200}}));
  solver.Solve(client.exchange, "r1");
  const json::object result = client.Json();
  EXPECT_EQ(result.at("votes").at(0).at("count"), 32);
  for (const json::object& body : door.bodies) EXPECT_EQ(body.at("max_tokens"), 100);
}

TEST(SolverServers, AServerThatOverlooksNIsAskedForTheOthers) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange);
    exchange.Write(Chunk(0, "So it is \\boxed{8}.", "stop", 10));
    EndWith(exchange, 10);
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"strategy", "first_m"}, {"samples", 4}, {"min_samples", 4}}));
  solver.Solve(client.exchange, "r1");
  EXPECT_EQ(client.Json().at("votes").at(0).at("count"), 4);
  EXPECT_EQ(door.Samples(), (std::vector<int64_t>{4, 1, 1, 1}));
}

TEST(SolverServers, WhatTheServerDoesNotTakeIsLeftOut) {
  Door no_logprobs([says = Saying({"8"})](net::HttpExchange& exchange, const json::object& body) {
    if (!body.contains("logprobs")) return says(exchange, body);
    exchange.Send(net::HttpResponse::Json(400, R"({"error":{"message":"no logprobs"}})"));
  });
  Solver unsure({.front_door = no_logprobs.handler()});
  Client weighs(Problem({{"strategy", "confidence"}, {"samples", 2}}));
  unsure.Solve(weighs.exchange, "r1");
  EXPECT_EQ(weighs.Json().at("votes").at(0).at("weight"), 2.0) << "of two, not one alone";

  Door small([says = Saying({"8"})](net::HttpExchange& exchange, const json::object& body) {
    if (!body.contains("max_tokens")) return says(exchange, body);
    exchange.Send(net::HttpResponse::Json(400, R"({"error":{"code":"context_length_exceeded"}})"));
  });
  Solver bounded({.front_door = small.handler()});
  Client shares(Problem({{"strategy", "single"}, {"max_total_tokens", 20000}}));
  bounded.Solve(shares.exchange, "r2");
  EXPECT_EQ(shares.Json().at("answer"), "8");
  Client own(Problem({{"strategy", "single"}, {"max_tokens", 20000}}));
  bounded.Solve(own.exchange, "r3");
  own.Wait();
  EXPECT_EQ(own.head.status, 400) << "what the client has asked for itself";
}

// 600 tokens, each as likely as one other; "": the sample goes on.
std::string TopLogprobs(int choice, double probability, const std::string& answer) {
  const json::object likeliest = {{"logprob", std::log(probability)}};
  const json::object token = {{"top_logprobs", {likeliest, likeliest}}};
  json::object said = {{"index", choice},
                       {"delta", {{"content", answer.empty() ? "hm" : "\\boxed{" + answer + "}"}}},
                       {"logprobs", {{"content", json::array(600, token)}}}};
  if (!answer.empty()) said["finish_reason"] = "stop";
  return net::SseEvent(json::serialize(json::object{{"choices", json::array{said}}}));
}

TEST(SolverServers, AWeakSampleOfAServerThatStopsNoneAloneIsLeft) {
  std::atomic<int> n_chats{0};
  Door door([&](net::HttpExchange& exchange, const json::object& body) {
    Begin(exchange);
    const int chat = n_chats++;
    if (body.contains("n")) {  // two differ, so that the others are asked
      exchange.Write(TopLogprobs(0, 0.5, "5") + TopLogprobs(1, 0.5, "6"));
      EndWith(exchange, 1200);
    } else if (chat == 1) {
      exchange.Write(TopLogprobs(0, 0.3, ""));  // less sure
    } else {
      exchange.Write(TopLogprobs(0, 0.5, "5"));
      EndWith(exchange, 600);
    }
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"strategy", "confidence"}, {"samples", 4}}));
  solver.Solve(client.exchange, "r1");
  const json::object result = client.Json();
  EXPECT_EQ(door.Samples(), (std::vector<int64_t>{2, 1, 1}));
  EXPECT_EQ(result.at("samples").at(2).at("state"), "weak");
  EXPECT_EQ(result.at("answer"), "5");
  EXPECT_TRUE(door.exchanges[1]->closed()) << "its chat is left";
}

TEST(SolverServers, WhatBreaksOffIsNoAnswer) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange);
    exchange.Write(Chunk(0, "First, 12 + 5 = 17, and then"));
    exchange.Finish();
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"strategy", "single"}}));
  solver.Solve(client.exchange, "r1");
  client.Wait();
  EXPECT_EQ(client.head.status, 502);
  EXPECT_THAT(client.head.body, testing::HasSubstr("broke off"));
}

TEST(SolverServers, SeedsAndTokensOfASampleAreRight) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange);
    exchange.Write(Chunk(0, "So it is "));
    exchange.Write(Chunk(0, "\\boxed{8}.", "stop"));
    EndWith(exchange, 17);
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"strategy", "first_m"},
                         {"samples", 2},
                         {"min_samples", 2},
                         {"seed", std::numeric_limits<int64_t>::max()}}));
  solver.Solve(client.exchange, "r1");
  EXPECT_EQ(client.Json().at("samples").at(1).at("completion_tokens"), 17)
      << "of a chat of its own";
  ASSERT_EQ(door.bodies.size(), 2u);
  EXPECT_EQ(door.bodies[1].at("seed"), 0) << "after the greatest comes the least";
}

TEST(SolverServers, WhatAKeyHasNoRoomForWaitsForTheRunsOtherChats) {
  std::mutex mutex;
  std::shared_ptr<net::HttpExchange> running;
  std::vector<std::thread> answers;
  int n_refused = 0;
  net::HttpHandler door = [&](std::shared_ptr<net::HttpExchange> exchange) {
    const std::lock_guard lock(mutex);
    if (running != nullptr) {
      ++n_refused;
      return exchange->Send(net::HttpResponse::Json(429, R"({"error":{"code":"concurrency"}})"));
    }
    running = exchange;
    answers.emplace_back([&, exchange] {
      std::this_thread::sleep_for(
          std::chrono::milliseconds(200));  // the others are asked meanwhile
      Begin(*exchange);
      exchange->Write(Chunk(0, "\\boxed{8}", "stop", 10));
      {
        const std::lock_guard free(mutex);
        running = nullptr;
      }
      EndWith(*exchange, 10);
    });
  };
  {
    Solver solver({.front_door = door});
    Client client(Problem({{"strategy", "first_m"}, {"samples", 4}, {"min_samples", 4}}));
    solver.Solve(client.exchange,
                 "r1");  // of four, one that knows no n, then three beside each other
    EXPECT_EQ(client.Json().at("votes").at(0).at("count"), 4);
    EXPECT_GE(n_refused, 2);
  }
  for (std::thread& answer : answers) answer.join();

  Door full([](net::HttpExchange& exchange, const json::object&) {
    exchange.Send(net::HttpResponse::Json(429, R"({"error":{"code":"rate"}})"));
  });
  Solver refused({.front_door = full.handler()});
  Client limited(Problem({{"strategy", "majority"}, {"samples", 32}}));
  refused.Solve(limited.exchange, "r2");
  limited.Wait();
  EXPECT_EQ(limited.head.status, 429) << "where nothing of the run runs";
}

TEST(SolverServers, WhatIsWrongForAllIsAskedForOneAlone) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    exchange.Send(net::HttpResponse::Json(400, R"({"error":{"message":"temperature"}})"));
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"strategy", "majority"}, {"samples", 16}}));
  solver.Solve(client.exchange, "r1");
  client.Wait();
  EXPECT_EQ(client.head.status, 400);
  EXPECT_EQ(door.Samples(), (std::vector<int64_t>{16, 1}));
}

TEST(SolverServers, FewerTokensThanASampleTakesAreRefused) {
  Door door(Saying({"8"}));
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"max_total_tokens", 15}}));
  solver.Solve(client.exchange, "r1");
  client.Wait();
  EXPECT_EQ(client.head.status, 400);
  EXPECT_TRUE(door.Samples().empty());
}

}  // namespace
}  // namespace lemma::solve
