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
  const auto answer = Post("/generate", R"({"prompt":"a","stream":true})");
  EXPECT_THAT(answer.body, HasSubstr("event: error\n"));
  EXPECT_THAT(answer.body, Not(HasSubstr("[DONE]")));
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

TEST_F(GatewayTest, MoreCallsThanAllowedAreRefusedAtOnceAndPlacesAreGivenBack) {
  std::mutex mutex;
  std::vector<std::shared_ptr<net::HttpExchange>> held;
  GatewayOptions options;
  options.in_flight_max = 2;
  Begin(
      [&](std::shared_ptr<net::HttpExchange> exchange) {
        std::lock_guard lock(mutex);
        held.push_back(std::move(exchange));
      },
      options);
  std::promise<Status> ends[2];
  for (auto& end : ends) {
    net::HttpCallbacks callbacks;
    callbacks.on_end = [&end](Status status) { end.set_value(std::move(status)); };
    client_.Send(gateway_->address(), {"POST", "/generate", "", {}, R"({"prompt":"a"})", ""},
                 std::move(callbacks));
  }
  ASSERT_TRUE(Eventually([&] { return worker_->n_requests() == 2; }));
  const auto refused = Post("/generate", R"({"prompt":"a"})");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(ErrorOf(refused).at("code"), "overloaded");
  EXPECT_NE(refused.header("retry-after"), "");
  EXPECT_EQ(Ask("GET", "/readyz").status, 200);
  {
    std::lock_guard lock(mutex);
    for (auto& exchange : held) AnswerChat(exchange);
  }
  for (auto& end : ends) EXPECT_TRUE(end.get_future().get().ok());
  // A place is given back just after its client has the answer.
  EXPECT_TRUE(Eventually([&] {
    return Ask("GET", "/metrics").body.find("lemma_gateway_requests_in_flight 0\n") !=
           std::string::npos;
  }));
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
