#include "common/net/listen_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace lemma::net {
namespace {

constexpr int kBacklog = 1024;

Status Failed(const Address& address, const char* what) {
  return Unavailable("cannot listen on " + address.ToString() + ": " + what + ": " +
                     std::strerror(errno));
}

sockaddr_un UnixSockaddr(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
  return name;
}

// Whether a server answers behind the socket file.
bool IsAlive(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return true;  // unknown: leave the file alone
  const sockaddr_un name = UnixSockaddr(path);
  const int rc = connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof(name));
  const bool alive = rc == 0 || errno == EAGAIN;  // EAGAIN: alive, and its backlog is full
  close(fd);
  return alive;
}

Status RemoveStaleSocket(const Address& address) {
  struct stat info;
  if (lstat(address.path.c_str(), &info) != 0) return Ok();
  if (!S_ISSOCK(info.st_mode)) {
    return Unavailable("cannot listen on " + address.ToString() +
                       ": a file that is not a socket is in the way");
  }
  if (IsAlive(address.path)) {
    return Unavailable("cannot listen on " + address.ToString() + ": address in use");
  }
  if (unlink(address.path.c_str()) != 0 && errno != ENOENT) {
    return Failed(address, "removing the stale socket");
  }
  return Ok();
}

uint16_t BoundPort(int fd) {
  sockaddr_storage name{};
  socklen_t size = sizeof(name);
  getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
  return ntohs(name.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&name)->sin6_port
                                          : reinterpret_cast<sockaddr_in*>(&name)->sin_port);
}

}  // namespace

Result<ListenSocket> ListenSocket::Open(Address address) {
  return address.is_unix ? OpenUnix(std::move(address)) : OpenTcp(std::move(address));
}

Result<ListenSocket> ListenSocket::OpenTcp(Address address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  // Only "localhost" may be a name, and needs no resolver: a bare container has no /etc/hosts.
  // Which interface another name means is not ours to guess.
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST;
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
    return InvalidArgument("cannot listen on " + address.ToString() +
                           ": the host must be an IP address or \"localhost\"");
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> guard(found, &freeaddrinfo);
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Failed(address, "socket");
  ListenSocket result(fd, found->ai_family, address);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(fd, found->ai_addr, found->ai_addrlen) != 0) return Failed(address, "bind");
  if (listen(fd, kBacklog) != 0) return Failed(address, "listen");
  result.address_.port = BoundPort(fd);
  return result;
}

Result<ListenSocket> ListenSocket::OpenUnix(Address address) {
  LEMMA_RETURN_IF_ERROR(RemoveStaleSocket(address));
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Failed(address, "socket");
  ListenSocket result(fd, AF_UNIX, address);
  const sockaddr_un name = UnixSockaddr(address.path);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof(name)) != 0) {
    return Failed(address, "bind");
  }
  struct stat info;
  if (lstat(address.path.c_str(), &info) == 0) {
    result.file_device_ = info.st_dev;
    result.file_inode_ = info.st_ino;
  }
  // Nobody can connect before listen, so the mode is never too wide while it matters.
  if (chmod(address.path.c_str(), 0600) != 0) return Failed(address, "chmod");
  if (listen(fd, kBacklog) != 0) return Failed(address, "listen");
  return result;
}

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      family_(other.family_),
      address_(std::move(other.address_)),
      file_device_(other.file_device_),
      file_inode_(std::exchange(other.file_inode_, 0)) {}

ListenSocket::~ListenSocket() {
  if (fd_ >= 0) close(fd_);
  struct stat info;
  if (file_inode_ != 0 && lstat(address_.path.c_str(), &info) == 0 && info.st_dev == file_device_ &&
      info.st_ino == file_inode_) {
    unlink(address_.path.c_str());
  }
}

int ListenSocket::Release() { return std::exchange(fd_, -1); }

}  // namespace lemma::net
