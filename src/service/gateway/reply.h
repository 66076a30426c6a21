// The gateway's answer to one request: whichever way it ends, it carries x-request-id,
// x-lemma-queue-ms and x-lemma-overhead-ms, is counted once, and closes the request's account.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/net/http_server.h"
#include "service/gateway/account.h"
#include "service/gateway/metrics.h"

namespace lemma::gateway {

// Belongs to one thread at a time, as the request goes; closed and OnClosed are for any.
class Reply {
 public:
  // `route`: as Metrics counts it. `use`: as Account's.
  Reply(std::shared_ptr<net::HttpExchange> exchange, std::string route, Metrics& metrics,
        const Books& books, RequestUse use);
  ~Reply();

  const net::HttpRequest& request() const { return exchange_->request(); }
  TimePoint arrived_at() const { return arrived_at_; }
  // As net::RequestIdOf.
  const std::string& request_id() const { return request_id_; }

  LogSubject log_subject() const { return {request_id_, account_.trace().trace_id()}; }

  Account& account() { return account_; }
  const Account& account() const { return account_; }

  void AddHeader(std::string name, std::string value);
  // The profile whose prompt is put in, or kCustomProfile and null: for the client and the account.
  void SetProfile(const std::string& name, const reason::TaskProfile* used);
  // It waited so long, more: for its key's limits, or for a replica.
  void AddQueueWait(Duration wait);
  // How much of the time so far was spent waiting for the worker: not the gateway's own.
  void SetWorkerWait(Duration wait) { worker_wait_ = wait; }

  void Send(net::HttpResponse response);
  void SendError(const Status& status, const std::string& code = "");
  void Start(net::HttpResponse response);
  void Write(std::string chunk);
  // The end of a stream, with its last chunk.
  void Finish(std::string last);
  void Abort();
  bool closed() const { return exchange_->closed(); }
  // As HttpExchange::OnClosed.
  void OnClosed(std::function<void()> callback) { exchange_->OnClosed(std::move(callback)); }
  // It ends for whoever has cancelled it, as the account knows; of a stream, with a last event.
  void SendCancelled();
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
  Duration queue_wait_{};
  Account account_;
  int http_status_ = 0;  // of the answer; 0: none has begun
};

}  // namespace lemma::gateway
