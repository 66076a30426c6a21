// For tests: a collector that answers as it is told and remembers what it was sent.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/net/http_server.h"

namespace lemma::tracing {

class TestCollector {
 public:
  using Answer = std::function<void(std::shared_ptr<net::HttpExchange>)>;

  explicit TestCollector(const std::string& address = "127.0.0.1:0",
                         Answer answer = AnswerWith(200)) {
    auto started = net::HttpServer::Start(
        address, 1, {}, [this, answer](std::shared_ptr<net::HttpExchange> exchange) {
          const net::HttpRequest request = exchange->request();
          answer(std::move(exchange));
          const std::lock_guard lock(mutex_);
          requests_.push_back(request);
          changed_.notify_all();
        });
    LEMMA_CHECK(started.ok(), started.status().message().c_str());
    server_ = std::move(*started);
  }

  static Answer AnswerWith(int status) {
    return [status](const std::shared_ptr<net::HttpExchange>& exchange) {
      exchange->Send(net::HttpResponse::Json(status, "{}"));
    };
  }

  std::string address() const { return server_->address(); }

  // The first n requests, when they have come.
  std::vector<net::HttpRequest> Await(size_t n) {
    std::unique_lock lock(mutex_);
    const bool has_come =
        changed_.wait_for(lock, std::chrono::seconds(30), [&] { return requests_.size() >= n; });
    LEMMA_CHECK(has_come, "the collector was not asked");
    return {requests_.begin(), requests_.begin() + static_cast<std::ptrdiff_t>(n)};
  }

  // Of all requests so far, when there are n of them.
  std::vector<boost::json::object> AwaitSpans(size_t n) {
    std::vector<boost::json::object> spans;
    for (size_t n_requests = 1; spans.size() < n; ++n_requests) {
      spans.clear();
      for (const net::HttpRequest& request : Await(n_requests)) {
        const boost::json::value body = boost::json::parse(request.body);
        for (const auto& span : body.at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array()) {
          spans.push_back(span.as_object());
        }
      }
    }
    return spans;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<net::HttpRequest> requests_;
  std::unique_ptr<net::HttpServer> server_;  // last: its handler uses the others
};

inline std::string TextAt(const boost::json::object& span, std::string_view name) {
  return std::string(span.at(name).as_string());
}

// An attribute's value: {"stringValue": "x"}; null where there is none of that name.
inline boost::json::value AttributeOf(const boost::json::object& span, std::string_view name) {
  for (const boost::json::value& attribute : span.at("attributes").as_array()) {
    if (attribute.at("key").as_string() == name) return attribute.at("value");
  }
  return nullptr;
}

}  // namespace lemma::tracing
