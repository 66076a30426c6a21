#include "service/gateway/generation_body.h"

#include <gtest/gtest.h>

#include "common/base/json.h"
#include "common/text/test_tokenizer.h"
#include "service/access/limits.h"

namespace lemma::gateway {
namespace {

TokenClaim ClaimOf(const std::string& text, CallKind kind, const PromptCounter* counter) {
  const Result<GenerationBody> body = GenerationBody::Parse(text);
  EXPECT_TRUE(body.ok()) << text;
  const Result<TokenClaim> claim = body->Claim(kind, counter);
  EXPECT_TRUE(claim.ok()) << text << claim.status().ToString();
  return claim.ok() ? *claim : TokenClaim{-1, -1};
}

PromptCounter TinyCounter() {
  return PromptCounter({.id = "tiny",
                        .tokenizer = text::SmallTokenizer(),
                        .chat_template = *text::ChatTemplate::FromTemplateText(
                            text::kLemmaMiniChatTemplate, "template"),
                        .context_tokens = 1000,
                        .output_tokens_default = 300});
}

TEST(GenerationBodyTest, OfAKnownModelThePromptIsCountedExactly) {
  const PromptCounter counter = TinyCounter();
  const std::string messages = R"({"messages":[{"role":"user","content":"ab"}])";
  const auto rendered =
      counter.model().chat_template.RenderIds({{"user", "ab"}}, true, counter.model().tokenizer);
  const auto n_prompt = static_cast<int64_t>(rendered->size());
  struct Case {
    const char* fields;
    int64_t n_output;
  };
  const Case cases[] = {{"", 300},
                        {R"(,"max_tokens":7)", 7},
                        {R"(,"max_tokens":null)", 300},
                        {R"(,"max_tokens":7,"max_completion_tokens":9,"n":3)", 27},
                        {R"(,"max_tokens":99999)", 1000 - n_prompt},
                        {R"(,"max_tokens":0)", 300},
                        {R"(,"max_tokens":"7")", 300},
                        {R"(,"max_tokens":1e308)", 300},
                        {R"(,"n":0)", 300},
                        {R"(,"max_tokens":7,"n_predict":400)", 400},
                        {R"(,"max_tokens":7,"n_predict":-1)", 1000 - n_prompt},
                        {R"(,"max_new_tokens":11)", 11},
                        {R"(,"model":"tiny","max_tokens":7)", 7}};
  for (const Case& c : cases) {
    const TokenClaim claim = ClaimOf(messages + c.fields + "}", CallKind::kChat, &counter);
    EXPECT_EQ(claim.n_prompt, n_prompt) << c.fields;
    EXPECT_EQ(claim.n_output, c.n_output) << c.fields;
  }
  const auto completion = [&](const char* body) {
    return ClaimOf(body, CallKind::kCompletion, &counter).n_prompt;
  };
  EXPECT_EQ(
      completion(R"({"prompt":"abc<|im_end|>"})"),
      static_cast<int64_t>(counter.model()
                               .tokenizer.Encode("abc<|im_end|>", text::SpecialTokens::kRecognize)
                               .size()));
  EXPECT_EQ(completion(R"({"prompt":[1,2,3]})"), 3);
  EXPECT_EQ(completion(R"({"prompt":["a"]})"), 1);
  EXPECT_EQ(completion(R"({"prompt":["a","b"]})"), 2) << "not every server refuses several";
  EXPECT_EQ(completion(R"({"prompt":[[1,2,3],[4,5]]})"), 5);
  EXPECT_EQ(ClaimOf(R"({"prompt":["a","b"]})", CallKind::kCompletion, &counter).n_output, 600);
  EXPECT_EQ(ClaimOf(R"({"prompt":"a"})", CallKind::kCompletion, &counter).n_counted, 1);
  const std::string tools = R"(,"tools":[{"type":"function"}]})";
  EXPECT_EQ(ClaimOf(messages + tools, CallKind::kChat, &counter).n_prompt,
            n_prompt + static_cast<int64_t>(std::string(R"([{"type":"function"}])").size()));
}

TEST(GenerationBodyTest, OfAnUnknownModelTheBoundIsABytesTokenEach) {
  const PromptCounter counter = TinyCounter();
  const std::string body = R"({"model":"other","prompt":["a","b"],"max_tokens":5,"best_of":3})";
  for (const PromptCounter* known : {&counter, static_cast<const PromptCounter*>(nullptr)}) {
    const TokenClaim claim = ClaimOf(body, CallKind::kCompletion, known);
    EXPECT_GE(claim.n_prompt, static_cast<int64_t>(body.size()));
    EXPECT_EQ(claim.n_output, 5 * 3 * 2);
    EXPECT_EQ(claim.n_answer, 5);
  }
  const auto unbounded =
      GenerationBody::Parse(R"({"prompt":"a"})")->Claim(CallKind::kCompletion, nullptr);
  EXPECT_EQ(unbounded.status().field(), "max_tokens");
}

TEST(GenerationBodyTest, HugeNumbersStayWithinWhatALimiterTakes) {
  for (const char* body : {R"({"max_tokens":9223372036854775807,"n":9223372036854775807})",
                           R"({"max_tokens":9223372036854775807,"prompt":["a","b","c"]})"}) {
    const TokenClaim claim = ClaimOf(body, CallKind::kCompletion, nullptr);
    EXPECT_EQ(claim.n_prompt + claim.n_output, access::kRequestTokensMax) << body;
  }
}

TEST(GenerationBodyTest, OnlyWhatIsAskedIsChanged) {
  const std::string text = R"({"stream":true, "x":1.10,"stream_options":{"include_usage":false}})";
  Result<GenerationBody> body = GenerationBody::Parse(text);
  body->LimitTime(0);
  EXPECT_EQ(body->Text(), text);
  EXPECT_TRUE(body->is_stream());
  EXPECT_FALSE(body->usage_wish().at_end);
  body->AskForUsage();
  const auto changed = *ParseJsonObject(body->Text(), "changed");
  EXPECT_EQ(changed.at("stream_options").at("include_usage"), true);
  EXPECT_EQ(changed.at("stream_options").at("continuous_usage_stats"), true);
  EXPECT_EQ(changed.at("x"), 1.1);
}

TEST(GenerationBodyTest, WhoNamesNoModelIsCountedAsOfTheOneThatAnswers) {
  const PromptCounter counter = TinyCounter();
  const auto claim = [&](const char* text, const char* default_model) {
    return GenerationBody::Parse(text)
        ->Claim(CallKind::kCompletion, &counter, default_model)
        ->n_output;
  };
  const char* unnamed = R"({"prompt":"a","max_tokens":99999})";
  EXPECT_LT(claim(unnamed, "tiny"), 1000) << "no more than its context";
  EXPECT_EQ(claim(unnamed, "another"), 99999);
  EXPECT_EQ(claim(R"({"model":"","prompt":"a","max_tokens":99999})", "another"), 99999);
  EXPECT_LT(claim(R"({"model":"tiny","prompt":"a","max_tokens":99999})", "another"), 1000);
}

TEST(GenerationBodyTest, WhatTheWorkerWillRefuseIsLeftForIt) {
  for (const char* text : {R"({"stream_options":7})", R"({"deadline_ms":"soon"})"}) {
    Result<GenerationBody> body = GenerationBody::Parse(text);
    body->AskForUsage();
    body->LimitTime(5);
    const auto changed = *ParseJsonObject(body->Text(), "changed");
    const auto before = *ParseJsonObject(text, "text");
    for (const auto& [name, value] : before) EXPECT_EQ(changed.at(name), value) << text;
  }
}

}  // namespace
}  // namespace lemma::gateway
