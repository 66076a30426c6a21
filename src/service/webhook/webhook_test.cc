// Who is told, what it can check, and who is never asked.
#include "service/webhook/webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "service/webhook/test_receiver.h"

namespace lemma::webhook {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(WebhookTest, TheSignatureIsHmacSha256OfTimeAndBody) {
  // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
  EXPECT_EQ(WebhookSignature("secret", 1'700'000'000, R"({"a":1})"),
            "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686");
}

TEST(WebhookTest, ARedirectIsAFailureAndNobodyFollowsIt) {
  Receiver receiver;
  receiver.http_status = 302;
  const Status sent = SendWebhook({receiver.url(), "d1", "{}"}, "s", 1, Reach::kPrivateToo);
  EXPECT_THAT(sent.message(), HasSubstr("302"));
  EXPECT_EQ(receiver.requests().size(), 1u);
}

TEST(WebhookTest, WhereCloudsHaveTheirMetadataNobodyIsEverAsked) {
  for (const char* url :
       {"http://169.254.169.254/latest", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/",
        "http://2852039166/", "http://0xa9fea9fe/", "http://[fd00:ec2::254]/",
        "http://100.100.100.200/", "http://192.0.0.192/", "http://[::ffff:100.100.100.200]/"}) {
    EXPECT_EQ(SendWebhook({url, "d1", "{}"}, "s", 1, Reach::kPrivateToo).code(),
              StatusCode::kPermissionDenied)
        << url;
  }
}

TEST(WebhookTest, WhereOnlyThePublicMayReceiveNothingPrivateIsAsked) {
  Receiver receiver;
  const std::string port = receiver.url().substr(receiver.url().rfind(':'));
  for (const std::string host :
       {"127.0.0.1", "localhost", "0", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1",
        "172.31.255.255", "192.168.1.1", "100.64.0.1", "169.254.169.254", "[fd00::1]", "[fe80::1]",
        "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255"}) {
    const Status sent = SendWebhook({"http://" + host + port, "d1", "{}"}, "s", 1, Reach::kPublic);
    EXPECT_EQ(sent.code(), StatusCode::kPermissionDenied) << host << ": " << sent.message();
  }
  EXPECT_TRUE(receiver.requests().empty());
  EXPECT_TRUE(SendWebhook({receiver.url(), "d1", "{}"}, "s", 1, Reach::kPrivateToo).ok());
}

TEST(WebhookTest, NobodyThereIsAFailureThatDoesNotRepeatTheAddress) {
  const Status sent =
      SendWebhook({"http://127.0.0.1:1/secret-path", "d1", "{}"}, "s", 1, Reach::kPrivateToo);
  EXPECT_EQ(sent.code(), StatusCode::kUnavailable);
  EXPECT_THAT(sent.message(), Not(HasSubstr("secret-path")));
}

TEST(WebhookTest, AHostThatSwallowsPacketsIsGivenUpBeforeOneThatIsSlow) {
  const Swallower swallower;
  const auto begin = std::chrono::steady_clock::now();
  const Status sent = SendWebhook({swallower.url(), "d1", "{}"}, "s", 1, Reach::kPrivateToo);
  EXPECT_EQ(sent.code(), StatusCode::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(6));
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

}  // namespace
}  // namespace lemma::webhook
