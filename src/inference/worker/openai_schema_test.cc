#include "inference/worker/openai_schema.h"

#include <gtest/gtest.h>

namespace lemma::worker {
namespace {

const GenerationDefaults kDefaults;

std::string ChatBody(const std::string& fields) {
  return R"({"messages":[{"role":"user","content":"hi"}])" + (fields.empty() ? "" : "," + fields) +
         "}";
}

Result<ChatRequest> ParseChat(const std::string& fields) {
  return ParseChatRequest(ChatBody(fields), kDefaults);
}

TEST(ParseChatRequest, DefaultsAreTheModelCards) {
  const auto request = ParseChat("");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->params.sampling.temperature, 0.6f);
  EXPECT_EQ(request->params.sampling.top_p, 0.95f);
  EXPECT_EQ(request->params.sampling.top_k, 0);
  EXPECT_EQ(request->params.sampling.n_logprobs, -1);
  EXPECT_EQ(request->params.n, 1);
  EXPECT_FALSE(request->params.seed.has_value());
  EXPECT_FALSE(request->params.max_tokens.has_value());
  EXPECT_FALSE(request->params.stream);
  ASSERT_EQ(request->messages.size(), 1u);
  EXPECT_EQ(request->messages[0].content, "hi");
}

TEST(ParseChatRequest, ReadsEveryField) {
  const auto request = ParseChat(
      R"("model":"m","temperature":1,"top_p":0.5,"top_k":40,"min_p":0.1,"repetition_penalty":1.2,
         "presence_penalty":-2,"frequency_penalty":2,"logit_bias":{"7":-100,"8":1.5},"seed":-5,
         "n":3,"max_tokens":5,"max_completion_tokens":6,"stop":["a","b"],"stop_token_ids":[1,2],
         "logprobs":true,"top_logprobs":4,"stream":true,"stream_options":{"include_usage":true,
         "continuous_usage_stats":true},"ignore_eos":true,"deadline_ms":1500)");
  ASSERT_TRUE(request.ok()) << request.status().ToString();
  const GenerationParams& params = request->params;
  EXPECT_EQ(params.model, "m");
  EXPECT_EQ(params.sampling.temperature, 1.0f);
  EXPECT_EQ(params.sampling.top_p, 0.5f);
  EXPECT_EQ(params.sampling.top_k, 40);
  EXPECT_EQ(params.sampling.min_p, 0.1f);
  EXPECT_EQ(params.sampling.repetition_penalty, 1.2f);
  EXPECT_EQ(params.sampling.presence_penalty, -2);
  EXPECT_EQ(params.sampling.frequency_penalty, 2);
  const std::vector<std::pair<TokenId, float>> bias = {{7, -100.0f}, {8, 1.5f}};
  EXPECT_EQ(params.sampling.logit_bias, bias);
  EXPECT_EQ(params.seed, static_cast<uint64_t>(-5));
  EXPECT_EQ(params.n, 3);
  EXPECT_EQ(params.max_tokens, 6);  // the newer name wins
  EXPECT_EQ(params.stop, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(params.stop_token_ids, (std::vector<TokenId>{1, 2}));
  EXPECT_EQ(params.sampling.n_logprobs, 4);
  EXPECT_TRUE(params.stream && params.include_usage && params.ignore_eos);
  EXPECT_TRUE(params.continuous_usage_stats);
  EXPECT_EQ(params.deadline, std::chrono::milliseconds(1500));
}

TEST(ParseChatRequest, BoundsTheThinkingByTheMostExactFieldThatIsThere) {
  const auto budget_of = [](const std::string& fields) {
    const auto request = ParseChat(fields);
    EXPECT_TRUE(request.ok()) << request.status().ToString();
    return request->params.thinking_tokens;
  };
  EXPECT_EQ(budget_of(""), std::nullopt);
  EXPECT_EQ(budget_of(R"("reasoning_effort":"none")"), 0);
  EXPECT_EQ(budget_of(R"("reasoning_effort":"low")"), kLowEffortTokens);
  EXPECT_EQ(budget_of(R"("reasoning_effort":"medium")"), kMediumEffortTokens);
  EXPECT_EQ(budget_of(R"("reasoning_effort":"high")"), std::nullopt);
  EXPECT_EQ(budget_of(R"("thinking_budget_tokens":7,"reasoning_effort":"low")"), 7);
  EXPECT_EQ(budget_of(R"("thinking_token_budget":0,"thinking_budget_tokens":7)"), 0);
  EXPECT_EQ(budget_of(R"("thinking_token_budget":-1,"reasoning_effort":"low")"), std::nullopt);
}

TEST(ParseChatRequest, TheLoopGuardIsOnUnlessSaidOrUnlessEndsAreIgnored) {
  EXPECT_TRUE(ParseChat("")->params.loop_guard);
  EXPECT_FALSE(ParseChat(R"("loop_guard":false)")->params.loop_guard);
  EXPECT_FALSE(ParseChat(R"("ignore_eos":true)")->params.loop_guard);
  EXPECT_TRUE(ParseChat(R"("ignore_eos":true,"loop_guard":true)")->params.loop_guard);
}

TEST(ParseChatRequest, IgnoresUnknownFieldsAndNulls) {
  EXPECT_TRUE(
      ParseChat(R"("user":"x","metadata":{"a":[1]},"store":false,"service_tier":"auto")").ok());
  const auto nulls = ParseChat(
      R"("model":null,"temperature":null,"n":null,"stop":null,"seed":null,"tools":null,
         "response_format":null,"logit_bias":null,"max_tokens":null,"stream_options":null)");
  ASSERT_TRUE(nulls.ok()) << nulls.status().ToString();
  EXPECT_EQ(nulls->params.sampling.temperature, 0.6f);
  EXPECT_TRUE(
      ParseChat(R"("tools":[],"functions":[],"response_format":{"type":"text"},"best_of":1)").ok());
}

struct BadField {
  std::string fields;
  std::string param;
};

// Each integer field over the values that have broken other servers.
std::vector<BadField> IntegerSweep() {
  std::vector<BadField> cases;
  for (const std::string field :
       {"n", "max_tokens", "max_completion_tokens", "top_logprobs", "top_k", "deadline_ms",
        "best_of", "thinking_token_budget", "thinking_budget_tokens"}) {
    for (const std::string value :
         {"-9223372036854775808", "-2", "9223372036854775807", "18446744073709551616", "1e308",
          "1.5", "\"1\"", "[]", "{}", "true"}) {
      cases.push_back({"\"" + field + "\":" + value, field});
    }
  }
  return cases;
}

const std::vector<BadField> kBadFields = {
    {R"("model":5)", "model"},
    {R"("temperature":-0.1)", "temperature"},
    {R"("temperature":2.1)", "temperature"},
    {R"("temperature":1e999)", "temperature"},
    {R"("temperature":"hot")", "temperature"},
    {R"("top_p":0)", "top_p"},
    {R"("top_p":1.01)", "top_p"},
    {R"("min_p":-1)", "min_p"},
    {R"("repetition_penalty":0)", "repetition_penalty"},
    {R"("repetition_penalty":0.009)", "repetition_penalty"},
    {R"("presence_penalty":3)", "presence_penalty"},
    {R"("frequency_penalty":[])", "frequency_penalty"},
    {R"("n":0)", "n"},
    {R"("n":17)", "n"},
    {R"("n":1000000)", "n"},
    {R"("max_tokens":0)", "max_tokens"},
    {R"("max_tokens":-1)", "max_tokens"},
    {R"("deadline_ms":0)", "deadline_ms"},
    {R"("reasoning_effort":"hard")", "reasoning_effort"},
    {R"("reasoning_effort":3)", "reasoning_effort"},
    {R"("loop_guard":"yes")", "loop_guard"},
    {R"("seed":1.5)", "seed"},
    {R"("seed":"x")", "seed"},
    {R"("stop":5)", "stop"},
    {R"("stop":[5])", "stop[0]"},
    {R"("stop":["a",null])", "stop[1]"},
    {R"("stop":["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17"])",
     "stop"},
    {"\"stop\":\"" + std::string(257, 'x') + "\"", "stop"},
    {R"("stop_token_ids":[1,-2])", "stop_token_ids[1]"},
    {R"("stop_token_ids":["1"])", "stop_token_ids[0]"},
    {R"("stop_token_ids":7)", "stop_token_ids"},
    {R"("logit_bias":[1])", "logit_bias"},
    {R"("logit_bias":{"x":1})", "logit_bias"},
    {R"("logit_bias":{"-1":1})", "logit_bias"},
    {R"("logit_bias":{"99999999999":1})", "logit_bias"},
    {R"("logit_bias":{"1":101})", "logit_bias"},
    {R"("logit_bias":{"1":"a"})", "logit_bias"},
    {R"("logprobs":3)", "logprobs"},
    {R"("logprobs":true,"top_logprobs":21)", "top_logprobs"},
    {R"("top_logprobs":2)", "top_logprobs"},
    {R"("stream":"yes")", "stream"},
    {R"("stream_options":true)", "stream_options"},
    {R"("stream_options":{"include_usage":1})", "stream_options.include_usage"},
    {R"("stream_options":{"continuous_usage_stats":"x"})", "stream_options.continuous_usage_stats"},
    {R"("ignore_eos":1)", "ignore_eos"},
    {R"("tools":[{"type":"function"}])", "tools"},
    {R"("tools":{})", "tools"},
    {R"("functions":[{}])", "functions"},
    {R"("response_format":{"type":"json_object"})", "response_format.type"},
    {R"("response_format":{})", "response_format.type"},
    {R"("response_format":"json")", "response_format"},
    {R"("echo":true)", "echo"},
    {R"("suffix":"x")", "suffix"},
    {R"("best_of":2)", "best_of"},
};

TEST(ParseChatRequest, NamesTheFieldThatIsWrong) {
  std::vector<BadField> cases = kBadFields;
  for (BadField& swept : IntegerSweep()) cases.push_back(std::move(swept));
  for (const BadField& bad : cases) {
    const auto request = ParseChat(bad.fields);
    ASSERT_FALSE(request.ok()) << bad.fields;
    EXPECT_EQ(request.status().code(), StatusCode::kInvalidArgument) << bad.fields;
    EXPECT_EQ(request.status().field(), bad.param) << bad.fields;
  }
}

TEST(ParseChatRequest, LogitBiasIsBounded) {
  const auto with_entries = [](int n) {
    std::string fields = "\"logit_bias\":{\"0\":1";
    for (int i = 1; i < n; ++i) fields += ",\"" + std::to_string(i) + "\":1";
    return ParseChat(fields + "}");
  };
  EXPECT_TRUE(with_entries(300).ok());
  EXPECT_EQ(with_entries(301).status().field(), "logit_bias");
}

TEST(ParseChatRequest, BadMessagesAreNamed) {
  const std::vector<BadField> cases = {
      {"{}", "messages"},
      {R"({"messages":null})", "messages"},
      {R"({"messages":"hi"})", "messages"},
      {R"({"messages":[]})", "messages"},
      {R"({"messages":["hi"]})", "messages[0]"},
      {R"({"messages":[{}]})", "messages[0].role"},
      {R"({"messages":[{"role":"tool","content":"x"}]})", "messages[0].role"},
      {R"({"messages":[{"role":7,"content":"x"}]})", "messages[0].role"},
      {R"({"messages":[{"role":"user"}]})", "messages[0].content"},
      {R"({"messages":[{"role":"user","content":5}]})", "messages[0].content"},
      {R"({"messages":[{"role":"user","content":"a"},{"role":"user","content":{}}]})",
       "messages[1].content"},
      {R"({"messages":[{"role":"user","content":["a"]}]})", "messages[0].content[0]"},
      {R"({"messages":[{"role":"user","content":[{"type":"image_url"}]}]})",
       "messages[0].content[0].type"},
      {R"({"messages":[{"role":"user","content":[{"type":"text"}]}]})",
       "messages[0].content[0].text"},
      {R"({"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text",
          "text":1}]}]})",
       "messages[0].content[1].text"},
  };
  for (const BadField& bad : cases) {
    const auto request = ParseChatRequest(bad.fields, kDefaults);
    ASSERT_FALSE(request.ok()) << bad.fields;
    EXPECT_EQ(request.status().field(), bad.param) << bad.fields;
  }
}

