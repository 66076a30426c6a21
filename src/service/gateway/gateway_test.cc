// What the gateway makes of requests and answers, between a real client and a fake worker, over
// real sockets. What goes wrong: gateway_failure_test.cc.
#include "service/gateway/gateway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <regex>
#include <string>
#include <thread>

#include "service/gateway/test_gateway.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;  // NOLINT

// POST /generate.

TEST_F(GatewayTest, GenerateInjectsTheChosenProfileAndNamesIt) {
  Begin(AnswerChat);
  const std::pair<const char*, const char*> cases[] = {
      {"What is 2 + 2?", "math"},
      {"求 2 + 2 的值", "math"},
      {"Write a function that reverses an array.", "algorithm"},
      {"给定一个整数数组 nums, 返回最大值。", "algorithm"},
  };
  for (const auto& [prompt, profile] : cases) {
    const auto answer = Post("/generate", json::serialize(json::object{{"prompt", prompt}}));
    ASSERT_EQ(answer.status, 200) << answer.body;
    const json::object body = Parse(answer.body);
    EXPECT_EQ(body.at("text"), "4");
    EXPECT_EQ(body.at("reasoning"), "2 + 2");
    EXPECT_EQ(body.at("profile"), profile);
    EXPECT_EQ(body.at("finish_reason"), "stop");
    EXPECT_EQ(body.at("usage").at("total_tokens"), 11);
    EXPECT_EQ(answer.header("x-lemma-profile"), profile);

    const json::object asked = worker_->last_body();
    EXPECT_EQ(worker_->last().target, "/v1/chat/completions");
    EXPECT_EQ(worker_->last().header("content-type"), "application/json");
    EXPECT_EQ(SystemOf(asked), English(profile));
    ASSERT_EQ(asked.at("messages").as_array().size(), 2u);
    EXPECT_EQ(asked.at("messages").at(1).at("role"), "user");
    EXPECT_EQ(asked.at("messages").at(1).at("content"), prompt);
    EXPECT_EQ(asked.at("max_tokens"), 512);
    EXPECT_EQ(asked.at("temperature"), 0.7);
    EXPECT_EQ(asked.at("stream"), false);
    EXPECT_TRUE(asked.at("seed").is_int64());  // so that it could be asked again
  }
}

TEST_F(GatewayTest, GenerateTreatsABlankSystemAsNone) {
  Begin(AnswerChat);
  for (const char* system : {"null", "\"\"", "\" \\n\\t\""}) {
    const auto answer =
        Post("/generate", std::string("{\"prompt\":\"1+1\",\"system\":") + system + "}");
    EXPECT_EQ(Parse(answer.body).at("profile"), "math");
    EXPECT_EQ(SystemOf(worker_->last_body()), English("math"));
  }
}

TEST_F(GatewayTest, GenerateKeepsTheClientsOwnSystem) {
  Begin(AnswerChat);
  const auto answer = Post("/generate", R"({"prompt":"1+1","system":" Be brief. "})");
  EXPECT_EQ(Parse(answer.body).at("profile"), "custom");
  EXPECT_EQ(SystemOf(worker_->last_body()), " Be brief. ");
}

TEST_F(GatewayTest, GeneratePassesOnWhatIsSaid) {
  Begin(AnswerChat);
  Post("/generate",
       R"({"prompt":"1+1","profile":"algorithm","language":"zh","max_tokens":7,"temperature":0,)"
       R"("top_p":0.5,"seed":9007199254740993,"unknown":[1]})");
  const json::object asked = worker_->last_body();
  EXPECT_EQ(SystemOf(asked), (*reason::ProfileSet::Shipped()->Find("algorithm"))->system.zh);
  EXPECT_EQ(asked.at("max_tokens"), 7);
  EXPECT_EQ(asked.at("temperature"), 0.0);
  EXPECT_EQ(asked.at("top_p"), 0.5);
  EXPECT_EQ(asked.at("seed"), 9007199254740993);
  EXPECT_FALSE(asked.contains("unknown"));
}

