// What runs can be seen and ended, and what ended is measured. Real sockets, a real database.
#include "service/gateway/live_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "service/gateway/test_access.h"

namespace lemma::gateway {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

const std::string kChat = "/v1/chat/completions";
const std::string kUser = R"("messages":[{"role":"user","content":"What is 1+1?"}])";

std::string UsageOf(int64_t n, int64_t n_thinking) {
  return R"("usage":{"prompt_tokens":5,"completion_tokens":)" + std::to_string(n) +
         R"(,"completion_tokens_details":{"reasoning_tokens":)" + std::to_string(n_thinking) + "}}";
}
std::string Chunk(const std::string& delta, int64_t n, int64_t n_thinking) {
  return net::SseEvent(R"({"model":"tiny","choices":[{"index":0,"delta":{)" + delta +
                       R"(},"finish_reason":null}],)" + UsageOf(n, n_thinking) + "}");
}

class LiveRequestsTest : public AccessTest {
 protected:
  // The worker keeps each exchange for the test to answer.
  void BeginHolding() {
    BeginWithKeys([this](std::shared_ptr<net::HttpExchange> exchange) {
      const std::lock_guard lock(mutex_);
      held_.push_back(std::move(exchange));
    });
  }
  std::shared_ptr<net::HttpExchange> Held() {
    EXPECT_TRUE(Eventually([&] {
      const std::lock_guard lock(mutex_);
      return !held_.empty();
    }));
    const std::lock_guard lock(mutex_);
    return held_.back();
  }
  // The worker is asked to stop what it holds.
  void AnswerStop(int status) {
    EXPECT_TRUE(Eventually([&] { return Held()->request().path.ends_with("/stop"); }));
    Held()->Send(net::HttpResponse::Json(status, "{}"));
  }
  std::unique_ptr<TestCall> Call(const std::string& key, const std::string& body) {
    return std::make_unique<TestCall>(
        client_, gateway_->address(),
        net::HttpRequest{"POST", kChat, "", Bearer(key), "{" + kUser + body + "}", ""});
  }
  LiveView OnlyLive() {
    EXPECT_TRUE(Eventually([&] { return gateway_->live_requests().List().size() == 1; }));
    const auto views = gateway_->live_requests().List();
    return views.empty() ? LiveView() : views[0];
  }
  bool BecomesState(LiveState state) {
    return Eventually([&] { return OnlyLive().state == state; });
  }
  // What a chunk changes last.
  bool HasTokens(int64_t n) {
    return Eventually([&] { return OnlyLive().n_tokens == n; });
  }
  store::RequestRecord RowOf(const std::string& id) {
    std::optional<store::RequestRecord> row;
    EXPECT_TRUE(Eventually([&] { return (row = *store_->log->Find(id)).has_value(); })) << id;
    return row.value_or(store::RequestRecord());
  }

