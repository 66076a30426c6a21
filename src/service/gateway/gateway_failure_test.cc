// A worker that is away, full or dies; a client that leaves; the end of the gateway itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <thread>

#include "service/gateway/test_gateway.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;  // NOLINT

std::string Prompt(int i) { return R"({"prompt":"question )" + std::to_string(i) + "\"}"; }

TEST_F(GatewayTest, AWorkerThatIsAwayIsA503WithRetryAfter) {
  BeginWith({"unix:/nowhere/lemma.sock"});
  for (const char* target : {"/generate", "/v1/chat/completions", "/v1/completions", "/readyz"}) {
    const bool is_get = std::string_view(target) == "/readyz";
    const auto answer =
        Ask(is_get ? "GET" : "POST", target, is_get ? "" : R"({"prompt":"a","stream":true})");
    EXPECT_EQ(answer.status, 503) << target;
    EXPECT_EQ(ErrorOf(answer).at("type"), "unavailable_error");
    EXPECT_EQ(answer.header("retry-after"), "2");
    EXPECT_THAT(answer.body, Not(HasSubstr("nowhere")));
  }
}

TEST_F(GatewayTest, AWorkerMayComeBackOnItsSocket) {
  Begin(AnswerChat);
  EXPECT_EQ(Post("/generate", R"({"prompt":"a"})").status, 200);
  const std::string address = worker_->address();
  worker_.reset();
  EXPECT_EQ(Post("/generate", R"({"prompt":"a"})").status, 503);
  TestWorker second(AnswerChat, address);
  AwaitReady(1);
  EXPECT_EQ(Post("/generate", R"({"prompt":"a"})").status, 200);
}

// It would draw all requests to itself, being done with each at once, and clients would look for
// the fault in their own keys.
TEST_F(GatewayTest, AReplicaThatIsNotSetUpRightIsNotAskedForLongAndItsWordsAreNobodys) {
  for (const int refusal : {401, 404}) {
    TestWorker wrong([refusal](std::shared_ptr<net::HttpExchange> exchange) {
      exchange->Send(net::HttpResponse::Json(
          refusal, R"({"error":{"message":"theirs","type":"NotFoundError"}})"));
    });
    TestWorker right(AnswerChat);
    BeginWith({wrong.address(), right.address()});
    AwaitReady(2);
    for (int i = 0; i < 60; ++i) EXPECT_EQ(Post("/generate", Prompt(i)).status, 200) << refusal;
    EXPECT_LT(wrong.n_requests(), 12u) << "its breaker opens after five";
    BeginWith({wrong.address()});
    AwaitReady(1);
    const auto alone = Post("/generate", Prompt(0));
    EXPECT_EQ(alone.status, 502) << refusal;
    EXPECT_THAT(alone.body,
                testing::AllOf(HasSubstr("not set up right"), Not(HasSubstr("theirs"))));
    EXPECT_EQ(Ask("GET", "/v1/own_path").status, refusal == 404 ? 404 : 502) << "its own to say";
    gateway_.reset();
  }
}

TEST_F(GatewayTest, WhatAClientAsksForThatIsNotThereIsHeldAgainstNoReplica) {
  for (const int refusal : {403, 404}) {
    Begin([refusal](std::shared_ptr<net::HttpExchange> exchange) {
      exchange->Send(net::HttpResponse::Json(refusal, R"({"detail":"theirs"})"));
    });
    for (int i = 0; i < 20; ++i) {
      for (const char* target : {"/v1/chat/completions/", "/v1/completions/x", "/v1/completions"}) {
        const auto answer = Post(target, Prompt(i));
        EXPECT_EQ(answer.status, refusal) << target;
        EXPECT_THAT(answer.body, HasSubstr("theirs"));
      }
    }
    gateway_.reset();
  }
}

TEST_F(GatewayTest, WhatAReplicaAtItsOwnLimitRefusesIsAskedElsewhere) {
  TestWorker full([](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Send(net::HttpResponse::Json(429, "{}"));
  });
  TestWorker free(AnswerChat);
  BeginWith({full.address(), free.address()});
  AwaitReady(2);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(Post("/generate", Prompt(i)).status, 200);
  EXPECT_GT(full.n_requests(), 0u);
  gateway_.reset();
}

TEST_F(GatewayTest, AWorkerThatDiesBeforeItsAnswerIsA502) {
  Begin([](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Start(net::HttpResponse::Json(200, "{\"half"));
    exchange->Abort();
  });
  for (const char* target : {"/generate", "/v1/completions"}) {
    const auto answer = Post(target, R"({"prompt":"a"})");
    EXPECT_EQ(answer.status, 502) << target;
    EXPECT_EQ(ErrorOf(answer).at("code"), "worker_failed");
    AwaitReady(1);
  }
}

TEST_F(GatewayTest, AWorkerThatDiesInAStreamEndsItWithAnErrorEvent) {
  Begin([](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Start(EventStream());
    exchange->Write(Delta("content", "It is ") + "data: {\"half");
    exchange->Abort();
  });
  for (const char* target : {"/generate", "/v1/chat/completions"}) {
    const auto answer =
        Post(target, R"({"prompt":"a","messages":[{"role":"user","content":"a"}],"stream":true})");
    const auto events = net::SseParser().Push(answer.body);
    ASSERT_EQ(events.size(), 2u) << answer.body;
    EXPECT_THAT(events[0].data, HasSubstr("It is "));
    EXPECT_EQ(events[1].event, "error");
    EXPECT_EQ(Parse(events[1].data)["error"].at("code"), "worker_failed");
    AwaitReady(1);
  }
}

