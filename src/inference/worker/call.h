// One HTTP call to the worker: the exchange, its request id, and its place in the metrics.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "common/net/http_server.h"
#include "common/net/trace_context.h"
#include "inference/worker/metrics.h"

namespace lemma::worker {

// Thread-safe, as the exchange is. `metrics` must outlive it.
class Call {
 public:
  // `route` is the pattern that matched: metrics name it, so it must come from a fixed set.
  Call(std::shared_ptr<net::HttpExchange> exchange, std::string route, Metrics& metrics);

  const net::HttpRequest& request() const { return exchange_->request(); }
  // Every answer carries it.
  const std::string& request_id() const { return request_id_; }
  // Of the trace that the request names, and the span in it that asks; "": it names none.
  const std::string& trace_id() const { return trace_.trace_id; }
  const std::string& span_id() const { return trace_.parent_id; }

  void Send(net::HttpResponse response);
  void Start(net::HttpResponse response);
  void Write(std::string chunk) { exchange_->Write(std::move(chunk)); }
  void Finish() { exchange_->Finish(); }
  void OnClosed(std::function<void()> callback) { exchange_->OnClosed(std::move(callback)); }

 private:
  net::HttpResponse Stamp(net::HttpResponse response);

  const std::shared_ptr<net::HttpExchange> exchange_;
  const std::string route_;
  const std::string request_id_;
  const net::TraceContext trace_;
  Metrics& metrics_;
};

}  // namespace lemma::worker
