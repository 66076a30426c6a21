// Property: a server of PostgreSQL that vanishes is noticed within seconds, unless the address asks
// for more patience.
#include "service/store/connection.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

namespace lemma::store {
namespace {

// Takes connections, and never says a word.
class SilentServer {
 public:
  SilentServer() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(name);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&name), size), 0);
    EXPECT_EQ(listen(fd_, 4), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size), 0);
    address_ = "postgresql://lemma@127.0.0.1:" + std::to_string(ntohs(name.sin_port)) + "/lemma";
  }
  ~SilentServer() { close(fd_); }
  const std::string& address() const { return address_; }

 private:
  const int fd_;
  std::string address_;
};

int TcpOption(PGconn* connection, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  EXPECT_EQ(getsockopt(PQsocket(connection), IPPROTO_TCP, option, &value, &size), 0);
  return value;
}

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

TEST(ConnectionTest, AVanishedServerIsNoticedWithinSeconds) {
  const SilentServer server;
  const Connection made(PQconnectStart(WithTimeouts(server.address()).c_str()), PQfinish);
  ASSERT_NE(PQstatus(made.get()), CONNECTION_BAD) << PQerrorMessage(made.get());
  EXPECT_EQ(TcpOption(made.get(), TCP_USER_TIMEOUT), 11000);
  EXPECT_EQ(TcpOption(made.get(), TCP_KEEPIDLE), 5);
  EXPECT_EQ(TcpOption(made.get(), TCP_KEEPINTVL), 2);
  EXPECT_EQ(TcpOption(made.get(), TCP_KEEPCNT), 3);
}

TEST(ConnectionTest, WhatTheAddressNamesIsItsOwn) {
  const SilentServer server;
  const std::string address = server.address() + "?connect_timeout=9&tcp_user_timeout=60000";
  EXPECT_EQ(WithTimeouts(address),
            address + "&keepalives_idle=5&keepalives_interval=2&keepalives_count=3");
  const Connection made(PQconnectStart(WithTimeouts(address).c_str()), PQfinish);
  ASSERT_NE(PQstatus(made.get()), CONNECTION_BAD) << PQerrorMessage(made.get());
  EXPECT_EQ(TcpOption(made.get(), TCP_USER_TIMEOUT), 60000);
}

}  // namespace
}  // namespace lemma::store
