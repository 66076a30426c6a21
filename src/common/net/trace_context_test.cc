#include "common/net/trace_context.h"

#include <gtest/gtest.h>

namespace lemma::net {
namespace {

constexpr const char* kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr const char* kParent = "00f067aa0ba902b7";

std::string Header(const std::string& version, const std::string& flags) {
  return version + "-" + kTrace + "-" + kParent + "-" + flags;
}

TEST(TraceContextTest, ReadsWhatItWrites) {
  for (const bool is_sampled : {false, true}) {
    const TraceContext written{NewTraceId(), NewSpanId(), is_sampled};
    const auto read = ParseTraceparent(written.ToHeader());
    ASSERT_TRUE(read) << written.ToHeader();
    EXPECT_EQ(read->trace_id, written.trace_id);
    EXPECT_EQ(read->parent_id, written.parent_id);
    EXPECT_EQ(read->is_sampled, is_sampled);
  }
}

TEST(TraceContextTest, OnlyTheLowestFlagIsSampled) {
  EXPECT_TRUE(ParseTraceparent(Header("00", "01"))->is_sampled);
  EXPECT_TRUE(ParseTraceparent(Header("00", "ff"))->is_sampled);
  EXPECT_FALSE(ParseTraceparent(Header("00", "02"))->is_sampled);
}

TEST(TraceContextTest, ALaterVersionIsReadAsThisOne) {
  EXPECT_TRUE(ParseTraceparent(Header("cc", "01")));
  EXPECT_TRUE(ParseTraceparent(Header("cc", "01") + "-what-the-future-brings"));
  EXPECT_FALSE(ParseTraceparent(Header("cc", "01") + ".what"));
}

TEST(TraceContextTest, NothingIsReadOutOfAMalformedOne) {
  const std::string good = Header("00", "01");
  for (const std::string& bad :
       {std::string(), good.substr(1), good + "-00", Header("ff", "01"), Header("0x", "01"),
        Header("00", "0g"), "00-" + std::string(32, '0') + "-" + kParent + "-01",
        std::string("00-") + kTrace + "-" + std::string(16, '0') + "-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + std::string(kParent) + "-01"}) {
    EXPECT_FALSE(ParseTraceparent(bad)) << bad;
  }
  for (size_t i = 0; i < good.size(); ++i) {
    std::string broken = good;
    broken[i] = '_';
    EXPECT_FALSE(ParseTraceparent(broken)) << broken;
  }
}

TEST(TraceContextTest, TwoHeadersNameNoTrace) {
  HttpRequest request;
  EXPECT_FALSE(TraceContextOf(request));
  request.headers.push_back({"TraceParent", Header("00", "01")});
  EXPECT_TRUE(TraceContextOf(request));
  request.headers.push_back({"traceparent", Header("00", "01")});
  EXPECT_FALSE(TraceContextOf(request));
}

}  // namespace
}  // namespace lemma::net
