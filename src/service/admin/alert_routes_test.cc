// Alerts through the admin API, with a real receiver of their webhooks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "common/net/http_server.h"
#include "service/admin/test_admin.h"
#include "service/store/alert_store.h"
#include "service/webhook/webhook.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;
using testing::HasSubstr;
using testing::Not;

class AlertRoutesTest : public AdminTest {
 protected:
  void SetUp() override {
    AdminTest::SetUp();
    owner_ = NewPerson("owner", AdminRole::kOwner);
    receiver_ = *net::HttpServer::Start("127.0.0.1:0", 1, {},
                                        [this](std::shared_ptr<net::HttpExchange> exchange) {
                                          const std::lock_guard lock(mutex_);
                                          received_.push_back(exchange->request());
                                          exchange->Send(net::HttpResponse::Json(200, "{}"));
                                        });
  }

  std::string Url() const { return "http://" + receiver_->address() + "/hook/planted-text"; }
  json::object Spec(const std::string& name) const {
    return {{"name", name},          {"metric", "error_rate"},
            {"comparison", "above"}, {"threshold", 0.05},
            {"window_minutes", 10},  {"filters", json::object{{"task", json::array{"math"}}}},
            {"webhook_url", Url()}};
  }
  net::HttpResponse Send(const char* method, const std::string& path, const json::object& body) {
    return AskAs(owner_, method, path, json::serialize(body));
  }

  Person owner_;
  std::mutex mutex_;
  std::vector<net::HttpRequest> received_;
  std::unique_ptr<net::HttpServer> receiver_;  // last: its handler uses the others
};

TEST_F(AlertRoutesTest, MadeShownReplacedAndDeleted) {
  const net::HttpResponse made = Send("POST", "/alerts", Spec("errors"));
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id(Parse(made).at("id").as_string());
  const std::string secret(Parse(made).at("secret").as_string());
  EXPECT_EQ(secret.size(), 64u);
  const Person admin = NewPerson("admin", AdminRole::kAdmin);
  const net::HttpResponse list = AskAs(admin, "GET", "/alerts");
  EXPECT_THAT(list.body, HasSubstr(id));
  EXPECT_THAT(list.body, Not(HasSubstr(secret))) << "shown once";
  const json::object shown = Parse(AskAs(admin, "GET", "/alerts/" + id));
  EXPECT_EQ(shown.at("filters"), (json::object{{"task", json::array{"math"}}}));
  EXPECT_EQ(shown.at("state"), "inactive");
  EXPECT_TRUE(shown.at("deliveries").as_array().empty());

  json::object other = Spec("silence");
  other["metric"] = "requests";
  other["comparison"] = "below";
  other["threshold"] = 1;
  other["filters"] = nullptr;
  const net::HttpResponse replaced = Send("PUT", "/alerts/" + id, other);
  ASSERT_EQ(replaced.status, 200) << replaced.body;
  const json::object now = Parse(replaced);
  EXPECT_EQ(std::string(now.at("id").as_string()), id);
  EXPECT_EQ(now.at("name"), "silence");
  EXPECT_EQ(now.at("comparison"), "below");
  EXPECT_TRUE(now.at("filters").as_object().empty());
  EXPECT_EQ(AskAs(owner_, "DELETE", "/alerts/" + id).status, 204);
  for (const char* method : {"GET", "DELETE"}) {
    EXPECT_EQ(AskAs(owner_, method, "/alerts/" + id).status, 404) << method;
  }
  const net::HttpResponse audit = AskAs(admin, "GET", "/audit?target=" + id);
  for (const char* action : {"alert.create", "alert.update", "alert.delete"}) {
    EXPECT_THAT(audit.body, HasSubstr(action));
  }
  EXPECT_THAT(audit.body, Not(HasSubstr("planted-text"))) << "an address may hold a secret";
}

TEST_F(AlertRoutesTest, AReplacedAlertBeginsAnewWithoutWhatWasStillToBeDelivered) {
  store::AlertStore alerts(*database_, clock_);
  const std::string id(Parse(Send("POST", "/alerts", Spec("errors"))).at("id").as_string());
  ASSERT_TRUE(alerts.Move(*alerts.Find(id), 0.5, store::AlertState::kFiring, "{}").ok());
  const json::object firing = Parse(AskAs(owner_, "GET", "/alerts/" + id));
  EXPECT_EQ(firing.at("state"), "firing");
  EXPECT_EQ(
      Parse(AskAs(NewPerson("viewer", AdminRole::kViewer), "GET", "/health")).at("alerts_firing"),
      1);
  EXPECT_EQ(firing.at("deliveries").as_array().size(), 1u);
  EXPECT_EQ(firing.at("deliveries").at(0).at("failed_attempts"), 0);
  EXPECT_EQ(Send("PUT", "/alerts/" + id, Spec("others")).status, 200);
  const json::object anew = Parse(AskAs(owner_, "GET", "/alerts/" + id));
  EXPECT_EQ(anew.at("state"), "inactive");
  EXPECT_TRUE(anew.at("value").is_null());
  EXPECT_TRUE(anew.at("deliveries").as_array().empty());
}

TEST_F(AlertRoutesTest, ATestArrivesSignedAndAFailureIsSaid) {
  const json::object made = Parse(Send("POST", "/alerts", Spec("errors")));
  const std::string path = "/alerts/" + std::string(made.at("id").as_string());
  const json::object sent = Parse(AskAs(owner_, "POST", path + "/test"));
  EXPECT_EQ(sent.at("is_delivered"), true);
  {
    const std::lock_guard lock(mutex_);
    ASSERT_EQ(received_.size(), 1u);
    EXPECT_EQ(json::parse(received_[0].body).at("state"), "test");
    EXPECT_EQ(received_[0].header("x-lemma-signature"),
              webhook::WebhookSignature(std::string(made.at("secret").as_string()),
                                        clock_.NowMs() / 1000, received_[0].body));
  }
  json::object nobody = Spec("errors");
  nobody["webhook_url"] = "http://127.0.0.1:1/x";
  EXPECT_EQ(Send("PUT", path, nobody).status, 200);
  const json::object failed = Parse(AskAs(owner_, "POST", path + "/test"));
  EXPECT_EQ(failed.at("is_delivered"), false);
  EXPECT_FALSE(failed.at("error").as_string().empty());
  EXPECT_EQ(AskAs(owner_, "POST", "/alerts/none/test").status, 404);
}

TEST_F(AlertRoutesTest, WhatIsWrongIsNamed) {
  const std::pair<const char*, json::value> wrong[] = {
      {"name", ""},
      {"metric", "luck"},
      {"comparison", "beside"},
      {"threshold", "much"},
      {"window_minutes", 0},
      {"for_minutes", -1},
      {"filters", json::object{{"color", json::array{"x"}}}},
      {"webhook_url", "ftp://a"}};
  for (const auto& [member, value] : wrong) {
    json::object spec = Spec("errors");
    spec[member] = value;
    const net::HttpResponse answer = Send("POST", "/alerts", spec);
    EXPECT_EQ(answer.status, 400) << member << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(std::string(member) + ": "));
  }
  EXPECT_EQ(Send("PUT", "/alerts/none", Spec("errors")).status, 404);
}

}  // namespace
}  // namespace lemma::admin
