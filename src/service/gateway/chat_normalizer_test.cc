#include "service/gateway/chat_normalizer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace lemma::gateway {
namespace {

namespace json = boost::json;

struct Case {
  const char* client;
  const char* canonical;
};

void ExpectCanonical(const Case& test) {
  json::object chat = json::parse(test.client).as_object();
  const json::value wanted = json::parse(test.canonical);
  NormalizeChat(chat);
  EXPECT_EQ(json::value(chat), wanted) << json::serialize(chat);
  EXPECT_FALSE(NormalizeChat(chat).is_changed) << "canonical already: " << json::serialize(chat);
  EXPECT_EQ(json::value(chat), wanted);
}

TEST(ChatNormalizerTest, Roles) {
  for (const Case& test : std::initializer_list<Case>{
           {R"({"messages":[{"role":"developer","content":"A"},{"role":"user","content":"q"}]})",
            R"({"messages":[{"role":"system","content":"A"},{"role":"user","content":"q"}]})"},
           {R"({"messages":[{"role":"system","content":"A"},{"role":"user","content":"q"},
                            {"role":"developer","content":"B"},{"role":"system","content":" "}]})",
            R"({"messages":[{"role":"system","content":"A\n\nB"},{"role":"user","content":"q"}]})"},
           {R"({"messages":[{"role":"system","content":"\n"},{"role":"user","content":"q"}]})",
            R"({"messages":[{"role":"user","content":"q"}]})"},
       }) {
    ExpectCanonical(test);
  }
}

TEST(ChatNormalizerTest, ContentIsOneString) {
  for (const Case& test : std::initializer_list<Case>{
           {R"({"messages":[{"role":"user","content":[{"type":"text","text":"a"},
               {"type":"input_text","text":"b"},"c"]}]})",
            R"({"messages":[{"role":"user","content":"abc"}]})"},
           {R"({"messages":[{"role":"user","content":[]}]})",
            R"({"messages":[{"role":"user","content":""}]})"},
           {R"({"messages":[{"role":"user","content":"i &lt; n"},{"role":"assistant"}]})",
            R"({"messages":[{"role":"user","content":"i < n"},
                            {"role":"assistant","content":""}]})"},
           {R"({"messages":[{"role":"user","content":"q"},
               {"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},
               {"role":"tool","tool_call_id":"1","content":[{"type":"text","text":"a &lt; b"}]}]})",
            R"({"messages":[{"role":"user","content":"q"},
               {"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},
               {"role":"tool","tool_call_id":"1","content":"a &lt; b"}]})"},
       }) {
    ExpectCanonical(test);
  }
}

TEST(ChatNormalizerTest, TheAssistantsThinkingIsLeftOut) {
  for (const Case& test : std::initializer_list<Case>{
           {R"({"messages":[{"role":"user","content":"q"},{"role":"assistant",
               "content":"<think>hm</think>\n\n4 &lt; 5","reasoning_content":"hm",
               "reasoning":"hm"}]})",
            R"({"messages":[{"role":"user","content":"q"},
                            {"role":"assistant","content":"4 &lt; 5"}]})"},
           {R"({"messages":[{"role":"user","content":"what is <think>?"}]})",
            R"({"messages":[{"role":"user","content":"what is <think>?"}]})"},
       }) {
    ExpectCanonical(test);
  }
}

TEST(ChatNormalizerTest, Budgets) {
  for (const Case& test : std::initializer_list<Case>{
           {R"({"max_completion_tokens":7,"max_tokens":9})", R"({"max_tokens":7})"},
           {R"({"max_completion_tokens":null,"max_tokens":9})", R"({"max_tokens":9})"},
           {R"({"max_output_tokens":7})", R"({"max_tokens":7})"},
           {R"({"n_predict":7,"max_new_tokens":8})", R"({"max_tokens":8})"},
           {R"({"enable_thinking":false})", R"({"thinking_token_budget":0})"},
           {R"({"enable_thinking":true})", R"({"enable_thinking":true})"},
           {R"({"chat_template_kwargs":{"enable_thinking":false,"x":1}})",
            R"({"chat_template_kwargs":{"enable_thinking":false,"x":1},
                "thinking_token_budget":0})"},
           {R"({"thinking":{"type":"enabled","budget_tokens":100}})",
            R"({"thinking_token_budget":100})"},
           {R"({"thinking":{"type":"disabled"}})", R"({"thinking_token_budget":0})"},
           {R"({"reasoning":{"effort":"low"}})", R"({"reasoning_effort":"low"})"},
           {R"({"reasoning":{"effort":"low","max_tokens":50}})",
            R"({"reasoning_effort":"low","thinking_token_budget":50})"},
           {R"({"reasoning_effort":"high","thinking_budget":5,"enable_thinking":false})",
            R"({"reasoning_effort":"high","thinking_token_budget":5})"},
       }) {
    ExpectCanonical(test);
  }
}

TEST(ChatNormalizerTest, WhatIsWrongStaysForTheWorkerToName) {
  for (const char* chat :
       {R"({})", R"({"messages":[]})", R"({"messages":"x"})", R"({"messages":[1]})",
        R"({"messages":[{"role":"judge","content":"&lt;"}]})",
        R"({"messages":[{"role":"developer","content":"A"},{"role":"user"}]})",
        R"({"messages":[{"role":"developer","content":"A"},{"role":"user","content":[1]}]})",
        R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]})",
        R"({"max_completion_tokens":"7","max_tokens":9})", R"({"max_tokens":-1})",
        R"({"max_tokens":1.5})", R"({"max_tokens":99999999999})", R"({"thinking_budget":"x"})",
        R"({"reasoning":"deep"})", R"({"user":"u","metadata":{},"store":true})"}) {
    ExpectCanonical({chat, chat});
  }
}

TEST(ChatNormalizerTest, TheRequestOfHustojsClient) {
  ExpectCanonical({R"({"model":"m","enable_thinking":false,"temperature":0.8,"messages":[
           {"role":"system","content":"你是一个编程高手,能帮我用简单清晰的中文,解释我看不懂的报错信息。"},
           {"role":"user","content":"题目:<p>A+B</p>\n源代码:#include &lt;stdio.h&gt;\nscanf(&quot;%d&quot;,&amp;a);"}]})",
                   R"({"model":"m","thinking_token_budget":0,"temperature":0.8,"messages":[
           {"role":"system","content":"你是一个编程高手,能帮我用简单清晰的中文,解释我看不懂的报错信息。"},
           {"role":"user","content":"题目:<p>A+B</p>\n源代码:#include <stdio.h>\nscanf(\"%d\",&a);"}]})"});
}

}  // namespace
}  // namespace lemma::gateway
