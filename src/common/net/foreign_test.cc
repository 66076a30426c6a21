#include "common/net/foreign.h"

#include <gtest/gtest.h>

namespace lemma::net {
namespace {

HttpRequest With(std::string name, std::string value) {
  HttpRequest request;
  request.headers = {{std::move(name), std::move(value)}};
  return request;
}

TEST(ForeignTest, PagesOfOtherSitesAreTold) {
  EXPECT_FALSE(IsOfAnotherSite(HttpRequest()));
  EXPECT_FALSE(IsOfAnotherSite(With("sec-fetch-site", "same-origin")));
  EXPECT_FALSE(IsOfAnotherSite(With("sec-fetch-site", "none")));
  EXPECT_TRUE(IsOfAnotherSite(With("sec-fetch-site", "same-site")));
  EXPECT_TRUE(IsOfAnotherSite(With("sec-fetch-site", "cross-site")));
}

TEST(ForeignTest, NamesThatAnybodyMayPointHereAreTold) {
  EXPECT_FALSE(HasForeignHost(HttpRequest()));
  for (const char* host :
       {"localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "[::ffff:127.0.0.1]:80",
        "10.0.0.5", "lemma.localhost:8080", "lemma_upstream"}) {
    EXPECT_FALSE(HasForeignHost(With("host", host))) << host;
  }
  for (const char* host : {"rebind.example", "rebind.example:8080", "127.0.0.1.example",
                           "localhost.example", "127.0.0.1.", "evil.example."}) {
    EXPECT_TRUE(HasForeignHost(With("host", host))) << host;
  }
}

}  // namespace
}  // namespace lemma::net
