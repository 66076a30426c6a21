// For tests: a server that answers chats as a script says, and notes what it was asked.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/net/http_server.h"

namespace lemma::eval {

// A chat's whole reply.
inline net::HttpResponse Chat(const std::string& text, const std::string& finish_reason = "stop",
                              boost::json::object more = {}) {
  namespace json = boost::json;
  more["message"] = {{"role", "assistant"}, {"content", text}};
  more["finish_reason"] = finish_reason;
  const json::object body = {{"choices", {more}}, {"usage", {{"completion_tokens", 7}}}};
  return net::HttpResponse::Json(200, json::serialize(body));
}

class TestServer {
 public:
  // `body` is the n-th request's, from 0. Status 0: the connection breaks off.
  using Script = std::function<net::HttpResponse(int n, const boost::json::object& body)>;

  explicit TestServer(Script script) : script_(std::move(script)) {
    auto server =
        net::HttpServer::Start("127.0.0.1:0", 2, {}, [this](auto exchange) { Answer(*exchange); });
    LEMMA_CHECK(server.ok(), server.status().ToString().c_str());
    server_ = std::move(*server);
  }
  ~TestServer() { server_->Stop(); }

  struct Asked {
    boost::json::object body;
    std::string path;
    std::string key;  // the Authorization header
    std::chrono::steady_clock::time_point at;
  };
  std::string address() const { return server_->address(); }
  std::vector<Asked> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void Answer(net::HttpExchange& exchange) {
    const net::HttpRequest& request = exchange.request();
    const auto body = boost::json::parse(request.body).as_object();
    int n = 0;
    {
      const std::lock_guard lock(mutex_);
      n = static_cast<int>(asked_.size());
      asked_.push_back({body, request.path, std::string(request.header("authorization")),
                        std::chrono::steady_clock::now()});
    }
    net::HttpResponse response = script_(n, body);
    if (response.status != 0) return exchange.Send(std::move(response));
    exchange.Start(net::HttpResponse::Text(200, "{"));
    exchange.Abort();
  }

  const Script script_;
  mutable std::mutex mutex_;
  std::vector<Asked> asked_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace lemma::eval