  std::mutex mutex_;
  std::vector<std::shared_ptr<net::HttpExchange>> held_;
};

TEST_F(LiveRequestsTest, ARequestIsSeenFromItsArrivalToItsEnd) {
  BeginHolding();
  const store::NewKey made = Create(Spec("a"));
  EXPECT_TRUE(gateway_->live_requests().List().empty());
  const auto call = Call(made.text, R"(,"stream":true)");
  const auto worker = Held();
  ASSERT_TRUE(BecomesState(LiveState::kPrefill));
  const LiveView view = OnlyLive();
  EXPECT_EQ(view.key_id, made.key.id);
  EXPECT_EQ(view.profile, "math");
  EXPECT_EQ(view.replica, "r0");
  EXPECT_GT(view.started_ms, 0);
  EXPECT_FALSE(view.is_cancelled);

  worker->Start(EventStream());
  worker->Write(Chunk(R"("reasoning_content":"hm","reasoning":"hm")", 3, 3));
  ASSERT_TRUE(HasTokens(3));
  EXPECT_EQ(OnlyLive().state, LiveState::kThinking);
  EXPECT_EQ(OnlyLive().model, "tiny");
  worker->Write(Chunk(R"("content":"2")", 5, 4));
  ASSERT_TRUE(HasTokens(5));
  EXPECT_EQ(OnlyLive().state, LiveState::kAnswer);
  worker->Write(net::SseEvent(R"({"choices":[{"index":0,"delta":{},"finish_reason":"length",)"
                              R"("lemma":{"loop":{"action":"conclude","rewinds":1}}}],)" +
                              UsageOf(6, 4) + "}"));
  worker->Write(net::SseEvent("[DONE]"));
  worker->Finish();
  EXPECT_THAT(call->Wait().body, HasSubstr("[DONE]"));
  EXPECT_TRUE(gateway_->live_requests().List().empty()) << "before its client has all of it";

  const store::RequestRecord row = RowOf(view.id);
  EXPECT_EQ(row.thinking_tokens, 4);
  EXPECT_EQ(row.completion_tokens, 6);
  EXPECT_EQ(row.task, "math");
  EXPECT_EQ(row.profile_version, 1);
  EXPECT_EQ(row.finish_reason, "length");
  EXPECT_EQ(row.error_reason, "");
  EXPECT_TRUE(row.is_looped);
  EXPECT_GT(row.answer_ms, 0);  // what is shorter than a millisecond counts as one
  EXPECT_GE(row.answer_ms, row.first_token_ms);
  EXPECT_GE(std::max<int64_t>(row.duration_ms, 1), row.answer_ms);
  EXPECT_GT(row.per_token_us, 0);
  access::KeySpec measuring = Spec("b");
  measuring.scopes = {"metrics"};
  EXPECT_THAT(Ask("GET", "/metrics", "", Bearer(Create(measuring).text)).body,
              HasSubstr("\nlemma_gateway_tpot_seconds_count{"));
}

TEST_F(LiveRequestsTest, WhereAReplicaTellsNoThinkingTokensEachPieceIsOne) {
  BeginHolding();
  const auto call = Call(Create(Spec("a")).text, R"(,"stream":true)");
  const auto worker = Held();
  const std::string id = OnlyLive().id;
  worker->Start(EventStream());
  for (const char* delta :
       {R"("reasoning_content":"h")", R"("reasoning":"m")", R"("content":"2")"}) {
    worker->Write(
        net::SseEvent(R"({"choices":[{"index":0,"delta":{)" + std::string(delta) + "}}]}"));
  }
  worker->Write(
      net::SseEvent(R"({"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7}})"));
  worker->Write(net::SseEvent("[DONE]"));
  worker->Finish();
  call->Wait();
  EXPECT_EQ(RowOf(id).thinking_tokens, 2);
}

TEST_F(LiveRequestsTest, WhatNoModelIsToAnswerIsNotCounted) {
  BeginWithKeys([](auto exchange) {
    exchange->Send(net::HttpResponse::Json(200, R"({"model":"tiny","choices":[]})"));
  });
  const std::string key = Create(Spec("a")).text;
  EXPECT_EQ(Ask("GET", "/v1/models", "", Bearer(key)).status, 200);
  EXPECT_EQ(Ask("GET", "/v1/models").status, 401);
  EXPECT_EQ(PostAs(key, "/tokenize", R"({"content":"a"})").status, 200);
  EXPECT_EQ(PostAs(key, kChat, "{" + kUser + "}").status, 200);
  // The last one is written after the others.
  store::RequestPage page;
  EXPECT_TRUE(Eventually([&] { return !(page = *store_->log->Search({})).records.empty(); }));
  ASSERT_EQ(page.records.size(), 1u);
  EXPECT_EQ(page.records[0].profile, "math");
}

