#include "common/net/connection_pool.h"

#include <sys/socket.h>

#include <cerrno>
#include <iterator>
#include <utility>

namespace lemma::net {
namespace {

// An idle connection has nothing to read; an end, an error or a stray byte means it is of no use.
bool IsQuiet(Stream::Socket& socket) {
  char byte;
  const ssize_t n = recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

std::optional<Stream> ConnectionPool::Take(const std::string& address, TimePoint now) {
  const auto found = idle_.find(address);
  if (found == idle_.end()) return std::nullopt;
  std::optional<Stream> result;
  std::deque<Idle>& connections = found->second;
  while (!connections.empty() && !result) {
    Idle& latest = connections.back();
    if (now - latest.since <= kIdleTimeMax && IsQuiet(latest.stream.socket())) {
      result = std::move(latest.stream);
    }
    connections.pop_back();
  }
  if (connections.empty()) idle_.erase(found);
  return result;
}

void ConnectionPool::Put(const std::string& address, Stream stream, TimePoint now) {
  CloseExpired(now);
  std::deque<Idle>& connections = idle_[address];
  connections.push_back({std::move(stream), now});
  if (connections.size() > kIdleMax) connections.pop_front();
}

void ConnectionPool::CloseExpired(TimePoint now) {
  for (auto it = idle_.begin(); it != idle_.end();) {
    std::deque<Idle>& connections = it->second;
    while (!connections.empty() && now - connections.front().since > kIdleTimeMax) {
      connections.pop_front();
    }
    it = connections.empty() ? idle_.erase(it) : std::next(it);
  }
}

}  // namespace lemma::net
