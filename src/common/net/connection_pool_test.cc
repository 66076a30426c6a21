#include "common/net/connection_pool.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>

#include "common/net/test_socket.h"

namespace lemma::net {
namespace {

TEST(ConnectionPool, GivesBackTheLatestConnectionAndNoneThatHasLongBeenIdle) {
  boost::asio::io_context io;
  ConnectionPool pool;
  std::vector<TestSocket> peers;
  const auto put = [&](TimePoint now) {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    peers.emplace_back(ends[1]);
    const boost::asio::generic::stream_protocol protocol(AF_UNIX, 0);
    pool.Put("a", Stream(Stream::Socket(io, protocol, ends[0]), nullptr), now);
    return ends[0];
  };
  const TimePoint begin{};
  put(begin);
  const int later = put(begin + ConnectionPool::kIdleTimeMax);
  const TimePoint now = begin + ConnectionPool::kIdleTimeMax + std::chrono::seconds(1);
  EXPECT_FALSE(pool.Take("b", now));
  auto taken = pool.Take("a", now);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->socket().native_handle(), later);
  EXPECT_FALSE(pool.Take("a", now));
  EXPECT_EQ(peers[0].ReadAll(), "");
  EXPECT_TRUE(peers[0].closed());
}

}  // namespace
}  // namespace lemma::net
