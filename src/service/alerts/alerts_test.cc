// Alerts from the rows of the request log to a receiver: real databases, a real HTTP server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "common/base/check.h"
#include "common/net/http_server.h"
#include "service/alerts/alert_watch.h"
#include "service/alerts/webhook.h"
#include "service/store/request_log.h"
#include "service/store/test_databases.h"

namespace lemma::alerts {
namespace {

using store::AlertState;
using testing::HasSubstr;
using testing::Not;

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kNow = 480'000 * 60 * kMinuteMs;

// Keeps what it is sent and answers as it is told.
class Receiver {
 public:
  Receiver() {
    auto started = net::HttpServer::Start(
        "127.0.0.1:0", 1, {}, [this](std::shared_ptr<net::HttpExchange> exchange) {
          {
            const std::lock_guard lock(mutex_);
            requests_.push_back(exchange->request());
          }
          net::HttpResponse response = net::HttpResponse::Json(http_status, "{}");
          if (http_status == 302) response.headers.push_back({"Location", url() + "/elsewhere"});
          exchange->Send(std::move(response));
        });
    LEMMA_CHECK(started.ok(), started.status().message().c_str());
    server_ = std::move(*started);
  }

  std::string url() const { return "http://" + server_->address() + "/hook"; }
  std::vector<net::HttpRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  std::atomic<int> http_status{200};

