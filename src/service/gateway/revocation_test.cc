// A revoked key has no more of anything within a second, whatever of it runs and whoever revokes
// it. Real sockets, real databases, real programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "service/gateway/revocation_watch.h"
#include "service/gateway/test_access.h"
#include "service/store/job_store.h"

namespace lemma::gateway {
namespace {

using std::chrono::steady_clock;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kChatBody = R"({"messages":[{"role":"user","content":"1+1"}],"stream":true})";

class RevocationTest : public AccessTest {
 protected:
  void BeginWithJobs(net::HttpHandler answer, const GatewayOptions& given = {}) {
    GatewayOptions options = given;
    jobs_ = std::make_unique<store::JobStore>(*store_->database, store_->keys->secret(), clock_);
    options.access = store_->parts();
    options.access.jobs = jobs_.get();
    Begin(std::move(answer), options);
  }
  void TearDown() override {
    gateway_.reset();
    jobs_.reset();
    AccessTest::TearDown();
  }
  std::unique_ptr<TestCall> Call(const std::string& key, const std::string& method,
                                 const std::string& target, const std::string& body) {
    return std::make_unique<TestCall>(client_, gateway_->address(),
                                      net::HttpRequest{method, target, "", Bearer(key), body, ""});
  }
  std::unique_ptr<TestCall> Chat(const std::string& key) {
    return Call(key, "POST", "/v1/chat/completions", kChatBody);
  }
  void Revoke(const store::NewKey& made) { ASSERT_TRUE(store_->keys->Revoke(made.key.id).ok()); }
  std::string ReasonOf(const std::string& key_id) {
    store::RequestPage page;
    const auto has_row = [&] {
      page = *store_->log->Search({});
      return std::ranges::any_of(page.records, [&](const auto& r) { return r.key_id == key_id; });
    };
    EXPECT_TRUE(Eventually(has_row));
    for (const auto& record : page.records) {
      if (record.key_id == key_id) return record.error_reason;
    }
    return "";
  }

