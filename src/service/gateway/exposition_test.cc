#include "service/gateway/exposition.h"

#include <gtest/gtest.h>

namespace lemma::gateway {
namespace {

TEST(ExpositionTest, FamiliesComeTogetherAndSamplesAreLabelled) {
  const std::string a =
      "# HELP n What\n# TYPE n gauge\nn 1\nn{x=\"y\"} 2\n"
      "# HELP h Time\n# TYPE h histogram\nh_bucket{le=\"1\"} 3\nh_count 3\n";
  const std::string b = "# HELP n What\n# TYPE n gauge\nn 5\n# TYPE only_b counter\nonly_b{} 6\n";
  EXPECT_EQ(MergeExpositions({{"a", a}, {"gone", ""}, {"b\"", b}}),
            "# HELP n What\n# TYPE n gauge\n"
            "n{replica=\"a\"} 1\nn{replica=\"a\",x=\"y\"} 2\nn{replica=\"b\\\"\"} 5\n"
            "# HELP h Time\n# TYPE h histogram\n"
            "h_bucket{replica=\"a\",le=\"1\"} 3\nh_count{replica=\"a\"} 3\n"
            "# TYPE only_b counter\nonly_b{replica=\"b\\\"\"} 6\n");
}

TEST(ExpositionTest, ThisProcessHasNoLabelAndNoFamilyOfItsOwn) {
  const std::string own = "# HELP n What\n# TYPE n gauge\nn{v=\"1\"} 1\n";
  EXPECT_EQ(MergeExpositions({{"", own}, {"a", own}}),
            "# HELP n What\n# TYPE n gauge\nn{v=\"1\"} 1\nn{replica=\"a\",v=\"1\"} 1\n");
}

}  // namespace
}  // namespace lemma::gateway
