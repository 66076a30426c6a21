// Properties: a program that fails is sent back with what is wrong with it, and none holds up a
// run.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "service/solve/solver.h"
#include "service/solve/test_run.h"

namespace lemma::solve {
namespace {

// Says a program; where it is sent back, which must be with `complaint`, another.
Door::Answer Mending(std::string program, std::string complaint, std::string mended) {
  return [=](net::HttpExchange& exchange, const json::object& body) {
    const json::array& messages = body.at("messages").as_array();
    const bool is_repair = messages.size() == 3;
    const std::string last(messages.back().at("content").as_string());
    EXPECT_EQ(is_repair, last.find(complaint) != last.npos) << last;
    Begin(exchange);
    exchange.Write(
        Chunk(0, "```python\n" + (is_repair ? mended : program) + "\n```\n", "stop", 20));
    EndWith(exchange, 20);
  };
}

// Passes everything on to the client's own, and counts the signs of life.
class PingCounter final : public net::HttpExchange {
 public:
  explicit PingCounter(std::shared_ptr<net::HttpExchange> to) : to_(std::move(to)) {}
  const net::HttpRequest& request() const override { return to_->request(); }
  void Send(net::HttpResponse response) override { to_->Send(std::move(response)); }
  void Start(net::HttpResponse response) override { to_->Start(std::move(response)); }
  void Write(std::string chunk) override {
    n_pings += chunk.starts_with(": ping");
    to_->Write(std::move(chunk));
  }
  void Finish() override { to_->Finish(); }
  void Abort() override { to_->Abort(); }
  bool closed() const override { return to_->closed(); }
  void OnClosed(std::function<void()> callback) override { to_->OnClosed(std::move(callback)); }

  std::atomic<int> n_pings = 0;

