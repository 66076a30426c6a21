#include "service/gateway/reply_exchange.h"

namespace lemma::gateway {
namespace {

net::HttpRequest WithTrace(const Reply& reply) {
  const tracing::RequestTrace& trace = reply.account().trace();
  net::HttpRequest request = reply.request();
  std::erase_if(request.headers, [&](const net::Header& header) {
    const bool is_foreign =
        !trace.is_continued() && net::EqualsIgnoreCase(header.name, "tracestate");
    return is_foreign || net::EqualsIgnoreCase(header.name, "traceparent");
  });
  request.headers.push_back({"traceparent", trace.Traceparent()});
  return request;
}

}  // namespace

ReplyExchange::ReplyExchange(std::shared_ptr<Reply> reply)
    : reply_(std::move(reply)), request_(WithTrace(*reply_)) {}

std::shared_ptr<ReplyExchange> ReplyExchange::Over(std::shared_ptr<Reply> reply) {
  std::shared_ptr<ReplyExchange> exchange(new ReplyExchange(std::move(reply)));
  exchange->reply_->account().OnCancel([weak = exchange->weak_from_this()] {
    if (const auto self = weak.lock()) self->Cancel();
  });
  return exchange;
}

void ReplyExchange::Send(net::HttpResponse response) {
  const MutexLock lock(mutex_);
  if (!std::exchange(has_ended_, true)) reply_->Send(std::move(response));
}

void ReplyExchange::Start(net::HttpResponse response) {
  const MutexLock lock(mutex_);
  if (!has_ended_) reply_->Start(std::move(response));
}

void ReplyExchange::Write(std::string chunk) {
  const MutexLock lock(mutex_);
  if (!has_ended_) reply_->Write(std::move(chunk));
}

void ReplyExchange::Finish() {
  const MutexLock lock(mutex_);
  if (!std::exchange(has_ended_, true)) reply_->Finish("");
}

void ReplyExchange::Abort() {
  const MutexLock lock(mutex_);
  if (!std::exchange(has_ended_, true)) reply_->Abort();
}

bool ReplyExchange::closed() const {
  const MutexLock lock(mutex_);
  return is_cancelled_ || reply_->closed();
}

void ReplyExchange::OnClosed(std::function<void()> callback) {
  bool is_closed;
  {
    const MutexLock lock(mutex_);
    is_closed = is_cancelled_;
    if (!is_closed) on_closed_ = std::move(callback);
  }
  if (is_closed) return callback();
  // Weak: the reply must not own what owns it.
  reply_->OnClosed([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->TellClosed();
  });
}

void ReplyExchange::Cancel() {
  {
    const MutexLock lock(mutex_);
    if (std::exchange(has_ended_, true)) return;
    is_cancelled_ = true;
    reply_->SendCancelled();
  }
  TellClosed();
}

void ReplyExchange::TellClosed() {
  std::function<void()> callback;
  {
    const MutexLock lock(mutex_);
    callback = std::exchange(on_closed_, nullptr);
  }
  if (callback) callback();
}

}  // namespace lemma::gateway
