// For tests: a blocking socket that says exactly the bytes it is told, and a listener of one's own.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "common/base/check.h"
#include "common/net/address.h"

namespace lemma::net {

class TestSocket {
 public:
  explicit TestSocket(int fd) : fd_(fd) {}
  TestSocket(TestSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~TestSocket() { Close(); }

  // receive_bytes: the size of the kernel's receive buffer, where it matters.
  static TestSocket Connect(const std::string& text, int receive_bytes = 0) {
    const Address address = *ParseAddress(text);
    const int fd = socket(address.is_unix ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_bytes > 0) {
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
    }
    int rc;
    if (address.is_unix) {
      sockaddr_un name{};
      name.sun_family = AF_UNIX;
      std::memcpy(name.sun_path, address.path.c_str(), address.path.size());
      rc = connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof(name));
    } else {
      sockaddr_in name{};
      name.sin_family = AF_INET;
      name.sin_port = htons(address.port);
      inet_pton(AF_INET, address.host.c_str(), &name.sin_addr);
      rc = connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof(name));
    }
    LEMMA_CHECK(rc == 0, "connect");
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return TestSocket(fd);
  }

  // False when the peer has gone.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(n);
    }
    return true;
  }

  // What comes until `enough` says so, the peer closes, or the time is over.
  std::string ReadUntil(const std::function<bool(const std::string&)>& enough,
                        int timeout_ms = 5000) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    std::string got;
    while (!enough(got)) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          end - std::chrono::steady_clock::now());
      pollfd ready{fd_, POLLIN, 0};
      if (left.count() <= 0 || poll(&ready, 1, static_cast<int>(left.count())) <= 0) break;
      char buffer[65536];
      const ssize_t n = recv(fd_, buffer, sizeof(buffer), 0);
      if (n <= 0) {
        closed_ = true;
        reset_ = n < 0;
        break;
      }
      got.append(buffer, n);
    }
    return got;
  }
  std::string ReadUntil(std::string_view mark) {
    return ReadUntil([mark](const std::string& got) { return got.find(mark) != got.npos; });
  }
  std::string ReadAll(int timeout_ms = 5000) {
    return ReadUntil([](const std::string&) { return false; }, timeout_ms);
  }

  bool closed() const { return closed_; }  // a read has met the end
  bool reset() const { return reset_; }    // and it was not an orderly one
  void CloseSendingSide() { shutdown(fd_, SHUT_WR); }
  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
  bool closed_ = false;
  bool reset_ = false;
};

// Accepts connections on a port of its own and gives each to `serve`, one after another.
class TestListener {
 public:
  explicit TestListener(std::function<void(TestSocket)> serve) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    LEMMA_CHECK(bind(fd_, reinterpret_cast<sockaddr*>(&name), sizeof(name)) == 0, "bind");
    LEMMA_CHECK(listen(fd_, 16) == 0, "listen");
    socklen_t size = sizeof(name);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size);
    address_ = "127.0.0.1:" + std::to_string(ntohs(name.sin_port));
    thread_ = std::thread([this, serve = std::move(serve)] {
      for (;;) {
        const int fd = accept(fd_, nullptr, nullptr);
        if (fd < 0) return;
        serve(TestSocket(fd));
      }
    });
  }
  ~TestListener() {
    shutdown(fd_, SHUT_RDWR);
    thread_.join();
    close(fd_);
  }
  const std::string& address() const { return address_; }

 private:
  int fd_;
  std::string address_;
  std::thread thread_;
};

// Waits until `condition` holds; false when it does not within half a minute.
inline bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 30'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

inline int CountOf(std::string_view text, std::string_view part) {
  int n = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

}  // namespace lemma::net
