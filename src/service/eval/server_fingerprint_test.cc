// Property: what a server says computes its replies is asked for with one token of the problem,
// however the samples themselves are asked; a server that does not say so is no error.
#include "service/eval/server_fingerprint.h"

#include <gtest/gtest.h>

#include <string>

#include "service/eval/test_server.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

Result<std::string> FingerprintOf(const TestServer& server, const RunSettings& settings = {}) {
  PatientClientOptions options;
  options.address = server.address();
  options.first_wait = std::chrono::milliseconds(5);
  PatientClient client(options);
  Problem problem;
  problem.prompt = "1 + 1?";
  return ServerFingerprint(client, settings, problem);
}

TEST(ServerFingerprint, IsAskedForWithOneTokenOfAChat) {
  const TestServer server([](int n, const json::object&) {
    if (n == 0) return net::HttpResponse::Json(503, "{}");  // what may pass is asked again
    return net::HttpResponse::Json(200, R"({"system_fingerprint": "lemma q4 weights"})");
  });
  RunSettings settings;
  settings.model = "m";
  settings.strategy = "majority";
  settings.max_tokens = 900;
  settings.deadline_ms = 1;
  const auto fingerprint = FingerprintOf(server, settings);
  ASSERT_TRUE(fingerprint.ok()) << fingerprint.status().ToString();
  EXPECT_EQ(*fingerprint, "lemma q4 weights");
  const auto asked = server.asked().back();
  EXPECT_EQ(asked.path, "/v1/chat/completions");
  EXPECT_EQ(asked.body.at("model"), "m");
  EXPECT_EQ(asked.body.at("max_tokens"), 1);
  EXPECT_FALSE(asked.body.contains("deadline_ms"));
}

TEST(ServerFingerprint, AServerNeedNotSayIt) {
  for (const auto& [status, body] : {std::pair(200, "{}"),
                                     {200, R"({"system_fingerprint": null})"},
                                     {200, R"({"system_fingerprint": 3})"},
                                     {200, "<html>"},
                                     {400, R"({"error": {"message": "no"}})"}}) {
    const TestServer server([&, status = status, body = body](int, const json::object&) {
      return net::HttpResponse::Json(status, body);
    });
    const auto fingerprint = FingerprintOf(server);
    ASSERT_TRUE(fingerprint.ok()) << fingerprint.status().ToString();
    EXPECT_EQ(*fingerprint, "") << body;
  }
}

}  // namespace
}  // namespace lemma::eval
