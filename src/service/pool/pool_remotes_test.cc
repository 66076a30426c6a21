// Replicas that come, drain and go while the pool runs. Real sockets; a server that is ready is
// all it takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "common/net/http_server.h"
#include "service/pool/pool.h"

namespace lemma::pool {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;  // NOLINT

bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 20000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

std::unique_ptr<net::HttpServer> ReadyServer(const std::string& address) {
  return *net::HttpServer::Start(address, 1, {}, [](std::shared_ptr<net::HttpExchange> exchange) {
    const bool is_list = exchange->request().path == "/v1/models";
    exchange->Send(net::HttpResponse::Json(200, is_list ? R"({"data":[{"id":"m"}]})" : "{}"));
  });
}

std::string SocketAddress(const std::string& name) {
  return "unix:/tmp/lemma_remotes_" + name + "_" + std::to_string(getpid());
}

class PoolRemotesTest : public testing::Test {
 protected:
  void Begin(PoolOptions options = {}) {
    options.probe_interval = 10ms;
    pool_ = *Pool::Start(options);
  }
  RemoteReplica Remote(const std::string& id) const {
    return {.name = "the " + id, .address = server_->address(), .key = "sk-planted", .id = id};
  }
  // Of the replica whose id it is; "" where there is none or several.
  std::string StateOf(const std::string& id) const {
    std::string state;
    for (const ReplicaView& view : pool_->List()) {
      if (view.id == id) state = state.empty() ? view.state : "several";
    }
    return state;
  }
  bool IsReady(const std::string& id) const {
    return StateOf(id) == "warming" || StateOf(id) == "ready";
  }

