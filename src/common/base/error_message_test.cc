#include "common/base/error_message.h"

#include <gtest/gtest.h>

#include "common/base/error_body.h"

namespace lemma {
namespace {

TEST(ErrorMessageTest, WhatOurServersSayIsRead) {
  EXPECT_EQ(ErrorMessageIn(ErrorBody(InvalidArgument("is missing", "x"))), "x: is missing");
}

TEST(ErrorMessageTest, WhateverElseComesIsShownShort) {
  EXPECT_EQ(ErrorMessageIn("<html>busy"), "<html>busy");
  EXPECT_EQ(ErrorMessageIn(R"({"error": "busy"})"), R"({"error": "busy"})");
  EXPECT_EQ(ErrorMessageIn(R"({"error": {"message": 7}})"), R"({"error": {"message": 7}})");
  EXPECT_EQ(ErrorMessageIn(std::string(1 << 20, 'x')).size(), kForeignErrorBytesMax);
  EXPECT_EQ(ErrorMessageIn(""), "the server refused without saying why");
}

}  // namespace
}  // namespace lemma
