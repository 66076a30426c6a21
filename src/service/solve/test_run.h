// For tests of runs: a client, and a server's door that answers chats as it is told.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/base/json.h"
#include "common/net/sse.h"
#include "service/solve/asked_chat.h"

namespace lemma::solve {

namespace json = boost::json;

// The client of a run: collects what it is told.
class Client {
 public:
  explicit Client(const json::value& body) {
    net::HttpRequest request;
    request.method = "POST";
    request.path = request.target = "/v1/solve";
    request.headers = {{"Authorization", "Bearer k"}};
    request.body = body.is_string() ? std::string(body.get_string()) : json::serialize(body);
    exchange = std::make_shared<AskedChat>(0, std::move(request),
                                           [this](ChatNews news) { Take(std::move(news)); });
  }

  void Wait() {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(ended_.wait_for(lock, std::chrono::seconds(20), [&] { return has_ended; }));
  }
  json::object Json() {
    Wait();
    return ParseJsonObject(head.body, "the answer").value();
  }
  std::vector<std::string> Types() {
    std::vector<std::string> types;
    for (const auto& event : events) {
      if (event.data == "[DONE]") {
        types.push_back("done");
      } else {
        types.emplace_back(ParseJsonObject(event.data, "event").value().at("type").as_string());
      }
    }
    return types;
  }

  std::shared_ptr<AskedChat> exchange;
  net::HttpResponse head;
  std::vector<net::SseParser::Event> events;
  bool has_ended = false;

 private:
  void Take(ChatNews news) {
    std::lock_guard lock(mutex_);
    if (news.head) head = std::move(*news.head);
    events.insert(events.end(), news.events.begin(), news.events.end());
    has_ended = news.has_ended;
    ended_.notify_one();
  }
  std::mutex mutex_;
  std::condition_variable ended_;
};

// The server's own door: keeps what it is asked, and answers as a test says.
class Door {
 public:
  using Answer = std::function<void(net::HttpExchange&, const json::object&)>;
  explicit Door(Answer answer) : answer_(std::move(answer)) {}

  net::HttpHandler handler() {
    return [this](std::shared_ptr<net::HttpExchange> exchange) {
      const json::object body = ParseJsonObject(exchange->request().body, "a chat").value();
      {
        std::lock_guard lock(mutex_);
        exchanges.push_back(exchange);
        bodies.push_back(body);
      }
      answer_(*exchange, body);
    };
  }
  std::vector<int64_t> Samples() const {
    std::vector<int64_t> n;
    for (const json::object& body : bodies) {
      n.push_back(body.contains("n") ? body.at("n").as_int64() : 1);
    }
    return n;
  }

  std::vector<std::shared_ptr<net::HttpExchange>> exchanges;
  std::vector<json::object> bodies;

 private:
  const Answer answer_;
  std::mutex mutex_;
};

inline std::string Chunk(int choice, const std::string& text, const char* finish_reason = nullptr,
                         int64_t n_tokens = 0) {
  json::object object = {{"index", choice}, {"delta", {{"content", text}}}};
  object["finish_reason"] =
      finish_reason == nullptr ? json::value(nullptr) : json::value(finish_reason);
  if (n_tokens > 0) object["usage"] = {{"completion_tokens", n_tokens}};
  return net::SseEvent(
      json::serialize(json::object{{"model", "tiny"}, {"choices", json::array{object}}}));
}

// A chunk of so many tokens of which a Lemma worker tells the entropy, all the same.
inline std::string Entropies(int choice, double entropy, int n_tokens,
                             const char* finish_reason = nullptr) {
  const json::array tokens(static_cast<size_t>(n_tokens), {{"entropy", entropy}});
  json::object object = {{"index", choice},
                         {"delta", {{"content", finish_reason ? "\\boxed{5}" : "hm"}}},
                         {"logprobs", {{"content", tokens}}},
                         {"finish_reason", nullptr}};
  if (finish_reason != nullptr) object["finish_reason"] = finish_reason;
  return net::SseEvent(json::serialize(json::object{{"choices", json::array{object}}}));
}

inline void Begin(net::HttpExchange& exchange, const std::string& profile = "math") {
  exchange.Start({200, {{"Content-Type", "text/event-stream"}, {"x-lemma-profile", profile}}, ""});
}

inline void EndWith(net::HttpExchange& exchange, int64_t n_tokens) {
  exchange.Write(net::SseEvent(json::serialize(
      json::object{{"choices", json::array()},
                   {"usage", {{"prompt_tokens", 7}, {"completion_tokens", n_tokens}}}})));
  exchange.Write(net::SseEvent("[DONE]"));
  exchange.Finish();
}

// The samples say `answers` one after the other, ten tokens each, over all chats.
inline Door::Answer Saying(std::vector<std::string> answers) {
  return [answers = std::move(answers), next = std::make_shared<std::atomic<size_t>>(0)](
             net::HttpExchange& exchange, const json::object& body) {
    const int64_t n = body.contains("n") ? body.at("n").as_int64() : 1;
    Begin(exchange);
    for (int choice = 0; choice < n; ++choice) {
      const std::string answer = answers.at((*next)++ % answers.size());
      exchange.Write(Chunk(choice, "So it is \\boxed{" + answer + "}.", "stop", 10));
    }
    EndWith(exchange, 10 * n);
  };
}

inline json::object Problem(json::object fields = {}) {
  fields["problem"] = "What is 6 * 7?";
  return fields;
}

}  // namespace lemma::solve
