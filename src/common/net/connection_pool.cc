#include "common/net/connection_pool.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace lemma::net {
namespace {

// An idle connection has nothing to read; an end, an error or a stray byte means it is of no use.
bool IsQuiet(ConnectionPool::Socket& socket) {
  char byte;
  const ssize_t n = recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

std::optional<ConnectionPool::Socket> ConnectionPool::Take(const std::string& address) {
  const auto found = idle_.find(address);
  if (found == idle_.end()) return std::nullopt;
  std::optional<Socket> result;
  std::deque<Socket>& sockets = found->second;
  while (!sockets.empty() && !result) {
    if (IsQuiet(sockets.back())) result = std::move(sockets.back());
    sockets.pop_back();
  }
  if (sockets.empty()) idle_.erase(found);
  return result;
}

void ConnectionPool::Put(const std::string& address, Socket socket) {
  std::deque<Socket>& sockets = idle_[address];
  sockets.push_back(std::move(socket));
  if (sockets.size() > kIdleMax) sockets.pop_front();
}

}  // namespace lemma::net
