// What is read from a body for the pool, and what is put into it.
#include "service/gateway/routing.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace lemma::gateway {
namespace {

namespace json = boost::json;

net::HttpRequest Chat(std::string body, std::string target = "/v1/chat/completions") {
  return {"POST", std::move(target), "", {}, std::move(body), ""};
}

TEST(RoutingTest, ASeedIsPutInWhereThereIsNoneAndOnlyThere) {
  for (const char* body : {R"({"n":1})", R"({"n":1,"seed":null})", R"({"seed":null,"n":1})"}) {
    net::HttpRequest request = Chat(body);
    PrepareForPool(request);
    const json::object prepared = json::parse(request.body).as_object();
    EXPECT_GE(prepared.at("seed").as_int64(), 0) << body;
    EXPECT_LT(prepared.at("seed").as_int64(), int64_t{1} << 31);
    EXPECT_EQ(prepared.at("n"), 1);
  }
  for (const char* body : {R"({"seed":7})", R"({"seed":-1})", R"({"seed":"x"})", "{}", "[1]", "{",
                           "", R"({"seed":null})"}) {
    net::HttpRequest request = Chat(body);
    PrepareForPool(request);
    EXPECT_EQ(request.body, body);
  }
  net::HttpRequest tokenize = Chat(R"({"content":"a"})", "/tokenize");
  EXPECT_EQ(PrepareForPool(tokenize).request_hash, 0u);
  EXPECT_TRUE(PrepareForPool(tokenize).is_repeatable);
  net::HttpRequest upload = Chat(R"({"content":"a"})", "/v1/files");
  EXPECT_FALSE(PrepareForPool(upload).is_repeatable);
  EXPECT_EQ(tokenize.body, R"({"content":"a"})");
}

TEST(RoutingTest, TokensAreThePromptsAndAllAnswers) {
  const auto routing = [](const std::string& fields) {
    net::HttpRequest request =
        Chat("{" + fields + R"("prompt":")" + std::string(3000, 'a') + "\"}");
    return PrepareForPool(request);
  };
  const auto tokens = [&](const std::string& fields) { return routing(fields).tokens; };
  EXPECT_NEAR(tokens(""), 1000, 20);
  EXPECT_EQ(routing("").n_open_answers, 1);
  EXPECT_EQ(routing(R"("n":3,)").n_open_answers, 3);
  EXPECT_EQ(routing(R"("max_tokens":100,"n":3,)").n_open_answers, 0);
  EXPECT_NEAR(tokens(R"("max_tokens":100,)"), 1100, 20);
  EXPECT_NEAR(tokens(R"("max_tokens":100,"max_completion_tokens":200,"n":4,)"), 1800, 30);
  EXPECT_NEAR(tokens(R"("max_tokens":-5,"n":1000000,)"), 1016, 30);
  EXPECT_NEAR(tokens(R"("max_tokens":9000000000000,)"), (1 << 20) + 1000, 30);
}

TEST(RoutingTest, WhateverMayComputeWaitsInLine) {
  const auto routing = [](std::string target, std::string body = R"({"max_output_tokens":5000})") {
    net::HttpRequest request = Chat(std::move(body), std::move(target));
    return PrepareForPool(request);
  };
  for (const char* target :
       {"/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/embeddings"}) {
    EXPECT_TRUE(routing(target).waits_in_line) << target;
  }
  for (const char* target : {"/tokenize", "/apply-template", "/v1/requests/r1/end_thinking"}) {
    EXPECT_FALSE(routing(target).waits_in_line) << target;
  }
  EXPECT_TRUE(routing("/v1/audio/transcriptions", "no JSON").waits_in_line);
  EXPECT_NEAR(routing("/v1/responses").tokens, 5000, 20);
  net::HttpRequest models{"GET", "/v1/models", "", {}, "", ""};
  EXPECT_FALSE(PrepareForPool(models).waits_in_line);
}

