// For tests: a receiver of webhooks, a real HTTP server.
#pragma once

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

// As docs/usage.md and docs/jobs.md tell a receiver to check.
inline bool IsSigned(const net::HttpRequest& request, const std::string& secret) {
  const std::string signature(request.header("x-lemma-signature"));
  const size_t comma = signature.find(",v1=");
  if (!signature.starts_with("t=") || comma == signature.npos) return false;
  const int64_t t = std::stoll(signature.substr(2, comma - 2));
  return signature == WebhookSignature(secret, t, request.body);
}

}  // namespace lemma::webhook
