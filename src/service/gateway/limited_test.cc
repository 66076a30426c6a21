// Limits as clients meet them: what is admitted, what a request is charged however it ends, and
// what is logged of it. Real sockets, real databases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "common/text/test_tokenizer.h"
#include "service/gateway/test_access.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

// {"prompt_tokens": 5, ...} as a worker tells it in each chunk where it is asked to.
std::string Usage(int64_t prompt, int64_t completion) {
  return json::serialize(json::object{{"prompt_tokens", prompt},
                                      {"completion_tokens", completion},
                                      {"total_tokens", prompt + completion}});
}
std::string Chunk(const std::string& text, int64_t n_completion) {
  return net::SseEvent(R"({"model":"tiny","choices":[{"index":0,"delta":{"content":")" + text +
                       R"("},"finish_reason":null}],"usage":)" + Usage(5, n_completion) + "}");
}
std::string LastChunks(int64_t n_completion) {
  return net::SseEvent(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":)" +
                       Usage(5, n_completion) + "}") +
         net::SseEvent(R"({"choices":[],"usage":)" + Usage(5, n_completion) + "}") +
         net::SseEvent("[DONE]");
}

const std::string kUser = R"("messages":[{"role":"user","content":"1+1"}])";
const std::string kChat = "/v1/chat/completions";

