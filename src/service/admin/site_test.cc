#include "service/admin/site.h"

#include <gtest/gtest.h>

namespace lemma::admin {
namespace {

net::HttpRequest Request(const std::string& method, std::vector<net::Header> headers) {
  net::HttpRequest request;
  request.method = method;
  request.headers = std::move(headers);
  request.peer = "127.0.0.1:4000";
  return request;
}

bool Takes(const Site& site, const std::string& host) {
  return site.Check(Request("GET", {{"Host", host}})).ok();
}

TEST(SiteTest, AHostNameThatSomebodyPointsAtTheLoopbackIsRefused) {
  const Site site = *Site::Of("");
  for (const char* host : {"127.0.0.1", "127.0.0.1:8081", "localhost:8081", "[::1]:8081"}) {
    EXPECT_TRUE(Takes(site, host)) << host;
  }
  for (const char* host : {"", "evil.example", "evil.example:8081", "127.0.0.1.evil.example",
                           "localhost.evil.example:8081", "10.0.0.1:8081"}) {
    EXPECT_FALSE(Takes(site, host)) << host;
  }
  EXPECT_FALSE(site.Check(Request("GET", {})).ok()) << "without one";
}

TEST(SiteTest, BehindAProxyTheOriginsHostIsTakenToo) {
  const Site site = *Site::Of("https://admin.example.org");
  EXPECT_TRUE(Takes(site, "admin.example.org"));
  EXPECT_TRUE(Takes(site, "127.0.0.1:8081"));
  EXPECT_FALSE(Takes(site, "admin.example.org:444"));
  EXPECT_FALSE(Takes(site, "other.example.org"));
}

TEST(SiteTest, OnlyTheProxysOwnPartNamesTheCaller) {
  const auto forwarded = [](const char* value) {
    return Request("GET", {{"X-Forwarded-For", value}});
  };
  const Site proxied = *Site::Of("https://admin.example.org");
  EXPECT_EQ(proxied.AddressOf(forwarded("1.2.3.4, 10.0.0.7")), "10.0.0.7");
  EXPECT_EQ(proxied.AddressOf(forwarded("10.0.0.7, <script>")), "127.0.0.1");
  EXPECT_EQ(proxied.AddressOf(forwarded("1.2.3.4,")), "127.0.0.1") << "nobody is named";
  EXPECT_EQ(Site::Of("")->AddressOf(forwarded("10.0.0.7")), "127.0.0.1") << "there is no proxy";
}

TEST(SiteTest, AProxyThatAddsALineIsHeardOverTheLinesOfItsClient) {
  const Site proxied = *Site::Of("https://admin.example.org");
  const auto address = [&](std::vector<net::Header> headers) {
    return proxied.AddressOf(Request("GET", std::move(headers)));
  };
  EXPECT_EQ(address({{"X-Forwarded-For", "1.2.3.4"},
                     {"Accept", "*/*"},
                     {"x-forwarded-for", "5.6.7.8, 10.0.0.7"}}),
            "10.0.0.7");
  EXPECT_EQ(address({{"X-Forwarded-For", "1.2.3.4"}, {"X-Forwarded-For", ""}}), "127.0.0.1");
}

}  // namespace
}  // namespace lemma::admin
