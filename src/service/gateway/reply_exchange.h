// A reply as the exchange that others answer, from whatever thread they have: a run of /v1/solve,
// the desk of jobs. Its request names the trace that it is in, for what they ask on its behalf.
// Where the request is cancelled, it ends for its client at once, whatever they are doing, and to
// them looks as if the client had left.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "common/base/thread_annotations.h"
#include "common/net/http_server.h"
#include "service/gateway/reply.h"

namespace lemma::gateway {

// Thread-safe. From Over on nobody else answers by the reply.
class ReplyExchange final : public net::HttpExchange,
                            public std::enable_shared_from_this<ReplyExchange> {
 public:
  static std::shared_ptr<ReplyExchange> Over(std::shared_ptr<Reply> reply);

  const net::HttpRequest& request() const override { return request_; }
  void Send(net::HttpResponse response) override;
  void Start(net::HttpResponse response) override;
  void Write(std::string chunk) override;
  void Finish() override;
  void Abort() override;
  bool closed() const override;
  void OnClosed(std::function<void()> callback) override;

 private:
  explicit ReplyExchange(std::shared_ptr<Reply> reply);
  void Cancel();
  void TellClosed();

  // Its answering methods and its account are for one thread at a time: under the mutex.
  const std::shared_ptr<Reply> reply_;
  const net::HttpRequest request_;
  mutable Mutex mutex_;
  bool has_ended_ LEMMA_GUARDED_BY(mutex_) = false;
  bool is_cancelled_ LEMMA_GUARDED_BY(mutex_) = false;
  std::function<void()> on_closed_ LEMMA_GUARDED_BY(mutex_);
};

}  // namespace lemma::gateway