TEST(ParseChatRequest, WhatIsNotAJsonObjectIsRefused) {
  for (const std::string body : {"", "null", "[]", "\"x\"", "{", "{\"messages\":", "{} x", "\xff",
                                 "{\"messages\":\"\xff\"}"}) {
    const auto request = ParseChatRequest(body, kDefaults);
    EXPECT_EQ(request.status().code(), StatusCode::kInvalidArgument) << body;
  }
  EXPECT_FALSE(ParseChatRequest(std::string(100000, '['), kDefaults).ok());
}

TEST(ParseChatRequest, PartsAreJoinedAndHistoryLosesItsThinking) {
  const auto request = ParseChatRequest(
      R"({"messages":[
        {"role":"developer","content":"be brief"},
        {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
        {"role":"assistant","content":"<think>hm</think>\n\n4","reasoning_content":"hm"},
        {"role":"assistant","content":null,"reasoning":"hm"},
        {"role":"assistant","content":" 1 < 2 "},
        {"role":"user","content":"<think>mine</think>"}]})",
      kDefaults);
  ASSERT_TRUE(request.ok()) << request.status().ToString();
  const auto& messages = request->messages;
  EXPECT_EQ(messages[0].role, "system");
  EXPECT_EQ(messages[1].content, "ab");
  EXPECT_EQ(messages[2].content, "4");
  EXPECT_EQ(messages[3].content, "");
  EXPECT_EQ(messages[4].content, " 1 < 2 ");
  EXPECT_EQ(messages[5].content, "<think>mine</think>");
}