TEST_F(GatewayTest, GenerateNamesTheFieldThatIsWrong) {
  Begin(AnswerChat);
  const std::pair<const char*, const char*> cases[] = {
      {R"({})", "prompt"},
      {R"({"prompt":null})", "prompt"},
      {R"({"prompt":""})", "prompt"},
      {R"({"prompt":" \n"})", "prompt"},
      {R"({"prompt":["a"]})", "prompt"},
      {R"({"prompt":"a","system":1})", "system"},
      {R"({"prompt":"a","profile":"poet"})", "profile"},
      {R"({"prompt":"a","profile":7})", "profile"},
      {R"({"prompt":"a","language":"fr"})", "language"},
      {R"({"prompt":"a","max_tokens":0})", "max_tokens"},
      {R"({"prompt":"a","max_tokens":-1})", "max_tokens"},
      {R"({"prompt":"a","max_tokens":1.5})", "max_tokens"},
      {R"({"prompt":"a","max_tokens":"9"})", "max_tokens"},
      {R"({"prompt":"a","max_tokens":18446744073709551615})", "max_tokens"},
      {R"({"prompt":"a","max_tokens":1e308})", "max_tokens"},
      {R"({"prompt":"a","temperature":2.1})", "temperature"},
      {R"({"prompt":"a","temperature":-0.1})", "temperature"},
      {R"({"prompt":"a","temperature":true})", "temperature"},
      {R"({"prompt":"a","top_p":0})", "top_p"},
      {R"({"prompt":"a","top_p":1.01})", "top_p"},
      {R"({"prompt":"a","stream":"yes"})", "stream"},
      {R"({"prompt":"a","seed":-1})", "seed"},
      {R"({"prompt":"a","seed":0.5})", "seed"},
  };
  for (const auto& [body, field] : cases) {
    const auto answer = Post("/generate", body);
    EXPECT_EQ(answer.status, 400) << body;
    const json::object error = ErrorOf(answer);
    EXPECT_EQ(error.at("param"), field) << body;
    EXPECT_EQ(error.at("type"), "invalid_request_error");
    EXPECT_THAT(std::string(error.at("message").as_string()), HasSubstr(field));
    EXPECT_TRUE(error.contains("code"));
  }
  for (const char* body :
       {"", "[]", "\"a\"", "{", "{\"prompt\":\"\xff\"}", "{\"prompt\":\"a\"} x"}) {
    const auto answer = Post("/generate", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_TRUE(ErrorOf(answer).at("param").is_null()) << body;
  }
  EXPECT_EQ(worker_->n_requests(), 0u);
  EXPECT_THAT(Post("/generate", R"({"prompt":"a","profile":"poet"})").body,
              HasSubstr("there are: algorithm, debug-hint"));
}

TEST_F(GatewayTest, GenerateStreamsPiecesAndThenTheEnd) {
  Begin(StreamChat);
  const auto answer = Post("/generate", R"({"prompt":"2+2","stream":true})");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/event-stream");
  EXPECT_EQ(answer.header("x-lemma-profile"), "math");
  std::string all;
  for (const auto& event : net::SseParser().Push(answer.body)) all += event.data + "\n";
  EXPECT_EQ(
      all,
      "{\"reasoning\":\"2 + 2\"}\n"
      "{\"text\":\"It is \"}\n"
      "{\"text\":\"4\\n你好\"}\n"
      "{\"profile\":\"math\",\"finish_reason\":\"length\",\"usage\":{\"completion_tokens\":6}}\n"
      "[DONE]\n");
  EXPECT_EQ(worker_->last_body().at("stream_options").at("include_usage"), true);
}

TEST_F(GatewayTest, GeneratePassesTheWorkersErrorOnAndCallsTheChatThePrompt) {
  std::string error;
  Begin([&](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Send(net::HttpResponse::Json(400, "{\"error\":" + error + "}"));
  });
  const std::pair<const char*, const char*> cases[] = {
      {R"({"message":"messages: the context holds 9 tokens","type":"t","param":"messages",)"
       R"("code":"context_length_exceeded"})",
       R"({"message":"prompt: the context holds 9 tokens","type":"t","param":"prompt",)"
       R"("code":"context_length_exceeded"})"},
      {R"({"message":"messages[1].content: too long","type":"t","param":"messages[1].content",)"
       R"("code":null})",
       R"({"message":"prompt: too long","type":"t","param":"prompt","code":null})"},
      {R"({"message":"too long","type":"t","param":"messages"})",
       R"({"message":"too long","type":"t","param":"prompt"})"},
      {R"({"message":"max_tokens: messages leave 5","type":"t","param":"max_tokens"})",
       R"({"message":"max_tokens: messages leave 5","type":"t","param":"max_tokens"})"},
  };
  for (const auto& [from_worker, for_client] : cases) {
    error = from_worker;
    const auto answer = Post("/generate", R"({"prompt":"a"})");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(json::value(ErrorOf(answer)), json::value(Parse(for_client))) << answer.body;
  }
}

TEST_F(GatewayTest, GenerateRefusesAWorkersNonsense) {
  std::string nonsense;
  Begin([&](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Send(net::HttpResponse::Json(200, nonsense));
  });
  for (const char* text : {"", "{}", "[]", "{\"choices\":[]}", "{\"choices\":[1]}", "not JSON"}) {
    nonsense = text;
    const auto answer = Post("/generate", R"({"prompt":"a"})");
    EXPECT_EQ(answer.status, 502) << text;
    EXPECT_EQ(ErrorOf(answer).at("code"), "worker_failed");
  }
}

// /v1/chat/completions and the rest of the protocol.

TEST_F(GatewayTest, ChatWithoutASystemGetsTheProfilesAsItsFirstMessage) {
  Begin(AnswerChat);
  const std::pair<const char*, const char*> cases[] = {
      {R"([{"role":"user","content":"2+2?"}])", "math"},
      {R"([{"role":"user","content":"反转链表"},{"role":"assistant","content":"x"},)"
       R"({"role":"user","content":"why?"}])",
       "algorithm"},
      {R"([{"role":"user","content":[{"type":"text","text":"Sort this array"}]}])", "algorithm"},
      {R"([{"role":"system","content":" "},{"role":"user","content":"2+2?"}])", "math"},
      {R"([{"role":"developer","content":[]},{"role":"user","content":"2+2?"}])", "math"},
  };
  for (const auto& [messages, profile] : cases) {
    const auto answer =
        Post("/v1/chat/completions",
             std::string("{\"messages\":") + messages +
                 ",\"profile\":null,\"temperature\":0.25,\"seed\":9007199254740993}");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.body, kChatReply);  // the reply is the worker's, byte for byte
    EXPECT_EQ(answer.header("x-lemma-profile"), profile) << messages;
    const json::object asked = worker_->last_body();
    EXPECT_EQ(SystemOf(asked), English(profile));
    EXPECT_EQ(CountSystems(asked), 1);
    EXPECT_EQ(asked.at("temperature"), 0.25);
    EXPECT_EQ(asked.at("seed"), 9007199254740993);
    EXPECT_FALSE(asked.contains("profile"));
  }
}

