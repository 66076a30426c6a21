// The gateway's answer to one request: whichever way it ends, it carries x-request-id and
// x-lemma-overhead-ms and is counted once.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/net/http_server.h"
#include "service/gateway/metrics.h"

namespace lemma::gateway {

// Thread-safe like the exchange it wraps, except AddHeader and SetWorkerWait: before the answer,
// from the thread that gives it.
class Reply {
 public:
  // `route`: as Metrics counts it.
  Reply(std::shared_ptr<net::HttpExchange> exchange, std::string route, Metrics& metrics);

  const net::HttpRequest& request() const { return exchange_->request(); }
  // As net::RequestIdOf.
  const std::string& request_id() const { return request_id_; }

  void AddHeader(std::string name, std::string value);
  // How much of the time so far was spent waiting for the worker: not the gateway's own.
  void SetWorkerWait(Duration wait) { worker_wait_ = wait; }

  void Send(net::HttpResponse response);
  void SendError(const Status& status, const std::string& code = "");
  void Start(net::HttpResponse response);
  void Write(std::string chunk) { exchange_->Write(std::move(chunk)); }
  void Finish() { exchange_->Finish(); }
  void Abort() { exchange_->Abort(); }
  bool closed() const { return exchange_->closed(); }
  // As HttpExchange::OnClosed.
  void OnClosed(std::function<void()> callback) { exchange_->OnClosed(std::move(callback)); }
  // The client left before an answer began.
  void CountAbandoned();

 private:
  net::HttpResponse Stamp(net::HttpResponse response);

  const std::shared_ptr<net::HttpExchange> exchange_;
  const std::string route_;
  Metrics& metrics_;
  const TimePoint arrived_at_;
  const std::string request_id_;
  std::vector<net::Header> headers_;
  Duration worker_wait_{};
};

}  // namespace lemma::gateway
