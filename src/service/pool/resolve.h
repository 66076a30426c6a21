// The addresses behind a name.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/status.h"
#include "common/base/thread_annotations.h"

namespace lemma::pool {

// Blocks until the system's resolver has answered. IPv4 addresses where there are any, else IPv6
// (one server often has both and must not count twice); sorted. Errors: kUnavailable.
Result<std::vector<std::string>> ResolveHost(const std::string& host);

using Resolve = std::function<Result<std::vector<std::string>>(const std::string& host)>;

// Is it a name that may stand for several servers: neither an IP address nor "localhost"?
bool IsDnsName(const std::string& host);

// Asks for the addresses of some names at once and then from time to time.
//
// Threads: one of its own, on which `on_resolved` is called. Its end waits for a question under
// way.
class NameWatcher {
 public:
  // `on_resolved`: the index of a name, and its addresses; not called where there is no answer.
  using OnResolved = std::function<void(size_t name, const std::vector<std::string>& addresses)>;
  NameWatcher(std::vector<std::string> names, std::chrono::milliseconds interval, Resolve resolve,
              OnResolved on_resolved);
  ~NameWatcher();

 private:
  void Watch() LEMMA_EXCLUDES(mutex_);

  const std::vector<std::string> names_;
  const std::chrono::milliseconds interval_;
  const Resolve resolve_;
  const OnResolved on_resolved_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  bool is_stopping_ LEMMA_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace lemma::pool