// What the gateway puts in front of a body that has no model and no seed, taken out again.
std::string WithoutDefaults(const std::string& body) {
  return std::regex_replace(body, std::regex("^\\{\"model\":\"tiny\",\"seed\":[0-9]+,"), "{");
}

TEST_F(GatewayTest, ChatWithASystemIsNotTouched) {
  Begin(AnswerChat);
  for (const std::string body :
       {R"({ "messages" : [{"role":"system","content":"Mine."},{"role":"user","content":"a"}] })",
        R"({"messages":"not an array"})", R"({"messages":[]})", R"({"n":1})", R"({"messages":[1]})",
        R"({"messages":[{"role":"judge","content":"a"}]})",
        R"({"messages":[{"role":"user","content":7}]})", R"({"messages":[{"role":"user"}]})",
        R"({"messages":[{"role":"user","content":[{"type":"image"}]}]})"}) {
    const auto answer = Post("/v1/chat/completions", body);
    EXPECT_EQ(WithoutDefaults(worker_->last().body), body);
    EXPECT_EQ(answer.header("x-lemma-profile"), "custom");
  }
}

TEST_F(GatewayTest, ChatWithASystemLosesWhatIsTheGatewaysAlone) {
  Begin(AnswerChat);
  const std::string messages =
      R"("messages":[{"role":"system","content":"Mine."},{"role":"user","content":"a"}],"x":1)";
  for (const char* ours : {R"("profile":"math")", R"("language":"zh")",
                           R"("profile":"algorithm","language":"en")", R"("profile":null)"}) {
    const auto answer =
        Post("/v1/chat/completions", std::string("{") + ours + "," + messages + "}");
    EXPECT_EQ(answer.header("x-lemma-profile"), "custom");
    EXPECT_EQ(json::value(Parse(WithoutDefaults(worker_->last().body))),
              json::value(Parse("{" + messages + "}")))
        << ours;
  }
}

TEST_F(GatewayTest, ChatTakesAProfileAndRefusesAnUnknownOne) {
  Begin(AnswerChat);
  const std::string user = R"({"messages":[{"role":"user","content":"2+2?"}],"profile":)";
  EXPECT_EQ(Post("/v1/chat/completions", user + "\"algorithm\"}").header("x-lemma-profile"),
            "algorithm");
  EXPECT_EQ(SystemOf(worker_->last_body()), English("algorithm"));
  const auto refused = Post("/v1/chat/completions", user + "\"poet\"}");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(ErrorOf(refused).at("param"), "profile");
  EXPECT_THAT(refused.body, HasSubstr("poet"));
  EXPECT_EQ(Post("/v1/chat/completions", "{").status, 400);
  EXPECT_EQ(worker_->n_requests(), 1u);
}

TEST_F(GatewayTest, ChatStreamsAreRelayedByteForByte) {
  Begin(StreamChat);
  const auto answer =
      Post("/v1/chat/completions", R"({"messages":[{"role":"user","content":"a"}],"stream":true})");
  TestWorker direct(StreamChat);
  const auto expected = client_.SendAndWait(direct.address(), {"POST", "/", "", {}, "{}", ""});
  ASSERT_TRUE(expected.ok());
  EXPECT_EQ(answer.body, expected->body);
  EXPECT_EQ(answer.header("content-type"), "text/event-stream");
}

