// What crosses between the callers' threads and the engine's: waiting requests in order of arrival,
// wishes to cancel, and the wish to stop. Bounded; thread-safe; no lock is held while a caller's
// code or the backend runs.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/thread_annotations.h"
#include "inference/engine/sequence.h"

namespace lemma::engine {

// How a request ends that has said nothing yet.
struct EarlyEnd {
  FinishReason reason;
  Status status;
};
// None: it is to go on.
std::optional<EarlyEnd> EarlyEndOf(const Request& request, TimePoint now);

class RequestQueue {
 public:
  RequestQueue(int32_t requests_max, int64_t tokens_max)
      : requests_max_(static_cast<size_t>(requests_max)), tokens_max_(tokens_max) {}

  // Any thread.

  // kUnavailable: full or closed. A request that alone exceeds tokens_max may wait alone.
  Result<RequestId> Push(std::unique_ptr<Request> request) LEMMA_EXCLUDES(mutex_);
  void Cancel(RequestId id) LEMMA_EXCLUDES(mutex_);
  void Close() LEMMA_EXCLUDES(mutex_);  // refuses from now on
  void Stop() LEMMA_EXCLUDES(mutex_);   // closes, and wakes WaitForWork
  int64_t n_waiting() const LEMMA_EXCLUDES(mutex_);

  // The engine's thread only.

  bool stopped() const LEMMA_EXCLUDES(mutex_);
  // Waits until a request waits, Stop was called, or `duration` is over.
  void WaitForWork(Duration duration) LEMMA_EXCLUDES(mutex_);
  // The oldest waiting request, which stays in the queue; nullptr when none waits.
  Request* Front() LEMMA_EXCLUDES(mutex_);
  std::unique_ptr<Request> Pop() LEMMA_EXCLUDES(mutex_);
  // Appends to `ended` the waiting requests that have an early end.
  void TakeEnded(TimePoint now, RequestList& ended) LEMMA_EXCLUDES(mutex_);
  // The request is over: Cancel no longer reaches it.
  void Forget(RequestId id) LEMMA_EXCLUDES(mutex_);

 private:
  const size_t requests_max_;
  const int64_t tokens_max_;

  mutable Mutex mutex_;
  std::condition_variable_any work_;
  std::deque<std::unique_ptr<Request>> waiting_ LEMMA_GUARDED_BY(mutex_);
  std::unordered_map<RequestId, Request*> live_ LEMMA_GUARDED_BY(mutex_);  // waiting and running
  int64_t tokens_waiting_ LEMMA_GUARDED_BY(mutex_) = 0;
  RequestId last_id_ LEMMA_GUARDED_BY(mutex_) = 0;
  bool closed_ LEMMA_GUARDED_BY(mutex_) = false;
  bool stopped_ LEMMA_GUARDED_BY(mutex_) = false;
};

}  // namespace lemma::engine
