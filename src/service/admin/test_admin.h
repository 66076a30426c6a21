// For tests: an admin server over a real database, and people who call it.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/net/http_client.h"
#include "service/admin/admin_server.h"
#include "service/gateway/live_requests.h"
#include "service/gateway/stored_replicas.h"
#include "service/pool/pool.h"
#include "service/store/admin_user_store.h"
#include "service/store/key_store.h"
#include "service/store/replica_store.h"
#include "service/store/request_log.h"
#include "service/store/test_databases.h"

namespace lemma::admin {

inline constexpr const char* kPassword = "correct horse battery";

// A browser's part of a session.
struct Person {
  std::string cookie;  // "name=token"
  std::string csrf;
  std::string id;  // of the user
};

class AdminTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = store::NewTestDirectory();
    database_ = *store::Database::Open({.address = (directory_ / "lemma.db").string()});
    keys_ = *store::KeyStore::Open(*database_, directory_ / "key-secret", clock_);
    log_.emplace(*database_);
    users_.emplace(*database_, keys_->secret(), clock_);
    pool_ = *pool::Pool::Start(PoolOptions());
    replicas_.emplace(*database_, keys_->secret(), clock_);
    stored_replicas_ = *gateway::StoredReplicas::Start(*replicas_, *pool_);
    Begin();
  }

  virtual pool::PoolOptions PoolOptions() const { return {}; }

  void Begin(const std::string& origin = "") {
    AdminOptions options;
    options.listen = "127.0.0.1:0";
    options.origin = origin;
    options.database = database_.get();
    options.keys = keys_.get();
    options.log = &*log_;
    options.pool = pool_.get();
    options.replicas = stored_replicas_.get();
    options.live = &live_;
    options.clock = &clock_;
    options.configuration = {{"port", "8080"}};
    options.page = files_;
    server_.reset();
    server_ = *AdminServer::Start(options);
  }

  store::AdminUser Make(const std::string& name, access::AdminRole role) {
    return *users_->Create(name, role, kPassword);
  }

  net::HttpResponse Ask(const std::string& method, const std::string& path,
                        const std::string& body = "", std::vector<net::Header> headers = {}) {
    if (method != "GET") headers.push_back({"Content-Type", "application/json"});
    auto answer = client_.SendAndWait(
        server_->address(), {method, "/admin/api" + path, "", std::move(headers), body, ""});
    LEMMA_CHECK(answer.ok(), answer.status().ToString().c_str());
    return *answer;
  }
  net::HttpResponse AskAs(const Person& who, const std::string& method, const std::string& path,
                          const std::string& body = "") {
    return Ask(method, path, body, {{"Cookie", who.cookie}, {"x-csrf-token", who.csrf}});
  }

  net::HttpResponse TrySignIn(const std::string& name, const std::string& password,
                              const std::string& code = "") {
    return Ask("POST", "/sign-in",
               boost::json::serialize(
                   boost::json::object{{"name", name}, {"password", password}, {"code", code}}));
  }
  Person SignIn(const std::string& name, const std::string& code = "") {
    clock_.Advance(60'000);  // the limit of attempts is another test's
    const net::HttpResponse answer = TrySignIn(name, kPassword, code);
    LEMMA_CHECK(answer.status == 200, answer.body.c_str());
    const std::string cookie(answer.header("set-cookie"));
    const boost::json::object body = Parse(answer);
    return {cookie.substr(0, cookie.find(';')), std::string(body.at("csrf_token").as_string()),
            std::string(body.at("user").at("id").as_string())};
  }
  // A new user of that role, signed in.
  Person NewPerson(const std::string& name, access::AdminRole role) {
    Make(name, role);
    return SignIn(name);
  }

  static boost::json::object Parse(const net::HttpResponse& answer) {
    boost::system::error_code error;
    boost::json::value value = boost::json::parse(answer.body, error);
    EXPECT_FALSE(error) << answer.body;
    return value.is_object() ? value.as_object() : boost::json::object();
  }
  // The code of an error, "" where it has none.
  static std::string CodeOf(const net::HttpResponse& answer) {
    const boost::json::object body = Parse(answer);
    const boost::json::value* error = body.if_contains("error");
    if (error == nullptr || !error->at("code").is_string()) return "";
    return std::string(error->at("code").as_string());
  }

  std::filesystem::path directory_;
  ManualUnixClock clock_{1'800'000'000'000};
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::KeyStore> keys_;
  std::optional<store::RequestLog> log_;
  std::optional<store::AdminUserStore> users_;
  gateway::LiveRequests live_;
  std::vector<gateway::PageFile> files_;
  std::unique_ptr<pool::Pool> pool_;
  std::optional<store::ReplicaStore> replicas_;
  std::unique_ptr<gateway::StoredReplicas> stored_replicas_;
  std::unique_ptr<AdminServer> server_;
  net::HttpClient client_;
};

}  // namespace lemma::admin