  std::unique_ptr<store::JobStore> jobs_;
};

void ExpectRevoked(const net::HttpResponse& answer) {
  EXPECT_EQ(answer.status, 401) << answer.body;
  EXPECT_EQ(ErrorOf(answer).at("code"), "invalid_api_key");
  EXPECT_THAT(answer.body, HasSubstr("revoked"));
}
void ExpectRevokedStream(const std::string& events) {
  EXPECT_THAT(events, AllOf(HasSubstr("event: error\n"), HasSubstr("invalid_api_key"),
                            HasSubstr("was revoked"), EndsWith("\n\n"), Not(HasSubstr("[DONE]"))));
}

// Its chat has ended long before, and its program sleeps for a minute.
TEST_F(RevocationTest, ARunThatTestsAProgramEnds) {
  const auto judge = reason::Judge::Create({});
  if (!judge.ok()) GTEST_SKIP() << judge.status().message();
  GatewayOptions options;
  options.judge = &*judge;
  BeginWithJobs(
      [](std::shared_ptr<net::HttpExchange> exchange) {
        exchange->Start(EventStream());
        exchange->Write(Delta("content", "```python\nimport time\ntime.sleep(60)\n```\n") +
                        net::SseEvent(kFinishChunk) + net::SseEvent("[DONE]"));
        exchange->Finish();
      },
      options);
  const std::string problem = R"("problem":"Say 5","strategy":"single",)"
                              R"("tests":{"wall_ms":60000,"tests":[{"output":"5\n"}]})";
  const store::NewKey made = Create(Spec("a"));
  const auto whole = Call(made.text, "POST", "/v1/solve", "{" + problem + "}");
  const auto stream = Call(made.text, "POST", "/v1/solve", "{" + problem + R"(,"stream":true})");
  stream->WaitForBody();
  ASSERT_TRUE(Eventually([&] { return worker_->n_requests() == 2; }));
  ASSERT_TRUE(Eventually([&] { return gateway_->live_requests().List().empty(); }));
  EXPECT_FALSE(whole->ended());
  const auto begun = steady_clock::now();
  Revoke(made);
  ExpectRevoked(whole->Wait());
  ExpectRevokedStream(stream->Wait().body);
  gateway_.reset();  // waits for the threads of runs: their programs are not waited for
  EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds(30));
}

TEST_F(RevocationTest, WhoFollowsAJobIsCut) {
  GatewayOptions options;
  options.job_runner.running_max = 0;  // it waits for as long as the test
  BeginWithJobs(AnswerChat, options);
  const store::NewKey made = Create(Spec("a")), other = Create(Spec("b"));
  const auto follow = [&](const store::NewKey& key) {
    const auto job =
        PostAs(key.text, "/v1/jobs",
               R"({"target":"/v1/chat/completions","body":)" + std::string(kChatBody) + "}");
    EXPECT_EQ(job.status, 202) << job.body;
    return Call(key.text, "GET",
                "/v1/jobs/" + std::string(Parse(job.body).at("id").as_string()) + "/events", "");
  };
  const auto followed = follow(made), neighbour = follow(other);
  ASSERT_TRUE(Eventually([&] { return gateway_->n_active() == 2; }));
  Revoke(made);
  ExpectRevokedStream(followed->Wait().body);
  EXPECT_FALSE(neighbour->ended());
}

TEST_F(RevocationTest, WhatWaitsInLineIsRefusedAndNeverAsked) {
  HoldingWorker holding;
  worker_ = std::make_unique<TestWorker>(holding.handler());
  pool::PoolOptions pool = PoolOf({worker_->address()});
  pool.remotes.front().slots = 1;
  GatewayOptions options;
  options.access = store_->parts();
  BeginWith(pool, options);
  AwaitReady(1);
  const store::NewKey made = Create(Spec("a")), other = Create(Spec("b"));
  const auto runs = Call(other.text, "POST", "/v1/chat/completions", kChatBody);
  holding.Await(0);
  const auto waits = Chat(made.text);
  ASSERT_TRUE(Eventually([&] { return gateway_->live_requests().List().size() == 2; }));
  Revoke(made);
  ExpectRevoked(waits->Wait());
  EXPECT_EQ(ReasonOf(made.key.id), "revoked");
  AnswerChat(holding.Await(0));
  EXPECT_EQ(runs->Wait().status, 200);
  EXPECT_EQ(worker_->n_requests(), 1u);
}

// What passed the door before the change is listed after the watch has looked: seen the next time.
TEST_F(RevocationTest, WhatWasOnItsWayInWhenTheWatchLookedEndsToo) {
  const store::NewKey made = Create(Spec("a"));
  LiveRequests live;
  const auto enter = [&](const std::string& id) {
    auto request = live.Enter(id, 1);
    request->SetKey(made.key.id);
    return request;
  };
  std::shared_ptr<LiveRequest> late;
  std::atomic<bool> is_late_in = false;
  const auto seen = enter("seen");
  seen->OnCancel([&] {  // in the middle of the look that finds the change
    late = enter("late");
    is_late_in = true;
  });
  const RevocationWatch watch(*store_->cache, live, std::chrono::milliseconds(20));
  Revoke(made);
  ASSERT_TRUE(Eventually([&] { return is_late_in.load(); }));
  EXPECT_TRUE(Eventually([&] { return late->is_cancelled(); }, 5'000));
}

class SharedRevocationTest : public RevocationTest, public testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(, SharedRevocationTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "postgresql" : "sqlite"; });

// Most of five is in time: one alone may be late as the machine is busy, not most of them.
TEST_P(SharedRevocationTest, WhatAnotherGatewayRevokesEndsHereWithinASecond) {
  const std::string address =
      GetParam() ? store::NewPostgresqlDatabase() : (directory_ / "lemma.db").string();
  ASSERT_NE(address, "");
  Open(address);
  const auto other_database = *store::Database::Open({.address = address});
  const auto others_keys =
      *store::KeyStore::Open(*other_database, directory_ / "key-secret", clock_);
  BeginWithKeys([](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Start(EventStream());
    exchange->Write(Delta("content", "It is"));
    std::thread([exchange] {  // for as long as anybody listens
      Eventually([&] { return exchange->closed(); });
    })
        .detach();
  });
  std::vector<steady_clock::duration> times;
  for (int i = 0; i < 5; ++i) {
    const store::NewKey made = Create(Spec("a"));
    const auto call = Chat(made.text);
    call->WaitForBody();
    ASSERT_TRUE(others_keys->Revoke(made.key.id).ok());
    const auto revoked_at = steady_clock::now();
    ExpectRevokedStream(call->Wait().body);
    times.push_back(steady_clock::now() - revoked_at);
    EXPECT_EQ(ReasonOf(made.key.id), "revoked");
  }
  std::ranges::sort(times);
  EXPECT_LT(times[2], std::chrono::seconds(1));
}

}  // namespace
}  // namespace lemma::gateway
