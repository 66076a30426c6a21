// What the worker answers.
#include "inference/worker/worker.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "inference/worker/worker_testing.h"

namespace lemma::worker {
namespace {

const std::string kChat = "/v1/chat/completions";
const std::string kCompletions = "/v1/completions";
const std::string kAnswer = "<think>one two</think>\n\nhello wörld";

const json::object& FirstChoice(const json::object& reply) {
  return reply.at("choices").as_array().at(0).as_object();
}

TEST(Worker, ChatRepliesWithThinkingAndAnswerApart) {
  TestWorker worker;
  const json::object reply = worker.PostOk(kChat, ChatBody(Script(kAnswer)));
  EXPECT_EQ(Text(reply.at("object")), "chat.completion");
  EXPECT_TRUE(Text(reply.at("id")).starts_with("chatcmpl-"));
  EXPECT_EQ(Text(reply.at("model")), "tiny");
  EXPECT_EQ(Text(reply.at("system_fingerprint")), "lemma none weights, tokens kv, fake, 0badcafe");
  const json::object& choice = FirstChoice(reply);
  EXPECT_EQ(Text(choice.at("finish_reason")), "stop");
  EXPECT_EQ(choice.at("stop_reason").as_int64(), text::kSmallTurnEnd);
  const json::object& message = choice.at("message").as_object();
  EXPECT_EQ(Text(message.at("role")), "assistant");
  EXPECT_EQ(Text(message.at("content")), "hello wörld");
  EXPECT_EQ(Text(message.at("reasoning_content")), "one two");
  EXPECT_EQ(Text(message.at("reasoning")), "one two");
  const json::object& usage = reply.at("usage").as_object();
  const int64_t n_prompt = usage.at("prompt_tokens").as_int64();
  const int64_t n_completion = usage.at("completion_tokens").as_int64();
  EXPECT_GT(n_prompt, 30);
  EXPECT_GT(n_completion, 30);
  EXPECT_EQ(usage.at("total_tokens").as_int64(), n_prompt + n_completion);
  const int64_t n_reasoning =
      usage.at("completion_tokens_details").at("reasoning_tokens").as_int64();
  EXPECT_GT(n_reasoning, 10);
  EXPECT_LT(n_reasoning, n_completion);
  EXPECT_EQ(usage.at("prompt_tokens_details").at("cached_tokens").as_int64(), 0);
  EXPECT_EQ(reply.at("timings").at("predicted_n").as_int64(), n_completion);
}

TEST(Worker, AStreamSaysTheSameAsAReply) {
  TestWorker worker;
  const json::object fields = {{"stream", true}, {"stream_options", {{"include_usage", true}}}};
  StreamedCall call(worker, kChat, ChatBody(Script(kAnswer), fields));
  call.WaitForEnd();
  EXPECT_EQ(call.status(), 200);
  const auto events = call.events();
  ASSERT_GE(events.size(), 5u);
  EXPECT_EQ(events.back().data, "[DONE]");
  const json::object reply = worker.PostOk(kChat, ChatBody(Script(kAnswer)));

  std::string reasoning;
  std::string content;
  std::string id;
  for (size_t i = 0; i + 2 < events.size(); ++i) {
    const json::object chunk = ParseJsonObject(events[i].data, "chunk").value();
    EXPECT_EQ(Text(chunk.at("object")), "chat.completion.chunk");
    if (i == 0) id = Text(chunk.at("id"));
    EXPECT_EQ(Text(chunk.at("id")), id);
    const json::object& choice = FirstChoice(chunk);
    const json::object& delta = choice.at("delta").as_object();
    EXPECT_EQ(delta.contains("role"), i == 0);
    if (delta.contains("content")) content += Text(delta.at("content"));
    if (delta.contains("reasoning")) {
      EXPECT_EQ(delta.at("reasoning"), delta.at("reasoning_content"));
      reasoning += Text(delta.at("reasoning"));
    }
    const bool is_last = i + 3 == events.size();
    EXPECT_EQ(choice.at("finish_reason").is_null(), !is_last);
  }
  const json::object& message = FirstChoice(reply).at("message").as_object();
  EXPECT_EQ(content, Text(message.at("content")));
  EXPECT_EQ(reasoning, Text(message.at("reasoning")));

  const json::object last = ParseJsonObject(events[events.size() - 2].data, "usage").value();
  EXPECT_TRUE(last.at("choices").as_array().empty());
  EXPECT_EQ(last.at("usage"), reply.at("usage"));
}

TEST(Worker, AStreamTellsItsUsageInEveryChunkWhereAsked) {
  TestWorker worker;
  const json::object fields = {{"stream", true},
                               {"stream_options", {{"continuous_usage_stats", true}}}};
  StreamedCall call(worker, kChat, ChatBody(Script(kAnswer), fields));
  call.WaitForEnd();
  const json::object whole = worker.PostOk(kChat, ChatBody(Script(kAnswer)));
  const json::object& of_whole = whole.at("usage").as_object();
  int64_t so_far = 0;
  const auto events = call.events();
  for (size_t i = 0; i + 1 < events.size(); ++i) {
    const json::object chunk = ParseJsonObject(events[i].data, "chunk").value();
    const json::object& usage = chunk.at("usage").as_object();
    EXPECT_EQ(usage.at("prompt_tokens"), of_whole.at("prompt_tokens"));
    EXPECT_GE(usage.at("completion_tokens").as_int64(), so_far);
    so_far = usage.at("completion_tokens").as_int64();
  }
  EXPECT_EQ(so_far, of_whole.at("completion_tokens").as_int64());
  EXPECT_GT(events.size(), 5u);
}

TEST(Worker, ComputedPromptsAreSharedWithinATenantThatAGatewayNames) {
  const std::string prompt(200, 'p');
  const auto cached = [&](TestWorker& worker, const std::string& tenant) {
    std::vector<net::Header> headers = {{"Authorization", "Bearer the-key"}};
    if (!tenant.empty()) headers.push_back({"x-lemma-tenant", tenant});
    const auto answer =
        worker.Ask("POST", kChat, json::serialize(ChatBody(prompt + Script("a"))), headers);
    const json::object reply = ParseJsonObject(answer.body, "reply").value();
    return reply.at("usage").at("prompt_tokens_details").at("cached_tokens").as_int64();
  };
  TestWorkerOptions options;
  options.worker.listen = "unix:/tmp/lemma_worker_test_" + std::to_string(getpid());
  TestWorker by_socket(options);
  EXPECT_EQ(cached(by_socket, "a"), 0);
  EXPECT_GT(cached(by_socket, "a"), 0);
  EXPECT_EQ(cached(by_socket, "b"), 0);
  EXPECT_EQ(cached(by_socket, ""), 0);
  TestWorker by_port;
  EXPECT_EQ(cached(by_port, "a"), 0);
  EXPECT_GT(cached(by_port, "b"), 0) << "anybody could say so there: all are one";
  TestWorkerOptions with_key;
  with_key.worker.key = "the-key";
  TestWorker by_key(with_key);
  EXPECT_EQ(cached(by_key, "a"), 0);
  EXPECT_GT(cached(by_key, "a"), 0);
  EXPECT_EQ(cached(by_key, "b"), 0) << "who has the key is the gateway";
}

TEST(Worker, SamplesAreIndexed) {
  TestWorker worker;
  const json::object reply = worker.PostOk(kChat, ChatBody(Script(kAnswer), {{"n", 3}}));
  const json::array& choices = reply.at("choices").as_array();
  ASSERT_EQ(choices.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(choices[i].at("index").as_int64(), static_cast<int64_t>(i));
    EXPECT_EQ(Text(choices[i].at("message").at("content")), "hello wörld");
  }
  StreamedCall call(worker, kChat, ChatBody(Script("abc"), {{"n", 2}, {"stream", true}}));
  call.WaitForEnd();
  std::string content[2];
  int n_roles = 0;
  int n_finished = 0;
  for (const auto& event : call.events()) {
    if (event.data == "[DONE]") continue;
    const json::object chunk = ParseJsonObject(event.data, "chunk").value();
    const json::object& choice = FirstChoice(chunk);
    const json::object& delta = choice.at("delta").as_object();
    n_roles += delta.contains("role") ? 1 : 0;
    n_finished += choice.at("finish_reason").is_null() ? 0 : 1;
    if (delta.contains("content")) {
      content[choice.at("index").as_int64()] += Text(delta.at("content"));
    }
  }
  EXPECT_EQ(content[0], "abc");
  EXPECT_EQ(content[1], "abc");
  EXPECT_EQ(n_roles, 2);
  EXPECT_EQ(n_finished, 2);
}

TEST(Worker, StopStringsMayLieAcrossTokensAndSpareTheThinking) {
  TestWorker worker;
  const std::string script = Script("<think>END</think>abcEND more");
  const json::object reply = worker.PostOk(kChat, ChatBody(script, {{"stop", {"zzz", "END"}}}));
  const json::object& choice = FirstChoice(reply);
  EXPECT_EQ(Text(choice.at("message").at("content")), "abc");
  EXPECT_EQ(Text(choice.at("message").at("reasoning")), "END");
  EXPECT_EQ(Text(choice.at("finish_reason")), "stop");
  EXPECT_EQ(Text(choice.at("stop_reason")), "END");
}

TEST(Worker, MaxTokensEndsWithLength) {
  TestWorker worker;
  const json::object reply =
      worker.PostOk(kCompletions, {{"prompt", EndlessScript("ab")}, {"max_tokens", 5}});
  EXPECT_EQ(Text(reply.at("object")), "text_completion");
  EXPECT_EQ(Text(FirstChoice(reply).at("text")), "abxxx");
  EXPECT_EQ(Text(FirstChoice(reply).at("finish_reason")), "length");
  EXPECT_EQ(reply.at("usage").at("completion_tokens").as_int64(), 5);
  // Without max_tokens, the context's end.
  const json::object whole =
      worker.PostOk(kCompletions, {{"prompt", EndlessScript("ab")}, {"loop_guard", false}});
  EXPECT_EQ(whole.at("usage").at("total_tokens").as_int64(), 4096);
}

TEST(Worker, CompletionsTakeTokenIdsAndKeepTags) {
  TestWorker worker;
  const json::object reply = worker.PostOk(
      kCompletions, {{"prompt", json::array{1, '<', 't', 'h', 'i', 'n', 'k', '>', 2}}});
  EXPECT_EQ(Text(FirstChoice(reply).at("text")), "<think>");
  EXPECT_EQ(reply.at("usage").at("prompt_tokens").as_int64(), 9);
  EXPECT_EQ(reply.at("usage").at("completion_tokens").as_int64(), 8);  // seven bytes and the EOS
}

TEST(Worker, LogprobsOfChatAndCompletions) {
  TestWorker worker;
  const json::object chat =
      worker.PostOk(kChat, ChatBody(Script("ab"), {{"logprobs", true}, {"top_logprobs", 2}}));
  const json::array& content = FirstChoice(chat).at("logprobs").at("content").as_array();
  ASSERT_EQ(content.size(), 2u);
  EXPECT_EQ(Text(content[1].at("token")), "b");
  EXPECT_EQ(content[1].at("bytes").as_array().at(0).as_int64(), 'b');
  EXPECT_NEAR(content[1].at("logprob").as_double(), 0, 1e-6);
  EXPECT_EQ(content[1].at("top_logprobs").as_array().size(), 2u);
  EXPECT_EQ(Text(content[1].at("top_logprobs").as_array()[0].at("token")), "b");
  EXPECT_NEAR(content[1].at("entropy").to_number<double>(), 0, 1e-6) << "the model is certain";

  const json::object completion =
      worker.PostOk(kCompletions, {{"prompt", Script("aéb")}, {"logprobs", 1}});
  const json::object& logprobs = FirstChoice(completion).at("logprobs").as_object();
  const json::array& offsets = logprobs.at("text_offset").as_array();
  ASSERT_EQ(offsets.size(), 4u);  // é is two tokens
  EXPECT_EQ(offsets[3].as_int64(), 2);
  EXPECT_EQ(logprobs.at("tokens").as_array().size(), 4u);
  EXPECT_EQ(logprobs.at("top_logprobs").as_array()[0].as_object().size(), 1u);
}

TEST(Worker, PromptLogprobsSayHowLikelyTheGivenTextIs) {
  TestWorker worker;
  // After the script the model says "xy": that is what it finds likely, and "yx" is not.
  const auto scores_of = [&](const std::string& said) {
    const json::object reply = worker.PostOk(
        kCompletions, {{"prompt", Script("xy") + said}, {"max_tokens", 1}, {"prompt_logprobs", 0}});
    return FirstChoice(reply).at("prompt_logprobs").as_array();
  };
  const json::array likely = scores_of("xy"), unlikely = scores_of("yx");
  ASSERT_EQ(likely.size(), 6u);
  EXPECT_TRUE(likely[0].is_null());
  const json::object& token = likely[4].at(std::to_string(int{'x'})).as_object();
  EXPECT_EQ(Text(token.at("decoded_token")), "x");
  EXPECT_NEAR(token.at("logprob").as_double(), 0, 1e-6);
  EXPECT_LT(unlikely[4].at(std::to_string(int{'y'})).at("logprob").as_double(), -20);
}

TEST(Worker, TheSameSeedGivesTheSameText) {
  TestWorker worker;
  const json::object body = ChatBody("no script: every token is as likely as any other",
                                     {{"temperature", 2}, {"max_tokens", 30}, {"seed", 7}});
  // Without \1 and \2 the model wants the end at once; a bias against it leaves all others equal.
  json::object even = body;
  even["logit_bias"] = json::object{{"302", -100}};
  const auto text_of = [&](const json::object& request) {
    return Text(FirstChoice(worker.PostOk(kChat, request)).at("message").at("content"));
  };
  const std::string first = text_of(even);
  EXPECT_EQ(text_of(even), first);
  even["seed"] = 8;
  EXPECT_NE(text_of(even), first);
  even.erase("seed");
  EXPECT_NE(text_of(even), text_of(even));
}

TEST(Worker, AChatEndsWithItsTurnAlsoWhereTheCheckpointNamesAnotherEnd) {
  TestWorkerOptions options;
  options.eos_ids = {text::kSmallEndOfText};
  TestWorker worker(options);
  const json::object reply = worker.PostOk(kChat, ChatBody(Script("abc"), {{"max_tokens", 50}}));
  EXPECT_EQ(Text(FirstChoice(reply).at("finish_reason")), "stop");
  EXPECT_EQ(FirstChoice(reply).at("stop_reason").as_int64(), text::kSmallTurnEnd);
  // A raw completion has no turns.
  const json::object raw =
      worker.PostOk(kCompletions, {{"prompt", Script("abc")}, {"max_tokens", 50}});
  EXPECT_EQ(Text(FirstChoice(raw).at("finish_reason")), "length");
}

TEST(Worker, IgnoreEosLeavesTheClientsOwnStopIds) {
  TestWorker worker;
  json::object body = ChatBody(Script("abc"), {{"ignore_eos", true}, {"max_tokens", 50}});
  EXPECT_EQ(Text(FirstChoice(worker.PostOk(kChat, body)).at("finish_reason")), "length");
  body["stop_token_ids"] = json::array{'c'};
  const json::object reply = worker.PostOk(kChat, body);
  EXPECT_EQ(FirstChoice(reply).at("stop_reason").as_int64(), 'c');
  EXPECT_EQ(Text(FirstChoice(reply).at("message").at("content")), "ab");
}

TEST(Worker, ARequestWithoutMaxTokensLeavesRoomForOthers) {
  TestWorkerOptions options;
  options.step_time = std::chrono::milliseconds(1);
  options.context_length_max = 60000;
  struct Case {
    int32_t n_pages;
    int n;
    int64_t n_held;  // an eighth; of small ones the usual 11,264 tokens; 4,096 each at the least
  };
  for (const auto& [n_pages, n, n_held] :
       {Case{4000, 1, 500}, Case{4000, 3, 500}, Case{1000, 1, 176}, Case{1000, 3, 192}}) {
    options.n_pages = n_pages;
    TestWorker worker(options);
    const json::object fields = {{"n", n}, {"stream", true}, {"loop_guard", false}};
    StreamedCall call(worker, kChat, ChatBody(EndlessScript("<think>"), fields));
    engine::EngineStats stats;
    ASSERT_TRUE(worker.WaitFor([&, n = n](const auto& now) {
      stats = now;
      return stats.n_running == n;
    }));
    EXPECT_GE(stats.n_pages - stats.n_pages_free, n_held - n);
    EXPECT_LE(stats.n_pages - stats.n_pages_free, n_held + 3 * n);  // the prompt's, partly filled
    call.Cancel();
    ASSERT_TRUE(worker.WaitUntilFree());
  }
}

TEST(Worker, LogprobsInOneBodyAreLimited) {
  TestWorker worker;
  json::object body = ChatBody(
      Script("a"), {{"n", 4}, {"max_tokens", 4000}, {"logprobs", true}, {"top_logprobs", 20}});
  const net::HttpResponse response = worker.Post(kChat, body);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(Text(ErrorOf(response).at("param")), "top_logprobs");
  const net::HttpResponse raw = worker.Post(
      kCompletions, {{"prompt", Script("a")}, {"n", 4}, {"max_tokens", 4000}, {"logprobs", 20}});
  EXPECT_EQ(Text(ErrorOf(raw).at("param")), "logprobs");
  body["stream"] = true;
  EXPECT_EQ(worker.Post(kChat, body).status, 200);
}

TEST(Worker, AModelNameThatIsNoTextIsNotEchoed) {
  TestWorker worker;
  const net::HttpResponse response = worker.Ask("GET", "/v1/models/%ff");
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(Text(ErrorOf(response).at("message")).find("\xEF\xBF\xBD"), std::string::npos);
  const net::HttpResponse large =
      worker.Post(kChat, ChatBody("x", {{"model", std::string(1000000, 'm')}}));
  EXPECT_EQ(large.status, 404);
  EXPECT_LT(large.body.size(), 1000u);
}

}  // namespace
}  // namespace lemma::worker