TEST(ParseCompletionRequest, PromptsAreTextOrTokens) {
  const auto parse = [](const std::string& prompt) {
    return ParseCompletionRequest(R"({"prompt":)" + prompt + "}", kDefaults);
  };
  EXPECT_EQ(std::get<std::string>(parse(R"("hi")")->prompt), "hi");
  EXPECT_EQ(std::get<std::string>(parse(R"(["hi"])")->prompt), "hi");
  EXPECT_EQ(std::get<std::vector<TokenId>>(parse("[1,2]")->prompt), (std::vector<TokenId>{1, 2}));
  for (const std::string bad : {"5", "null", "{}", R"(["a","b"])"}) {
    EXPECT_EQ(parse(bad).status().field(), "prompt") << bad;
  }
  EXPECT_EQ(parse("[1,-1]").status().field(), "prompt[1]");
  EXPECT_EQ(parse("[1,\"a\"]").status().field(), "prompt[1]");
  EXPECT_EQ(ParseCompletionRequest("{}", kDefaults).status().field(), "prompt");
}

TEST(ParseCompletionRequest, LogprobsAreANumber) {
  const auto parse = [](const std::string& logprobs) {
    return ParseCompletionRequest(R"({"prompt":"x","logprobs":)" + logprobs + "}", kDefaults);
  };
  EXPECT_EQ(parse("0")->params.sampling.n_logprobs, 0);
  EXPECT_EQ(parse("20")->params.sampling.n_logprobs, 20);
  EXPECT_EQ(parse("null")->params.sampling.n_logprobs, -1);
  for (const std::string bad : {"21", "-1", "true", "\"5\""}) {
    EXPECT_EQ(parse(bad).status().field(), "logprobs") << bad;
  }
}

