#include "common/net/event_loops.h"

#include <boost/asio/post.hpp>
#include <latch>

#include "common/base/check.h"

namespace lemma::net {

namespace asio = boost::asio;

EventLoops::EventLoops(int n_loops) {
  LEMMA_CHECK(n_loops > 0);
  for (int i = 0; i < n_loops; ++i) {
    // Without the hint that one thread runs it: what the loop's own thread posts would then be held
    // back until its handler ends, and another thread's post go before it.
    loops_.push_back(std::make_unique<asio::io_context>());
  }
}

std::optional<size_t> EventLoops::Here() const {
  for (size_t i = 0; i < loops_.size(); ++i) {
    if (loops_[i]->get_executor().running_in_this_thread()) return i;
  }
  return std::nullopt;
}

size_t EventLoops::HereOrNext() {
  const std::optional<size_t> here = Here();
  return here ? *here : next_++ % loops_.size();
}

void EventLoops::OnEach(const std::function<void(size_t)>& task) {
  LEMMA_CHECK(!Here(), "an I/O thread would wait for itself");
  // Shared: the last one to count down may still be at it when the wait is over.
  const auto done = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(loops_.size()));
  for (size_t i = 0; i < loops_.size(); ++i) {
    asio::post(*loops_[i], [&task, done, i] {
      task(i);
      done->count_down();
    });
  }
  done->wait();
}

}  // namespace lemma::net