class LimitedTest : public AccessTest {
 protected:
  net::HttpRequest Request(const std::string& key, const std::string& target,
                           const std::string& body) {
    return {"POST", target, "", Bearer(key), body, ""};
  }
  // Posts `n` at the same time through these gateways; statuses when all have an answer. The worker
  // answers once the others are refused.
  std::map<int, int> PostAtOnce(int n, const std::string& key, const std::string& body,
                                const std::vector<Gateway*>& gateways, HoldingWorker& worker,
                                int n_admitted) {
    std::vector<std::unique_ptr<TestCall>> calls;
    for (int i = 0; i < n; ++i) {
      calls.push_back(std::make_unique<TestCall>(
          client_, gateways[static_cast<size_t>(i) % gateways.size()]->address(),
          Request(key, "/v1/completions", body)));
    }
    const auto n_ended = [&] {
      return std::count_if(calls.begin(), calls.end(),
                           [](const auto& call) { return call->ended(); });
    };
    EXPECT_TRUE(Eventually(
        [&] {
          return n_ended() >= n - n_admitted && std::cmp_equal(worker_->n_requests(), n_admitted);
        },
        30'000));
    worker.Await(static_cast<size_t>(n_admitted) - 1);  // counted is not held yet
    worker.AnswerAll();
    std::map<int, int> statuses;
    for (const auto& call : calls) {
      const net::HttpResponse& answer = call->Wait();
      ++statuses[answer.status];
      if (answer.status != 429) continue;
      EXPECT_NE(answer.header("retry-after"), "");
      EXPECT_NE(answer.header("x-should-retry"), "");
      EXPECT_EQ(ErrorOf(answer).at("type"), "rate_limit_error");
    }
    return statuses;
  }
};

TEST_F(LimitedTest, AThousandPostsAtOnceAdmitExactlyTheLimit) {
  rlimit files{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  files.rlim_cur = files.rlim_max;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
  const std::string body = R"({"prompt":"a","max_tokens":36})";
  const int64_t n_tokens = static_cast<int64_t>(body.size()) + 64 + 36;  // of an unknown model
  // Fewer than the worker takes at a time: those above the limit must not be waiting instead.
  const access::KeyLimits cases[] = {{.requests_per_minute = 50},
                                     {.tokens_per_minute = 50 * n_tokens + 1},
                                     {.tokens_per_day = 51 * n_tokens - 1},
                                     {.concurrency = 50}};
  for (const access::KeyLimits& limits : cases) {
    HoldingWorker holding;
    BeginWithKeys(holding.handler());
    const auto statuses =
        PostAtOnce(1000, Create(Spec("a", limits)).text, body, {gateway_.get()}, holding, 50);
    EXPECT_EQ(statuses, (std::map<int, int>{{200, 50}, {429, 950}}));
    EXPECT_EQ(worker_->n_requests(), 50u);
    gateway_.reset();
  }
}

// Another server's default may be all of its context.
TEST_F(LimitedTest, WhoPaysForTokensIsBoundedAlsoWhereNeitherTheyNorTheReplicaSays) {
  const PromptCounter counter({.id = "tiny",
                               .tokenizer = text::SmallTokenizer(),
                               .chat_template = *text::ChatTemplate::FromTemplateText(
                                   text::kLemmaMiniChatTemplate, "template"),
                               .context_tokens = 1000,
                               .output_tokens_default = 300});
  for (const bool says : {false, true}) {
    const char* health =
        says ? R"({"requests_max":8,"tokens_max":9000,"answer_tokens":200})" : "{}";
    worker_ = std::make_unique<TestWorker>(AnswerChat, TestSocketAddress("worker"), "tiny", health);
    GatewayOptions options;
    options.access = store_->parts();
    options.access.counter = &counter;
    BeginWith({worker_->address()}, options);
    AwaitReady(1);
    const auto asked = [&](const store::NewKey& key, const std::string& fields) {
      EXPECT_EQ(PostAs(key.text, kChat, "{" + kUser + fields + "}").status, 200);
      return worker_->last_body();
    };
    const store::NewKey limited = Create(Spec("a", {.tokens_per_minute = 100'000}));
    const json::object open = asked(limited, "");
    EXPECT_EQ(open.contains("max_tokens"), !says);
    if (!says) EXPECT_EQ(open.at("max_tokens"), 300);
    const json::object full = asked(limited, R"(,"stop":[")" + std::string(700, 'x') + "\"]");
    if (!says) EXPECT_EQ(full.at("max_tokens"), 300) << "its prompt is counted, not its bytes";
    EXPECT_EQ(asked(limited, R"(,"max_tokens":7)").at("max_tokens"), 7);
    EXPECT_FALSE(asked(Create(Spec("b")), "").contains("max_tokens")) << "its own affair";
    gateway_.reset();
  }
}

TEST_F(LimitedTest, TwoGatewaysOnOnePostgresqlHoldOneLimit) {
  const std::string address = store::NewPostgresqlDatabase();
  ASSERT_NE(address, "");
  Open(address);
  TestAccess other(address, directory_ / "key-secret", clock_);
  const std::string body = R"({"prompt":"a","max_tokens":36})";
  const int64_t n_tokens = static_cast<int64_t>(body.size()) + 64 + 36;
  const access::KeyLimits cases[] = {
      {.requests_per_minute = 20}, {.tokens_per_day = 20 * n_tokens}, {.concurrency = 20}};
  for (const access::KeyLimits& limits : cases) {
    HoldingWorker holding;
    GatewayOptions options;
    options.access = store_->parts();
    options.access.lasting_limiter = options.access.brief_limiter = store_->lasting.get();
    Begin(holding.handler(), options);
    options.listen = "127.0.0.1:0";
    options.pool = pool_.get();
    options.access = other.parts();
    options.access.brief_limiter = other.lasting.get();
    const auto second = *Gateway::Start(options);
    const store::NewKey made = Create(Spec("a", limits));
    ASSERT_TRUE(other.cache->Refresh().ok());
    EXPECT_EQ(PostAtOnce(100, made.text, body, {gateway_.get(), second.get()}, holding, 20),
              (std::map<int, int>{{200, 20}, {429, 80}}));
    EXPECT_TRUE(Eventually([&] { return DayTokens(made) == 20 * 11; })) << DayTokens(made);
    gateway_.reset();
  }
}

TEST_F(LimitedTest, AKeysNextRequestFindsItsLastOneSettled) {
  BeginWithKeys([](std::shared_ptr<net::HttpExchange> exchange) {
    const bool is_stream = exchange->request().body.find("\"stream\":true") != std::string::npos;
    if (!is_stream) return AnswerChat(std::move(exchange));
    exchange->Start(EventStream());
    exchange->Write(Chunk("4", 1) + LastChunks(6));
    exchange->Finish();
  });
  const access::KeyLimits cases[] = {{.concurrency = 1},
                                     {.tokens_per_day = 1'000'000, .concurrency = 1}};
  for (const access::KeyLimits& limits : cases) {
    const std::string key = Create(Spec("a", limits)).text;
    for (int i = 0; i < 60; ++i) {
      const std::string stream = i % 2 == 0 ? "true" : "false";
      const auto answer =
          PostAs(key, kChat, "{" + kUser + R"(,"max_tokens":9,"stream":)" + stream + "}");
      ASSERT_EQ(answer.status, 200) << i << answer.body;
    }
  }
}

// What ends how, and what it costs: prompt 5 and completion 6 where it is complete.
TEST_F(LimitedTest, TokensAreSettledToWhatWasUsed) {
  net::HttpHandler answer;
  BeginWithKeys([&](std::shared_ptr<net::HttpExchange> exchange) { answer(std::move(exchange)); });
  const store::NewKey made = Create(Spec("a", {.tokens_per_day = 1'000'000}));
  int64_t used = 0;
  const auto expect_cost = [&](const char* what, const std::string& fields, int64_t n) {
    AwaitReady(1);  // again, after what looked like its death
    const auto reply =
        PostAs(made.text, kChat, "{" + kUser + R"(,"max_tokens":500)" + fields + "}");
    used += n;
    EXPECT_TRUE(Eventually([&] { return DayTokens(made) == used; }))
        << what << ": " << DayTokens(made) << ", not " << used << "; " << reply.body;
    return reply;
  };
  const auto stream = [](std::string events, bool is_whole) {
    return [=](std::shared_ptr<net::HttpExchange> exchange) {
      exchange->Start(EventStream());
      exchange->Write(events);
      is_whole ? exchange->Finish() : exchange->Abort();
    };
  };
  const auto whole = [](int http_status, std::string body) {
    return [=](std::shared_ptr<net::HttpExchange> exchange) {
      exchange->Send(net::HttpResponse::Json(http_status, body));
    };
  };

  answer = AnswerChat;
  expect_cost("complete", "", 11);
  answer = stream(Chunk("It", 1) + Chunk(" is", 2) + LastChunks(6), true);
  const auto unasked = expect_cost("streamed", R"(,"stream":true)", 11);
  EXPECT_THAT(unasked.body, Not(HasSubstr("usage")));
  EXPECT_THAT(unasked.body, HasSubstr("[DONE]"));
  const auto asked = expect_cost("streamed, usage wanted",
                                 R"(,"stream":true,"stream_options":{"include_usage":true})", 11);
  EXPECT_EQ(asked.body.find("usage"), asked.body.rfind("usage")) << asked.body;
  answer = stream(Chunk("It", 1) + Chunk(" is", 2), false);
  expect_cost("the worker died in the stream", R"(,"stream":true)", 7);
  answer = stream(Chunk("It", 3) + net::SseEvent(R"({"error":{"message":"late"}})", "error"), true);
  expect_cost("an error event", R"(,"stream":true)", 8);
  answer = whole(400, R"({"error":{"message":"temperature: no"}})");
  expect_cost("refused by the worker", "", 0);
  answer = whole(504, R"({"error":{"message":"late"},"usage":)" + Usage(5, 9) + "}");
  expect_cost("too late", "", 14);
  answer = [](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Start(net::HttpResponse::Json(200, "{\"half"));
    exchange->Abort();
  };
  expect_cost("the worker died", "", 0);
  answer = stream(": ping\n\n", false);
  expect_cost("the worker died before its first word", R"(,"stream":true)", 0);
}

TEST_F(LimitedTest, WhoeverLeavesPaysForWhatReachedThem) {
  std::promise<std::shared_ptr<net::HttpExchange>> arrived;
  std::atomic<bool> can_stop = false;
  BeginWithKeys([&](std::shared_ptr<net::HttpExchange> exchange) {
    const std::string& path = exchange->request().path;
    if (!path.starts_with("/v1/requests/")) return arrived.set_value(std::move(exchange));
    exchange->Send(net::HttpResponse::Json(can_stop ? 200 : 404, "{}"));
  });
  const store::NewKey made = Create(Spec("a", {.tokens_per_day = 1'000'000, .concurrency = 1}));
  TestCall streamed(client_, gateway_->address(),
                    Request(made.text, "/generate", R"({"prompt":"a","stream":true})"));
  auto at_worker = arrived.get_future().get();
  EXPECT_GT(DayTokens(made), 512) << "reserved";
  at_worker->Start(EventStream());
  at_worker->Write(Chunk("It", 2));
  streamed.WaitForBody();
  streamed.Leave();
  streamed.Wait();
  EXPECT_TRUE(Eventually([&] { return DayTokens(made) == 7; })) << DayTokens(made);

  // A whole answer of a server that cannot stop it and tell: the prompt, by its bound for an
  // unknown model.
  const std::string body = R"({"prompt":"a","max_tokens":100})";
  const auto leave_whole = [&] {
    arrived = std::promise<std::shared_ptr<net::HttpExchange>>();
    TestCall whole(client_, gateway_->address(), Request(made.text, "/v1/completions", body));
    at_worker = arrived.get_future().get();
    whole.Leave();
    whole.Wait();
  };
  leave_whole();
  const int64_t n_prompt = static_cast<int64_t>(body.size()) + 64;
  EXPECT_TRUE(Eventually([&] { return DayTokens(made) == 7 + n_prompt; })) << DayTokens(made);
  EXPECT_TRUE(Eventually([&] { return at_worker->closed(); }));

  can_stop = true;
  leave_whole();
  const std::string span(at_worker->request().header("traceparent").substr(36, 16));
  EXPECT_TRUE(Eventually([&] { return worker_->last().path == "/v1/requests/" + span + "/stop"; }));
  at_worker->Send(net::HttpResponse::Json(200, R"({"choices":[],"usage":)" + Usage(3, 4) + "}"));
  EXPECT_TRUE(Eventually([&] { return DayTokens(made) == 7 + n_prompt + 7; })) << DayTokens(made);
}

TEST_F(LimitedTest, HeadersTellTheLimitsAndWhetherToRetry) {
  BeginWithKeys(AnswerChat);
  const std::string key =
      Create(Spec("a", {.requests_per_minute = 2, .tokens_per_minute = 5000})).text;
  const std::string body = "{" + kUser + R"(,"max_tokens":9})";
  const auto first = PostAs(key, kChat, body);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.header("x-ratelimit-limit-requests"), "2");
  EXPECT_EQ(first.header("x-ratelimit-remaining-requests"), "1");
  EXPECT_EQ(first.header("x-ratelimit-limit-tokens"), "5000");
  EXPECT_EQ(first.header("x-lemma-profile"), "math");
  EXPECT_GE(std::stod(std::string(first.header("x-lemma-queue-ms"))), 0);
  EXPECT_EQ(PostAs(key, kChat, body).status, 200);
  const auto refused = PostAs(key, kChat, body);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("retry-after"), "30");
  EXPECT_EQ(refused.header("retry-after-ms"), "30000");
  EXPECT_EQ(refused.header("x-should-retry"), "true");
  EXPECT_THAT(refused.body, HasSubstr("requests_per_minute"));
  clock_.Advance(30'000);
  const auto hopeless = PostAs(key, kChat, "{" + kUser + R"(,"max_tokens":5001})");
  EXPECT_EQ(hopeless.status, 429);
  EXPECT_EQ(hopeless.header("x-should-retry"), "false");
  EXPECT_EQ(hopeless.header("retry-after"), "");
  EXPECT_EQ(PostAs(key, kChat, body).status, 200) << "what is refused takes nothing";
  access::KeySpec measuring = Spec("b");
  measuring.scopes = {"metrics"};
  const std::string metrics = Ask("GET", "/metrics", "", Bearer(Create(measuring).text)).body;
  EXPECT_THAT(metrics, HasSubstr("requests_limited_total{limit=\"requests_per_minute\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\nlemma_gateway_log_rows_dropped_total 0\n"));
}

TEST_F(LimitedTest, TokensThatCannotBeBoundedAreRefused) {
  BeginWithKeys(AnswerChat);
  const std::string key = Create(Spec("a", {.tokens_per_day = 1'000'000})).text;
  const auto unbounded = PostAs(key, kChat, "{" + kUser + "}");
  EXPECT_EQ(unbounded.status, 400);
  EXPECT_EQ(ErrorOf(unbounded).at("param"), "max_tokens");
  EXPECT_EQ(PostAs(key, "/v1/responses", R"({"input":"a","max_output_tokens":5})").status, 403);
  EXPECT_EQ(PostAs(key, "/v1/completions", "{").status, 400);
  EXPECT_EQ(worker_->n_requests(), 0u);
}

TEST_F(LimitedTest, TheKeysDeadlineHoldsWhateverTheClientSays) {
  BeginWithKeys(AnswerChat);
  access::KeySpec spec = Spec("a");
  spec.deadline_ms = 60'000;
  const std::string key = Create(spec).text;
  const std::pair<const char*, int> cases[] = {{"", 60'000},
                                               {R"(,"deadline_ms":null)", 60'000},
                                               {R"(,"deadline_ms":90000)", 60'000},
                                               {R"(,"deadline_ms":86400000)", 60'000},
                                               {R"(,"deadline_ms":20000)", 20'000}};
  for (const auto& [said, expected] : cases) {
    PostAs(key, kChat, "{" + kUser + said + "}");
    const int64_t told = worker_->last_body().at("deadline_ms").as_int64();
    EXPECT_LE(told, expected) << said;
    EXPECT_GT(told, expected / 2) << said;
  }
  // Of a run its chats leave a tenth of a second for the vote, and the way back takes as much.
  PostAs(key, "/v1/solve", R"({"problem":"What is 6 * 7?"})");
  const int64_t told = worker_->last_body().at("deadline_ms").as_int64();
  EXPECT_LE(told, 59'800);
  EXPECT_GT(told, 30'000);
}

TEST_F(LimitedTest, EveryRequestHasARowAlsoOneThatIsRefused) {
  BeginWithKeys([](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Start(EventStream());
    exchange->Write(Chunk("It is", 2) + LastChunks(6));
    exchange->Finish();
  });
  access::KeySpec spec = Spec("a", {.requests_per_minute = 1});
  const store::NewKey plain = Create(spec);
  spec.keeps_content = true;
  const store::NewKey keeping = Create(spec);
  const std::string body = R"({"prompt":"What is 2 + 2?","stream":true})";
  const auto row_of = [&](const net::HttpResponse& answer) {
    const std::string id(answer.header("x-request-id"));
    std::optional<store::RequestRecord> row;
    EXPECT_TRUE(Eventually([&] { return (row = *store_->log->Find(id)).has_value(); })) << id;
    return row.value_or(store::RequestRecord());
  };
  const store::RequestRecord served = row_of(PostAs(plain.text, "/generate", body));
  EXPECT_EQ(served.key_id, plain.key.id);
  EXPECT_EQ(served.profile, "math");
  EXPECT_EQ(served.model, "tiny");
  EXPECT_EQ(served.replica, "r0");
  EXPECT_EQ(served.finish_reason, "stop");
  EXPECT_EQ(served.http_status, 200);
  EXPECT_EQ(served.prompt_tokens, 5);
  EXPECT_EQ(served.completion_tokens, 6);
  EXPECT_GT(served.started_ms, 0);
  EXPECT_FALSE(served.prompt || served.answer);
  const store::RequestRecord limited = row_of(PostAs(plain.text, "/generate", body));
  EXPECT_EQ(limited.http_status, 429);
  EXPECT_EQ(limited.key_id, plain.key.id);
  EXPECT_EQ(limited.replica, "");
  const store::RequestRecord unknown = row_of(PostAs("", "/generate", body));
  EXPECT_EQ(unknown.http_status, 401);
  EXPECT_EQ(unknown.key_id, "");
  const auto answer = PostAs(keeping.text, "/generate", body);
  const store::RequestRecord kept = row_of(answer);
  EXPECT_EQ(kept.prompt, body);
  EXPECT_EQ(kept.answer, answer.body);
}

}  // namespace
}  // namespace lemma::gateway
