#include "common/net/io_loops.h"

#include <boost/asio/executor_work_guard.hpp>
#include <exception>
#include <thread>
#include <vector>

#include "common/base/check.h"
#include "common/base/log.h"
#include "common/base/this_thread.h"
#include "common/net/event_loops.h"

namespace lemma::net {
namespace {

// No handler should throw, but they read what others send with libraries that do, and a thread that
// throws takes the process with it: every request for the fault of one. So the one whose handler it
// was loses its answer (what it held is let go, its deadlines stay), and the loop runs on.
void RunOn(boost::asio::io_context& loop) {
  for (;;) {
    try {
      loop.run();
      return;
    } catch (const std::exception& error) {
      LogError("a handler on an I/O thread failed: {}", error.what());
    }
  }
}

}  // namespace

struct IoLoops::Impl {
  explicit Impl(int n_threads) : loops(std::make_shared<EventLoops>(n_threads)) {
    for (size_t i = 0; i < loops->size(); ++i) {
      guards.emplace_back(loops->at(i).get_executor());
      threads.emplace_back([loops = loops, i] {
        TakeShortTurns();
        RunOn(loops->at(i));
      });
    }
  }

  using Guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;
  const std::shared_ptr<EventLoops> loops;
  std::vector<Guard> guards;
  std::vector<std::thread> threads;
};

IoLoops::IoLoops(int n_threads) : impl_(std::make_unique<Impl>(n_threads)) {}

IoLoops::~IoLoops() {
  LEMMA_CHECK(!impl_->loops->Here(), "destroyed by a handler or a callback");
  impl_->guards.clear();  // the threads end once the last operation of every connection has
  for (std::thread& thread : impl_->threads) thread.join();
}

const std::shared_ptr<EventLoops>& IoLoops::loops() const { return impl_->loops; }

}  // namespace lemma::net
