#include "inference/engine/request_queue.h"

#include <utility>

namespace lemma::engine {

std::optional<EarlyEnd> EarlyEndOf(const Request& request, TimePoint now) {
  if (request.cancelled) {
    return EarlyEnd{FinishReason::kCancelled, Status(StatusCode::kCancelled, "the client left")};
  }
  if (request.is_stopped()) return EarlyEnd{FinishReason::kStop, Ok()};
  if (!request.expired(now)) return std::nullopt;
  return EarlyEnd{FinishReason::kDeadline, Status(StatusCode::kDeadlineExceeded,
                                                  "the deadline passed before the answer began")};
}

Result<RequestId> RequestQueue::Push(std::unique_ptr<Request> request) {
  RequestId id = 0;
  {
    MutexLock lock(mutex_);
    if (closed_) return Unavailable("the server is shutting down");
    const int64_t n_tokens = request->tokens_reserved();
    const bool full = waiting_.size() >= requests_max_ ||
                      (!waiting_.empty() && tokens_waiting_ + n_tokens > tokens_max_);
    if (full) return Unavailable("too many requests are waiting");
    id = ++last_id_;
    request->id = id;
    tokens_waiting_ += n_tokens;
    live_.emplace(id, request.get());
    waiting_.push_back(std::move(request));
  }
  work_.notify_one();
  return id;
}

void RequestQueue::Cancel(RequestId id) {
  MutexLock lock(mutex_);
  if (const auto found = live_.find(id); found != live_.end()) found->second->cancelled = true;
}

void RequestQueue::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
}

void RequestQueue::Stop() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
    stopped_ = true;
  }
  work_.notify_one();
}

int64_t RequestQueue::n_waiting() const {
  MutexLock lock(mutex_);
  return static_cast<int64_t>(waiting_.size());
}

bool RequestQueue::stopped() const {
  MutexLock lock(mutex_);
  return stopped_;
}

void RequestQueue::WaitForWork(Duration duration) {
  const TimePoint until = std::chrono::steady_clock::now() + duration;
  MutexLock lock(mutex_);
  while (waiting_.empty() && !stopped_) {
    if (work_.wait_until(mutex_, until) == std::cv_status::timeout) return;
  }
}

Request* RequestQueue::Front() {
  MutexLock lock(mutex_);
  return waiting_.empty() ? nullptr : waiting_.front().get();
}

std::unique_ptr<Request> RequestQueue::Pop() {
  MutexLock lock(mutex_);
  std::unique_ptr<Request> request = std::move(waiting_.front());
  waiting_.pop_front();
  tokens_waiting_ -= request->tokens_reserved();
  return request;
}

void RequestQueue::TakeEnded(TimePoint now, RequestList& ended) {
  MutexLock lock(mutex_);
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (!EarlyEndOf(**it, now)) {
      ++it;
      continue;
    }
    tokens_waiting_ -= (*it)->tokens_reserved();
    ended.push_back(std::move(*it));
    it = waiting_.erase(it);
  }
}

void RequestQueue::Forget(RequestId id) {
  MutexLock lock(mutex_);
  live_.erase(id);
}

}  // namespace lemma::engine
