// For tests: servers with short limits, and handlers that echo or hold.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/net/http_server.h"
#include "common/net/test_socket.h"

namespace lemma::net {

inline constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

inline HttpServerLimits ShortLimits() {
  HttpServerLimits limits;
  limits.header_seconds_max = limits.body_seconds_max = limits.idle_seconds_max = 1;
  limits.stream_stall_seconds_max = 1;
  return limits;
}

inline std::unique_ptr<HttpServer> Serve(HttpHandler handler, const HttpServerLimits& limits = {},
                                         const std::string& address = "127.0.0.1:0") {
  auto server = HttpServer::Start(address, 2, limits, std::move(handler));
  LEMMA_CHECK(server.ok(), server.status().ToString().c_str());
  return std::move(*server);
}

// Answers with "<method> <path> <body>".
inline void Echo(std::shared_ptr<HttpExchange> exchange) {
  const HttpRequest& request = exchange->request();
  exchange->Send(HttpResponse::Text(200, request.method + " " + request.path + " " + request.body));
}

inline std::string Ask(const std::string& address, std::string_view bytes) {
  TestSocket client = TestSocket::Connect(address);
  client.Send(bytes);
  client.CloseSendingSide();
  return client.ReadAll();
}

// Holds exchanges and notes their ends.
struct Holder {
  HttpHandler handler() {
    return [this](std::shared_ptr<HttpExchange> exchange) {
      exchange->OnClosed([this] {
        closed_at = std::chrono::steady_clock::now();
        ++n_closed;
      });
      std::lock_guard lock(mutex);
      held.push_back(std::move(exchange));
      ++n_held;
    };
  }
  std::shared_ptr<HttpExchange> first() {
    LEMMA_CHECK(Eventually([&] { return n_held > 0; }), "no request came");
    std::lock_guard lock(mutex);
    return held.front();
  }
  std::mutex mutex;
  std::vector<std::shared_ptr<HttpExchange>> held;
  std::atomic<int> n_held{0}, n_closed{0};
  std::atomic<std::chrono::steady_clock::time_point> closed_at;
};

}  // namespace lemma::net