 private:
  std::mutex mutex_;
  std::vector<net::HttpRequest> requests_;
  std::unique_ptr<net::HttpServer> server_;  // last: its handler uses the others
};

// As docs/usage.md tells a receiver to check.
bool IsSigned(const net::HttpRequest& request, const std::string& secret) {
  const std::string signature(request.header("x-lemma-signature"));
  const size_t comma = signature.find(",v1=");
  if (!signature.starts_with("t=") || comma == signature.npos) return false;
  const int64_t t = std::stoll(signature.substr(2, comma - 2));
  return signature == WebhookSignature(secret, t, request.body);
}

TEST(WebhookTest, TheSignatureIsHmacSha256OfTimeAndBody) {
  // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
  EXPECT_EQ(WebhookSignature("secret", 1'700'000'000, R"({"a":1})"),
            "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686");
}

TEST(WebhookTest, ARedirectIsAFailureAndNobodyFollowsIt) {
  Receiver receiver;
  receiver.http_status = 302;
  const Status sent = SendWebhook({receiver.url(), "d1", "{}"}, "s", 1);
  EXPECT_THAT(sent.message(), HasSubstr("302"));
  EXPECT_EQ(receiver.requests().size(), 1u);
}

TEST(WebhookTest, LinkLocalAddressesAreNeverAsked) {
  for (const char* url :
       {"http://169.254.169.254/latest", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/",
        "http://2852039166/", "http://0xa9fea9fe/"}) {
    EXPECT_EQ(SendWebhook({url, "d1", "{}"}, "s", 1).code(), StatusCode::kPermissionDenied) << url;
  }
}

TEST(WebhookTest, NobodyThereIsAFailureThatDoesNotRepeatTheAddress) {
  const Status sent = SendWebhook({"http://127.0.0.1:1/secret-path", "d1", "{}"}, "s", 1);
  EXPECT_EQ(sent.code(), StatusCode::kUnavailable);
  EXPECT_THAT(sent.message(), Not(HasSubstr("secret-path")));
}

TEST(WebhookTest, AttemptsFollowLaterAndLaterAndEnd) {
  EXPECT_EQ(RetryAfterMs(1), 10'000);
  EXPECT_EQ(RetryAfterMs(2), 20'000);
  int64_t before = 0, total = 0, n = 1;
  for (; RetryAfterMs(n) > 0; ++n) {
    EXPECT_GE(RetryAfterMs(n), before);
    before = RetryAfterMs(n);
    total += before;
  }
  EXPECT_LE(n, 20);
  EXPECT_GT(total, 4 * 3'600'000);
}

class AlertWatchTest : public store::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (HasFatalFailure()) return;
    database_ = Open();
    secret_ = *access::KeySecret::LoadOrCreate(directory_ / "key-secret");
    alerts_ = std::make_unique<store::AlertStore>(*database_, clock_);
  }
  void Log(int n, const std::string& key_id, bool is_error) {
    store::RequestLog log(*database_);
    for (int i = 0; i < n; ++i) {
      store::RequestRecord record;
      record.id = std::to_string(++n_logged_);
      record.key_id = key_id;
      record.http_status = is_error ? 503 : 200;
      record.error_reason = is_error ? "unavailable" : "";
      record.started_ms = clock_.NowMs();
      log.Append(record);
    }
  }
  store::AlertRule Create(double threshold, int64_t for_minutes) {
    store::AlertSpec spec;
    spec.name = "too many errors";
    spec.metric = "error_rate";
    spec.threshold = threshold;
    spec.for_minutes = for_minutes;
    spec.window_minutes = 5;
    spec.filters = {{store::UsageDimension::kKey, {"key_a"}}};
    spec.webhook_url = receiver_.url();
    return *alerts_->Create(spec);
  }
  store::AlertRule Only() { return alerts_->List()->at(0); }
  std::string StateOf(const net::HttpRequest& request) {
    return std::string(boost::json::parse(request.body).at("state").as_string());
  }

  Receiver receiver_;
  ManualUnixClock clock_{kNow};
  std::unique_ptr<store::Database> database_;
  std::optional<access::KeySecret> secret_;
  std::unique_ptr<store::AlertStore> alerts_;
  int n_logged_ = 0;
};
LEMMA_FOR_BOTH_DATABASES(AlertWatchTest);

TEST_P(AlertWatchTest, AnAlertIsToldWhenItHasHeldAndWhenItIsOver) {
  AlertWatch watch(*database_, *secret_, clock_);
  const store::AlertRule rule = Create(0.5, /*for_minutes=*/1);
  Log(10, "key_b", /*is_error=*/true);  // another key's
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(Only().state, AlertState::kInactive);

  Log(9, "key_a", /*is_error=*/true);
  Log(3, "key_a", /*is_error=*/false);
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(Only().state, AlertState::kPending);
  EXPECT_EQ(Only().value, 0.75);
  EXPECT_TRUE(receiver_.requests().empty());
  clock_.Advance(kMinuteMs);
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(Only().state, AlertState::kFiring);
  ASSERT_EQ(receiver_.requests().size(), 1u);
  const net::HttpRequest told = receiver_.requests()[0];
  const boost::json::value body = boost::json::parse(told.body);
  EXPECT_EQ(body.at("alert_id"), boost::json::value(rule.id));
  EXPECT_EQ(body.at("state"), "firing");
  EXPECT_EQ(body.at("value"), 0.75);
  EXPECT_EQ(body.at("filters").at("key_id").at(0), "key_a");
  EXPECT_EQ(told.header("content-type"), "application/json");
  EXPECT_TRUE(IsSigned(told, WebhookSecret(*secret_, rule.id)));
  EXPECT_FALSE(IsSigned(told, WebhookSecret(*secret_, "another rule")));
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(receiver_.requests().size(), 1u) << "once";

  clock_.Advance(6 * kMinuteMs);
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(Only().state, AlertState::kResolved);
  ASSERT_EQ(receiver_.requests().size(), 2u);
  EXPECT_EQ(StateOf(receiver_.requests()[1]), "resolved");
  EXPECT_NE(receiver_.requests()[1].header("x-lemma-delivery"), told.header("x-lemma-delivery"));
}

TEST_P(AlertWatchTest, AReceiverThatFailsIsAskedAgainLaterWithTheSameDelivery) {
  AlertWatch watch(*database_, *secret_, clock_);
  const store::AlertRule rule = Create(0.5, /*for_minutes=*/0);
  Log(4, "key_a", /*is_error=*/true);
  receiver_.http_status = 500;
  ASSERT_TRUE(watch.Round().ok());
  ASSERT_EQ(receiver_.requests().size(), 1u);
  EXPECT_THAT(Only().delivery_error, HasSubstr("500"));
  ASSERT_TRUE(watch.Round().ok());
  EXPECT_EQ(receiver_.requests().size(), 1u) << "not yet";
  receiver_.http_status = 200;
  clock_.Advance(RetryAfterMs(1));
  ASSERT_TRUE(watch.Round().ok());
  const auto requests = receiver_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].header("x-lemma-delivery"), requests[1].header("x-lemma-delivery"));
  EXPECT_TRUE(IsSigned(requests[1], WebhookSecret(*secret_, rule.id)));
  EXPECT_NE(requests[0].header("x-lemma-signature"), requests[1].header("x-lemma-signature"));
  EXPECT_EQ(Only().delivery_error, "");
}

TEST_P(AlertWatchTest, OfGatewaysThatShareADatabaseOneTells) {
  const auto another = Open();
  AlertWatch one(*database_, *secret_, clock_), two(*another, *secret_, clock_);
  Create(0.5, /*for_minutes=*/0);
  Log(4, "key_a", /*is_error=*/true);
  store::InThreads(2, [&](int i) {
    for (int round = 0; round < 4; ++round) {
      const Status done = (i == 0 ? one : two).Round();
      EXPECT_TRUE(done.ok()) << done.message();
    }
  });
  EXPECT_EQ(receiver_.requests().size(), 1u);
}

TEST_P(AlertWatchTest, AThreadDoesSoByItself) {
  AlertWatch watch(*database_, *secret_, clock_);
  Create(0.5, /*for_minutes=*/0);
  Log(4, "key_a", /*is_error=*/true);
  const AlertThread thread(watch, std::chrono::milliseconds(1));
  for (int i = 0; i < 10'000 && receiver_.requests().empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(receiver_.requests().size(), 1u);
}

}  // namespace
}  // namespace lemma::alerts
