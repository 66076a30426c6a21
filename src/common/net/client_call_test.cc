// Property: a Unix socket whose listener is behind is waited for, never taken for a lost peer.
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/net/http_client.h"
#include "common/net/test_socket.h"

namespace lemma::net {
namespace {

using namespace std::chrono_literals;  // NOLINT

// Listens on a Unix socket, with as many connections as its queue holds, and accepts none by
// itself.
class FullListener {
 public:
  FullListener() : path_(testing::TempDir() + "lemma_full_" + std::to_string(getpid()) + ".sock") {
    unlink(path_.c_str());
    name_.sun_family = AF_UNIX;
    std::memcpy(name_.sun_path, path_.c_str(), path_.size());
    fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    LEMMA_CHECK(bind(fd_, reinterpret_cast<sockaddr*>(&name_), sizeof(name_)) == 0, "bind");
    LEMMA_CHECK(listen(fd_, 1) == 0, "listen");
    const timeval wait_max{.tv_sec = 5, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait_max, sizeof(wait_max));
    while (Fill()) {
    }
    LEMMA_CHECK(errno == EAGAIN, "the queue is not full");
  }
  ~FullListener() {
    close(fd_);
    unlink(path_.c_str());
  }
  TestSocket Accept() { return TestSocket(accept(fd_, nullptr, nullptr)); }
  size_t n_waiting() const { return waiting_.size(); }
  std::string address() const { return "unix:" + path_; }

 private:
  bool Fill() {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    TestSocket made(fd);
    if (connect(fd, reinterpret_cast<sockaddr*>(&name_), sizeof(name_)) != 0) return false;
    waiting_.push_back(std::move(made));
    return true;
  }

  const std::string path_;
  sockaddr_un name_{};
  int fd_;
  std::vector<TestSocket> waiting_;
};

Result<HttpResponse> Ask(const std::string& address, std::chrono::milliseconds connect_timeout) {
  HttpClientOptions options;
  options.connect_timeout = connect_timeout;
  HttpClient client(options);
  return client.SendAndWait(address, {"GET", "/", "", {}, "", ""});
}

TEST(ClientCall, AListenerThatAcceptsNobodyIsNoConnectionInTime) {
  FullListener listener;
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = Ask(listener.address(), 300ms);
  EXPECT_EQ(answer.status().code(), StatusCode::kDeadlineExceeded) << answer.status().ToString();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 300ms);
}

TEST(ClientCall, AListenerThatFallsBehindIsWaitedFor) {
  FullListener listener;
  std::thread server([&] {
    std::this_thread::sleep_for(50ms);
    for (size_t i = 0; i < listener.n_waiting(); ++i) listener.Accept();
    TestSocket socket = listener.Accept();
    socket.ReadUntil("\r\n\r\n");
    socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere");
  });
  const auto answer = Ask(listener.address(), 5s);
  server.join();
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(answer->body, "here");
}

}  // namespace
}  // namespace lemma::net