TEST(RoutingTest, TheKeysDeadlineHoldsForWhateverMayCompute) {
  const auto deadline = [](const char* target, const char* body) {
    net::HttpRequest request = Chat(body, target);
    return PrepareForPool(request, 700).deadline;
  };
  EXPECT_EQ(deadline("/v1/responses", R"({"input":"a"})"), std::chrono::milliseconds(700));
  EXPECT_EQ(deadline("/v1/audio/speech", "no JSON"), std::chrono::milliseconds(700));
  EXPECT_EQ(deadline("/v1/completions", R"({"deadline_ms":500})"), std::chrono::milliseconds(500));
  EXPECT_EQ(deadline("/v1/completions", R"({"deadline_ms":900})"), std::chrono::milliseconds(700));
  EXPECT_EQ(deadline("/v1/completions", R"({"deadline_ms":"soon"})"), std::nullopt)
      << "the worker says what is wrong with it";
  EXPECT_EQ(deadline("/tokenize", R"({"content":"a"})"), std::nullopt);
}

TEST(RoutingTest, TurnsOfAConversationHaveOneHashAndOtherConversationsAnother) {
  const auto conversation = [](const std::string& messages) {
    net::HttpRequest request = Chat(R"({"messages":[)" + messages + "]}");
    return PrepareForPool(request).conversation;
  };
  const std::string system = R"({"role":"system","content":"s"},)";
  const std::string first = R"({"role":"user","content":"What is 2+2?"})";
  const uint64_t hash = conversation(system + first);
  EXPECT_NE(hash, 0u);
  EXPECT_EQ(conversation(system + first + R"(,{"role":"assistant","content":"4"})" +
                         R"(,{"role":"user","content":"why?"})"),
            hash);
  EXPECT_NE(conversation(system + R"({"role":"user","content":"What is 2+3?"})"), hash);
  EXPECT_NE(conversation(first), hash);
}

// What it may have killed a worker with.
TEST(RoutingTest, AQuestionIsKnownAgainWhoeverAsksAndHoweverLong) {
  const auto hash = [](const std::string& fields) {
    net::HttpRequest request = Chat("{" + fields + "}");
    return PrepareForPool(request).request_hash;
  };
  const std::string question = R"("messages":[{"role":"user","content":"poison"}])";
  const uint64_t known = hash(question);
  EXPECT_EQ(hash(R"("user":"u1","seed":1,"deadline_ms":54321,)" + question), known);
  EXPECT_NE(hash(R"("messages":[{"role":"user","content":"another"}])"), known);
  EXPECT_NE(hash(R"("model":"m",)" + question), known) << "it is computed otherwise";
  EXPECT_NE(hash(R"("max_tokens":1,)" + question), known) << "whose answer would clear it";
  EXPECT_NE(hash(R"("prompt":"poison")"), hash(R"("prompt":"another")"));
  EXPECT_NE(hash(R"("n":1)"), hash(R"("n":2)"));
}

TEST(RoutingTest, TheModelAndTheDeadlineAreReadAndWritten) {
  net::HttpRequest request = Chat(R"({"deadline_ms":1500,"seed":1,"model":null})");
  const Routing routing = PrepareForPool(request);
  EXPECT_TRUE(routing.lacks_model);
  EXPECT_EQ(*routing.deadline, std::chrono::milliseconds(1500));
  const auto told = [&](const BodyAdditions& additions) {
    return json::parse(WithAdditions(request.body, additions)).as_object();
  };
  EXPECT_EQ(WithAdditions(request.body, {}), request.body);
  EXPECT_EQ(told({.model = "a\"b"}).at("model"), "a\"b");
  EXPECT_EQ(told({.deadline = std::chrono::milliseconds(700)}).at("deadline_ms"), 700);
  EXPECT_EQ(told({.deadline = -std::chrono::hours(1)}).at("deadline_ms"), 1);
  const json::object all = told({.model = "m", .max_tokens = 7, .deadline = Duration{1}});
  EXPECT_EQ(all.at("model"), "m");
  EXPECT_EQ(all.at("max_tokens"), 7);
  const std::string bounded = R"({"max_tokens":"9"})";
  EXPECT_EQ(WithAdditions(bounded, {.max_tokens = 7}), bounded);
  EXPECT_EQ(all.at("deadline_ms"), 1);
  request = Chat(R"({"model":"m","seed":1})");
  EXPECT_EQ(PrepareForPool(request).model, "m");
  EXPECT_FALSE(PrepareForPool(request).lacks_model);
  request = Chat(R"({"model":"","seed":1})");
  EXPECT_TRUE(PrepareForPool(request).lacks_model);
  EXPECT_FALSE(json::parse(request.body).as_object().contains("model"));
}

}  // namespace
}  // namespace lemma::gateway
