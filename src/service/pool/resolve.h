// The addresses behind a name.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
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

// Asks for the addresses of some names: of each at once and then from time to time.
//
// Threads: one of its own, on which `on_resolved` is called, without a lock; Watch and Forget are
// for any thread. Its end waits for a question under way.
class NameWatcher {
 public:
  // `on_resolved`: for whom the name was watched, and its addresses; not called where there is no
  // answer, but once more perhaps when it has just been forgotten.
  using OnResolved =
      std::function<void(const std::string& id, const std::vector<std::string>& addresses)>;
  NameWatcher(std::chrono::milliseconds interval, Resolve resolve, OnResolved on_resolved);
  ~NameWatcher();

  void Watch(const std::string& id, const std::string& host) LEMMA_EXCLUDES(mutex_);
  void Forget(const std::string& id) LEMMA_EXCLUDES(mutex_);

 private:
  struct Name {
    std::string host;
    std::chrono::steady_clock::time_point due;
  };

  void Run() LEMMA_EXCLUDES(mutex_);
  void Ask(const std::string& id, const std::string& host) LEMMA_EXCLUDES(mutex_);

  const std::chrono::milliseconds interval_;
  const Resolve resolve_;
  const OnResolved on_resolved_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  bool is_stopping_ LEMMA_GUARDED_BY(mutex_) = false;
  std::map<std::string, Name> names_ LEMMA_GUARDED_BY(mutex_);  // by id
  std::thread thread_;
};

}  // namespace lemma::pool
