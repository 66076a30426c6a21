// For tests: a gateway before a fake worker, and a client.
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
#include "service/reason/profile_set.h"

namespace lemma::gateway {

class GatewayTest : public testing::Test {
 protected:
  void Begin(net::HttpHandler answer, GatewayOptions options = {}) {
    worker_ = std::make_unique<TestWorker>(std::move(answer));
    options.worker_address = worker_->address();
    BeginWithoutWorker(options);
  }
  void BeginWithoutWorker(GatewayOptions options) {
    options.listen = "127.0.0.1:0";
    auto started = Gateway::Start(options);
    LEMMA_CHECK(started.ok(), started.status().message().c_str());
    gateway_ = std::move(*started);
  }

  net::HttpResponse Ask(const std::string& method, const std::string& target,
                        const std::string& body = "", std::vector<net::Header> headers = {}) {
    auto answer = client_.SendAndWait(gateway_->address(),
                                      {method, target, "", std::move(headers), body, ""});
    LEMMA_CHECK(answer.ok(), answer.status().ToString().c_str());
    return *answer;
  }
  net::HttpResponse Post(const std::string& target, const std::string& body) {
    return Ask("POST", target, body);
  }

  std::unique_ptr<TestWorker> worker_;
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