TEST(ParseCompletionRequest, PromptLogprobsAreOfTheGivenTokensAlone) {
  const auto parse = [](const std::string& more) {
    return ParseCompletionRequest(R"({"prompt":"x",)" + more + "}", kDefaults);
  };
  EXPECT_FALSE(parse(R"("n":1)")->params.prompt_logprobs);
  EXPECT_TRUE(parse(R"("prompt_logprobs":0)")->params.prompt_logprobs);
  for (const std::string bad : {"1", "-1", "true", R"(0,"stream":true)", R"(0,"n":2)"}) {
    EXPECT_EQ(parse(R"("prompt_logprobs":)" + bad).status().field(), "prompt_logprobs") << bad;
  }
  const std::string chat = R"({"messages":[{"role":"user","content":"x"}],"prompt_logprobs":0})";
  EXPECT_EQ(ParseChatRequest(chat, kDefaults).status().field(), "prompt_logprobs");
}

TEST(ParseTokenizeRequest, TakesBothSpellings) {
  EXPECT_EQ(ParseTokenizeRequest(R"({"content":"a"})")->text, "a");
  EXPECT_EQ(ParseTokenizeRequest(R"({"prompt":"b"})")->text, "b");
  EXPECT_TRUE(ParseTokenizeRequest(R"({"content":"a"})")->parse_special);
  EXPECT_FALSE(ParseTokenizeRequest(R"({"content":"a","parse_special":false})")->parse_special);
  EXPECT_EQ(ParseTokenizeRequest("{}").status().field(), "prompt");
  EXPECT_EQ(ParseTokenizeRequest(R"({"content":1})").status().field(), "content");
  EXPECT_EQ(ParseTokenizeRequest(R"({"content":"a","add_special":1})").status().field(),
            "add_special");
}

TEST(ParseDetokenizeRequest, TakesIdsAlone) {
  EXPECT_EQ(ParseDetokenizeRequest(R"({"tokens":[1,2]})")->tokens, (std::vector<TokenId>{1, 2}));
  EXPECT_EQ(ParseDetokenizeRequest("{}").status().field(), "tokens");
  EXPECT_EQ(ParseDetokenizeRequest(R"({"tokens":[1,2.5]})").status().field(), "tokens[1]");
}

}  // namespace
}  // namespace lemma::worker