 private:
  const std::shared_ptr<net::HttpExchange> to_;
};

TEST(SolverPrograms, AProgramThatFailsIsSentBackWithItsTest) {
  const auto judge = reason::Judge::Create({});
  if (!judge.ok()) GTEST_SKIP() << judge.status().message();
  Door door(Mending("print(int(input()))", "Expected output:\n5", "print(int(input()) + 1)"));
  Solver solver({.front_door = door.handler(), .judge = &*judge});
  json::object body = Problem({{"strategy", "single"}});
  body["tests"] = {{{"input", "4\n"}, {"output", "5\n"}}};
  Client client(body);
  solver.Solve(client.exchange, "r1");
  const json::object result = client.Json();
  EXPECT_EQ(result.at("stopped"), "verified");
  EXPECT_EQ(result.at("repairs"), 1);
  EXPECT_EQ(result.at("verified").at("passed"), 1);
  EXPECT_EQ(result.at("solution_sample"), 1);
  const json::value& first = result.at("samples").at(0).at("tests");
  EXPECT_EQ(first.at("verdict"), "wrong_answer");
  EXPECT_EQ(first.at("verdicts").as_array().size(), 1u);
  EXPECT_EQ(first.at("verdicts").at(0).at("verdict"), "wrong_answer");
}

TEST(SolverPrograms, OfAProgramThatDoesNotCompileTheCompilersWordsAreSentBack) {
  const auto judge = reason::Judge::Create({});
  if (!judge.ok()) GTEST_SKIP() << judge.status().message();
  Door door(Mending("print(5", "SyntaxError", "print(5)"));
  Solver solver({.front_door = door.handler(), .judge = &*judge});
  json::object body = Problem({{"strategy", "single"}});
  body["tests"] = {{{"output", "5\n"}}};
  Client client(body);
  solver.Solve(client.exchange, "r1");
  EXPECT_EQ(client.Json().at("stopped"), "verified");
}

TEST(SolverPrograms, ARepairThatIsTooLongWithItsBoundIsAskedForWithoutIt) {
  const auto judge = reason::Judge::Create({});
  if (!judge.ok()) GTEST_SKIP() << judge.status().message();
  Door door([mends = Mending("print(4)", "Expected output", "print(5)")](
                net::HttpExchange& exchange, const json::object& body) {
    if (body.at("messages").as_array().size() == 1 || !body.contains("max_tokens")) {
      return mends(exchange, body);
    }
    exchange.Send(net::HttpResponse::Json(400, R"({"error":{"code":"context_length_exceeded"}})"));
  });
  Solver solver({.front_door = door.handler(), .judge = &*judge});
  json::object body = Problem({{"strategy", "single"}, {"max_tokens", 900}});
  body["tests"] = {{{"output", "5\n"}}};
  Client client(body);
  solver.Solve(client.exchange, "r1");
  EXPECT_EQ(client.Json().at("stopped"), "verified");
}

TEST(SolverPrograms, AProgramThatHasFailedIsNotTestedForLong) {
  const auto judge = reason::Judge::Create({});
  if (!judge.ok()) GTEST_SKIP() << judge.status().message();
  Door door(Mending("print(4)", "Expected output:\n5", "print(input())"));
  Solver solver({.front_door = door.handler(),
                 .judge = &*judge,
                 .limits = {.failed_program_max = std::chrono::milliseconds(0)}});
  json::object body = Problem({{"strategy", "single"}});
  body["tests"] = {{{"input", "4"}, {"output", "4"}},
                   {{"input", "5"}, {"output", "5"}},
                   {{"input", "4"}, {"output", "4"}},
                   {{"input", "6"}, {"output", "6"}}};
  Client client(body);
  solver.Solve(client.exchange, "r1");
  const json::object result = client.Json();
  const json::value& first = result.at("samples").at(0).at("tests");
  EXPECT_EQ(first.at("verdict"), "wrong_answer");
  EXPECT_EQ(first.at("passed"), 1);
  EXPECT_EQ(first.at("total"), 4);
  EXPECT_EQ(first.at("failed").at("test"), first.at("verdicts").at(1).at("test"));
  EXPECT_EQ(first.at("verdicts").at(2).at("verdict"), "skipped");
  EXPECT_EQ(first.at("verdicts").at(3).at("verdict"), "skipped");
  EXPECT_EQ(result.at("stopped"), "verified") << "nothing of a program that passes is left out";
  EXPECT_EQ(result.at("verified").at("passed"), 4);
}

TEST(SolverPrograms, AStreamShowsSignsOfLifeWhileAProgramRuns) {
  const auto judge = reason::Judge::Create({});
  if (!judge.ok()) GTEST_SKIP() << judge.status().message();
  Door door([](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange);
    exchange.Write(Chunk(0, "```python\nimport time\ntime.sleep(2)\nprint(5)\n```\n", "stop", 20));
    EndWith(exchange, 20);
  });
  Solver solver({.front_door = door.handler(),
                 .judge = &*judge,
                 .limits = {.ping_interval = std::chrono::milliseconds(200)}});
  json::object body = Problem({{"strategy", "single"}, {"stream", true}});
  body["tests"] = {{"wall_ms", 60000}, {"tests", {{{"output", "5\n"}}}}};
  Client client(body);
  const auto counter = std::make_shared<PingCounter>(client.exchange);
  solver.Solve(counter, "r1");
  client.Wait();
  EXPECT_GE(counter->n_pings, 2);
  EXPECT_EQ(client.Types().back(), "done");
}

TEST(SolverPrograms, AProgramThatSleepsHoldsUpNeitherTheDeadlineNorTheEnd) {
  const auto judge = reason::Judge::Create({});
  if (!judge.ok()) GTEST_SKIP() << judge.status().message();
  std::atomic<int> n_said = 0;
  Door door([&](net::HttpExchange& exchange, const json::object&) {
    Begin(exchange);
    exchange.Write(Chunk(0, "```python\nimport time\ntime.sleep(60)\n```\n", "stop", 20));
    EndWith(exchange, 20);
    ++n_said;
  });
  Solver solver({.front_door = door.handler(), .judge = &*judge});
  json::object body = Problem({{"strategy", "single"}});
  body["tests"] = {{"wall_ms", 60000}, {"tests", {{{"output", "5\n"}}, {{"output", "5\n"}}}}};
  body["deadline_ms"] = 1500;
  Client client(body);
  const auto begun = std::chrono::steady_clock::now();
  solver.Solve(client.exchange, "r1");
  const json::object result = client.Json();
  EXPECT_EQ(result.at("stopped"), "deadline");
  EXPECT_TRUE(result.at("verified").is_null()) << "nothing is known of it";

  body.erase("deadline_ms");
  Client other(body);
  solver.Solve(other.exchange, "r2");
  while (n_said < 2) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // it is looked at, or sleeps
  solver.Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
}

}  // namespace
}  // namespace lemma::solve
