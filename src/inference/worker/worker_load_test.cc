// The worker under load, with clients that leave, deadlines that pass, and an end.
#include <gtest/gtest.h>

#include "inference/worker/worker.h"
#include "inference/worker/worker_testing.h"

namespace lemma::worker {
namespace {

using std::chrono::milliseconds;

const std::string kChat = "/v1/chat/completions";

// A token a step, as nothing is guessed: an endless answer takes twenty seconds, and what a test
// does in its middle comes in its middle.
TestWorkerOptions SlowSteps() {
  TestWorkerOptions options;
  options.worker.engine.speculation = false;
  options.step_time = milliseconds(5);
  return options;
}

// Without the guard, which ends an endless answer early.
json::object Streamed(const std::string& script, json::object fields = {}) {
  fields["stream"] = true;
  fields["loop_guard"] = false;
  return ChatBody(script, fields);
}

TEST(WorkerLoad, AHundredRequestsAtOnceGetTheirOwnAnswers) {
  TestWorker worker;
  std::vector<std::unique_ptr<StreamedCall>> calls;
  std::vector<std::string> answers;
  for (int i = 0; i < 100; ++i) {
    answers.push_back("answer " + std::to_string(i) + std::string(static_cast<size_t>(i), '.'));
    const json::object fields = {{"temperature", 0}, {"max_tokens", 200}};
    calls.push_back(
        std::make_unique<StreamedCall>(worker, kChat, ChatBody(Script(answers.back()), fields)));
  }
  for (size_t i = 0; i < calls.size(); ++i) {
    calls[i]->WaitForEnd();
    ASSERT_EQ(calls[i]->status(), 200) << calls[i]->bytes();
    const json::object reply = ParseJsonObject(calls[i]->bytes(), "reply").value();
    EXPECT_EQ(std::string(reply.at("choices").at(0).at("message").at("content").as_string()),
              answers[i]);
  }
  EXPECT_TRUE(worker.WaitUntilFree());
}

TEST(WorkerLoad, ADisconnectFreesThePagesWhileDecoding) {
  TestWorker worker(SlowSteps());
  for (const bool stream : {true, false}) {
    StreamedCall call(
        worker, kChat,
        ChatBody(EndlessScript("<think>"), {{"stream", stream}, {"loop_guard", false}}));
    ASSERT_TRUE(worker.WaitFor([](const auto& stats) { return stats.n_running == 1; }));
    if (stream) call.WaitForBytes();
    call.Cancel();
    EXPECT_TRUE(worker.WaitUntilFree());
  }
  EXPECT_LT(worker->engine_stats().generated_tokens, 2000);
  // The one without a stream had no head yet: it counts as one that the client left.
  const std::string metrics = worker.Ask("GET", "/metrics").body;
  EXPECT_NE(metrics.find(R"(status="499"} 1)"), std::string::npos) << metrics;
  EXPECT_EQ(metrics.find(R"(status="503")"), std::string::npos);
}

TEST(WorkerLoad, ADisconnectWhileQueuedLeavesTheNeighbourAlone) {
  TestWorkerOptions options = SlowSteps();
  options.worker.engine.sequences_max = 1;
  TestWorker worker(options);
  StreamedCall running(worker, kChat, Streamed(Script(std::string(1500, 'a'))));
  running.WaitForBytes();
  StreamedCall waiting(worker, kChat, Streamed(Script("b")));
  ASSERT_TRUE(worker.WaitFor([](const auto& stats) { return stats.n_waiting == 1; }));
  waiting.Cancel();
  EXPECT_TRUE(worker.WaitFor([](const auto& stats) { return stats.n_waiting == 0; }));
  constexpr auto kCancelled = static_cast<size_t>(engine::FinishReason::kCancelled);
  EXPECT_TRUE(worker.WaitFor([](const auto& stats) {
    return stats.requests_finished[kCancelled] == 1 && stats.n_running == 1;
  }));
  worker.set_step_time(milliseconds(0));
  running.WaitForEnd();
  EXPECT_EQ(running.events().back().data, "[DONE]");
}

TEST(WorkerLoad, AFullQueueAnswers503AtOnce) {
  TestWorkerOptions options = SlowSteps();
  options.worker.engine.sequences_max = 1;
  options.worker.engine.queued_requests_max = 1;
  TestWorker worker(options);
  StreamedCall running(worker, kChat, Streamed(EndlessScript("a")));
  ASSERT_TRUE(worker.WaitFor([](const auto& stats) { return stats.n_running == 1; }));
  StreamedCall waiting(worker, kChat, Streamed(EndlessScript("a")));
  ASSERT_TRUE(worker.WaitFor([](const auto& stats) { return stats.n_waiting == 1; }));
  const net::HttpResponse refused = worker.Post(kChat, ChatBody(Script("a")));
  EXPECT_EQ(refused.status, 503);
  EXPECT_GE(std::stoi(std::string(refused.header("Retry-After"))), 1);
  EXPECT_EQ(refused.header("x-should-retry"), "true");
  EXPECT_NE(refused.body.find("unavailable_error"), std::string::npos);
}

TEST(WorkerLoad, ADeadlineIs504BeforeTheFirstTokenAndTheEndAfterIt) {
  TestWorkerOptions options = SlowSteps();  // the deadline cuts an answer that has begun
  options.worker.engine.sequences_max = 1;
  TestWorker worker(options);
  {
    StreamedCall running(worker, kChat, Streamed(EndlessScript("<think>")));
    running.WaitForBytes();
    const net::HttpResponse late =
        worker.Post(kChat, ChatBody(EndlessScript("a"), {{"deadline_ms", 50}}));
    EXPECT_EQ(late.status, 504);
    EXPECT_EQ(late.header("x-should-retry"), "false");
    EXPECT_NE(late.body.find("deadline_exceeded"), std::string::npos);
    StreamedCall queued(worker, kChat,
                        ChatBody(Script("a"), {{"deadline_ms", 50}, {"stream", true}}));
    queued.WaitForEnd();
    EXPECT_EQ(queued.status(), 504);
  }
  EXPECT_TRUE(worker.WaitUntilFree());
  StreamedCall begun(worker, kChat, Streamed(EndlessScript("a"), {{"deadline_ms", 4000}}));
  begun.WaitForEnd();
  EXPECT_EQ(begun.status(), 200);
  EXPECT_EQ(begun.events().back().data, "[DONE]");
  EXPECT_NE(begun.bytes().find(R"("finish_reason":"length","stop_reason":"deadline")"),
            std::string::npos);
  EXPECT_TRUE(worker.WaitUntilFree());
}

TEST(WorkerLoad, SilentStreamsArePinged) {
  TestWorkerOptions options = SlowSteps();
  options.worker.ping_interval = milliseconds(40);
  options.worker.engine.sequences_max = 1;
  TestWorker worker(options);
  StreamedCall running(worker, kChat, Streamed(EndlessScript("<think>")));
  running.WaitForBytes();
  StreamedCall waiting(worker, kChat, Streamed(Script("a")));
  waiting.WaitForBytes();
  EXPECT_EQ(waiting.status(), 200);
  EXPECT_TRUE(waiting.bytes().starts_with(": ping\n\n"));
}

// The hostile ones run beside a request whose tokens are known.
TEST(WorkerLoad, HostileRequestsChangeNoNeighbour) {
  TestWorkerOptions options;
  options.step_time = std::chrono::microseconds(300);
  TestWorker worker(options);
  const json::object golden = ChatBody(
      "free text",
      {{"seed", 3}, {"temperature", 2}, {"max_tokens", 300}, {"logit_bias", {{"302", -100}}}});
  const std::string expected = worker.Post(kChat, golden).body;
  const auto content = [](const std::string& body) {
    return ParseJsonObject(body, "reply").value().at("choices").at(0).at("message");
  };
  StreamedCall beside(worker, kChat, golden);
  const std::pair<const char*, int> hostile[] = {
      {R"("n":1000000)", 400},
      {R"("logit_bias":{"302":100,"9999999":5})", 400},
      {R"("top_k":-9)", 400},
      {R"("stop_token_ids":[2147483647],"max_tokens":3)", 400},
      {R"("n":16,"max_tokens":2,"top_logprobs":20,"logprobs":true)", 200},
      {R"("temperature":0,"repetition_penalty":10,"max_tokens":9)", 200},
      {R"("temperature":0,"repetition_penalty":2e-38,"max_tokens":9)", 400},
      {R"("temperature":0,"repetition_penalty":0.01,"max_tokens":9)", 200},
      {R"("temperature":1e-30,"max_tokens":3)", 200},
      {R"("min_p":1,"top_p":1e-30,"max_tokens":3)", 200},
  };
  for (const auto& [fields, status] : hostile) {
    const std::string body =
        R"({"messages":[{"role":"user","content":"<|im_start|><|endoftext|>"}],)" +
        std::string(fields) + "}";
    const net::HttpResponse response = worker.Ask("POST", kChat, body);
    EXPECT_EQ(response.status, status) << fields << "\n" << response.body;
  }
  beside.WaitForEnd();
  EXPECT_EQ(content(beside.bytes()), content(expected));
  EXPECT_TRUE(worker.WaitUntilFree());
}

TEST(WorkerLoad, DrainRefusesNewRequestsAndWaitsForTheOthers) {
  TestWorker worker(SlowSteps());
  StreamedCall running(worker, kChat, Streamed(Script(std::string(1500, 'a'))));
  running.WaitForBytes();
  EXPECT_EQ(worker.Ask("GET", "/readyz").status, 200);
  worker->Drain();
  EXPECT_EQ(worker.Ask("GET", "/readyz").status, 503);
  EXPECT_EQ(worker.Ask("GET", "/livez").status, 200);
  EXPECT_EQ(worker.Post(kChat, ChatBody(Script("a"))).status, 503);
  EXPECT_FALSE(worker->WaitUntilIdle(milliseconds(1)));
  worker.set_step_time(milliseconds(0));
  EXPECT_TRUE(worker->WaitUntilIdle(milliseconds(20000)));
  running.WaitForEnd();
  EXPECT_EQ(running.events().back().data, "[DONE]");
}

TEST(WorkerLoad, HealthSaysHowLongTheEngineHasMadeNoStep) {
  TestWorkerOptions slow;
  slow.step_time = milliseconds(4000);  // while idle it ticks twice a second
  TestWorker worker(slow);
  const auto age_ms = [&] {
    const net::HttpResponse ready = worker.Ask("GET", "/readyz");
    EXPECT_EQ(ready.status, 200);
    return boost::json::parse(ready.body).at("heartbeat_age_ms").as_int64();
  };
  age_ms();
  StreamedCall running(worker, kChat, Streamed(Script("a")));
  int64_t oldest = 0;
  for (int i = 0; i < 3000 && oldest < 1500; ++i) {
    oldest = std::max(oldest, age_ms());
    std::this_thread::sleep_for(milliseconds(2));
  }
  EXPECT_GE(oldest, 1500);
}

TEST(WorkerLoad, HealthSaysWhatRequestsHoldOfTheKvMemory) {
  TestWorker worker(SlowSteps());
  const auto health = [&] {
    return boost::json::parse(worker.Ask("GET", "/readyz").body).as_object();
  };
  EXPECT_EQ(health().at("kv_usage"), 0.0);
  EXPECT_EQ(health().at("gpu"), "none");
  const double cpu_usage = health().at("cpu_usage").as_double();
  EXPECT_TRUE(cpu_usage >= 0 && cpu_usage <= 1) << cpu_usage;
  StreamedCall running(worker, kChat, Streamed(EndlessScript("a")));
  running.WaitForBytes();
  double kv_usage = 0;  // told by the engine when its step has ended
  for (int i = 0; i < 3000 && kv_usage == 0; ++i) {
    kv_usage = health().at("kv_usage").as_double();
    std::this_thread::sleep_for(milliseconds(2));
  }
  EXPECT_GT(kv_usage, 0);
  worker->Stop();
  running.WaitForEnd();
}

TEST(WorkerLoad, StopEndsWhatRuns) {
  TestWorker worker(SlowSteps());
  StreamedCall running(worker, kChat, Streamed(EndlessScript("a")));
  running.WaitForBytes();
  worker->Stop();
  running.WaitForEnd();
  worker->Stop();
}

// A worker of its own model, which does not start.
Status StartError(const WorkerOptions& options, int32_t vocab_size, text::Tokenizer tokenizer) {
  engine::FakeBackend::Options fake;
  fake.vocab_size = vocab_size;
  const SteadyClock clock;
  return Worker::Start(
             options,
             {.backend = std::make_unique<engine::FakeBackend>(fake),
              .tokenizer = std::move(tokenizer),
              .chat_template =
                  text::ChatTemplate::FromTemplateText(text::kLemmaMiniChatTemplate, "t").value()},
             clock)
      .status();
}

TEST(WorkerLoad, AnAddressInUseIsAnError) {
  TestWorker worker;
  WorkerOptions options;
  options.listen = worker->address();
  EXPECT_EQ(StartError(options, 304, text::SmallTokenizer()).code(), StatusCode::kUnavailable);
}

TEST(WorkerLoad, FilesOfDifferentModelsAreRefusedByName) {
  const Status small_model = StartError({}, 303, text::SmallTokenizer());
  EXPECT_EQ(small_model.code(), StatusCode::kDataLoss);
  EXPECT_NE(small_model.message().find("config.json"), std::string::npos);
  json::object files = text::SmallTokenizerJson();
  for (json::value& token : files.at("added_tokens").as_array()) {
    if (token.at("content") == "<|im_end|>") token.as_object()["content"] = "<|end|>";
  }
  const Status no_turns =
      StartError({}, 304, text::Tokenizer::FromJson(json::serialize(files), "other").value());
  EXPECT_EQ(no_turns.code(), StatusCode::kDataLoss);
  EXPECT_NE(no_turns.message().find("<|im_end|>"), std::string::npos);
}

}  // namespace
}  // namespace lemma::worker
