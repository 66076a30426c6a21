// A request's turn: it waits in line for a replica, is placed, and is charged what it used.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "common/base/status.h"
#include "common/base/thread_annotations.h"
#include "service/pool/lease.h"

namespace lemma::pool {

class Turn;

// How the wait ended.
struct Placement {
  std::shared_ptr<Lease> lease;  // null: not on any replica, as `status` says
  Status status;
  bool is_overload = false;  // the line is full, or it has waited too long
  std::shared_ptr<Turn> turn;
};

// Leave and Place are for any thread, the others for one at a time. The pool must outlive it.
class Turn {
 public:
  explicit Turn(std::function<void(Placement)> placed) : placed_(std::move(placed)) {}
  ~Turn() { Settle({}); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // Waits no more. False: `placed` has been called, and has returned; true: it never is. Not from
  // `placed`.
  bool Leave() LEMMA_EXCLUDES(mutex_);
  // It used so many tokens; nothing: as many as it might. Of several calls the first counts.
  void Settle(std::optional<int64_t> tokens_used);

  // For the pool. What happens when it leaves; before anyone else has the turn.
  void OnLeave(std::function<void()> callback) { on_leave_ = std::move(callback); }
  // It was begun; before it is placed.
  void OnSettle(std::function<void(std::optional<int64_t>)> callback) {
    on_settle_ = std::move(callback);
  }
  void Place(Placement placement) LEMMA_EXCLUDES(mutex_);

 private:
  std::function<void()> on_leave_;
  std::function<void(std::optional<int64_t>)> on_settle_;
  Mutex mutex_;  // held while placed_ is called
  std::function<void(Placement)> placed_ LEMMA_GUARDED_BY(mutex_);
};

}  // namespace lemma::pool