TEST_F(GatewayTest, TheRestOfTheProtocolIsRelayed) {
  Begin([](std::shared_ptr<net::HttpExchange> exchange) {
    const auto& request = exchange->request();
    net::HttpResponse response =
        net::HttpResponse::Json(418, request.method + " " + request.target + " " + request.body);
    response.headers.push_back({"X-Worker", "w"});
    response.headers.push_back({"x-request-id", "the worker's"});
    exchange->Send(std::move(response));
  });
  for (const char* target : {"/v1/completions?a=b%20c", "/tokenize", "/detokenize",
                             "/apply-template", "/v1/anything/else"}) {
    const auto answer = Ask("POST", target, "{}", {{"X-Request-Id", "mine-1"}});
    EXPECT_EQ(answer.status, 418);
    EXPECT_EQ(answer.body, std::string("POST ") + target + " {}");
    EXPECT_EQ(answer.header("x-worker"), "w");
    EXPECT_EQ(answer.header("x-request-id"), "mine-1");
    EXPECT_EQ(worker_->last().header("x-request-id"), "mine-1");
  }
  // As to a proxy, which HTTP lets a client say to any server.
  const std::string absolute = "http://" + gateway_->address() + "/v1/files?a=/b";
  EXPECT_EQ(Ask("GET", absolute).body, "GET /v1/files?a=/b ");
}

// The gateway's own.

TEST_F(GatewayTest, EveryAnswerHasARequestIdAndItsOverhead) {
  Begin(AnswerChat);
  for (const char* target : {"/generate", "/", "/nowhere", "/livez", "/readyz", "/metrics"}) {
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = Ask("GET", target, "", {{"x-request-id", "bad id\x01"}});
    const std::chrono::duration<double, std::milli> whole =
        std::chrono::steady_clock::now() - begin;
    EXPECT_THAT(std::string(answer.header("x-request-id")), testing::StartsWith("req-")) << target;
    const double overhead_ms = std::stod(std::string(answer.header("x-lemma-overhead-ms")));
    EXPECT_GE(overhead_ms, 0) << target;
    EXPECT_LT(overhead_ms, whole.count() + 1) << target;
  }
  const auto first = Ask("GET", "/livez");
  const auto second = Ask("GET", "/livez");
  EXPECT_NE(first.header("x-request-id"), second.header("x-request-id"));
}

TEST_F(GatewayTest, TheOverheadLeavesOutTheWorkersTime) {
  Begin([](std::shared_ptr<net::HttpExchange> exchange) {
    std::this_thread::sleep_for(300ms);
    AnswerChat(std::move(exchange));
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = Post("/generate", R"({"prompt":"a"})");
  const std::chrono::duration<double, std::milli> whole = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(std::stod(std::string(answer.header("x-lemma-overhead-ms"))), whole.count() - 299);
}

TEST_F(GatewayTest, WrongPathsAndMethodsAreSaid) {
  Begin(AnswerChat);
  const auto nowhere = Ask("GET", "/v2/chat");
  EXPECT_EQ(nowhere.status, 404);
  EXPECT_THAT(nowhere.body, HasSubstr("/v2/chat"));
  const auto wrong = Ask("GET", "/generate");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("allow"), "POST");
  EXPECT_EQ(Ask("DELETE", "/v1/chat/completions").status, 405);
  EXPECT_EQ(Ask("POST", "/livez").status, 405);
  EXPECT_EQ(Ask("HEAD", "/livez").status, 200);
  EXPECT_THAT(Ask("GET", "/").body, HasSubstr("/generate"));
}

TEST_F(GatewayTest, HttpErrorsHaveTheSameShape) {
  GatewayOptions options;
  options.limits.body_bytes_max = 1000;
  Begin(AnswerChat, options);
  const auto answer = Post("/generate", std::string(1001, ' '));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(ErrorOf(answer).at("type"), "invalid_request_error");
}

TEST_F(GatewayTest, ReadinessIsTheWorkers) {
  Begin(AnswerChat);
  EXPECT_EQ(Ask("GET", "/readyz").status, 200);
  EXPECT_EQ(Ask("GET", "/health").status, 200);
  worker_->ready_status = 503;
  EXPECT_TRUE(Eventually([&] { return Ask("GET", "/readyz").status == 503; }));
  worker_->ready_status = 200;
  EXPECT_TRUE(Eventually([&] { return Ask("GET", "/readyz").status == 200; }));
  worker_->Die();
  EXPECT_TRUE(Eventually([&] { return Ask("GET", "/health").status == 503; }));
  EXPECT_EQ(Ask("GET", "/livez").status, 200);
}

}  // namespace
}  // namespace lemma::gateway
