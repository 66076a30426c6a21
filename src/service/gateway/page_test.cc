#include "service/gateway/page.h"

#include <gmock/gmock.h>

#include <string>

#include "service/gateway/test_gateway.h"

namespace lemma::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<PageFile> SomePage() {
  return {{"/", "text/html", "gzip", "\"r1\"", "the page"},
          {"/assets/a-1f.js", "text/javascript", "gzip", "\"a1\"", "the script"}};
}

class PageTest : public GatewayTest {
 protected:
  void BeginPage(std::vector<PageFile> files) {
    GatewayOptions options;
    options.page = std::move(files);
    Begin(AnswerChat, options);
  }
  net::HttpResponse Get(const std::string& target, std::vector<net::Header> headers) {
    return Ask("GET", target, "", std::move(headers));
  }
};

TEST_F(PageTest, BrowsersGetThePageAndOthersTheText) {
  BeginPage(SomePage());
  const auto page = Get("/", {{"Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"},
                              {"Accept-Encoding", "gzip, deflate, br"}});
  EXPECT_EQ(page.body, "the page");
  EXPECT_EQ(page.header("content-encoding"), "gzip");
  EXPECT_EQ(page.header("cache-control"), "no-cache");
  EXPECT_EQ(page.header("x-content-type-options"), "nosniff");
  const std::string policy(page.header("content-security-policy"));
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  for (const char* accept : {"*/*", "text/plain", "text/html;q=0", ""}) {
    const auto text = Get("/", {{"Accept", accept}});
    EXPECT_THAT(text.body, HasSubstr("curl http://HOST/generate")) << accept;
    EXPECT_EQ(text.header("vary"), "Accept");
  }
}

TEST_F(PageTest, AssetsAreKeptForeverAndAskedForOnce) {
  BeginPage(SomePage());
  const auto asset = Get("/assets/a-1f.js", {});
  EXPECT_EQ(asset.body, "the script");
  EXPECT_THAT(std::string(asset.header("cache-control")), HasSubstr("immutable"));
  const auto again = Get("/assets/a-1f.js", {{"If-None-Match", "\"x\", \"a1\""}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(Get("/assets/a-1f.js", {{"If-None-Match", "\"x\""}}).status, 200);
  EXPECT_EQ(Get("/assets/a-1f.js", {{"Accept-Encoding", "br, gzip;q=0"}}).status, 406);
  for (const char* nowhere : {"/assets/", "/assets/b.js"}) {
    EXPECT_EQ(Get(nowhere, {}).status, 404) << nowhere;
  }
  EXPECT_EQ(Ask("POST", "/assets/a-1f.js").status, 405);
}

TEST_F(PageTest, WhoLooksForTheConsoleIsToldWhereItIs) {
  BeginPage({{"/admin", "text/html", "gzip", "\"c1\"", "the console"}});
  const auto told = Get("/admin", {{"Accept", "text/html"}});
  EXPECT_EQ(told.status, 404);
  EXPECT_THAT(told.body, HasSubstr("--admin-listen"));
}

TEST_F(PageTest, AProgramWithoutThePageSaysHowToBuildIt) {
  BeginPage({});
  EXPECT_THAT(Get("/", {{"Accept", "text/html"}}).body, HasSubstr("tools/install-packages web"));
  EXPECT_THAT(Get("/", {}).body, Not(HasSubstr("install-packages")));
}

}  // namespace
}  // namespace lemma::gateway
