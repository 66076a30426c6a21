#include "common/net/http_exchange.h"

#include <utility>

#include "common/net/http_wire.h"

namespace lemma::net {

using Delivery = HttpSession::Delivery;

Exchange::Exchange(std::shared_ptr<HttpSession> session, HttpRequest request, bool keep_alive,
                   bool is_http_1_0)
    : session_(std::move(session)),
      request_(std::move(request)),
      is_http_1_0_(is_http_1_0),
      is_head_(request_.method == "HEAD"),
      keep_alive_(keep_alive && !is_http_1_0) {}

Exchange::~Exchange() {
  MutexLock lock(mutex_);
  if (stage_ != Stage::kComplete && !closed_) session_->Abandon(stage_ == Stage::kStreaming);
}

void Exchange::Send(HttpResponse response) {
  std::function<void()> dropped;  // it may own anything, so it is destroyed without the lock
  MutexLock lock(mutex_);
  if (stage_ != Stage::kFresh || closed_) return;
  stage_ = Stage::kComplete;
  dropped = std::exchange(on_closed_, nullptr);
  keep_alive_ = keep_alive_ && !session_->core().draining;
  std::string bytes = EncodeResponseHead(response, BodyFraming::kLength, keep_alive_);
  if (!is_head_ && StatusHasBody(response.status)) bytes += response.body;
  session_->Deliver(std::move(bytes), Delivery::kLast, keep_alive_);
}

void Exchange::Start(HttpResponse response) {
  MutexLock lock(mutex_);
  if (stage_ != Stage::kFresh || closed_) return;
  stage_ = Stage::kStreaming;
  keep_alive_ = keep_alive_ && !session_->core().draining;
  const BodyFraming framing = is_http_1_0_ ? BodyFraming::kUntilClose : BodyFraming::kChunked;
  std::string bytes = EncodeResponseHead(response, framing, keep_alive_);
  bytes += Encode(std::move(response.body));
  session_->Deliver(std::move(bytes), Delivery::kPart, keep_alive_);
}

void Exchange::Write(std::string chunk) {
  MutexLock lock(mutex_);
  if (stage_ != Stage::kStreaming || closed_) return;
  std::string bytes = Encode(std::move(chunk));
  if (bytes.empty()) return;
  if (session_->HasRoom()) {
    session_->Deliver(std::move(bytes), Delivery::kPart, keep_alive_);
  } else {
    session_->Close();
  }
}

void Exchange::Finish() { End(/*properly=*/true); }

void Exchange::Abort() { End(/*properly=*/false); }

void Exchange::End(bool properly) {
  std::function<void()> dropped;
  MutexLock lock(mutex_);
  if (stage_ != Stage::kStreaming || closed_) return;
  stage_ = Stage::kComplete;
  dropped = std::exchange(on_closed_, nullptr);
  const bool is_chunked = !is_http_1_0_ && !is_head_;
  if (properly) {
    session_->Deliver(is_chunked ? std::string(kLastChunk) : "", Delivery::kLast, keep_alive_);
  } else if (is_chunked) {
    // A connection that ends without the last chunk says it, and loses nothing on its way.
    session_->Deliver("", Delivery::kLast, /*keep_alive=*/false);
  } else {
    session_->Close();
  }
}

std::string Exchange::Encode(std::string piece) const {
  if (is_head_) return "";
  return is_http_1_0_ ? std::move(piece) : EncodeChunk(piece);
}

void Exchange::OnClosed(std::function<void()> callback) {
  {
    MutexLock lock(mutex_);
    if (stage_ == Stage::kComplete) return;
    if (!closed_) {
      on_closed_ = std::move(callback);
      return;
    }
  }
  callback();
}

void Exchange::Close() {
  std::function<void()> callback;
  {
    MutexLock lock(mutex_);
    closed_ = true;
    callback = std::exchange(on_closed_, nullptr);
  }
  if (callback) callback();
}

}  // namespace lemma::net
