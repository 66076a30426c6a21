// A reply as the exchange that a run of /v1/solve answers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "common/net/http_server.h"
#include "service/gateway/reply.h"

namespace lemma::gateway {

// Threads: as Reply, one at a time.
class ReplyExchange final : public net::HttpExchange {
 public:
  explicit ReplyExchange(std::shared_ptr<Reply> reply) : reply_(std::move(reply)) {}

  const net::HttpRequest& request() const override { return reply_->request(); }
  void Send(net::HttpResponse response) override { reply_->Send(std::move(response)); }
  void Start(net::HttpResponse response) override { reply_->Start(std::move(response)); }
  void Write(std::string chunk) override { reply_->Write(std::move(chunk)); }
  void Finish() override { reply_->Finish(""); }
  void Abort() override { reply_->Abort(); }
  bool closed() const override { return reply_->closed(); }
  void OnClosed(std::function<void()> callback) override { reply_->OnClosed(std::move(callback)); }

 private:
  const std::shared_ptr<Reply> reply_;
};

}  // namespace lemma::gateway