TEST_F(LiveRequestsTest, CancellingAWholeAnswerChargesWhatItHasComputed) {
  BeginHolding();
  const store::NewKey made = Create(Spec("a", {.tokens_per_day = 100'000}));
  const auto call = Call(made.text, R"(,"max_tokens":100)");
  const auto worker = Held();
  const std::string id = OnlyLive().id;
  EXPECT_TRUE(gateway_->live_requests().Cancel(id));
  AnswerStop(200);
  worker->Send(net::HttpResponse::Json(200, R"({"choices":[],)" + UsageOf(4, 0) + "}"));
  EXPECT_EQ(call->Wait().status, 499);
  EXPECT_EQ(RowOf(id).error_reason, "cancelled");
  EXPECT_TRUE(Eventually([&] { return DayTokens(made) == 5 + 4; })) << DayTokens(made);
}

// Of a server that cannot stop it and tell.
TEST_F(LiveRequestsTest, CancellingAWholeAnswerEndsBothSidesAndChargesThePrompt) {
  BeginHolding();
  const store::NewKey made = Create(Spec("a", {.tokens_per_day = 100'000, .concurrency = 1}));
  const auto call = Call(made.text, R"(,"max_tokens":100)");
  const auto worker = Held();
  const std::string id = OnlyLive().id;
  EXPECT_TRUE(gateway_->live_requests().Cancel(id));
  AnswerStop(404);
  const net::HttpResponse answer = call->Wait();
  EXPECT_EQ(answer.status, 499);
  EXPECT_EQ(ErrorOf(answer).at("code"), "cancelled");
  EXPECT_THAT(std::string(ErrorOf(answer).at("message").as_string()), HasSubstr("cancelled by"));
  EXPECT_TRUE(Eventually([&] { return worker->closed(); })) << "the worker's call ends";
  EXPECT_FALSE(gateway_->live_requests().Cancel(id)) << "it is over";
  const store::RequestRecord row = RowOf(id);
  EXPECT_EQ(row.error_reason, "cancelled");
  EXPECT_GT(row.prompt_tokens, 0);
  EXPECT_TRUE(Eventually([&] { return DayTokens(made) == row.prompt_tokens; }))
      << DayTokens(made) << ", not " << row.prompt_tokens;
}

TEST_F(LiveRequestsTest, CancellingAStreamEndsItWithAnErrorAndChargesWhatWasPassedOn) {
  BeginHolding();
  const store::NewKey made = Create(Spec("a", {.tokens_per_day = 100'000}));
  const auto call = Call(made.text, R"(,"stream":true,"max_tokens":100)");
  const auto worker = Held();
  worker->Start(EventStream());
  worker->Write(Chunk(R"("content":"It is")", 7, 0));
  call->WaitForBody();
  const std::string id = OnlyLive().id;
  EXPECT_TRUE(gateway_->live_requests().Cancel(id));
  const net::HttpResponse answer = call->Wait();
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, AllOf(HasSubstr("It is"), HasSubstr("event: error\n"),
                                 HasSubstr("cancelled by"), EndsWith("\n\n")));
  EXPECT_THAT(answer.body, Not(HasSubstr("[DONE]")));
  EXPECT_TRUE(Eventually([&] { return worker->closed(); }));
  EXPECT_EQ(RowOf(id).error_reason, "cancelled");
  EXPECT_EQ(RowOf(id).completion_tokens, 7);
  EXPECT_TRUE(Eventually([&] { return DayTokens(made) == 5 + 7; }));
}

TEST_F(LiveRequestsTest, WhatARevokedKeyHasRunningEndsAndNothingElse) {
  BeginHolding();
  const store::NewKey made = Create(Spec("a"));
  const store::NewKey other = Create(Spec("b"));
  const auto call = Call(made.text, R"(,"stream":true,"max_tokens":100)");
  const auto worker = Held();
  worker->Start(EventStream());
  worker->Write(Chunk(R"("content":"It is")", 7, 0));
  call->WaitForBody();
  const auto neighbour = Call(other.text, R"(,"max_tokens":100)");
  ASSERT_TRUE(Eventually([&] { return Held() != worker; }));
  const auto its_worker = Held();
  ASSERT_TRUE(store_->keys->Revoke(made.key.id).ok());
  EXPECT_THAT(call->Wait().body, AllOf(HasSubstr("event: error\n"), HasSubstr("invalid_api_key")));
  EXPECT_TRUE(Eventually([&] { return worker->closed(); }));
  ASSERT_TRUE(Eventually([&] { return gateway_->live_requests().List().size() == 1; }));
  EXPECT_EQ(OnlyLive().key_id, other.key.id);
  its_worker->Send(net::HttpResponse::Json(200, R"({"choices":[],)" + UsageOf(4, 0) + "}"));
  EXPECT_EQ(neighbour->Wait().status, 200);
}

TEST_F(LiveRequestsTest, EveryWayToFailHasItsReason) {
  BeginWithKeys([](std::shared_ptr<net::HttpExchange> exchange) {
    const std::string& body = exchange->request().body;
    if (body.find("late") != body.npos) {
      return exchange->Send(net::HttpResponse::Json(504, R"({"error":{"message":"late"}})"));
    }
    if (body.find("wrong") != body.npos) {
      return exchange->Send(net::HttpResponse::Json(400, R"({"error":{"message":"no"}})"));
    }
    if (body.find("broken") != body.npos) {
      return exchange->Send(net::HttpResponse::Json(500, R"({"error":{"message":"oh"}})"));
    }
    AnswerChat(exchange);
  });
  const std::string key = Create(Spec("a")).text;
  const std::string limited = Create(Spec("b", {.requests_per_minute = 1})).text;
  access::KeySpec measuring = Spec("c");
  measuring.scopes = {"metrics"};
  const std::string useless = Create(measuring).text;
  const auto reason = [&](const std::string& by, const std::string& said) {
    const auto answer = PostAs(by, kChat, "{" + kUser + R"(,"user":")" + said + "\"}");
    return RowOf(std::string(answer.header("x-request-id"))).error_reason;
  };
  EXPECT_EQ(reason(key, ""), "");
  EXPECT_EQ(reason(key, "late"), "deadline");
  EXPECT_EQ(reason(key, "wrong"), "bad_request");
  EXPECT_EQ(reason(key, "broken"), "failed");
  EXPECT_EQ(reason(limited, ""), "");
  EXPECT_EQ(reason(limited, ""), "rate_limit");
  EXPECT_EQ(reason(useless, ""), "not_allowed");
  EXPECT_EQ(reason("", ""), "unauthenticated");
}

TEST_F(LiveRequestsTest, AClientThatLeavesIsNotCalledCancelled) {
  BeginHolding();
  const store::NewKey made = Create(Spec("a"));
  const auto call = Call(made.text, "");
  const auto worker = Held();
  const std::string id = OnlyLive().id;
  call->Leave();
  EXPECT_EQ(RowOf(id).error_reason, "client_left");
  EXPECT_TRUE(gateway_->live_requests().List().empty());
}

TEST(LiveRequestsRegistryTest, OneThatWasCancelledBeforeItsCallIsEndedAtOnce) {
  LiveRequests all;
  const auto request = all.Enter("r1", 1);
  EXPECT_TRUE(all.Cancel("r1"));
  EXPECT_TRUE(request->is_cancelled());
  int n_ended = 0;
  request->OnCancel([&] { ++n_ended; });
  EXPECT_EQ(n_ended, 1);
  EXPECT_TRUE(all.Cancel("r1"));
  EXPECT_EQ(n_ended, 1) << "once";
  EXPECT_FALSE(all.Cancel("r2"));
}

TEST(LiveRequestsRegistryTest, ManyComeAndGoWhileTheyAreListedAndCancelled) {
  LiveRequests all;
  std::atomic<int> n_ended{0}, n_cancelled{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 2000; ++i) {
        const std::string id = std::to_string(thread) + "-" + std::to_string(i);
        const auto request = all.Enter(id, i);
        request->OnCancel([&] { ++n_ended; });
        request->SetProfile("math");
        request->SetTokens(i);
        if (i % 10 == 0) n_cancelled += all.Cancel(id) ? 1 : 0;
        if (i % 50 == 0) {
          for (const LiveView& view : all.List()) EXPECT_FALSE(view.id.empty());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(n_cancelled, 800);
  EXPECT_EQ(n_ended, 800);
  EXPECT_TRUE(all.List().empty());
}

}  // namespace
}  // namespace lemma::gateway
