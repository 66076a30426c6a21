#include "common/base/error_body.h"

#include <gtest/gtest.h>

namespace lemma {
namespace {

TEST(ErrorBodyTest, AFieldIsTheParamAndBeginsTheMessage) {
  EXPECT_EQ(ErrorBody(InvalidArgument("must be \"a\"", "x[1].y")),
            R"({"error":{"message":"x[1].y: must be \"a\"","type":"invalid_request_error",)"
            R"("param":"x[1].y","code":null}})");
  EXPECT_EQ(ErrorBody(Unavailable("full")),
            R"({"error":{"message":"full","type":"unavailable_error","param":null,)"
            R"("code":"unavailable"}})");
}

TEST(ErrorBodyTest, AGivenCodeReplacesTheUsualOne) {
  EXPECT_NE(ErrorBody(Unavailable("full"), "overloaded").find(R"("code":"overloaded")"),
            std::string::npos);
}

TEST(ErrorBodyTest, WhateverIsQuotedTheBodyIsShortUtf8) {
  const std::string replacement = "\xEF\xBF\xBD";
  EXPECT_NE(ErrorBody(NotFound("a\xFFz\xC3")).find("\"a" + replacement + "z" + replacement + "\""),
            std::string::npos);
  EXPECT_NE(ErrorBody(NotFound("w\xC3\xB6rld")).find("w\xC3\xB6rld"), std::string::npos);
  std::string characters = "x";  // 1 + 2 n bytes: the limit falls within a character
  for (int i = 0; i < 1000000; ++i) characters += "\xC3\xB6";
  const std::string kept = characters.substr(0, kErrorTextBytesMax - 1);
  EXPECT_NE(ErrorBody(NotFound(characters)).find("\"" + kept + "...\""), std::string::npos);
  const std::string whole(kErrorTextBytesMax, 'y');
  EXPECT_NE(HttpErrorBody(400, whole).find("\"" + whole + "\""), std::string::npos);
}

TEST(ErrorBodyTest, HttpStatusesAreThoseThatStatusSays) {
  EXPECT_EQ(HttpStatusOf(InvalidArgument("")), 400);
  EXPECT_EQ(HttpStatusOf(Status(StatusCode::kUnauthenticated, "")), 401);
  EXPECT_EQ(HttpStatusOf(Status(StatusCode::kPermissionDenied, "")), 403);
  EXPECT_EQ(HttpStatusOf(NotFound("")), 404);
  EXPECT_EQ(HttpStatusOf(Status(StatusCode::kTooLarge, "")), 413);
  EXPECT_EQ(HttpStatusOf(Status(StatusCode::kRateLimited, "")), 429);
  EXPECT_EQ(HttpStatusOf(Internal("")), 500);
  EXPECT_EQ(HttpStatusOf(IoError("")), 500);
  EXPECT_EQ(HttpStatusOf(DataLoss("")), 502);
  EXPECT_EQ(HttpStatusOf(Unavailable("")), 503);
  EXPECT_EQ(HttpStatusOf(Status(StatusCode::kDeadlineExceeded, "")), 504);
}

TEST(ErrorBodyTest, RefusalsOfHttpBlameTheSideThatTheStatusBlames) {
  EXPECT_EQ(HttpErrorBody(413, "too large"),
            R"({"error":{"message":"too large","type":"invalid_request_error","param":null,)"
            R"("code":null}})");
  EXPECT_NE(HttpErrorBody(500, "").find(R"("type":"server_error")"), std::string::npos);
  EXPECT_NE(HttpErrorBody(503, "").find(R"("type":"unavailable_error")"), std::string::npos);
}

}  // namespace
}  // namespace lemma
