// Replicas through the admin API: real servers to add, and a second process that shares the
// database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>
#include <unistd.h>

#include <mutex>
#include <set>
#include <thread>

#include "common/base/file.h"
#include "common/net/http_server.h"
#include "service/admin/test_admin.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;
using testing::HasSubstr;
using testing::Not;

bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 20000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

class ReplicaRoutesTest : public AdminTest {
 protected:
  void SetUp() override {
    AdminTest::SetUp();
    admin_ = NewPerson("admin", AdminRole::kAdmin);
  }
  // "far" is there from the start.
  pool::PoolOptions PoolOptions() const override {
    pool::PoolOptions options;
    options.remotes = {{.name = "far", .address = replica_->address(), .model = "m"}};
    return options;
  }
  net::HttpResponse Add(const json::object& body) {
    return AskAs(admin_, "POST", "/replicas", json::serialize(body));
  }
  // "" where there is none of that id.
  static std::string StateOf(pool::Pool& pool, const std::string& id) {
    for (const pool::ReplicaView& view : pool.List()) {
      if (view.id == id) return view.state;
    }
    return "";
  }
  std::string Authorizations() {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const std::string& value : authorizations_) all += value + "\n";
    return all;
  }

  std::mutex mutex_;
  std::set<std::string> authorizations_;  // that were sent to the server
  std::unique_ptr<net::HttpServer> replica_ = *net::HttpServer::Start(
      "unix:/tmp/lemma_replica_routes_" + std::to_string(getpid()), 1, {},
      [this](std::shared_ptr<net::HttpExchange> exchange) {
        {
          const std::lock_guard lock(mutex_);
          authorizations_.emplace(exchange->request().header("authorization"));
        }
        const bool is_list = exchange->request().path == "/v1/models";
        exchange->Send(net::HttpResponse::Json(
            200, is_list ? R"({"data":[{"id":"m"}]})"
                         : R"({"kv_usage":0.25,"cpu_usage":1,"gpu":"none"})"));
      });
  Person admin_;
};

TEST_F(ReplicaRoutesTest, WhatIsAddedIsInEveryProcessUntilItIsRemoved) {
  const auto other_database =
      *store::Database::Open({.address = (directory_ / "lemma.db").string()});
  store::ReplicaStore other_store(*other_database, keys_->secret(), clock_);
  const auto other_pool = *pool::Pool::Start({});
  const auto other = *gateway::StoredReplicas::Start(other_store, *other_pool);

  const net::HttpResponse added = Add({{"spec", replica_->address() + ",name=near,slots=3"}});
  ASSERT_EQ(added.status, 201) << added.body;
  const json::object view = Parse(added);
  const std::string id(view.at("id").as_string());
  EXPECT_EQ(view.at("name"), "near");
  EXPECT_EQ(view.at("kind"), "remote");
  EXPECT_EQ(view.at("origin"), "store");
  EXPECT_EQ(view.at("requests_max"), 3);
  const auto serves = [&](pool::Pool& pool) {
    const std::string state = StateOf(pool, id);
    return state == "warming" || state == "ready";  // after ten seconds
  };
  EXPECT_TRUE(Eventually([&] { return serves(*other_pool); }));
  EXPECT_TRUE(Eventually([&] { return serves(*pool_); }));

  const std::string path = "/replicas/" + id;
  EXPECT_EQ(AskAs(admin_, "POST", path + "/drain").status, 204);
  EXPECT_EQ(StateOf(*pool_, id), "draining") << "here at once";
  EXPECT_TRUE(Eventually([&] { return StateOf(*other_pool, id) == "draining"; }));
  const auto later_pool = *pool::Pool::Start({});
  const auto later = *gateway::StoredReplicas::Start(other_store, *later_pool);
  EXPECT_EQ(later_pool->List().at(0).is_draining, true) << "a process that starts then";
  EXPECT_EQ(AskAs(admin_, "POST", path + "/undrain").status, 204);
  EXPECT_TRUE(Eventually([&] { return serves(*other_pool); }));
  EXPECT_EQ(AskAs(admin_, "DELETE", path).status, 204);
  for (pool::Pool* pool : {pool_.get(), other_pool.get(), later_pool.get()}) {
    EXPECT_TRUE(Eventually([&] { return StateOf(*pool, id).empty(); }));
  }
  EXPECT_EQ(AskAs(admin_, "DELETE", path).status, 404);
}

TEST_F(ReplicaRoutesTest, WhatAWorkerSaysOfItsResourcesIsShown) {
  ASSERT_EQ(Add({{"spec", replica_->address() + ",name=near"}}).status, 201);
  const auto near = [&] {
    const json::object list = Parse(AskAs(admin_, "GET", "/replicas"));
    for (const json::value& replica : list.at("replicas").as_array()) {
      if (replica.at("name") == "near") return replica.as_object();
    }
    return json::object();
  };
  EXPECT_TRUE(Eventually([&] { return near().contains("kv_usage"); }));
  EXPECT_EQ(near().at("kv_usage"), 0.25);
  EXPECT_EQ(near().at("cpu_usage"), 1.0);
  EXPECT_EQ(near().at("gpu"), "none");
}

TEST_F(ReplicaRoutesTest, ANameThatAnotherProcessHasIsLeftOutThereUntilItIsFree) {
  const auto other_pool = *pool::Pool::Start({});
  ASSERT_TRUE(
      other_pool->AddRemote({.name = "near", .address = replica_->address(), .id = "its"}).ok());
  const auto other = *gateway::StoredReplicas::Start(*replicas_, *other_pool);
  const json::object view = Parse(Add({{"spec", replica_->address() + ",name=near"}}));
  const std::string id(view.at("id").as_string());
  ASSERT_TRUE(other->Refresh().ok());
  EXPECT_EQ(StateOf(*other_pool, id), "");
  ASSERT_TRUE(other_pool->RemoveRemote("its").ok());
  EXPECT_TRUE(Eventually([&] { return !StateOf(*other_pool, id).empty(); }));
}

