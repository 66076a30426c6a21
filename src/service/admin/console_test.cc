#include "service/admin/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/admin/test_admin.h"

namespace lemma::admin {
namespace {

using testing::HasSubstr;
using testing::Not;

class ConsoleTest : public AdminTest {
 protected:
  void SetUp() override {
    files_ = {{"/", "text/html", "gzip", "\"s1\"", "the solve page"},
              {"/admin", "text/html", "gzip", "\"c1\"", "the console"},
              {"/assets/a-1f.js", "text/javascript", "gzip", "\"a1\"", "the script"}};
    AdminTest::SetUp();
  }
  net::HttpResponse Get(const std::string& path, std::vector<net::Header> headers = {},
                        const std::string& method = "GET") {
    auto answer =
        client_.SendAndWait(server_->address(), {method, path, "", std::move(headers), "", ""});
    LEMMA_CHECK(answer.ok(), answer.status().ToString().c_str());
    return *answer;
  }
};

TEST_F(ConsoleTest, IsThereForWhoeverIsNotSignedInYet) {
  const auto page = Get("/admin");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body, "the console");
  EXPECT_EQ(page.header("content-encoding"), "gzip");
  EXPECT_EQ(page.header("cache-control"), "no-cache");
  const std::string policy(page.header("content-security-policy"));
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_EQ(Get("/assets/a-1f.js").body, "the script");
  EXPECT_EQ(Get("/admin", {{"If-None-Match", "\"c1\""}}).status, 304);
}

TEST_F(ConsoleTest, TheListenerHasNoOtherPage) {
  for (const char* path : {"/", "/admin/"}) {
    const auto redirect = Get(path);
    EXPECT_EQ(redirect.status, 302) << path;
    EXPECT_EQ(redirect.header("location"), "/admin") << path;
  }
  EXPECT_EQ(Get("/assets/none.js").status, 404);
  EXPECT_EQ(Get("/admin/none").status, 404);
  EXPECT_EQ(Get("/admin", {}, "POST").status, 405);
}

TEST_F(ConsoleTest, AnotherNameForThisMachineDoesNotGetIt) {
  EXPECT_EQ(Get("/admin", {{"Host", "evil.example"}}).status, 403);
}

TEST_F(ConsoleTest, AProgramWithoutThePagesSaysHowToBuildThem) {
  files_.clear();
  Begin();
  EXPECT_THAT(Get("/admin").body, HasSubstr("tools/install-packages web"));
}

}  // namespace
}  // namespace lemma::admin
