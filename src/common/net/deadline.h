// A time by which something is to happen, set anew for each read and write of a connection.
// Internal to the room: shows Asio. Belongs to one loop.
//
// Setting a timer of Asio ends the wait before, which costs an allocation, a place in the queue of
// timers and a handler that finds itself cancelled, and often a system call. A deadline that is
// moved to later lets the wait run out and waits on from there; one that is cleared does so too. So
// a connection in use waits anew every few seconds rather than several times a request.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>

#include "common/base/clock.h"

namespace lemma::net {

class Deadline {
 public:
  explicit Deadline(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  // In `time` from now, owner->*passed is called, unless the deadline is set anew, cleared or
  // ended before, or the owner is gone by then.
  template <typename Owner>
  void Set(Duration time, const std::weak_ptr<Owner>& owner, void (Owner::*passed)()) {
    at_ = SteadyClock().Now() + time;
    if (!is_waiting_ || timer_.expiry() > *at_) Wait(owner, passed);
  }
  void Clear() { at_.reset(); }
  // Keeps no thread of its loop waiting any more.
  void End() {
    at_.reset();
    timer_.cancel();
  }

 private:
  template <typename Owner>
  void Wait(const std::weak_ptr<Owner>& owner, void (Owner::*passed)()) {
    is_waiting_ = true;
    timer_.expires_at(*at_);  // cancels an earlier wait
    timer_.async_wait([this, owner, passed](const boost::system::error_code& error) {
      const std::shared_ptr<Owner> living = owner.lock();
      if (error || living == nullptr) return;
      is_waiting_ = false;
      if (!at_) return;
      if (*at_ > SteadyClock().Now()) return Wait(owner, passed);
      at_.reset();
      ((*living).*passed)();
    });
  }

  boost::asio::steady_timer timer_;
  bool is_waiting_ = false;
  std::optional<TimePoint> at_;  // none: nothing is waited for
};

}  // namespace lemma::net
