// For the worker's tests: a worker on a real socket whose model says what the prompt tells it to.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/base/json.h"
#include "common/net/http_client.h"
#include "common/net/sse.h"
#include "common/text/test_tokenizer.h"
#include "inference/engine/fake_backend.h"
#include "inference/worker/worker.h"

namespace lemma::worker {

namespace json = boost::json;

// The prompt's text between \1 and \2 is what the model answers, token by token; where it ends with
// \3, 'x' follows without end.
inline void ScriptModel(std::span<const TokenId> tokens, std::span<float> logits) {
  const auto find = [&](TokenId id) { return std::find(tokens.begin(), tokens.end(), id); };
  const auto script_begin = find(1) + 1;
  const auto script_end = find(2);
  const auto last_turn = std::find(tokens.rbegin(), tokens.rend(), text::kSmallTurnStart).base();
  const bool is_chat = last_turn != tokens.begin();
  constexpr int kAssistantLine = 10;  // tokens of "assistant\n"
  const auto output = is_chat ? last_turn + kAssistantLine : script_end + 1;
  const auto n_output = tokens.end() - output;
  const auto n_script = script_end - script_begin;
  TokenId next = text::kSmallTurnEnd;
  // A guess may hold a turn that has no line of its own yet: whatever is said then is not used.
  if (n_output >= 0 && n_output < n_script) next = script_begin[n_output];
  if (n_script > 0 && script_end[-1] == 3 && n_output >= n_script - 1) next = 'x';
  std::fill(logits.begin(), logits.end(), 0.0f);
  logits[static_cast<size_t>(next)] = 30.0f;
}

inline std::string Script(const std::string& answer) { return "\1" + answer + "\2"; }
inline std::string EndlessScript(const std::string& start) { return Script(start + "\3"); }

inline net::HttpRequest MakeRequest(const std::string& method, const std::string& target,
                                    const std::string& body,
                                    const std::vector<net::Header>& headers = {}) {
  net::HttpRequest request;
  request.method = method;
  request.target = target;
  request.body = body;
  request.headers = headers;
  return request;
}

struct TestWorkerOptions {
  WorkerOptions worker;
  std::chrono::microseconds step_time{0};  // until set_step_time
  int32_t context_length_max = 4096;
  int32_t n_pages = 512;
  std::vector<TokenId> eos_ids = {text::kSmallEndOfText, text::kSmallTurnEnd};
};

class TestWorker {
 public:
  explicit TestWorker(TestWorkerOptions options = {}) : step_time_(options.step_time) {
    engine::FakeBackend::Options fake;
    fake.vocab_size = 304;
    fake.context_length_max = options.context_length_max;
    fake.n_pages = options.n_pages;
    fake.eos_ids = options.eos_ids;
    auto backend = std::make_unique<engine::FakeBackend>(fake, ScriptModel);
    backend->on_forward = [this](const model::Batch&) {
      const std::chrono::microseconds step_time = step_time_;
      if (step_time.count() > 0) std::this_thread::sleep_for(step_time);
      return Ok();
    };
    options.worker.model_id = "tiny";
    options.worker.model_aliases = {"default"};
    auto chat_template =
        text::ChatTemplate::FromTemplateText(text::kLemmaMiniChatTemplate, "template");
    auto started = Worker::Start(options.worker,
                                 {.backend = std::move(backend),
                                  .tokenizer = text::SmallTokenizer(),
                                  .chat_template = std::move(chat_template).value(),
                                  .fingerprint = "0badcafe"},
                                 clock_);
    EXPECT_TRUE(started.ok()) << started.status().ToString();
    worker_ = std::move(started).value();
  }

  Worker& operator*() { return *worker_; }
  Worker* operator->() { return worker_.get(); }
  net::HttpClient& client() { return client_; }
  // What is slow, so that a test comes in its middle, need not be so to its end.
  void set_step_time(std::chrono::microseconds step_time) { step_time_ = step_time; }

  net::HttpResponse Ask(const std::string& method, const std::string& path,
                        const std::string& body = "",
                        const std::vector<net::Header>& headers = {}) {
    auto response =
        client_.SendAndWait(worker_->address(), MakeRequest(method, path, body, headers));
    EXPECT_TRUE(response.ok()) << response.status().ToString();
    return response.ok() ? std::move(response).value() : net::HttpResponse{0, {}, ""};
  }
  net::HttpResponse Post(const std::string& path, const json::value& body) {
    return Ask("POST", path, json::serialize(body));
  }
  json::object PostOk(const std::string& path, const json::value& body) {
    const net::HttpResponse response = Post(path, body);
    EXPECT_EQ(response.status, 200) << response.body;
    return ParseJsonObject(response.body, "reply").value();
  }

  // Waits until `condition` holds of the engine's figures; false after half a minute.
  bool WaitFor(const std::function<bool(const engine::EngineStats&)>& condition) {
    for (int i = 0; i < 6000; ++i) {
      if (condition(worker_->engine_stats())) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  bool WaitUntilFree() {
    return WaitFor([](const engine::EngineStats& stats) {
      return stats.n_pages_free == stats.n_pages && stats.n_waiting == 0 && stats.n_running == 0;
    });
  }

 private:
  const SteadyClock clock_;
  std::atomic<std::chrono::microseconds> step_time_;  // the worker's thread reads it
  std::unique_ptr<Worker> worker_;
  net::HttpClient client_;
};

inline json::object ChatBody(const std::string& content, const json::object& fields = {}) {
  json::object body = fields;
  body["messages"] = json::array{json::object{{"role", "user"}, {"content", content}}};
  return body;
}

// A streamed call; its events are there once it has ended.
class StreamedCall {
 public:
  StreamedCall(TestWorker& worker, const std::string& path, const json::value& body) {
    net::HttpRequest request = MakeRequest("POST", path, json::serialize(body));
    call_ = worker.client().Send(worker->address(), std::move(request),
                                 {.on_head = [this](net::HttpResponse head) { OnHead(head); },
                                  .on_body = [this](std::string piece) { OnBody(piece); },
                                  .on_end = [this](Status status) { OnEnd(status); }});
  }
  ~StreamedCall() {
    call_->Cancel();
    WaitForEnd();
  }

  void Cancel() { call_->Cancel(); }
  void WaitForBytes() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !bytes_.empty() || ended_; });
  }
  void WaitForEnd() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_; });
  }
  int status() {
    std::lock_guard lock(mutex_);
    return status_;
  }
  std::string bytes() {
    std::lock_guard lock(mutex_);
    return bytes_;
  }
  std::vector<net::SseParser::Event> events() { return net::SseParser().Push(bytes()); }

 private:
  void OnHead(const net::HttpResponse& head) {
    std::lock_guard lock(mutex_);
    status_ = head.status;
  }
  void OnBody(const std::string& piece) {
    std::lock_guard lock(mutex_);
    bytes_ += piece;
    changed_.notify_all();
  }
  void OnEnd(const Status&) {
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int status_ = 0;
  std::string bytes_;
  bool ended_ = false;
  std::shared_ptr<net::HttpCall> call_;
};

inline std::string Text(const json::value& value) { return std::string(value.as_string()); }

inline json::object ErrorOf(const net::HttpResponse& response) {
  return ParseJsonObject(response.body, "error").value().at("error").as_object();
}

}  // namespace lemma::worker
