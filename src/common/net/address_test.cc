#include "common/net/address.h"

#include <gtest/gtest.h>

#include "common/net/test_server.h"

namespace lemma::net {
namespace {

TEST(AddressTest, ReadsEveryNotationAndWritesItBack) {
  const std::pair<const char*, const char*> cases[] = {
      {"127.0.0.1:8080", "127.0.0.1:8080"},   {"localhost:0", "localhost:0"},
      {"[::1]:65535", "[::1]:65535"},         {"http://example.org:80", "example.org:80"},
      {"http://127.0.0.1:1/", "127.0.0.1:1"}, {"unix:/tmp/a b.sock", "unix:/tmp/a b.sock"},
      {"unix:relative", "unix:relative"},     {"https://a.example/", "https://a.example:443"},
      {"https://[::1]", "https://[::1]:443"}, {"https://a:8443", "https://a:8443"},
  };
  for (const auto& [text, written] : cases) {
    const auto address = ParseAddress(text);
    ASSERT_TRUE(address.ok()) << text << address.status().ToString();
    EXPECT_EQ(address->ToString(), written);
    EXPECT_EQ(ParseAddress(written)->ToString(), written);
  }
}

TEST(AddressTest, ABaseUrlMayEndInV1) {
  for (const char* url : {"http://gpu1:8000", "http://gpu1:8000/", "http://gpu1:8000/v1",
                          "http://gpu1:8000/v1/", "gpu1:8000"}) {
    const auto address = ParseBaseUrl(url);
    ASSERT_TRUE(address.ok()) << url << address.status().ToString();
    EXPECT_EQ(address->ToString(), "gpu1:8000");
  }
  EXPECT_EQ(ParseBaseUrl("unix:/run/v1")->ToString(), "unix:/run/v1");
  EXPECT_FALSE(ParseBaseUrl("http://gpu1:8000/v2").ok());
}

TEST(AddressTest, SaysWhatIsWrong) {
  const std::string long_path = "unix:/" + std::string(200, 'a');
  for (const std::string& text :
       {std::string(""), std::string(":"), std::string("a"), std::string(":80"), std::string("a:"),
        std::string("a:-1"), std::string("a:65536"), std::string("a:8 0"), std::string("a b:80"),
        std::string("[::1"), std::string("[]:1"), std::string("[1.2.3.4]:1"), std::string("::1:80"),
        std::string("http://a/b:80"), std::string("https://"), std::string("https://a:x"),
        std::string("unix:"), std::string("unix:/a\0b", 9), long_path}) {
    const auto address = ParseAddress(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.status().code(), StatusCode::kInvalidArgument);
  }
}

TEST(AddressTest, TheServerListensOnLocalhostByNameAndOnIpv6) {
  auto by_name = Serve(Echo, {}, "localhost:0");
  EXPECT_FALSE(by_name->address().ends_with(":0"));
  auto ipv6 = HttpServer::Start("[::1]:0", 1, {}, Echo);
  if (ipv6.ok()) {  // not every machine has it
    EXPECT_TRUE((*ipv6)->address().starts_with("[::1]:"));
  }
}

TEST(AddressTest, LoopbackIsWhatOnlyThisMachineReaches) {
  for (const char* text :
       {"127.0.0.1:1", "127.9.8.7:1", "localhost:1", "LOCALHOST:1", "[::1]:1", "unix:/tmp/x"}) {
    EXPECT_TRUE(IsLoopback(*ParseAddress(text))) << text;
  }
  for (const char* text :
       {"0.0.0.0:1", "[::]:1", "192.168.0.1:1", "128.0.0.1:1", "127.0.0.1.example:1",
        "localhost.example:1", "[::ffff:7f00:1]:1", "127.1:1"}) {
    EXPECT_FALSE(IsLoopback(*ParseAddress(text))) << text;
  }
}

}  // namespace
}  // namespace lemma::net
