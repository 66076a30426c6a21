// The exchange that a handler holds: it encodes the answer on the caller's thread and delivers
// bytes to the session. Internal to the room.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "common/base/thread_annotations.h"
#include "common/net/http_session.h"

namespace lemma::net {

class Exchange final : public HttpExchange {
 public:
  Exchange(std::shared_ptr<HttpSession> session, HttpRequest request, bool keep_alive,
           bool is_http_1_0);
  ~Exchange() override;

  const HttpRequest& request() const override { return request_; }
  void Send(HttpResponse response) override;
  void Start(HttpResponse response) override;
  void Write(std::string chunk) override;
  void Finish() override;
  void Abort() override;
  bool closed() const override { return closed_; }
  void OnClosed(std::function<void()> callback) override;

  // From the session: the connection has ended. Calls the callback unless the answer is complete.
  void Close();

 private:
  enum class Stage { kFresh, kStreaming, kComplete };

  void End(bool properly) LEMMA_EXCLUDES(mutex_);
  // A piece of a streamed body as it goes over the wire.
  std::string Encode(std::string piece) const;

  const std::shared_ptr<HttpSession> session_;
  const HttpRequest request_;
  const bool is_http_1_0_;
  const bool is_head_;
  std::atomic<bool> closed_{false};
  Mutex mutex_;
  Stage stage_ LEMMA_GUARDED_BY(mutex_) = Stage::kFresh;
  bool keep_alive_ LEMMA_GUARDED_BY(mutex_);
  std::function<void()> on_closed_ LEMMA_GUARDED_BY(mutex_);
};

}  // namespace lemma::net
