// For tests: a receiver of webhooks, a real HTTP server.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/check.h"
#include "common/net/http_server.h"
#include "service/webhook/webhook.h"

namespace lemma::webhook {

// Keeps what it is sent and answers as it is told.
class Receiver {
 public:
  Receiver() {
    auto started = net::HttpServer::Start(
        "127.0.0.1:0", 1, {}, [this](std::shared_ptr<net::HttpExchange> exchange) {
          {
            const std::lock_guard lock(mutex_);
            requests_.push_back(exchange->request());
          }
          net::HttpResponse response = net::HttpResponse::Json(http_status, "{}");
          if (http_status == 302) response.headers.push_back({"Location", url() + "/elsewhere"});
          exchange->Send(std::move(response));
        });
    LEMMA_CHECK(started.ok(), started.status().message().c_str());
    server_ = std::move(*started);
  }

  std::string url() const { return "http://" + server_->address() + "/hook"; }
  std::vector<net::HttpRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  std::atomic<int> http_status{200};

 private:
  std::mutex mutex_;
  std::vector<net::HttpRequest> requests_;
  std::unique_ptr<net::HttpServer> server_;  // last: its handler uses the others
};

// Swallows packets, as a host behind a wall: no connection to it is ever made. The kernel drops
// what asks for one where a listener's queue is full.
class Swallower {
 public:
  Swallower() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(name);
    auto* const address = reinterpret_cast<sockaddr*>(&name);
    LEMMA_CHECK(bind(listener_, address, size) == 0 && listen(listener_, 0) == 0);
    LEMMA_CHECK(getsockname(listener_, address, &size) == 0);
    port_ = ntohs(name.sin_port);
    for (int& waiting : waiting_) {
      waiting = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      (void)connect(waiting, address, size);
    }
  }
  Swallower(const Swallower&) = delete;
  Swallower& operator=(const Swallower&) = delete;
  ~Swallower() {
    for (const int waiting : waiting_) close(waiting);
    close(listener_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/hook"; }

 private:
  const int listener_;
  int port_ = 0;
  int waiting_[8];
};

// As docs/usage.md and docs/jobs.md tell a receiver to check.
inline bool IsSigned(const net::HttpRequest& request, const std::string& secret) {
  const std::string signature(request.header("x-lemma-signature"));
  const size_t comma = signature.find(",v1=");
  if (!signature.starts_with("t=") || comma == signature.npos) return false;
  const int64_t t = std::stoll(signature.substr(2, comma - 2));
  return signature == WebhookSignature(secret, t, request.body);
}

}  // namespace lemma::webhook