TEST_F(GatewayTest, AStreamWithoutItsEndIsAnErrorToo) {
  Begin([](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Start(EventStream());
    exchange->Write(Delta("content", "It is "));
    exchange->Finish();  // no [DONE]
  });
  for (const char* target : {"/generate", "/v1/completions", "/v1/chat/completions"}) {
    const auto answer =
        Post(target, R"({"prompt":"a","messages":[{"role":"user","content":"a"}],"stream":true})");
    EXPECT_THAT(answer.body, HasSubstr("event: error\n")) << target;
    EXPECT_THAT(answer.body, Not(HasSubstr("[DONE]")));
  }
  EXPECT_THAT(Post("/v1/responses", R"({"input":"a","stream":true})").body,
              Not(HasSubstr("event: error")))
      << "who knows how that ends";
}

TEST_F(GatewayTest, AnEventThatCannotBeReadIsAnErrorAlsoBeforeItsDone) {
  Begin([](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Start(EventStream());
    exchange->Write(Delta("content", "It is ") + net::SseEvent("{\"half") + Delta("content", "4") +
                    net::SseEvent("[DONE]"));
    exchange->Finish();
  });
  const auto answer = Post("/generate", R"({"prompt":"a","stream":true})");
  EXPECT_THAT(answer.body, HasSubstr("event: error\n"));
  EXPECT_THAT(answer.body, Not(HasSubstr("[DONE]")));
}

TEST_F(GatewayTest, TheWorkersOwnErrorEventIsTheLast) {
  Begin([](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Start(EventStream());
    exchange->Write(Delta("content", "It is ") +
                    net::SseEvent(R"({"error":{"message":"deadline"}})", "error"));
    exchange->Finish();
  });
  const auto answer = Post("/generate", R"({"prompt":"a","stream":true})");
  EXPECT_THAT(answer.body, HasSubstr("event: error\ndata: {\"error\":{\"message\":\"deadline\"}}"));
  EXPECT_THAT(answer.body, Not(HasSubstr("[DONE]")));
}

TEST_F(GatewayTest, AClientThatLeavesEndsTheWorkersCallAtOnce) {
  for (const bool stream : {false, true}) {
    std::promise<std::shared_ptr<net::HttpExchange>> arrived;
    Begin([&](std::shared_ptr<net::HttpExchange> exchange) {
      if (stream) exchange->Start(EventStream());
      arrived.set_value(std::move(exchange));
    });
    std::promise<void> ended;
    net::HttpCallbacks callbacks;
    callbacks.on_end = [&](Status) { ended.set_value(); };
    const auto call = client_.Send(
        gateway_->address(), {"POST", "/generate", "", {}, R"({"prompt":"a","stream":true})", ""},
        std::move(callbacks));
    const auto at_worker = arrived.get_future().get();
    const auto left_at = std::chrono::steady_clock::now();
    call->Cancel();
    ASSERT_TRUE(Eventually([&] { return at_worker->closed(); }));
    EXPECT_LT(std::chrono::steady_clock::now() - left_at, 2s);  // no timeout is as short
    ended.get_future().get();
    EXPECT_TRUE(Eventually([&] { return gateway_->n_active() == 0; }));
    gateway_.reset();
  }
}

TEST_F(GatewayTest, DrainLetsAnswersFinishAndStopEndsThemAtOnce) {
  std::promise<std::shared_ptr<net::HttpExchange>> arrived;
  Begin(
      [&](std::shared_ptr<net::HttpExchange> exchange) { arrived.set_value(std::move(exchange)); });
  std::promise<int> status;
  net::HttpCallbacks callbacks;
  callbacks.on_head = [&](net::HttpResponse head) { status.set_value(head.status); };
  client_.Send(gateway_->address(), {"POST", "/generate", "", {}, R"({"prompt":"a"})", ""},
               std::move(callbacks));
  const auto at_worker = arrived.get_future().get();
  std::thread drain([&] { gateway_->Drain(); });
  // Probes are still answered, so that routers turn away; new requests are not taken.
  EXPECT_TRUE(Eventually([&] { return Ask("GET", "/readyz").status == 503; }));
  EXPECT_EQ(Post("/generate", R"({"prompt":"a"})").status, 503);
  EXPECT_EQ(Ask("GET", "/livez").status, 200);
  EXPECT_TRUE(Eventually([&] { return gateway_->n_active() == 1; }));
  AnswerChat(at_worker);
  drain.join();
  EXPECT_EQ(status.get_future().get(), 200);
  const auto begin = std::chrono::steady_clock::now();
  gateway_->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST_F(GatewayTest, StopCutsAStreamAndFreesTheWorker) {
  std::promise<std::shared_ptr<net::HttpExchange>> arrived;
  Begin([&](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Start(EventStream());
    arrived.set_value(std::move(exchange));
  });
  std::promise<Status> end;
  net::HttpCallbacks callbacks;
  callbacks.on_end = [&](Status status) { end.set_value(std::move(status)); };
  client_.Send(gateway_->address(),
               {"POST", "/generate", "", {}, R"({"prompt":"a","stream":true})", ""},
               std::move(callbacks));
  const auto at_worker = arrived.get_future().get();
  gateway_->Stop();
  EXPECT_FALSE(end.get_future().get().ok());
  EXPECT_TRUE(Eventually([&] { return at_worker->closed(); }));
}

}  // namespace
}  // namespace lemma::gateway
