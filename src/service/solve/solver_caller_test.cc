// Properties: what a key may is what its runs may: its time bounds them, and they leave room for
// the runs of others.
#include <gtest/gtest.h>

#include <string>

#include "service/solve/solver.h"
#include "service/solve/test_run.h"

namespace lemma::solve {
namespace {

TEST(SolverCaller, ARunEndsInItsKeysTimeWhateverItsOwn) {
  Door door([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange);
    exchange.Write(Chunk(0, "\\boxed{8}", "stop", 10) + Chunk(1, "hm"));
  });
  Solver solver({.front_door = door.handler()});
  for (const json::object& own : {json::object(), json::object({{"deadline_ms", 3'600'000}})}) {
    Client client(Problem(own));
    solver.Solve(client.exchange, "r1", {"key_a", 1500});
    const json::object result = client.Json();
    EXPECT_EQ(result.at("answer"), "8");
    EXPECT_EQ(result.at("stopped"), "deadline");
    EXPECT_LE(door.bodies.back().at("deadline_ms").as_int64(), 1500);
  }
  Client hurried(Problem({{"deadline_ms", 1500}}));
  solver.Solve(hurried.exchange, "r2", {"key_a", 3'600'000});
  EXPECT_EQ(hurried.Json().at("stopped"), "deadline") << "its own is the smaller one";
}

TEST(SolverCaller, RunsOfOneKeyLeaveAQuarterToOthers) {
  Door door([](net::HttpExchange&, const json::object&) {});
  Solver solver({.front_door = door.handler(), .runs_max = 4});
  Client first(Problem()), second(Problem()), third(Problem()), refused(Problem());
  for (Client* client : {&first, &second, &third, &refused}) {
    solver.Solve(client->exchange, "r1", {"key_a", 0});
  }
  refused.Wait();
  EXPECT_EQ(refused.head.status, 429);
  EXPECT_NE(refused.head.header("retry-after"), "");
  Client other(Problem()), full(Problem());
  solver.Solve(other.exchange, "r2", {"key_b", 0});
  solver.Solve(full.exchange, "r3", {"key_b", 0});
  full.Wait();
  EXPECT_EQ(full.head.status, 503) << "the other one has got the last place";
  solver.Stop();  // before its clients are gone
}

}  // namespace
}  // namespace lemma::solve
