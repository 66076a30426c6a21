#include "common/base/field_reader.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <functional>
#include <limits>

namespace lemma {
namespace {

namespace json = boost::json;

// The error of reading `text` with `read`: "field: message", "" where there is none.
std::string ErrorOf(const char* text, const std::function<void(FieldReader&)>& read) {
  const json::object object = json::parse(text).as_object();
  Status status;
  FieldReader fields(object, "", status);
  read(fields);
  return status.ok() ? "" : status.field() + ": " + status.message();
}

TEST(FieldReaderTest, AbsentAndNullLeaveWhatWasThere) {
  for (const char* text : {"{}", R"({"b":null,"s":null,"i":null,"n":null,"ids":null})"}) {
    bool b = true;
    std::string s = "s";
    int32_t i = 7;
    double n = 0.5;
    std::vector<int32_t> ids = {1};
    EXPECT_EQ(ErrorOf(text,
                      [&](FieldReader& fields) {
                        fields.ReadBool("b", b);
                        fields.ReadString("s", s);
                        fields.ReadInteger("i", 0, 1, i);
                        fields.ReadNumber("n", 1, 2, n);
                        fields.ReadTokenIds("ids", 1, ids);
                      }),
              "");
    EXPECT_TRUE(b && s == "s" && i == 7 && n == 0.5 && ids.size() == 1) << text;
    EXPECT_EQ(ErrorOf(text, [](FieldReader& fields) { fields.Require("s"); }), "s: is missing");
  }
}

TEST(FieldReaderTest, IntegersAreExactAndInRange) {
  const auto read = [](const char* text, int64_t high) {
    int64_t into = -1;
    const std::string error =
        ErrorOf(text, [&](FieldReader& fields) { fields.ReadInteger("i", 0, high, into); });
    EXPECT_EQ(error.empty(), into != -1) << text;
    return error.empty();
  };
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  EXPECT_TRUE(read(R"({"i":0})", 9));
  EXPECT_TRUE(read(R"({"i":9223372036854775807})", kMax));
  for (const char* text : {R"({"i":10})", R"({"i":-1})", R"({"i":1.0})", R"({"i":"1"})",
                           R"({"i":true})", R"({"i":[]})", R"({"i":18446744073709551615})"}) {
    EXPECT_FALSE(read(text, 9)) << text;
  }
  EXPECT_FALSE(read(R"({"i":9223372036854775808})", kMax));
}

TEST(FieldReaderTest, NumbersMayExcludeTheirLowerBound) {
  const auto error = [](const char* text, bool low_open) {
    double into = 0;
    return ErrorOf(text,
                   [&](FieldReader& fields) { fields.ReadNumber("n", 0, 1, into, low_open); });
  };
  EXPECT_EQ(error(R"({"n":0})", false), "");
  EXPECT_EQ(error(R"({"n":1})", true), "");
  EXPECT_EQ(error(R"({"n":0})", true), "n: must be a number over 0 and at most 1");
  EXPECT_EQ(error(R"({"n":1.5})", false), "n: must be a number from 0 to 1");
  EXPECT_EQ(error(R"({"n":"1"})", false), "n: must be a number from 0 to 1");
  EXPECT_EQ(error(R"({"n":1e999})", false), "n: must be a number from 0 to 1");
}

TEST(FieldReaderTest, TheFirstErrorStaysWithItsWholePath) {
  const auto read = [](FieldReader& fields) {
    const json::object* inner = fields.FindObject("inner");
    ASSERT_NE(inner, nullptr);
    bool b = false;
    fields.Within(*inner, "inner[2]").ReadBool("b", b);
    EXPECT_FALSE(fields.ok());
    fields.Fail("later", "is wrong too");
  };
  EXPECT_EQ(ErrorOf(R"({"inner":{"b":1}})", read), "inner[2].b: must be true or false");
}

TEST(FieldReaderTest, TokenIdsAreNamedByTheirPlace) {
  const auto error = [](const char* text) {
    std::vector<int32_t> ids;
    return ErrorOf(text, [&](FieldReader& fields) { fields.ReadTokenIds("t", 3, ids); });
  };
  EXPECT_EQ(error(R"({"t":[0,2147483647]})"), "");
  EXPECT_EQ(error(R"({"t":[1,-2]})"), "t[1]: must be a token id");
  EXPECT_EQ(error(R"({"t":[2147483648]})"), "t[0]: must be a token id");
  EXPECT_EQ(error(R"({"t":[1,1,1,1]})"), "t: must have at most 3 token ids");
  EXPECT_EQ(error(R"({"t":"1"})"), "t: must be an array of token ids");
}

}  // namespace
}  // namespace lemma
