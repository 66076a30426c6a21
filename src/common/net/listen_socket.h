// A listening socket, TCP or Unix.
#pragma once

#include <sys/types.h>

#include "common/base/status.h"
#include "common/net/address.h"

namespace lemma::net {

class ListenSocket {
 public:
  // Binds and listens. A Unix socket has mode 0600 and replaces the socket of a dead server, never
  // that of a living one nor another kind of file. Errors: kUnavailable (in use, no such address),
  // kInvalidArgument (not an IP address or "localhost").
  static Result<ListenSocket> Open(Address address);

  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();  // closes it, unless the descriptor was released, and removes the socket file

  const Address& address() const { return address_; }  // with the real port
  int family() const { return family_; }
  int Release();  // the descriptor, to be closed by the caller

 private:
  ListenSocket(int fd, int family, Address address)
      : fd_(fd), family_(family), address_(std::move(address)) {}
  static Result<ListenSocket> OpenTcp(Address address);
  static Result<ListenSocket> OpenUnix(Address address);

  int fd_;
  int family_;
  Address address_;
  dev_t file_device_ = 0;  // which file is ours, so that a successor's is left alone
  ino_t file_inode_ = 0;
};

}  // namespace lemma::net