TEST_F(ReplicaRoutesTest, AKeyIsSentToTheReplicaAndShowsNowhere) {
  const json::object spec = {{"spec", replica_->address() + ",name=near"}, {"key", "sk-planted"}};
  const net::HttpResponse added = Add(spec);
  ASSERT_EQ(added.status, 201) << added.body;
  EXPECT_TRUE(Eventually(
      [&] { return Authorizations().find("Bearer sk-planted\n") != std::string::npos; }));
  const net::HttpResponse again = Add(spec);
  EXPECT_EQ(again.status, 400);
  const net::HttpResponse misplaced = Add({{"spec", "gpu1:1,key=sk-planted"}});
  EXPECT_EQ(misplaced.status, 400);
  const net::HttpResponse unusable = Add({{"spec", "gpu1:1"}, {"key", "sk-planted\n"}});
  EXPECT_EQ(unusable.status, 400);
  for (const std::string& text :
       {added.body, again.body, misplaced.body, unusable.body, pool_->RenderMetrics(),
        AskAs(admin_, "GET", "/replicas").body, AskAs(admin_, "GET", "/audit").body}) {
    EXPECT_THAT(text, Not(HasSubstr("planted")));
  }
  for (const auto& file : std::filesystem::directory_iterator(directory_)) {
    EXPECT_THAT(*ReadFile(file.path(), 1 << 26), Not(HasSubstr("planted"))) << file.path();
  }
}

TEST_F(ReplicaRoutesTest, WhatIsThereFromTheStartDrainsButDoesNotGo) {
  const json::object list = Parse(AskAs(admin_, "GET", "/replicas"));
  ASSERT_EQ(list.at("replicas").as_array().size(), 1u);
  const json::object& far = list.at("replicas").at(0).as_object();
  EXPECT_EQ(far.at("id"), "remote-0");
  EXPECT_EQ(far.at("origin"), "command_line");
  EXPECT_EQ(far.at("models").at(0), "m");
  EXPECT_EQ(far.at("breaker"), "closed");
  EXPECT_EQ(far.at("in_flight"), 0);
  EXPECT_FALSE(far.contains("pid"));
  EXPECT_TRUE(Eventually([&] { return pool_->n_ready() == 1; }));
  EXPECT_EQ(AskAs(admin_, "POST", "/replicas/remote-0/drain").status, 204);
  EXPECT_EQ(StateOf(*pool_, "remote-0"), "draining");
  EXPECT_EQ(AskAs(admin_, "POST", "/replicas/remote-0/undrain").status, 204);
  EXPECT_EQ(pool_->n_ready(), 1);
  for (const char* call : {"POST /restart", "DELETE "}) {
    const std::string method = std::string(call).substr(0, std::string(call).find(' '));
    const std::string path = std::string(call).substr(method.size() + 1);
    const net::HttpResponse answer = AskAs(admin_, method, "/replicas/remote-0" + path);
    EXPECT_EQ(answer.status, 400) << call;
    EXPECT_EQ(Parse(answer).at("error").at("param"), "id");
  }
  const std::string audit = AskAs(admin_, "GET", "/audit?target=remote-0").body;
  EXPECT_THAT(audit, HasSubstr("replica.drain"));
  EXPECT_THAT(audit, HasSubstr("replica.undrain"));
  EXPECT_THAT(audit, HasSubstr("replica.restart")) << "it was asked for";
}

TEST_F(ReplicaRoutesTest, WhatCannotBeAuditedIsNotDone) {
  const auto request = live_.Enter("r1", clock_.NowMs());
  ASSERT_TRUE(database_
                  ->Write([](soci::session& sql) {
                    sql << "ALTER TABLE audit_log RENAME TO lost";
                    return Ok();
                  })
                  .ok());
  for (const char* path : {"/replicas/remote-0/drain", "/live/r1/cancel"}) {
    EXPECT_GE(AskAs(admin_, "POST", path).status, 500) << path;
  }
  EXPECT_NE(StateOf(*pool_, "remote-0"), "draining");
  EXPECT_FALSE(request->is_cancelled());
}

TEST_F(ReplicaRoutesTest, WhatIsWrongIsNamed) {
  const std::pair<json::object, const char*> wrong[] = {
      {{{"spec", "gpu1"}}, "spec: "},
      {{{"spec", "gpu1:1,weight=2"}}, "spec: \"weight\" is none of"},
      {{{"spec", "gpu1:1,key-file=/etc/passwd"}}, "spec: key-file= and key-env= are for the"},
      {{{"spec", "gpu1:1,key-env=HOME"}}, "spec: key-file= and key-env= are for the"},
      {{{"spec", "gpu1:1,name=far"}}, "spec: a replica has the name"},
      {{{"spec", "gpu1:1"}, {"key", "two words"}}, "key: must be one line"}};
  for (const auto& [body, message] : wrong) {
    const net::HttpResponse answer = Add(body);
    EXPECT_EQ(answer.status, 400) << message;
    EXPECT_THAT(std::string(Parse(answer).at("error").at("message").as_string()),
                HasSubstr(message));
  }
  EXPECT_EQ(pool_->List().size(), 1u);
  for (const char* action : {"/drain", "/undrain", "/restart"}) {
    EXPECT_EQ(AskAs(admin_, "POST", std::string("/replicas/none") + action).status, 404);
  }
}

}  // namespace
}  // namespace lemma::admin