  std::unique_ptr<net::HttpServer> server_ = ReadyServer(SocketAddress("a"));
  std::unique_ptr<Pool> pool_;  // last: it asks the server
};

TEST_F(PoolRemotesTest, OneThatIsAddedIsAskedAndOneThatIsRemovedFinishesWhatItHas) {
  Begin();
  EXPECT_FALSE(pool_->Acquire({.model = "m"}, 0).ok());
  ASSERT_TRUE(pool_->AddRemote(Remote("one")).ok());
  ASSERT_TRUE(Eventually([&] { return pool_->n_ready() == 1; }));
  EXPECT_EQ(StateOf("one"), "warming");
  const auto lease = *pool_->Acquire({.model = "m", .tokens = 7}, 0);
  EXPECT_EQ(lease->target().replica, "the one");
  EXPECT_EQ(lease->target().headers.at(0).value, "Bearer sk-planted");

  ASSERT_TRUE(pool_->RemoveRemote("one").ok());
  EXPECT_EQ(StateOf("one"), "leaving");
  EXPECT_EQ(pool_->n_ready(), 0);
  EXPECT_EQ(pool_->Acquire({.model = "m"}, 0).status().code(), StatusCode::kUnavailable);
  const ReplicaView leaving = pool_->List().at(0);
  EXPECT_EQ(leaving.n_in_flight, 1);
  EXPECT_EQ(leaving.reserved_tokens, 7);
  EXPECT_TRUE(leaving.is_added);
  EXPECT_THAT(pool_->AddRemote(Remote("one")).message(), HasSubstr("have the name")) << "not yet";
  EXPECT_EQ(pool_->RemoveRemote("one").code(), StatusCode::kNotFound);
  lease->End(Outcome::kAnswered);
  EXPECT_TRUE(Eventually([&] { return pool_->List().empty(); }));
  EXPECT_THAT(pool_->RenderMetrics(), Not(HasSubstr("the one")));
  EXPECT_TRUE(pool_->AddRemote(Remote("one")).ok());
}

TEST_F(PoolRemotesTest, WhatIsAskedOfTheWrongOneIsSaid) {
  PoolOptions options;
  options.remotes = {{.name = "far", .address = server_->address()}};
  Begin(options);
  EXPECT_EQ(pool_->List().at(0).id, "remote-0");
  RemoteReplica same_name = Remote("other");
  same_name.name = "far";
  EXPECT_EQ(pool_->AddRemote(same_name).code(), StatusCode::kInvalidArgument);
  RemoteReplica no_address = Remote("other");
  no_address.address = "nowhere";
  EXPECT_EQ(pool_->AddRemote(no_address).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(pool_->RemoveRemote("remote-0").field(), "id") << "it comes from the configuration";
  EXPECT_EQ(pool_->Restart("remote-0").field(), "id");
  for (const Status& status :
       {pool_->RemoveRemote("none"), pool_->Restart("none"), pool_->SetDraining("none", true)}) {
    EXPECT_EQ(status.code(), StatusCode::kNotFound);
  }
  EXPECT_EQ(pool_->List().size(), 1u);
  pool_->Stop();
  EXPECT_EQ(pool_->AddRemote(Remote("late")).code(), StatusCode::kUnavailable);
}

TEST_F(PoolRemotesTest, AnAddedNameIsResolvedAndWhatDrainsStaysSoWhateverItResolvesTo) {
  server_ = ReadyServer("127.0.0.1:0");
  const std::string port = server_->address().substr(server_->address().find(':'));
  const auto second = ReadyServer("127.0.0.2" + port);
  std::mutex mutex;
  std::vector<std::string> hosts;
  std::atomic<int> n_asked{0};
  PoolOptions options;
  options.resolve_interval = 5ms;
  options.resolve = [&](const std::string& host) -> Result<std::vector<std::string>> {
    EXPECT_EQ(host, "workers.example");
    ++n_asked;
    const std::lock_guard lock(mutex);
    if (hosts.empty()) return Unavailable("no answer");
    return hosts;
  };
  const auto resolve_to = [&](std::vector<std::string> to) {
    const std::lock_guard lock(mutex);
    hosts = std::move(to);
  };
  Begin(options);
  RemoteReplica remote = Remote("named");
  remote.address = "workers.example" + port;
  ASSERT_TRUE(pool_->AddRemote(remote).ok());
  EXPECT_EQ(StateOf("named"), "unresolved");
  EXPECT_EQ(pool_->Acquire({.model = "m"}, 0).status().code(), StatusCode::kUnavailable)
      << "it may be the one that serves it";
  resolve_to({"127.0.0.1"});
  ASSERT_TRUE(Eventually([&] { return IsReady("named"); }));
  ASSERT_TRUE(pool_->SetDraining("named", true).ok());
  resolve_to({"127.0.0.1", "127.0.0.2"});
  ASSERT_TRUE(Eventually([&] { return pool_->List().size() == 2; }));
  const int n_before = n_asked;
  ASSERT_TRUE(Eventually([&] { return n_asked >= n_before + 2; }));
  EXPECT_EQ(pool_->n_ready(), 0);
  for (const ReplicaView& view : pool_->List()) EXPECT_TRUE(view.is_draining) << view.name;
  ASSERT_TRUE(pool_->SetDraining("named", false).ok());
  EXPECT_TRUE(Eventually([&] { return pool_->n_ready() == 2; }));
  ASSERT_TRUE(pool_->RemoveRemote("named").ok());
  EXPECT_TRUE(Eventually([&] { return pool_->List().empty(); }));
  pool_.reset();  // before what its resolver uses
}

TEST_F(PoolRemotesTest, AModelWhoseNameHasNoAddressYetIsNotThereForTheMomentOnly) {
  PoolOptions options;
  options.remotes = {{.name = "other", .address = server_->address(), .model = "other"}};
  options.resolve = [](const std::string&) { return Unavailable("no answer"); };
  Begin(options);
  RemoteReplica named = Remote("named");
  named.address = "workers.example:1";
  named.model = "scarce";
  ASSERT_TRUE(pool_->AddRemote(named).ok());
  const auto code = [&](const std::string& model) {
    return pool_->Acquire({.model = model}, 0).status().code();
  };
  EXPECT_EQ(code("scarce"), StatusCode::kUnavailable);
  EXPECT_EQ(code("misspelt"), StatusCode::kNotFound);
  ASSERT_TRUE(pool_->RemoveRemote("named").ok());
  EXPECT_EQ(code("scarce"), StatusCode::kNotFound);
}

TEST_F(PoolRemotesTest, ANameIsTakenUntilWhatItWasHasFinished) {
  server_ = ReadyServer("127.0.0.1:0");
  const std::string port = server_->address().substr(server_->address().find(':'));
  PoolOptions options;
  options.resolve = [](const std::string&) -> Result<std::vector<std::string>> {
    return std::vector<std::string>{"127.0.0.1"};
  };
  Begin(options);
  RemoteReplica named = Remote("named");
  named.address = "workers.example" + port;
  ASSERT_TRUE(pool_->AddRemote(named).ok());
  ASSERT_TRUE(Eventually([&] { return IsReady("named"); }));
  const auto lease = *pool_->Acquire({.model = "m"}, 0);
  ASSERT_TRUE(pool_->RemoveRemote("named").ok());
  EXPECT_EQ(pool_->AddRemote(named).code(), StatusCode::kInvalidArgument);
  lease->End(Outcome::kAnswered);
  EXPECT_TRUE(Eventually([&] { return pool_->AddRemote(named).ok(); }));
  EXPECT_TRUE(Eventually([&] { return IsReady("named"); }));
}

TEST_F(PoolRemotesTest, WhoWaitsForAModelWhoseLastReplicaIsRemovedIsToldSo) {
  PoolOptions options;
  options.remotes = {{.name = "other", .address = server_->address(), .model = "other"}};
  Begin(options);
  RemoteReplica small = Remote("small");
  small.model = "scarce";
  small.slots = 1;
  ASSERT_TRUE(pool_->AddRemote(small).ok());
  ASSERT_TRUE(Eventually([&] { return pool_->n_ready() == 2; }));
  const auto lease = *pool_->Acquire({.model = "scarce"}, 0);
  std::atomic<int> n_placed{0};
  Status status;
  const auto turn = pool_->Enter({.route = {.model = "scarce"}}, [&](Placement placement) {
    status = placement.status;
    ++n_placed;
  });
  EXPECT_EQ(pool_->List().at(1).n_waiting, 1);
  EXPECT_EQ(n_placed, 0);
  ASSERT_TRUE(pool_->RemoveRemote("small").ok());
  lease->End(Outcome::kAnswered);
  ASSERT_TRUE(Eventually([&] { return n_placed == 1; }));
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("there are: other"));
}

TEST_F(PoolRemotesTest, ManyThreadsAddDrainAndRemoveWhileRequestsRun) {
  PoolOptions options;
  options.remotes = {{.name = "stays", .address = server_->address()}};
  Begin(options);
  ASSERT_TRUE(Eventually([&] { return pool_->n_ready() == 1; }));
  std::atomic<bool> is_over{false};
  std::thread asker([&] {
    while (!is_over) {
      const auto lease = pool_->Acquire({.model = "m", .tokens = 1}, 0);
      EXPECT_TRUE(lease.ok()) << "there is one that stays";
      if (lease.ok()) (*lease)->End(Outcome::kAnswered);
    }
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const std::string id = std::to_string(t) + "-" + std::to_string(i);
        EXPECT_TRUE(pool_->AddRemote(Remote(id)).ok());
        EXPECT_TRUE(Eventually([&] { return IsReady(id); }));
        EXPECT_TRUE(pool_->SetDraining(id, true).ok());
        EXPECT_EQ(StateOf(id), "draining");
        EXPECT_TRUE(pool_->RemoveRemote(id).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  is_over = true;
  asker.join();
  EXPECT_TRUE(Eventually([&] { return pool_->List().size() == 1; }));
  EXPECT_EQ(pool_->List().at(0).n_in_flight, 0);
}

}  // namespace
}  // namespace lemma::pool
