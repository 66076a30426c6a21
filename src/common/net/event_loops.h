// The loops of IoLoops themselves, which everything with a socket or a timer keeps alive. Internal
// to the room: this header shows Asio.
//
// Threads: all methods are thread-safe.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace lemma::net {

class EventLoops {
 public:
  explicit EventLoops(int n_loops);

  size_t size() const { return loops_.size(); }
  // One thread runs it: objects that share no loop wake no thread of another one, which is a third
  // of the system calls of a short request. What is posted runs in the order it was posted in,
  // whoever posts: a call is begun before it is cancelled.
  boost::asio::io_context& at(size_t i) { return *loops_[i]; }

  // Which one runs on the calling thread.
  std::optional<size_t> Here() const;
  // That one, or the next one in turn.
  size_t HereOrNext();

  // Runs task(i) on each loop, after what was posted there before, and waits. Not from one of them.
  void OnEach(const std::function<void(size_t)>& task);

 private:
  std::vector<std::unique_ptr<boost::asio::io_context>> loops_;
  std::atomic<size_t> next_{0};
};

}  // namespace lemma::net
