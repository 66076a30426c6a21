// Properties: a run takes as many samples as its strategy says, and no more; what is not needed is
// left at once; whatever its chats do, the client gets one answer; nobody who has left is worked
// for.
#include "service/solve/solver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "common/base/test_threads.h"
#include "service/solve/test_run.h"

namespace lemma::solve {
namespace {

TEST(Solver, AdaptiveStopsWhereThreeAgree) {
  Door door(Saying({"42", "42.0", "\\frac{84}{2}"}));
  Solver solver({.front_door = door.handler()});
  Client client(Problem());
  solver.Solve(client.exchange, "r1");
  const json::object result = client.Json();
  EXPECT_EQ(result.at("answer"), "42");
  EXPECT_EQ(result.at("stopped"), "likely");
  EXPECT_EQ(result.at("agreement"), 1.0);
  EXPECT_EQ(result.at("profile"), "math");
  EXPECT_EQ(result.at("usage").at("completion_tokens"), 30);
  EXPECT_EQ(result.at("tokens_saved"), 50);
  EXPECT_EQ(result.at("votes").as_array().size(), 1u);
  EXPECT_TRUE(result.at("verified").is_null());
  EXPECT_EQ(door.Samples(), std::vector<int64_t>{3});
  EXPECT_EQ(door.exchanges[0]->request().header("authorization"), "Bearer k");
  EXPECT_EQ(door.bodies[0].at("messages").at(0).at("content"), "What is 6 * 7?");
}

TEST(Solver, AdaptiveAsksAgainWhereTheyDisagree) {
  Door door(Saying({"42", "41", "42", "42", "42", "42"}));
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"seed", 5}}));
  solver.Solve(client.exchange, "r1");
  EXPECT_EQ(client.Json().at("answer"), "42");
  EXPECT_EQ(door.Samples(), (std::vector<int64_t>{3, 2}));
  EXPECT_NE(door.bodies[0].at("seed"), door.bodies[1].at("seed"));
}

// The samples that are not needed are left running; their chat learns that nobody listens.
TEST(Solver, WhatCannotChangeTheVoteIsLeft) {
  Door door([](net::HttpExchange& exchange, const json::object& body) {
    Begin(exchange);
    for (int choice = 0; choice < body.at("n").as_int64(); ++choice) {
      choice < 5 ? exchange.Write(Chunk(choice, "\\boxed{1}", "stop", 10))
                 : exchange.Write(Chunk(choice, "hm"));
    }
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"strategy", "majority"}, {"samples", 8}}));
  solver.Solve(client.exchange, "r1");
  const json::object result = client.Json();
  EXPECT_EQ(result.at("stopped"), "decided");
  EXPECT_EQ(result.at("samples").at(7).at("state"), "cancelled");
  EXPECT_TRUE(door.exchanges[0]->closed());
  EXPECT_EQ(result.at("tokens_saved"), 30);
}

TEST(Solver, WithoutAThreadForARunItsClientIsToldToComeBack) {
  Door door(Saying({"42", "42", "42"}));
  Solver solver({.front_door = door.handler()});
  Client refused(Problem());
  {
    const NoThreads no_threads;
    solver.Solve(refused.exchange, "r1");
  }
  refused.Wait();
  EXPECT_EQ(refused.head.status, 503);
  EXPECT_NE(refused.head.header("retry-after"), "");
  Client client(Problem());
  solver.Solve(client.exchange, "r2");
  EXPECT_EQ(client.Json().at("answer"), "42");
}

TEST(Solver, AnErrorOfAllChatsIsTheAnswer) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    net::HttpResponse refused = net::HttpResponse::Json(429, R"({"error":{"code":"x"}})");
    refused.headers.push_back({"retry-after-ms", "5"});
    exchange.Send(std::move(refused));
  });
  Solver solver({.front_door = door.handler()});
  for (const bool stream : {false, true}) {
    Client client(Problem({{"stream", stream}}));
    solver.Solve(client.exchange, "r1");
    client.Wait();
    EXPECT_EQ(client.head.status, 429);
    EXPECT_EQ(client.head.header("retry-after-ms"), "5");
  }
}

TEST(Solver, AStreamShowsSamplesAndVotesAsTheyHappen) {
  Door door(Saying({"42"}));
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"stream", true}, {"strategy", "majority"}, {"samples", 2}}));
  solver.Solve(client.exchange, "r1");
  client.Wait();
  EXPECT_EQ(client.Types(), (std::vector<std::string>{"start", "delta", "sample", "vote", "delta",
                                                      "sample", "vote", "result", "done"}));
  EXPECT_EQ(client.head.header("x-lemma-profile"), "math");
}

