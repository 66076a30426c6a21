// Connections of the client that wait for their next request. Internal to the room: shows Asio.
// Not thread-safe: it belongs to one loop of the client.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/net/stream.h"

namespace lemma::net {

class ConnectionPool {
 public:
  static constexpr size_t kIdleMax = 64;  // per address; the oldest is closed
  // Shorter than servers keep an idle connection (ours: 75 s, uvicorn and llama-server: 5 s), so
  // that a request seldom meets one that is just being closed.
  static constexpr std::chrono::seconds kIdleTimeMax{4};

  // A connection that, as far as can be seen from here, is still open.
  std::optional<Stream> Take(const std::string& address, TimePoint now);
  // Closes those that have been idle for too long, whatever their address: nobody may ever ask for
  // one again that was taken out of the pool of replicas.
  void Put(const std::string& address, Stream stream, TimePoint now);
  void Clear() { idle_.clear(); }

 private:
  struct Idle {
    Stream stream;
    TimePoint since;
  };
  void CloseExpired(TimePoint now);

  std::map<std::string, std::deque<Idle>> idle_;  // the latest at the back
};

}  // namespace lemma::net
