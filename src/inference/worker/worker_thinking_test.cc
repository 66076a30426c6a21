// How the worker makes a model that thinks answer: in its tokens, in its time, out of loops, and
// when it is told to.
#include <gtest/gtest.h>

#include <future>

#include "inference/worker/worker.h"
#include "inference/worker/worker_testing.h"

namespace lemma::worker {
namespace {

using std::chrono::milliseconds;

const std::string kChat = "/v1/chat/completions";

struct Answer {
  std::string content;
  std::string reasoning;
  std::string finish_reason;
  json::value stop_reason;
  json::object lemma;
  int64_t n_tokens = 0;
  int64_t n_reasoning_tokens = 0;
};

std::string Text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr || !value->is_string() ? "" : std::string(value->get_string());
}

Answer AnswerOf(const json::object& reply) {
  const json::object& choice = reply.at("choices").as_array().at(0).as_object();
  const json::object& message = choice.at("message").as_object();
  Answer answer;
  answer.content = Text(message, "content");
  answer.reasoning = Text(message, "reasoning");
  answer.finish_reason = Text(choice, "finish_reason");
  answer.stop_reason = choice.at("stop_reason");
  if (const auto* lemma = choice.if_contains("lemma")) answer.lemma = lemma->as_object();
  const json::object& usage = reply.at("usage").as_object();
  answer.n_tokens = usage.at("completion_tokens").as_int64();
  answer.n_reasoning_tokens =
      usage.at("completion_tokens_details").at("reasoning_tokens").as_int64();
  return answer;
}

Answer Ask(TestWorker& worker, const std::string& script, const json::object& fields) {
  return AnswerOf(worker.PostOk(kChat, ChatBody(script, fields)));
}

// Varied text, so that nobody takes it for a loop.
std::string LongThought(int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += std::to_string(int64_t{i} * i * 7919 % 100003) + " and ";
  return text;
}

// The tags are text of several tokens here, as the model says them; a preamble may stand before.
TEST(WorkerThinking, TokensAreLeftForTheAnswer) {
  TestWorker worker;
  const std::string thought = LongThought(300);
  for (const std::string opening : {"<think>", "Let me see.\n\n<think>\n"}) {
    for (const int max_tokens : {600, 1000}) {
      const Answer answer = Ask(worker, Script(opening + thought), {{"max_tokens", max_tokens}});
      EXPECT_EQ(answer.finish_reason, "length");
      EXPECT_EQ(answer.n_tokens, max_tokens);
      EXPECT_EQ(Text(answer.lemma, "thinking_closed"), "budget");
      EXPECT_TRUE(answer.reasoning.ends_with("the best answer that I have.\n")) << answer.reasoning;
      // Tokens are single bytes: a quarter of them, white space at the beginning left out.
      EXPECT_LE(answer.content.size(), static_cast<size_t>(max_tokens / 4));
      EXPECT_GE(answer.content.size(), static_cast<size_t>(max_tokens / 4 - 1)) << answer.content;
      EXPECT_EQ(answer.n_reasoning_tokens + max_tokens / 4, max_tokens - 2);
    }
  }
}

TEST(WorkerThinking, ASampleThatEndsInTimeIsLeftAlone) {
  TestWorker worker;
  const Answer answer =
      Ask(worker, Script("<think>one two</think>\n\nthree"), {{"max_tokens", 100}});
  EXPECT_EQ(answer.content, "three");
  EXPECT_TRUE(answer.lemma.empty()) << "nothing was done";
}

TEST(WorkerThinking, BudgetsAndEffortsBoundTheThinking) {
  TestWorker worker;
  const std::string script = Script("<think>" + LongThought(200));
  const std::vector<std::pair<json::object, int64_t>> cases = {
      {{{"thinking_token_budget", 300}}, 300},
      {{{"thinking_budget_tokens", 200}}, 200},
      {{{"thinking_budget_tokens", 200}, {"thinking_token_budget", 150}}, 150},
      {{{"reasoning_effort", "minimal"}}, kMinimalEffortTokens},
      {{{"reasoning_effort", "minimal"}, {"thinking_token_budget", 100}}, 100},
      {{{"reasoning_effort", "none"}}, 15},  // the tags
  };
  for (auto [fields, n_max] : cases) {
    fields["max_tokens"] = 2000;
    const Answer answer = Ask(worker, script, fields);
    EXPECT_LE(answer.n_reasoning_tokens, n_max) << json::serialize(fields);
    EXPECT_GE(answer.n_reasoning_tokens, n_max - 4) << json::serialize(fields);
    EXPECT_FALSE(answer.content.empty());
  }
  const Answer silent = Ask(worker, script, {{"reasoning_effort", "none"}, {"max_tokens", 100}});
  EXPECT_EQ(silent.reasoning, "") << "there is nothing to bridge";
  const Answer whole = Ask(worker, script, {{"thinking_token_budget", -1}, {"max_tokens", 2000}});
  EXPECT_EQ(whole.n_reasoning_tokens, 1500 - 2) << "all but the answer's part";
}

// The tags are text here, so that closing them takes as many tokens as they have letters.
TEST(WorkerThinking, HoweverFewTokensThereAreTheAnswerIsNotEmpty) {
  TestWorker worker;
  for (const std::string& script : {"<think>" + LongThought(30), std::string(60, '\n'),
                                    "\n\n<think>" + LongThought(30), LongThought(30)}) {
    for (int max_tokens = 1; max_tokens <= 40; ++max_tokens) {
      const Answer answer = Ask(worker, Script(script), {{"max_tokens", max_tokens}});
      EXPECT_EQ(answer.finish_reason, "length");
      EXPECT_LE(answer.n_tokens, max_tokens);
      EXPECT_NE(answer.content.find_first_not_of(" \n"), std::string::npos)
          << max_tokens << ": " << script;
    }
  }
}

TEST(WorkerThinking, AnAnswerInUnfinishedThinkingIsSalvagedAndMarked) {
  TestWorker worker;
  // The model ends its turn inside the thinking.
  const std::string thought = "so it is \\boxed{\\frac{1}{2}}, I think, or \\boxed{7";
  const Answer ended = Ask(worker, Script("<think>" + thought), {});
  EXPECT_EQ(ended.finish_reason, "stop");
  EXPECT_EQ(ended.content, "\\boxed{\\frac{1}{2}}");
  EXPECT_TRUE(ended.lemma.at("answer_salvaged").as_bool());
  const Answer none = Ask(worker, Script("<think>so it is"), {});
  EXPECT_EQ(none.content, "");
  EXPECT_FALSE(none.lemma.contains("answer_salvaged"));
  EXPECT_NE(worker.Ask("GET", "/metrics")
                .body.find(R"(lemma_answers_salvaged_total{model_name="tiny"} 1)"),
            std::string::npos);
}

TEST(WorkerThinking, LoopsAreBrokenAndReported) {
  TestWorker worker;
  std::string circles = "<think>";
  for (int i = 0; i < 60; ++i) circles += "Wait, let me check this again. ";
  const Answer answer = Ask(worker, Script(circles), {{"max_tokens", 1500}, {"temperature", 0}});
  const json::object& loop = answer.lemma.at("loop").as_object();
  EXPECT_GE(loop.at("rewinds").as_int64(), 1);
  EXPECT_EQ(loop.at("period").as_int64(), 30) << "31 letters, \"he\" is one token";
  EXPECT_GE(loop.at("copies").as_int64(), 3);
  EXPECT_NE(worker.Ask("GET", "/metrics").body.find("lemma_loop_rewinds_total"), std::string::npos);
  const Answer unguarded =
      Ask(worker, Script(circles), {{"max_tokens", 1500}, {"loop_guard", false}});
  EXPECT_FALSE(unguarded.lemma.contains("loop"));
  EXPECT_EQ(unguarded.n_tokens, 1500);
}

// Whatever a rewind does, a stream and a whole reply say the same.
TEST(WorkerThinking, AStreamWithALoopSaysTheSameAsAReply) {
  TestWorker worker;
  std::string circles = "<think>";
  for (int i = 0; i < 60; ++i) circles += "Hmm, is that so? Yes, or maybe not. ";
  const json::object fields = {{"max_tokens", 900}, {"temperature", 0}};
  const Answer answer = Ask(worker, Script(circles), fields);
  json::object body = ChatBody(Script(circles), fields);
  body["stream"] = true;
  StreamedCall call(worker, kChat, body);
  call.WaitForEnd();
  std::string reasoning;
  std::string content;
  json::object lemma;
  for (const auto& event : call.events()) {
    if (event.data == "[DONE]") continue;
    const json::object chunk = ParseJsonObject(event.data, "chunk").value();
    const json::object& choice = chunk.at("choices").as_array().at(0).as_object();
    reasoning += Text(choice.at("delta").as_object(), "reasoning");
    content += Text(choice.at("delta").as_object(), "content");
    if (const auto* found = choice.if_contains("lemma")) lemma = found->as_object();
  }
  EXPECT_EQ(reasoning, answer.reasoning);
  EXPECT_EQ(content, answer.content);
  EXPECT_EQ(lemma, answer.lemma);
  EXPECT_TRUE(lemma.contains("loop"));
}

TEST(WorkerThinking, ADeadlineLeavesTimeForTheAnswer) {
  TestWorkerOptions options;
  options.step_time = milliseconds(1);
  options.context_length_max = 65536;
  options.n_pages = 1024;
  TestWorker worker(options);
  const Answer answer = Ask(worker, Script("<think>" + LongThought(1000)),
                            {{"deadline_ms", 5000}, {"loop_guard", false}});
  EXPECT_EQ(answer.finish_reason, "length");
  EXPECT_EQ(answer.stop_reason, json::value("deadline"));
  EXPECT_EQ(Text(answer.lemma, "thinking_closed"), "budget");
  EXPECT_FALSE(answer.content.empty());
}

TEST(WorkerThinking, ACallEndsTheThinkingOfARunningChat) {
  TestWorkerOptions options;
  options.worker.engine.speculation = false;
  options.step_time = milliseconds(10);
  TestWorker worker(options);
  const json::object body =
      ChatBody(Script("<think>" + LongThought(200)), {{"stream", true}, {"max_tokens", 1500}});
  StreamedCall call(worker, kChat, body);
  call.WaitForBytes();
  const std::string id = Text(ParseJsonObject(call.events()[0].data, "chunk").value(), "id");
  EXPECT_EQ(worker.Ask("POST", "/v1/requests/" + id + "/end_thinking").status, 200);
  worker.set_step_time(milliseconds(0));
  call.WaitForEnd();
  EXPECT_NE(call.bytes().find(R"("thinking_closed":"asked")"), std::string::npos);
  // It is over now, and so soon unknown.
  EXPECT_TRUE(worker.WaitFor([&](const auto&) {
    const net::HttpResponse late = worker.Ask("POST", "/v1/requests/" + id + "/end_thinking");
    return late.status == 404 && late.body.find(id) != std::string::npos;
  }));
  EXPECT_EQ(worker.Ask("GET", "/v1/requests/x/end_thinking").status, 405);
}

TEST(WorkerThinking, ACallEndsSomeSamplesOfARunningRequest) {
  TestWorkerOptions options;
  options.worker.engine.speculation = false;
  options.step_time = milliseconds(10);
  TestWorker worker(options);
  const json::object body =
      ChatBody(Script(LongThought(60)),
               {{"stream", true}, {"n", 3}, {"stream_options", {{"include_usage", true}}}});
  StreamedCall call(worker, kChat, body);
  call.WaitForBytes();
  const std::string id = Text(ParseJsonObject(call.events()[0].data, "chunk").value(), "id");
  const std::string stop = "/v1/requests/" + id + "/stop";
  EXPECT_EQ(worker.Post(stop, {{"samples", {0, 2}}}).status, 200);
  for (const json::value& wrong : json::array{{16}, {-1}, {"0"}, json::array{}, 0}) {
    const net::HttpResponse refused = worker.Post(stop, {{"samples", wrong}});
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_NE(refused.body.find("samples"), std::string::npos);
  }
  worker.set_step_time(milliseconds(0));
  call.WaitForEnd();
  std::vector<std::string> texts(3), reasons(3);
  int64_t n_tokens = 0, n_total = 0;
  for (const auto& event : call.events()) {
    if (event.data == "[DONE]") continue;
    const json::object chunk = ParseJsonObject(event.data, "chunk").value();
    if (const auto* usage = chunk.if_contains("usage")) {
      n_total = usage->at("completion_tokens").as_int64();
    }
    for (const json::value& choice : chunk.at("choices").as_array()) {
      const auto index = static_cast<size_t>(choice.at("index").as_int64());
      texts[index] += Text(choice.at("delta").as_object(), "content");
      if (choice.at("finish_reason").is_null()) continue;
      reasons[index] = json::serialize(choice.at("stop_reason"));
      n_tokens += choice.at("usage").at("completion_tokens").as_int64();
    }
  }
  EXPECT_EQ(reasons[0], "\"asked\"");
  EXPECT_EQ(reasons[2], "\"asked\"");
  EXPECT_NE(reasons[1], "\"asked\"");
  EXPECT_EQ(texts[1], LongThought(60)) << "the neighbour says all of it";
  EXPECT_LT(texts[0].size(), texts[1].size());
  EXPECT_EQ(n_tokens, n_total) << "each says its own";
  EXPECT_EQ(worker.Ask("POST", "/v1/requests/x/stop").status, 404);
}

TEST(WorkerThinking, ARequestThatIsStoppedBeforeItsFirstTokenAnswersAtOnceWithWhatItUsed) {
  TestWorkerOptions options;
  options.step_time = milliseconds(50);
  options.worker.engine.sequences_max = 1;
  TestWorker worker(options);
  const std::string prompt = Script("an answer") + std::string(3500, 'p');  // 55 steps of 64 tokens
  std::vector<std::future<net::HttpResponse>> replies;
  for (const char* id : {"computes", "waits"}) {
    replies.push_back(std::async(std::launch::async, [&, id] {
      return worker.Ask("POST", kChat, json::serialize(ChatBody(prompt)), {{"X-Request-Id", id}});
    }));
    ASSERT_TRUE(worker.WaitFor([&](const engine::EngineStats& stats) {
      return stats.prompt_tokens > 0 && stats.n_waiting == int64_t(replies.size()) - 1;
    }));
  }
  for (const char* id : {"waits", "computes"}) {
    EXPECT_EQ(worker.Ask("POST", "/v1/requests/" + std::string(id) + "/stop").status, 200);
  }
  for (const size_t i : {1, 0}) {
    const net::HttpResponse reply = replies[i].get();
    ASSERT_EQ(reply.status, 200) << reply.body;
    const json::object body = ParseJsonObject(reply.body, "reply").value();
    const Answer answer = AnswerOf(body);
    EXPECT_EQ(answer.finish_reason, "stop");
    EXPECT_EQ(answer.stop_reason, json::value("asked"));
    EXPECT_EQ(answer.content + answer.reasoning, "");
    EXPECT_EQ(answer.n_tokens, 0);
    EXPECT_EQ(body.at("usage").at("prompt_tokens").as_int64() > 3500, i == 0);
  }
  EXPECT_TRUE(worker.WaitUntilFree());
  EXPECT_LT(worker->engine_stats().prompt_tokens, 3000) << "the rest was not computed";
}

}  // namespace
}  // namespace lemma::worker
