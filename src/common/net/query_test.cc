#include "common/net/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lemma::net {
namespace {

using Values = std::map<std::string, std::string>;
using testing::HasSubstr;

TEST(QueryTest, EscapesAreBytes) {
  EXPECT_EQ(*DecodePercent("a%41%7a%c3%A9+"), "aAz\xc3\xa9+") << "a '+' is one, outside of queries";
  EXPECT_EQ(*DecodePercent(""), "");
  EXPECT_EQ(*DecodePercent("%25%32%35"), "%25") << "once";
}

TEST(QueryTest, HalfAnEscapeAndAZeroByteAreErrors) {
  for (const char* text : {"%", "%4", "a%", "a%4", "%zz", "%4g", "%-1", "%%41", "%00", "a%00b"}) {
    EXPECT_EQ(DecodePercent(text).status().code(), StatusCode::kInvalidArgument) << text;
    EXPECT_FALSE(QueryOf(std::string("/x?a=") + text).ok()) << text;
    EXPECT_FALSE(QueryOf(std::string("/x?") + text + "=a").ok()) << text;
  }
}

TEST(QueryTest, PairsBehindTheMark) {
  EXPECT_EQ(*QueryOf("/v1/x"), Values());
  EXPECT_EQ(*QueryOf("/v1/x?"), Values());
  EXPECT_EQ(*QueryOf("/v1/x?&&"), Values());
  EXPECT_EQ(*QueryOf("/x?a=1&b=%20&c+d=+&e&f="),
            (Values{{"a", "1"}, {"b", " "}, {"c d", " "}, {"e", ""}, {"f", ""}}));
  EXPECT_EQ(*QueryOf("/x?a=b=c&d=/?"), (Values{{"a", "b=c"}, {"d", "/?"}}));
  EXPECT_EQ(*QueryOf("/x?a=%26b%3D1"), (Values{{"a", "&b=1"}})) << "split first, decoded then";
}

TEST(QueryTest, ANameThatStandsTwiceIsNamed) {
  const Status twice = QueryOf("/x?a=1&b=2&%61=3").status();
  EXPECT_EQ(twice.field(), "a");
  EXPECT_THAT(twice.message(), HasSubstr("twice"));
}

}  // namespace
}  // namespace lemma::net