TEST(Solver, AStreamSaysWhoClosedTheThinking) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange);
    exchange.Write(
        net::SseEvent(R"({"choices":[{"index":0,"delta":{"content":"\\boxed{1}"},)"
                      R"("lemma":{"thinking_closed":"asked"},"finish_reason":"stop"}]})"));
    exchange.Finish();
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"stream", true}, {"strategy", "single"}}));
  solver.Solve(client.exchange, "r1");
  client.Wait();
  ASSERT_EQ(client.Types(),
            (std::vector<std::string>{"start", "delta", "sample", "vote", "result", "done"}));
  EXPECT_EQ(ParseJsonObject(client.events[2].data, "event").value().at("thinking_closed"), "asked");
}

TEST(Solver, TheDeadlineEndsARunWithWhatThereIs) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange);
    exchange.Write(Chunk(0, "\\boxed{8}", "stop", 10) + Chunk(1, "hm"));
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"deadline_ms", 1500}}));
  solver.Solve(client.exchange, "r1");
  const json::object result = client.Json();
  EXPECT_EQ(result.at("answer"), "8");
  EXPECT_EQ(result.at("stopped"), "deadline");
  EXPECT_LE(door.bodies[0].at("deadline_ms").as_int64(), 1400) << "and time to vote";

  Door silent([](net::HttpExchange&, const json::object&) {});
  Solver waiting({.front_door = silent.handler()});
  Client late(Problem({{"deadline_ms", 100}}));
  waiting.Solve(late.exchange, "r2");
  late.Wait();
  EXPECT_EQ(late.head.status, 504);
  EXPECT_EQ(late.head.header("x-should-retry"), "false");
}

TEST(Solver, AClientThatLeavesEndsItsChats) {
  Door door([](net::HttpExchange& exchange, const json::object&) { Begin(exchange); });
  Solver solver({.front_door = door.handler()});
  Client client(Problem());
  solver.Solve(client.exchange, "r1");
  client.exchange->Leave();
  solver.Stop();  // waits for the run's end
  for (const auto& exchange : door.exchanges) EXPECT_TRUE(exchange->closed());
}

TEST(Solver, AServerThatStopsSaysSo) {
  Door door([](net::HttpExchange&, const json::object&) {});
  Solver solver({.front_door = door.handler()});
  Client client(Problem());
  solver.Solve(client.exchange, "r1");
  solver.Stop();
  client.Wait();
  EXPECT_EQ(client.head.status, 503);
  Client late(Problem());
  solver.Solve(late.exchange, "r2");
  late.Wait();
  EXPECT_EQ(late.head.status, 503);
}

TEST(Solver, NoMoreRunsThanItMayHave) {
  Door door([](net::HttpExchange&, const json::object&) {});
  Solver solver({.front_door = door.handler(), .runs_max = 1});
  Client first(Problem()), second(Problem());
  solver.Solve(first.exchange, "r1");
  solver.Solve(second.exchange, "r2");
  second.Wait();
  EXPECT_EQ(second.head.status, 503);
  solver.Stop();  // before its client is gone
}

TEST(Solver, TokensOfAllSamplesAreBounded) {
  Door door(Saying({"1", "2", "3", "4", "5", "6", "7", "8"}));
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"max_total_tokens", 60}, {"max_tokens", 1000}}));
  solver.Solve(client.exchange, "r1");
  EXPECT_EQ(client.Json().at("stopped"), "max_total_tokens");
  EXPECT_EQ(door.Samples(), (std::vector<int64_t>{3, 1, 1}));
  EXPECT_EQ(door.bodies[0].at("max_tokens"), 20);
  EXPECT_EQ(door.bodies[1].at("max_tokens"), 30);
  EXPECT_EQ(door.bodies[2].at("max_tokens"), 20);
}

TEST(Solver, ASampleThatIsLessSureThanTheOthersIsStopped) {
  std::atomic<int> n_chats{0};
  std::string stopped;
  Door door([&](net::HttpExchange& exchange, const json::object& body) {
    if (exchange.request().path.ends_with("/stop")) {
      stopped = exchange.request().path + " " + json::serialize(body);
      return exchange.Send(net::HttpResponse::Json(200, "{}"));
    }
    Begin(exchange);
    const bool first = n_chats++ == 0;
    if (first) {  // two differ, so that the others are asked
      exchange.Write(Entropies(0, 0.3, 600, "stop") + Chunk(1, "\\boxed{6}", "stop"));
      return exchange.Finish();
    }
    exchange.Write(Entropies(0, 0.9, 600) + Entropies(1, 0.2, 600, "stop"));
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"strategy", "confidence"}, {"samples", 4}}));
  solver.Solve(client.exchange, "r1");
  const json::object result = client.Json();
  EXPECT_EQ(result.at("samples").at(2).at("state"), "weak");
  EXPECT_EQ(result.at("answer"), "5");
  EXPECT_NEAR(result.at("samples").at(0).at("confidence").as_double(), std::exp(-0.3), 1e-9);
  EXPECT_EQ(stopped, "/v1/requests/r1.c1/stop {\"samples\":[0]}");
  EXPECT_EQ(door.bodies[0].at("top_logprobs"), 5);
}

