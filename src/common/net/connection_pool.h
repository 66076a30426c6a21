// Connections of the client that wait for their next request. Internal to the room: shows Asio.
// Not thread-safe: it belongs to the client's I/O thread.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace lemma::net {

class ConnectionPool {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  static constexpr size_t kIdleMax = 64;  // per address; the oldest is closed

  // A connection that, as far as can be seen from here, is still open.
  std::optional<Socket> Take(const std::string& address);
  void Put(const std::string& address, Socket socket);
  void Clear() { idle_.clear(); }

 private:
  std::map<std::string, std::deque<Socket>> idle_;  // the latest at the back
};

}  // namespace lemma::net
