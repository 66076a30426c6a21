#include "service/admin/redacted.h"

#include <gtest/gtest.h>

namespace lemma::admin {
namespace {

TEST(RedactedTest, AnAddressWithASecretKeepsItsSchemeAlone) {
  for (const char* value : {"postgresql://lemma:planted@db/lemma", "postgresql://planted@db",
                            "postgresql://db/lemma?user=a&password=planted",
                            "https://user:planted@gpu1:8000/v1,model=m"}) {
    const std::string shown = Redacted(value);
    EXPECT_EQ(shown.find("planted"), shown.npos) << shown;
    EXPECT_TRUE(shown.ends_with("://***")) << shown;
  }
}

TEST(RedactedTest, OtherValuesStay) {
  for (const char* value : {"", "8080", "/var/lib/lemma", "http://gpu1:8000/v1,key-env=GPU_KEY",
                            "postgresql:///lemma", "alice@example.org"}) {
    EXPECT_EQ(Redacted(value), value);
  }
}

TEST(RedactedTest, OfAUrlItsSchemeAndHostAreLeft) {
  for (const char* url :
       {"https://hooks.example:8443/services/planted", "https://hooks.example:8443?token=planted",
        "https://hooks.example:8443#planted", "https://lemma:planted@hooks.example:8443/x"}) {
    EXPECT_EQ(HostOfUrl(url), "https://hooks.example:8443/…") << url;
  }
  EXPECT_EQ(HostOfUrl("https://lemma:planted@hooks.example"), "https://hooks.example");
  EXPECT_EQ(HostOfUrl("http://10.0.0.7:9000"), "http://10.0.0.7:9000");
  EXPECT_EQ(HostOfUrl("planted"), "…");
}

}  // namespace
}  // namespace lemma::admin
