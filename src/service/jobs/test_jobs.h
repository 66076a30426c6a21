// For tests: jobs over a real database behind a door that answers as a test says, and their client.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/json.h"
#include "common/net/sse.h"
#include "service/jobs/jobs.h"
#include "service/solve/asked_chat.h"
#include "service/store/test_databases.h"

namespace lemma::jobs {

namespace json = boost::json;

// One answer, whole or streamed.
class Asked {
 public:
  Asked(const std::string& method, const std::string& target, const std::string& body,
        std::vector<net::Header> headers) {
    net::HttpRequest request;
    request.method = method;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    request.headers = std::move(headers);
    request.body = body;
    exchange = std::make_shared<Exchange>(*this, std::move(request));
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(60), [&] { return ended_; }))
        << exchange->request().target;
  }
  // Until so many bytes of a stream are there.
  void WaitFor(const std::string& text) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(60), [&] {
      return response.body.find(text) != std::string::npos;
    })) << text;
  }
  json::object Json() {
    Wait();
    return ParseJsonObject(response.body, "the answer").value();
  }

  net::HttpResponse response{.status = 0, .headers = {}, .body = ""};
  std::shared_ptr<net::HttpExchange> exchange;

 private:
  struct Exchange final : net::HttpExchange {
    Exchange(Asked& owner, net::HttpRequest asked) : asked_(owner), request_(std::move(asked)) {}
    const net::HttpRequest& request() const override { return request_; }
    void Send(net::HttpResponse response) override {
      Start(std::move(response));
      Finish();
    }
    void Start(net::HttpResponse response) override {
      const std::lock_guard lock(asked_.mutex_);
      asked_.response = std::move(response);
      asked_.changed_.notify_all();
    }
    void Write(std::string chunk) override {
      const std::lock_guard lock(asked_.mutex_);
      asked_.response.body += chunk;
      asked_.changed_.notify_all();
    }
    void Finish() override {
      const std::lock_guard lock(asked_.mutex_);
      asked_.ended_ = true;
      asked_.changed_.notify_all();
    }
    void Abort() override { Finish(); }
    bool closed() const override { return false; }
    void OnClosed(std::function<void()>) override {}
    Asked& asked_;
    const net::HttpRequest request_;
  };
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
};

// The server's own door: keeps what it is asked, and answers as a test says.
class Door {
 public:
  using Answer = std::function<void(std::shared_ptr<net::HttpExchange>)>;
  net::HttpHandler handler() {
    return [this](std::shared_ptr<net::HttpExchange> exchange) {
      Answer answer;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(exchange->request());
        held_.push_back(exchange);
        answer = answer_;
        changed_.notify_all();
      }
      if (answer) answer(std::move(exchange));
    };
  }
  // None: what is asked is held.
  void SetAnswer(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  void WaitFor(size_t n) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(60), [&] { return requests_.size() >= n; }));
  }
  std::vector<net::HttpRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::shared_ptr<net::HttpExchange> held(size_t i) {
    const std::lock_guard lock(mutex_);
    return held_.at(i);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Answer answer_;
  std::vector<net::HttpRequest> requests_;
  std::vector<std::shared_ptr<net::HttpExchange>> held_;
};

inline void BeginStream(net::HttpExchange& exchange) {
  exchange.Start({200, {{"Content-Type", "text/event-stream"}}, ""});
}

// A run of /v1/solve of so many deltas.
inline Door::Answer Solving(int n_deltas) {
  return [n_deltas](std::shared_ptr<net::HttpExchange> exchange) {
    BeginStream(*exchange);
    exchange->Write(net::SseEvent(R"({"type":"start","samples":2})"));
    for (int i = 0; i < n_deltas; ++i) {
      exchange->Write(net::SseEvent(json::serialize(
          json::object{{"type", "delta"}, {"sample", 0}, {"text", std::to_string(i)}})));
    }
    exchange->Write(net::SseEvent(R"({"type":"sample","sample":0,"completion_tokens":40})"));
    exchange->Write(net::SseEvent(R"({"type":"vote","votes":[{"answer":"42"}]})"));
    exchange->Write(net::SseEvent(
        R"({"type":"result","answer":"42","usage":{"prompt_tokens":5,"completion_tokens":41}})"));
    exchange->Write(net::SseEvent("[DONE]"));
    exchange->Finish();
  };
}

class JobsTest : public store::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (HasFatalFailure()) return;
    database_ = Open();
    secret_ = *access::KeySecret::LoadOrCreate(directory_ / "key-secret");
    store_ = std::make_unique<store::JobStore>(*database_, *secret_, clock_);
  }
  // Of one gateway, with connections of its own.
  std::unique_ptr<Jobs> Begin(RunnerOptions runner = {}) {
    databases_.push_back(Open());
    stores_.push_back(std::make_unique<store::JobStore>(*databases_.back(), *secret_, clock_));
    return std::make_unique<Jobs>(JobsOptions{.store = stores_.back().get(),
                                              .front_door = door_.handler(),
                                              .can_run = can_run_,
                                              .limits = limits_,
                                              .runner = runner,
                                              .reach = webhook::Reach::kPrivateToo});
  }
  static std::unique_ptr<Asked> Ask(Jobs& jobs, const std::string& method,
                                    const std::string& target, const std::string& body = "",
                                    std::vector<net::Header> headers = {},
                                    const std::string& key_id = "key_a") {
    auto asked = std::make_unique<Asked>(method, target, body, std::move(headers));
    jobs.Answer(asked->exchange, key_id);
    return asked;
  }
  static std::string Post(Jobs& jobs, const std::string& body) {
    const json::object job = Ask(jobs, "POST", "/v1/jobs", body)->Json();
    return std::string(job.at("id").as_string());
  }
  static json::object Get(Jobs& jobs, const std::string& id) {
    return Ask(jobs, "GET", "/v1/jobs/" + id)->Json();
  }
  // As it is at its end, which its stream tells.
  static json::object Ended(Jobs& jobs, const std::string& id) {
    Ask(jobs, "GET", "/v1/jobs/" + id + "/events")->Wait();
    return Get(jobs, id);
  }

  // What the clock or another thread has to bring about.
  static void Await(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "it never happened";
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  ManualUnixClock clock_{1'000'000};
  std::optional<access::KeySecret> secret_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::JobStore> store_;
  std::vector<std::unique_ptr<store::Database>> databases_;
  std::vector<std::unique_ptr<store::JobStore>> stores_;
  store::JobLimits limits_;
  std::function<bool()> can_run_ = [] { return true; };
  Door door_;
};

inline constexpr const char* kSolveJob = R"({"body":{"problem":"6 * 7"}})";

}  // namespace lemma::jobs
