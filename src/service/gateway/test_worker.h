// For tests: a worker that answers as it is told and remembers what it was asked.
#pragma once

#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/base/check.h"
#include "common/net/http_server.h"
#include "common/net/sse.h"

namespace lemma::gateway {

// For so many milliseconds at least, on a machine that has other things to do.
inline bool Eventually(const std::function<bool()>& condition, int ms = 30'000) {
  for (int i = 0; i < ms; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

// A socket of this test's own.
inline std::string TestSocketAddress(const std::string& name) {
  static std::atomic<int> n{0};
  return "unix:/tmp/lemma_" + name + "_" + std::to_string(getpid()) + "_" + std::to_string(++n);
}

class TestWorker {
 public:
  // `answer` is called for everything but GET /readyz (200), /metrics and /v1/models.
  explicit TestWorker(net::HttpHandler answer, std::string address = TestSocketAddress("worker"),
                      const std::string& model = "tiny", const std::string& health = "{}") {
    auto started = net::HttpServer::Start(
        address, 2, {},
        [this, answer = std::move(answer), model,
         health](std::shared_ptr<net::HttpExchange> exchange) {
          const std::string& path = exchange->request().path;
          if (path == "/readyz" && hangs) return Hold(std::move(exchange));
          if (path == "/readyz")
            return exchange->Send(net::HttpResponse::Json(ready_status, health));
          if (path == "/v1/models") {
            return exchange->Send(
                net::HttpResponse::Json(200, R"({"object":"list","data":[{"id":")" + model +
                                                 R"(","object":"model","max_model_len":900}]})"));
          }
          if (path == "/metrics" && tells_nothing) return Hold(std::move(exchange));
          if (path == "/metrics") return exchange->Send(net::HttpResponse::Text(200, "theirs 1\n"));
          {
            std::lock_guard lock(mutex_);
            requests_.push_back(exchange->request());
          }
          answer(std::move(exchange));
        });
    LEMMA_CHECK(started.ok(), started.status().message().c_str());
    server_ = std::move(*started);
  }

  std::string address() const { return server_->address(); }
  size_t n_requests() {
    std::lock_guard lock(mutex_);
    return requests_.size();
  }
  net::HttpRequest last() {
    std::lock_guard lock(mutex_);
    LEMMA_CHECK(!requests_.empty(), "no request reached the worker");
    return requests_.back();
  }
  boost::json::object last_body() { return boost::json::parse(last().body).as_object(); }
  void Die() { server_->Stop(); }

  std::atomic<int> ready_status{200};
  std::atomic<bool> hangs{false};          // probes get no answer
  std::atomic<bool> tells_nothing{false};  // of its metrics

 private:
  void Hold(std::shared_ptr<net::HttpExchange> exchange) {
    std::lock_guard lock(mutex_);
    held_.push_back(std::move(exchange));
  }

  std::mutex mutex_;
  std::vector<net::HttpRequest> requests_;
  std::vector<std::shared_ptr<net::HttpExchange>> held_;
  std::unique_ptr<net::HttpServer> server_;  // last: its handler uses the others
};

inline constexpr const char* kChatReply =
    R"({"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",)"
    R"("content":"4","reasoning_content":"2 + 2","reasoning":"2 + 2"},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":5,"completion_tokens":6,"total_tokens":11}})";

inline void AnswerChat(std::shared_ptr<net::HttpExchange> exchange) {
  exchange->Send(net::HttpResponse::Json(200, kChatReply));
}

// Keeps the exchanges that reach the worker until it is told to answer them.
// What comes after its end, a request that is asked again as the one before was dropped, gets none.
class HoldingWorker {
 public:
  HoldingWorker() = default;
  HoldingWorker(const HoldingWorker&) = delete;
  HoldingWorker& operator=(const HoldingWorker&) = delete;
  ~HoldingWorker() {
    std::vector<std::shared_ptr<net::HttpExchange>> dropped;
    const std::lock_guard lock(state_->mutex);
    state_->has_ended = true;
    dropped.swap(state_->held);
  }

  net::HttpHandler handler() {
    return [state = state_](std::shared_ptr<net::HttpExchange> exchange) {
      const std::lock_guard lock(state->mutex);
      if (!state->has_ended) state->held.push_back(std::move(exchange));
    };
  }
  void AnswerAll() {
    const std::lock_guard lock(state_->mutex);
    for (const auto& exchange : state_->held) AnswerChat(exchange);
  }
  // The one that came as the i-th, when it has.
  std::shared_ptr<net::HttpExchange> Await(size_t i) {
    const auto has_come = [&] {
      const std::lock_guard lock(state_->mutex);
      return state_->held.size() > i;
    };
    LEMMA_CHECK(Eventually(has_come, 30'000), "a request did not reach the worker");
    const std::lock_guard lock(state_->mutex);
    return state_->held[i];
  }

 private:
  struct State {
    std::mutex mutex;
    bool has_ended = false;
    std::vector<std::shared_ptr<net::HttpExchange>> held;
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

inline net::HttpResponse EventStream() {
  return {200, {{"Content-Type", "text/event-stream"}}, ""};
}

inline std::string Delta(const std::string& name, const std::string& text) {
  return net::SseEvent(boost::json::serialize(boost::json::object{
      {"choices", {{{"index", 0}, {"delta", {{name, text}}}, {"finish_reason", nullptr}}}}}));
}

inline constexpr const char* kFinishChunk =
    R"({"choices":[{"index":0,"delta":{},"finish_reason":"length"}]})";
inline constexpr const char* kUsageChunk = R"({"choices":[],"usage":{"completion_tokens":6}})";

// A whole stream, in pieces that cut its events.
inline void StreamChat(std::shared_ptr<net::HttpExchange> exchange) {
  const std::string all = ": ping\n\n" + Delta("role", "assistant") +
                          Delta("reasoning_content", "2 + 2") + Delta("content", "It is ") +
                          Delta("content", "4\n你好") + net::SseEvent(kFinishChunk) +
                          net::SseEvent(kUsageChunk) + net::SseEvent("[DONE]");
  exchange->Start(EventStream());
  for (size_t at = 0; at < all.size(); at += 7) exchange->Write(all.substr(at, 7));
  exchange->Finish();
}

}  // namespace lemma::gateway
