// Property: what gateways have recorded is told, cut as asked; what nobody knows is not there.
#include <gtest/gtest.h>

#include "service/admin/test_admin.h"
#include "service/store/load_store.h"

namespace lemma::admin {
namespace {

TEST_F(AdminTest, LoadIsToldInBuckets) {
  const Person viewer = NewPerson("viewer", access::AdminRole::kViewer);
  store::LoadStore load(*database_);
  const int64_t now = clock_.NowMs();
  ASSERT_TRUE(load.Put("one", now - 7'200'000, {.n_running = 9}).ok());
  ASSERT_TRUE(
      load.Put("one", now - 60'000, {.n_running = 1.5, .n_ready = 2, .kv_usage = 0.25}).ok());
  const auto lately = Parse(AskAs(viewer, "GET", "/load")).at("buckets").as_array();
  ASSERT_EQ(lately.size(), 1u) << "the last hour";
  EXPECT_EQ(lately[0].at("begin_ms"), (now - 60'000) / 60'000 * 60'000);
  EXPECT_EQ(lately[0].at("running"), 1.5);
  EXPECT_EQ(lately[0].at("waiting"), 0.0);
  EXPECT_EQ(lately[0].at("replicas_ready"), 2);
  EXPECT_EQ(lately[0].at("kv_usage"), 0.25);
  EXPECT_FALSE(lately[0].as_object().contains("cpu_usage"));
  const std::string all = "/load?from_ms=0&bucket_minutes=700000";
  EXPECT_EQ(Parse(AskAs(viewer, "GET", all)).at("buckets").as_array().size(), 1u);
  const auto refused = AskAs(viewer, "GET", "/load?from_ms=0");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(Parse(refused).at("error").at("param"), "bucket_minutes");
}

}  // namespace
}  // namespace lemma::admin
