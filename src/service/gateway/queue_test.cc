// Requests that wait for a replica as clients meet it: whose turn it is, a full line, deadlines,
// and clients that leave. Real sockets; a worker that answers when it is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/gateway/test_access.h"

namespace lemma::gateway {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;  // NOLINT

class QueueTest : public AccessTest {
 protected:
  // Before one worker that computes so many requests at a time.
  void BeginWithSlots(int64_t slots, const pool::LineOptions& line = {}) {
    worker_ = std::make_unique<TestWorker>(holding_.handler());
    pool::PoolOptions pool = PoolOf({worker_->address()});
    pool.remotes.front().slots = slots;
    pool.line = line;
    GatewayOptions options;
    options.access = store_->parts();
    options.access.requires_keys = false;
    BeginWith(pool, options);
    AwaitReady(1);
  }
  std::unique_ptr<TestCall> Call(const std::string& fields, const std::string& key = "") {
    return std::make_unique<TestCall>(
        client_, gateway_->address(),
        net::HttpRequest{"POST", "/v1/chat/completions", "",
                         key.empty() ? std::vector<net::Header>() : Bearer(key),
                         "{" + fields + R"(,"messages":[{"role":"user","content":"1"}]})", ""});
  }
  bool Waiting(int n) {
    const std::string line = "\nlemma_pool_queue_requests " + std::to_string(n) + "\n";
    return Eventually([&] { return Ask("GET", "/metrics").body.find(line) != std::string::npos; },
                      30'000);
  }
  // What the request that reached the worker as the i-th was marked with.
  std::string Mark(size_t i) {
    const std::string body = holding_.Await(i)->request().body;
    return std::string(Parse(body).at("user").as_string());
  }
  static std::string Marked(const std::string& mark, int max_tokens = 100) {
    return R"("user":")" + mark + R"(","max_tokens":)" + std::to_string(max_tokens);
  }

  HoldingWorker holding_;
};

TEST_F(QueueTest, KeysTakeTurnsByTokensAndPriorityAndEachKeepsItsOrder) {
  BeginWithSlots(1);
  access::KeySpec high = Spec("high");
  high.priority = 50;  // four times as many
  const std::string keys[] = {Create(Spec("a")).text, Create(high).text};
  std::vector<std::unique_ptr<TestCall>> calls;
  calls.push_back(Call(Marked("first")));
  EXPECT_EQ(Mark(0), "first");
  int n_waiting = 0;
  for (int i = 0; i < 5; ++i) {
    for (const std::string& key : keys) {
      calls.push_back(Call(Marked((key == keys[0] ? "a" : "h") + std::to_string(i)), key));
      ASSERT_TRUE(Waiting(++n_waiting));
    }
  }
  std::vector<std::string> order;
  for (size_t i = 0; i < calls.size(); ++i) {
    order.push_back(Mark(i));
    EXPECT_EQ(worker_->n_requests(), i + 1) << "one at a time";
    AnswerChat(holding_.Await(i));
  }
  EXPECT_EQ(order, (std::vector<std::string>{"first", "a0", "h0", "h1", "h2", "h3", "a1", "h4",
                                             "a2", "a3", "a4"}));
  std::vector<double> waits_ms;
  for (const auto& call : calls) {
    const net::HttpResponse& answer = call->Wait();
    EXPECT_EQ(answer.status, 200);
    waits_ms.push_back(std::stod(std::string(answer.header("x-lemma-queue-ms"))));
  }
  EXPECT_GT(waits_ms[1], waits_ms[0]) << "placed at once";
}

TEST_F(QueueTest, AFullLineIsA503WithRetryAfterForWhoHasMostOfIt) {
  BeginWithSlots(1, {.requests_max = 2});
  const std::string greedy = Create(Spec("greedy")).text;
  const auto runs = Call(Marked("runs"), greedy);
  holding_.Await(0);
  const auto first = Call(Marked("first"), greedy);
  ASSERT_TRUE(Waiting(1));
  const auto second = Call(Marked("second"), greedy);
  ASSERT_TRUE(Waiting(2));
  const auto expect_full = [](const net::HttpResponse& answer) {
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(ErrorOf(answer).at("code"), "overloaded");
    EXPECT_EQ(answer.header("retry-after"), "2");
    EXPECT_EQ(answer.header("retry-after-ms"), "2000");
    EXPECT_EQ(answer.header("x-should-retry"), "true");
  };
  expect_full(Call(Marked("third"), greedy)->Wait());
  const auto other = Call(Marked("other"), Create(Spec("other")).text);
  expect_full(second->Wait());
  EXPECT_EQ(Ask("GET", "/readyz").status, 200);
  EXPECT_THAT(Ask("GET", "/metrics").body,
              HasSubstr("lemma_pool_queue_refused_total{reason=\"full\"} 2\n"));
  AnswerChat(holding_.Await(0));
  EXPECT_EQ(Mark(1), "other");
  AnswerChat(holding_.Await(1));
  EXPECT_EQ(Mark(2), "first");
  AnswerChat(holding_.Await(2));
  EXPECT_EQ(first->Wait().status, 200);
  EXPECT_TRUE(Eventually([&] {  // just after its client has the answer
    return Ask("GET", "/metrics").body.find("lemma_gateway_requests_in_flight 0\n") !=
           std::string::npos;
  }));
}

TEST_F(QueueTest, AWorkerSaysHowMuchItTakes) {
  worker_ = std::make_unique<TestWorker>(
      holding_.handler(), TestSocketAddress("worker"), "tiny",
      R"({"status":"ok","requests_max":9,"tokens_max":1000,"answer_tokens":700})");
  BeginWith({worker_->address()});
  AwaitReady(1);
  const auto small = Call(Marked("small", 200));
  holding_.Await(0);
  const auto open = Call(R"("user":"open")");  // as many as the worker lets it have
  ASSERT_TRUE(Waiting(1));
  EXPECT_THAT(Ask("GET", "/metrics").body,
              HasSubstr("lemma_pool_replica_requests_max{replica=\"r0\"} 9\n"));
  // What generates nothing does not wait.
  const TestCall tokenize(client_, gateway_->address(), {"POST", "/tokenize", "", {}, "{}", ""});
  EXPECT_EQ(holding_.Await(1)->request().path, "/tokenize");
}

TEST_F(QueueTest, WhatElseIsPostedBelowV1WaitsItsTurnToo) {
  BeginWithSlots(1);
  const auto runs = Call(Marked("runs"));
  holding_.Await(0);
  const net::HttpRequest request{"POST", "/v1/embeddings", "", {}, R"({"input":"a"})", ""};
  TestCall embeds(client_, gateway_->address(), request);
  ASSERT_TRUE(Waiting(1));
  EXPECT_EQ(worker_->n_requests(), 1u);
  AnswerChat(holding_.Await(0));
  EXPECT_EQ(holding_.Await(1)->request().path, "/v1/embeddings");
  holding_.Await(1)->Send(net::HttpResponse::Json(200, "{}"));
  EXPECT_EQ(embeds.Wait().status, 200);
  EXPECT_EQ(runs->Wait().status, 200);
}

TEST_F(QueueTest, WhoWouldHaveTooLittleTimeLeftIsTold504WhileItWaits) {
  BeginWithSlots(1);
  const auto runs = Call(Marked("runs"));
  holding_.Await(0);
  const auto begin = std::chrono::steady_clock::now();
  const auto hasty = Call(R"("deadline_ms":400)");
  const net::HttpResponse& answer = hasty->Wait();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 200ms);
  EXPECT_EQ(answer.status, 504);
  EXPECT_EQ(answer.header("x-should-retry"), "false");
  EXPECT_EQ(ErrorOf(answer).at("code"), "queue_timeout");
  EXPECT_EQ(worker_->n_requests(), 1u);
  // Of one that is placed in time the worker is told what is left.
  const auto patient = Call(R"("deadline_ms":60000)");
  ASSERT_TRUE(Waiting(1));
  std::this_thread::sleep_for(20ms);  // so that it has waited, if only a little
  AnswerChat(holding_.Await(0));
  const int64_t left = Parse(holding_.Await(1)->request().body).at("deadline_ms").as_int64();
  EXPECT_LE(left, 59980);
  EXPECT_GT(left, 30000);
}

TEST_F(QueueTest, WithoutADeadlineAWaitEndsWithA503) {
  BeginWithSlots(1, {.wait_max = 200ms});
  const auto runs = Call(Marked("runs"));
  holding_.Await(0);
  const auto second = Call(Marked("second"));
  const net::HttpResponse& answer = second->Wait();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(ErrorOf(answer).at("code"), "overloaded");
  EXPECT_NE(answer.header("retry-after"), "");
}

TEST_F(QueueTest, AClientThatLeavesLeavesTheLine) {
  BeginWithSlots(1);
  const auto runs = Call(Marked("runs"));
  holding_.Await(0);
  const auto leaves = Call(Marked("leaves"));
  ASSERT_TRUE(Waiting(1));
  const auto stays = Call(Marked("stays"));
  ASSERT_TRUE(Waiting(2));
  leaves->Leave();
  ASSERT_TRUE(Waiting(1));
  AnswerChat(holding_.Await(0));
  EXPECT_EQ(Mark(1), "stays");
  AskMetricsWith("{code=\"499\",route=\"/v1/chat/completions\"} 1\n");
}

TEST_F(QueueTest, WhoLeavesTheLinePaysForNothing) {
  BeginWithSlots(1);
  const auto runs = Call(Marked("runs"));
  holding_.Await(0);
  const store::NewKey made = Create(Spec("a", {.tokens_per_day = 1'000'000}));
  const auto leaves = Call(Marked("leaves"), made.text);
  ASSERT_TRUE(Waiting(1));
  EXPECT_GT(DayTokens(made), 100) << "reserved";
  leaves->Leave();
  EXPECT_TRUE(Eventually([&] { return DayTokens(made) == 0; })) << DayTokens(made);
}

TEST_F(QueueTest, AGatewayThatStopsForgetsWhatWaits) {
  BeginWithSlots(1);
  const auto runs = Call(Marked("runs"));
  holding_.Await(0);
  const auto waits = Call(Marked("waits"));
  ASSERT_TRUE(Waiting(1));
  gateway_.reset();  // the pool lives on
  EXPECT_THAT(pool_->RenderMetrics(), HasSubstr("lemma_pool_queue_requests 0\n"));
  EXPECT_TRUE(Eventually([&] { return waits->ended(); }));
}

TEST_F(QueueTest, WhatWaitsIsPlacedWhenAReplicaComesBack) {
  BeginWithSlots(1);
  const auto runs = Call(Marked("runs"));
  holding_.Await(0);
  const auto waits = Call(Marked("waits"));
  ASSERT_TRUE(Waiting(1));
  ASSERT_TRUE(pool_->SetDraining("remote-0", true).ok());
  AnswerChat(holding_.Await(0));
  EXPECT_EQ(runs->Wait().status, 200);
  EXPECT_EQ(worker_->n_requests(), 1u);
  ASSERT_TRUE(pool_->SetDraining("remote-0", false).ok());
  AnswerChat(holding_.Await(1));
  EXPECT_EQ(waits->Wait().status, 200);
}

// A server that knows no deadlines. The gateway gives it two seconds more.
TEST_F(QueueTest, ADeadlineThatAReplicaDoesNotKeepIsKeptByTheGateway) {
  BeginWithSlots(8);
  const auto whole = Call(R"("deadline_ms":100)");
  const auto at_worker = holding_.Await(0);
  const auto stream = Call(R"("deadline_ms":100,"stream":true)");
  const auto stream_at_worker = holding_.Await(1);
  stream_at_worker->Start(EventStream());
  stream_at_worker->Write(Delta("content", "4"));
  const net::HttpResponse& answer = whole->Wait();
  EXPECT_EQ(answer.status, 504);
  EXPECT_EQ(answer.header("x-should-retry"), "false");
  EXPECT_EQ(ErrorOf(answer).at("code"), "deadline_exceeded");
  const net::HttpResponse& events = stream->Wait();
  EXPECT_EQ(events.status, 200);
  EXPECT_THAT(events.body, HasSubstr("event: error"));
  EXPECT_THAT(events.body, HasSubstr("deadline_exceeded"));
  EXPECT_TRUE(Eventually([&] { return at_worker->closed() && stream_at_worker->closed(); }));
  EXPECT_THAT(Ask("GET", "/metrics").body,
              HasSubstr("lemma_pool_replica_cb_state{replica=\"r0\"} 0\n"));
}

}  // namespace
}  // namespace lemma::gateway
