#include "common/net/connection_pool.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "common/net/test_socket.h"

namespace lemma::net {
namespace {

// A pool, and the other ends of what is put into it.
struct PoolWithPeers {
  int Put(const std::string& address, TimePoint now) {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    peers.emplace_back(ends[1]);
    const boost::asio::generic::stream_protocol protocol(AF_UNIX, 0);
    pool.Put(address, Stream(Stream::Socket(io, protocol, ends[0]), nullptr), now);
    return ends[0];
  }
  boost::asio::io_context io;
  ConnectionPool pool;
  std::vector<TestSocket> peers;
};

const TimePoint kBegin{};
const TimePoint kTooLate = kBegin + ConnectionPool::kIdleTimeMax + std::chrono::seconds(1);

TEST(ConnectionPool, GivesBackTheLatestConnectionAndNoneThatHasLongBeenIdle) {
  PoolWithPeers with;
  with.Put("a", kBegin);
  const int later = with.Put("a", kBegin + ConnectionPool::kIdleTimeMax);
  EXPECT_FALSE(with.pool.Take("b", kTooLate));
  auto taken = with.pool.Take("a", kTooLate);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->socket().native_handle(), later);
  EXPECT_FALSE(with.pool.Take("a", kTooLate));
  EXPECT_EQ(with.peers[0].ReadAll(), "");
  EXPECT_TRUE(with.peers[0].closed());
}

TEST(ConnectionPool, ClosesWhatWasIdleForTooLongAlsoOfAddressesNeverAskedAgain) {
  PoolWithPeers with;
  with.Put("gone", kBegin);
  with.Put("a", kBegin + ConnectionPool::kIdleTimeMax);
  with.Put("b", kTooLate);
  with.peers[0].ReadAll(/*timeout_ms=*/200);
  EXPECT_TRUE(with.peers[0].closed());
  EXPECT_TRUE(with.pool.Take("a", kTooLate));
  EXPECT_TRUE(with.pool.Take("b", kTooLate));
}

}  // namespace
}  // namespace lemma::net
