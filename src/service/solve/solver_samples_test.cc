// Properties: what the server did to a sample is told with it; what was salvaged from thinking
// outvotes no complete answer and ends no run; what was cut has no answer by
// its last number; no token that was heard is left out of the usage.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "service/solve/solver.h"
#include "service/solve/test_run.h"

namespace lemma::solve {
namespace {

constexpr const char* kLoop = R"({"action":"conclude","rewinds":2,"period":31,"copies":3})";

// A sample that looped, and whose answer was taken from its thinking.
std::string Salvaged(int choice, const std::string& answer,
                     const std::string& finish_reason = "length") {
  return net::SseEvent(R"({"choices":[{"index":)" + std::to_string(choice) +
                       R"(,"delta":{"content":"\\boxed{)" + answer +
                       R"(}"},"lemma":{"thinking_closed":"loop","answer_salvaged":true,"loop":)" +
                       kLoop + R"(},"finish_reason":")" + finish_reason + R"("}]})");
}

Client& Solved(Client& client, Door& door) {
  Solver solver({.front_door = door.handler()});
  solver.Solve(client.exchange, "r1");
  client.Wait();
  return client;
}

TEST(SolverSamples, WhatWasSalvagedOutvotesNoCompleteAnswer) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange);
    exchange.Write(Salvaged(0, "1") + Salvaged(1, "1") + Chunk(2, "\\boxed{2}", "stop", 10));
    EndWith(exchange, 30);
  });
  Client client(Problem({{"strategy", "majority"}, {"samples", 3}}));
  const json::object result = Solved(client, door).Json();
  EXPECT_EQ(result.at("answer"), "2");
  ASSERT_EQ(result.at("votes").as_array().size(), 1u);
  EXPECT_EQ(result.at("votes").at(0).at("count"), 1);
  const json::object& salvaged = result.at("samples").at(1).as_object();
  EXPECT_EQ(salvaged.at("answer"), "1");
  EXPECT_EQ(salvaged.at("answer_salvaged"), true);
  EXPECT_EQ(salvaged.at("loop"), json::parse(kLoop));
  EXPECT_EQ(salvaged.at("thinking_closed"), "loop");
  const json::object& complete = result.at("samples").at(2).as_object();
  for (const char* name : {"answer_salvaged", "loop", "thinking_closed"}) {
    EXPECT_FALSE(complete.contains(name)) << name;
  }
}

TEST(SolverSamples, WhatWasSalvagedIsTheAnswerWhereThereIsNoOther) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange);
    exchange.Write(Salvaged(0, "3") + Salvaged(1, "1") + Salvaged(2, "1") +
                   Chunk(3, "Hm.", "stop", 10));
    EndWith(exchange, 40);
  });
  Client client(Problem({{"strategy", "majority"}, {"samples", 4}, {"stream", true}}));
  Solved(client, door);
  json::object result, first;
  for (const auto& event : client.events) {
    if (event.data == "[DONE]") continue;
    const json::object told = ParseJsonObject(event.data, "event").value();
    if (told.at("type") == "result") result = told;
    if (told.at("type") == "sample" && told.at("sample") == 0) first = told;
  }
  EXPECT_EQ(result.at("answer"), "1");
  EXPECT_EQ(result.at("votes").at(0).at("count"), 2);
  EXPECT_EQ(result.at("solution_sample"), 1);
  EXPECT_EQ(first.at("answer_salvaged"), true);
  EXPECT_EQ(first.at("loop").at("action"), "conclude");
}

TEST(SolverSamples, WhatWasSalvagedIsNoProof) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange, "math-proof");
    exchange.Write(Salvaged(0, "1", "stop") + Chunk(1, "It is so.", "stop", 5));
    EndWith(exchange, 6);
  });
  Client client(Problem({{"strategy", "majority"}, {"samples", 2}}));
  const json::object result = Solved(client, door).Json();
  EXPECT_EQ(result.at("stopped"), "answered");
  EXPECT_EQ(result.at("solution"), "It is so.");
}

TEST(SolverSamples, WhatAStoppedChatHasSaidIsUsedThoughItsServerDoesNotSayIt) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange);
    exchange.Write(Chunk(5, "hm") + Chunk(6, "hm") + Chunk(7, "hm"));
    for (int choice = 0; choice < 5; ++choice) {
      exchange.Write(Chunk(choice, "\\boxed{1}", "stop", 10));
    }
  });
  Client client(Problem({{"strategy", "majority"}, {"samples", 8}}));
  const json::object result = Solved(client, door).Json();
  EXPECT_EQ(result.at("stopped"), "decided");
  EXPECT_EQ(result.at("samples").at(7).at("completion_tokens"), 1);
  EXPECT_EQ(result.at("usage").at("completion_tokens"), 53);
  EXPECT_EQ(result.at("usage").at("total_tokens"), 53);
}

// Its last number is some number of its working.
TEST(SolverSamples, ASampleThatWasCutBeforeItSaidItsAnswerDoesNotVote) {
  Door door([](net::HttpExchange& exchange, const json::object& body) {
    Begin(exchange);
    const auto n = body.at("n").as_int64();
    for (int choice = 0; choice < n; ++choice) {
      choice < 3    ? exchange.Write(Chunk(choice, "47 * 36 = 47 * 30", "length", 10))
      : choice == 3 ? exchange.Write(Chunk(choice, "so \\boxed{1692}, and", "length", 10))
                    : exchange.Write(Chunk(choice, "It is 1692.", "stop", 10));
    }
    EndWith(exchange, 50);
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"strategy", "majority"}, {"samples", 5}}));
  solver.Solve(client.exchange, "r1");
  const json::object result = client.Json();
  EXPECT_EQ(result.at("answer"), "1692");
  EXPECT_EQ(result.at("votes").at(0).at("count"), 2);
  EXPECT_TRUE(result.at("samples").at(0).at("answer").is_null());
}

TEST(SolverSamples, AModelThatListsNoClaimsWasAskedAllTheSame) {
  Door door([said = Saying({"42"})](net::HttpExchange& exchange, const json::object& body) {
    const std::string question(body.at("messages").as_array().back().at("content").as_string());
    if (question.find("CLAIM:") == question.npos) return said(exchange, body);
    Begin(exchange);
    exchange.Write(Chunk(0, "I see none.", "stop", 5));
    EndWith(exchange, 5);
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"strategy", "single"}, {"verify", "claims"}}));
  solver.Solve(client.exchange, "r1");
  const json::object verified = client.Json().at("verified").as_object();
  EXPECT_EQ(verified.at("by"), "claims");
  EXPECT_TRUE(verified.at("claims").as_array().empty());
  EXPECT_EQ(verified.at("reliability"), 0.0);
}

}  // namespace
}  // namespace lemma::solve
