// What bounds thinking, time and loops belongs to the worker: /generate hands it on, and what came
// of it back.
#include <gtest/gtest.h>

#include "service/gateway/gateway.h"
#include "service/gateway/test_gateway.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;

TEST_F(GatewayTest, GeneratePassesOnWhatBoundsThinkingForTheWorkerToCheck) {
  Begin(AnswerChat);
  Post("/generate",
       R"({"prompt":"1+1","max_tokens":7,"max_completion_tokens":9,"reasoning_effort":"low",)"
       R"("thinking_token_budget":-1,"deadline_ms":0,)"
       R"("loop_guard":false})");
  const json::object asked = worker_->last_body();
  EXPECT_EQ(asked.at("max_tokens"), 9);
  EXPECT_EQ(asked.at("reasoning_effort"), "low");
  EXPECT_EQ(asked.at("thinking_token_budget"), -1);
  EXPECT_EQ(asked.at("deadline_ms"), 0);
  EXPECT_EQ(asked.at("loop_guard"), false);
}

TEST_F(GatewayTest, GenerateSaysWhatTheWorkerDidForAnAnswer) {
  const std::string done = R"({"thinking_closed":"budget"})";
  Begin([&](const std::shared_ptr<net::HttpExchange>& exchange) {
    const json::object asked = Parse(exchange->request().body);
    if (!asked.at("stream").as_bool()) {
      return exchange->Send(net::HttpResponse::Json(
          200, R"({"choices":[{"message":{"content":"4"},"finish_reason":"stop","lemma":)" + done +
                   "}]}"));
    }
    exchange->Start({200, {{"Content-Type", "text/event-stream"}}, ""});
    exchange->Write(net::SseEvent(R"({"choices":[{"delta":{"content":"4"}}]})"));
    exchange->Write(
        net::SseEvent(R"({"choices":[{"delta":{},"finish_reason":"stop","lemma":)" + done + "}]}"));
    exchange->Write(net::SseEvent("[DONE]"));
    exchange->Finish();
  });
  EXPECT_EQ(json::serialize(Parse(Post("/generate", R"({"prompt":"2+2"})").body).at("lemma")),
            done);
  const auto streamed = Post("/generate", R"({"prompt":"2+2","stream":true})");
  EXPECT_NE(streamed.body.find("\"lemma\":" + done), std::string::npos) << streamed.body;
}

}  // namespace
}  // namespace lemma::gateway
