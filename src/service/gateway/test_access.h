// For tests: a gateway with keys, limits and a request log behind it, in a real database.
#pragma once

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "service/access/memory_limiter.h"
#include "service/access/told_limiter.h"
#include "service/gateway/prompt_counter.h"
#include "service/gateway/test_gateway.h"
#include "service/store/key_cache.h"
#include "service/store/request_log.h"
#include "service/store/store_limiter.h"
#include "service/store/test_databases.h"

namespace lemma::gateway {

// What one gateway has of its own over a database: connections, copies, threads.
struct TestAccess {
  TestAccess(const std::string& address, const std::filesystem::path& secret,
             const UnixClock& clock) {
    database = *store::Database::Open({.address = address});
    keys = *store::KeyStore::Open(*database, secret, clock);
    cache = *store::KeyCache::Start(*keys, clock);
    lasting = std::make_unique<store::StoreLimiter>(*database, clock);
    brief = std::make_unique<access::MemoryLimiter>(clock);
    told = std::make_unique<access::ToldLimiter>(*lasting, *brief);
    log = std::make_unique<store::RequestLog>(*database);
  }

  GatewayAccess parts() const {
    GatewayAccess access;
    access.requires_keys = true;
    access.keys = cache.get();
    access.lasting_limiter = told.get();
    access.brief_limiter = brief.get();
    access.log = log.get();
    return access;
  }

  std::unique_ptr<store::Database> database;
  std::unique_ptr<store::KeyStore> keys;
  std::unique_ptr<store::KeyCache> cache;
  std::unique_ptr<store::StoreLimiter> lasting;
  std::unique_ptr<access::MemoryLimiter> brief;
  std::unique_ptr<access::ToldLimiter> told;
  std::unique_ptr<store::RequestLog> log;
};

inline access::KeySpec Spec(const std::string& name, const access::KeyLimits& limits = {}) {
  access::KeySpec spec;
  spec.name = name;
  spec.limits = limits;
  return spec;
}

class AccessTest : public GatewayTest {
 protected:
  void SetUp() override {
    directory_ = store::NewTestDirectory();
    Open((directory_ / "lemma.db").string());
  }
  void TearDown() override {
    gateway_.reset();  // before what it uses
    store_.reset();
  }
  void Open(const std::string& address) {
    store_ = std::make_unique<TestAccess>(address, directory_ / "key-secret", clock_);
  }

  void BeginWithKeys(net::HttpHandler answer) {
    GatewayOptions options;
    options.access = store_->parts();
    Begin(std::move(answer), options);
  }

  // A key that the gateway knows already.
  store::NewKey Create(const access::KeySpec& spec) {
    store::NewKey made = *store_->keys->Create(spec);
    EXPECT_TRUE(store_->cache->Refresh().ok());
    return made;
  }

  static std::vector<net::Header> Bearer(const std::string& key) {
    return {{"Authorization", "Bearer " + key}};
  }
  net::HttpResponse PostAs(const std::string& key, const std::string& target,
                           const std::string& body) {
    return Ask("POST", target, body, Bearer(key));
  }

  // What the key has used and reserved today.
  int64_t DayTokens(const store::NewKey& made) {
    return *store_->lasting->DayTokens(made.key.id, access::DayOf(clock_.NowMs()));
  }

  std::filesystem::path directory_;
  ManualUnixClock clock_{int64_t{20'000} * 24 * 3600 * 1000};
  std::unique_ptr<TestAccess> store_;
};

// A call under way that the test waits for, or leaves.
class TestCall {
 public:
  TestCall(net::HttpClient& client, const std::string& address, net::HttpRequest request) {
    net::HttpCallbacks callbacks;
    callbacks.on_head = [state = state_](net::HttpResponse head) { state->response = head; };
    callbacks.on_body = [state = state_](std::string piece) {
      state->response.body += piece;
      if (!std::exchange(state->has_body, true)) state->body_begins.set_value();
    };
    callbacks.on_end = [state = state_](Status status) {
      state->ended = true;
      state->end.set_value(std::move(status));
    };
    call_ = client.Send(address, std::move(request), std::move(callbacks));
  }

  void Leave() { call_->Cancel(); }
  bool ended() const { return state_->ended; }
  void WaitForBody() { state_->body_begins.get_future().get(); }
  // The answer, when it has ended; once.
  const net::HttpResponse& Wait() {
    state_->status = state_->end.get_future().get();
    return state_->response;
  }

 private:
  struct State {
    net::HttpResponse response{.status = 0, .headers = {}, .body = ""};
    bool has_body = false;
    std::atomic<bool> ended{false};
    std::promise<void> body_begins;
    std::promise<Status> end;
    Status status;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::shared_ptr<net::HttpCall> call_;
};

}  // namespace lemma::gateway
