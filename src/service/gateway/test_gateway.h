// For tests: a gateway before a pool of fake workers, and a client.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/net/http_client.h"
#include "service/gateway/gateway.h"
#include "service/gateway/test_worker.h"
#include "service/pool/pool.h"
#include "service/reason/profile_set.h"

namespace lemma::gateway {

class GatewayTest : public testing::Test {
 protected:
  void Begin(net::HttpHandler answer, GatewayOptions options = {}) {
    worker_ = std::make_unique<TestWorker>(std::move(answer));
    BeginWith({worker_->address()}, options);
    AwaitReady(1);
  }
  // Before workers that need not be there: r0, r1, ... They are probed often, so that a test need
  // not wait long.
  void BeginWith(const std::vector<std::string>& addresses, const GatewayOptions& options = {}) {
    BeginWith(PoolOf(addresses), options);
  }
  static pool::PoolOptions PoolOf(const std::vector<std::string>& addresses) {
    pool::PoolOptions options;
    for (const std::string& address : addresses) {
      options.remotes.push_back({"r" + std::to_string(options.remotes.size()), address, "", "", 0});
    }
    options.probe_interval = std::chrono::milliseconds(20);
    return options;
  }
  void BeginWith(const pool::PoolOptions& pool_options, GatewayOptions options = {}) {
    gateway_.reset();
    auto pool = pool::Pool::Start(pool_options);
    LEMMA_CHECK(pool.ok(), pool.status().message().c_str());
    pool_ = std::move(*pool);
    options.listen = "127.0.0.1:0";
    options.pool = pool_.get();
    auto started = Gateway::Start(options);
    LEMMA_CHECK(started.ok(), started.status().message().c_str());
    gateway_ = std::move(*started);
  }
  void AwaitReady(int n) {
    LEMMA_CHECK(Eventually([&] { return pool_->n_ready() == n; }), "the workers are not ready");
  }

  net::HttpResponse Ask(const std::string& method, const std::string& target,
                        const std::string& body = "", std::vector<net::Header> headers = {}) {
    auto answer = client_.SendAndWait(gateway_->address(),
                                      {method, target, "", std::move(headers), body, ""});
    LEMMA_CHECK(answer.ok(), answer.status().ToString().c_str());
    return *answer;
  }
  // Asked until it has `what`: workers that are slow to tell it are not waited for.
  net::HttpResponse AskMetricsWith(const std::string& what) {
    net::HttpResponse answer;
    const auto has_it = [&] {
      answer = Ask("GET", "/metrics");
      return answer.body.find(what) != std::string::npos;
    };
    EXPECT_TRUE(Eventually(has_it)) << what << " is not in " << answer.body;
    return answer;
  }
  net::HttpResponse Post(const std::string& target, const std::string& body) {
    return Ask("POST", target, body);
  }

  std::unique_ptr<TestWorker> worker_;
  std::unique_ptr<pool::Pool> pool_;
  std::unique_ptr<Gateway> gateway_;
  net::HttpClient client_;
};

inline boost::json::object Parse(const std::string& text) {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(text, error);
  EXPECT_FALSE(error) << text;
  return value.is_object() ? value.as_object() : boost::json::object();
}

inline boost::json::object ErrorOf(const net::HttpResponse& response) {
  boost::json::object body = Parse(response.body);
  return body.contains("error") ? body["error"].as_object() : boost::json::object();
}

inline std::string SystemOf(const boost::json::object& chat) {
  const boost::json::object& first = chat.at("messages").as_array().at(0).as_object();
  return first.at("role") == "system" ? std::string(first.at("content").as_string()) : "";
}

inline int CountSystems(const boost::json::object& chat) {
  int n = 0;
  for (const boost::json::value& message : chat.at("messages").as_array()) {
    n += message.at("role") == "system" || message.at("role") == "developer";
  }
  return n;
}

inline std::string English(std::string_view profile) {
  return (*reason::ProfileSet::Shipped()->Find(profile))->system.en;
}

}  // namespace lemma::gateway