TEST(Solver, WhatAProfileDoesNotVoteOnEndsWithItsFirstAnswer) {
  std::string profile;
  Door door([&](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange, profile);
    exchange.Write(Chunk(0, "Half of a first"));
    exchange.Write(Chunk(1, "Say more about 7.", "stop", 5));
    exchange.Write(Chunk(2, "```python\nprint(7)\n```", "stop", 5));
  });
  Solver solver({.front_door = door.handler()});
  const auto solve = [&](const char* used) {
    profile = used;
    Client client(Problem({{"strategy", "majority"}, {"samples", 3}}));
    solver.Solve(client.exchange, "r1");
    return client.Json();
  };
  const json::object words = solve("interviewer");
  EXPECT_EQ(words.at("stopped"), "answered");
  EXPECT_TRUE(words.at("answer").is_null());
  EXPECT_EQ(words.at("solution"), "Say more about 7.");
  EXPECT_TRUE(words.at("agreement").is_null());
  EXPECT_EQ(words.at("samples").at(0).at("state"), "cancelled");

  const json::object program = solve("algorithm");
  EXPECT_EQ(program.at("stopped"), "answered");
  EXPECT_EQ(program.at("answer"), "print(7)\n");
  EXPECT_EQ(program.at("solution_sample"), 2) << "the one that has a program";
  EXPECT_TRUE(program.at("votes").as_array().empty());
}

TEST(Solver, WhatIsCutIsNotWhatWasAskedFor) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange, "algorithm");
    exchange.Write(Chunk(0, "```python\nprint(", "length", 5));
    exchange.Write(Chunk(1, "```python\nprint(7)\n```", "stop", 5));
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"strategy", "majority"}, {"samples", 2}}));
  solver.Solve(client.exchange, "r1");
  EXPECT_EQ(client.Json().at("answer"), "print(7)\n");

  Door cut([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange, "math-proof");
    exchange.Write(Chunk(0, "", "length", 5) + Chunk(1, "It is so.", "stop", 5));
  });
  Solver proving({.front_door = cut.handler()});
  Client proof(Problem({{"strategy", "majority"}, {"samples", 2}}));
  proving.Solve(proof.exchange, "r2");
  EXPECT_EQ(proof.Json().at("solution"), "It is so.");
}

TEST(Solver, TheVersionThatWasAskedSaysHowItAnswers) {
  reason::TaskProfile draft;
  draft.name = "math";
  draft.version = 7;
  draft.extractor = reason::Extractor::kNone;
  const auto profiles = std::make_shared<const reason::ProfileSet>(
      std::vector{draft}, std::map<std::string, reason::ProfileSet::Labels>());
  std::string version;
  Door door([&](net::HttpExchange& exchange, const json::object&) {
    exchange.Start({200,
                    {{"Content-Type", "text/event-stream"},
                     {"x-lemma-profile", "math"},
                     {"x-lemma-profile-version", version}},
                    ""});
    exchange.Write(Chunk(0, "\\boxed{8}", "stop", 5) + Chunk(1, "\\boxed{8}", "stop", 5));
    EndWith(exchange, 10);
  });
  Solver solver({.front_door = door.handler(), .profiles = [&] { return profiles; }});
  for (const auto& [asked, votes] : {std::pair("7", 0), {"1", 1}, {"99", 1}, {"", 1}}) {
    version = asked;
    Client client(Problem({{"strategy", "majority"}, {"samples", 2}}));
    solver.Solve(client.exchange, "r1");
    EXPECT_EQ(client.Json().at("votes").as_array().size(), static_cast<size_t>(votes)) << asked;
  }
}

TEST(Solver, ClaimsThatDoNotHoldLoseTheVote) {
  Door door([said = Saying({"1", "1", "2"})](net::HttpExchange& exchange,
                                             const json::object& body) {
    const std::string question(body.at("messages").as_array().back().at("content").as_string());
    std::string text;
    if (question.find("CLAIM:") != question.npos) {
      text = question.find("boxed{2}") != question.npos ? "CLAIM: right" : "CLAIM: wrong";
    } else if (question.find("VERDICT") != question.npos) {
      text = question.find("1. right") != question.npos ? "VERDICT 1: TRUE" : "VERDICT 1: FALSE";
    } else {
      return said(exchange, body);
    }
    Begin(exchange);
    exchange.Write(Chunk(0, text, "stop", 5));
    EndWith(exchange, 5);
  });
  Solver solver({.front_door = door.handler()});
  Client client(Problem({{"strategy", "clr"}, {"samples", 3}}));
  solver.Solve(client.exchange, "r1");
  const json::object result = client.Json();
  EXPECT_EQ(result.at("answer"), "2");
  EXPECT_EQ(result.at("usage").at("completion_tokens"), 30 + 6 * 5);
  EXPECT_EQ(result.at("samples").as_array().size(), 3u);
  const json::object verified = result.at("verified").as_object();
  EXPECT_EQ(verified.at("by"), "claims");
  EXPECT_EQ(verified.at("claims").at(0), (json::value{{"claim", "right"}, {"holds", true}}));
  EXPECT_NEAR(verified.at("reliability").as_double(), 0.00032, 1e-9);
  EXPECT_EQ(result.at("solution_sample"), 2);
  EXPECT_EQ(result.at("agreement"), 1.0);
  EXPECT_GT(result.at("confidence").as_double(), 0.9);

  json::value unending = Problem({{"strategy", "single"}, {"verify", "claims"}});
  unending.as_object()["ignore_eos"] = true;
  unending.as_object()["reasoning_effort"] = "low";
  Client other(unending);
  solver.Solve(other.exchange, "r2");
  EXPECT_EQ(other.Json().at("verified").at("claims").at(0).at("holds"), false);
  const json::object& about = door.bodies.back();
  EXPECT_EQ(about.at("reasoning_effort"), "low");
  EXPECT_FALSE(about.contains("ignore_eos")) << "how the client wants answers written";

  Client bounded(Problem({{"strategy", "clr"}, {"samples", 3}, {"max_total_tokens", 90}}));
  solver.Solve(bounded.exchange, "r3");
  EXPECT_LE(bounded.Json().at("usage").at("completion_tokens").as_int64(), 90);
}

TEST(Solver, WhatIsWrongIsNamed) {
  Door door(Saying({"1"}));
  Solver solver({.front_door = door.handler(), .no_judge = "no sandbox here"});
  const json::value tests = {{{"input", "1"}, {"output", "1"}}};
  const std::vector<std::pair<json::value, std::string>> cases = {
      {"{", "the body"},
      {json::object{}, "problem"},
      {Problem({{"messages", json::array()}}), "problem"},
      {json::object{{"problem", "  "}}, "problem"},
      {Problem({{"strategy", "vote"}}), "strategy"},
      {Problem({{"samples", 65}}), "samples"},
      {Problem({{"samples", 2}, {"min_samples", 3}}), "min_samples"},
      {Problem({{"deadline_ms", 0}}), "deadline_ms"},
      {Problem({{"max_total_tokens", 0}}), "max_total_tokens"},
      {Problem({{"repairs", 5}}), "repairs"},
      {Problem({{"tests", 7}}), "tests"},
      {R"({"problem": "f?", "tests": {"function": "f", "tests": [{"args": [], "result": )"
       R"(18446744073709551616}]}})",
       "18446744073709551616"},
      {json::object{{"messages", "x"}}, "messages"},
      {json::object{{"messages", json::array()}}, "messages"},
      {Problem({{"tests", {{"time_ms", 60001}, {"tests", tests}}}}), "time_ms"},
      {Problem({{"tests", {{"memory_mb", 4096}, {"tests", tests}}}}), "memory_mb"},
      {Problem({{"verify", "nonsense"}}), "verify"},
      {Problem({{"verify", "tests"}}), "verify"},
      {Problem({{"verify", "claims"}, {"tests", tests}}), "verify"},
      {Problem({{"verify", "none"}, {"strategy", "clr"}}), "verify"},
      {Problem({{"tests", tests}}), "no sandbox here"},
  };
  for (const auto& [body, name] : cases) {
    Client client(body);
    solver.Solve(client.exchange, "r1");
    client.Wait();
    EXPECT_EQ(client.head.status, 400) << client.head.body;
    EXPECT_NE(client.head.body.find(name), std::string::npos) << client.head.body;
  }
  EXPECT_TRUE(door.bodies.empty());
}

}  // namespace
}  // namespace lemma::solve
