#include "common/net/sse.h"

#include <gtest/gtest.h>

namespace lemma::net {
namespace {

std::string Show(const std::vector<SseParser::Event>& events) {
  std::string out;
  for (const auto& event : events) out += "[" + event.event + "|" + event.data + "]";
  return out;
}

constexpr std::string_view kStream =
    "\xEF\xBB\xBF"
    "data: one\n\n"
    ": a comment\nid: 7\nretry: 10\ndata: two\r\ndata:lines\r\n\r\n"
    "event: error\rdata:  space kept\r\r"
    "event: without data\n\n"
    "data\n\n"
    "unknown: x\ndata: \xE4\xBD\xA0\n\n"
    "data: unfinished\n";
constexpr std::string_view kEvents = "[|one][|two\nlines][error| space kept][|][|\xE4\xBD\xA0]";

TEST(SseParser, GivesTheSameEventsInAnySplit) {
  EXPECT_EQ(Show(SseParser().Push(kStream)), kEvents);
  for (size_t step = 1; step < kStream.size(); ++step) {
    SseParser parser;
    std::string got;
    for (size_t at = 0; at < kStream.size(); at += step) {
      got += Show(parser.Push(kStream.substr(at, step)));
    }
    ASSERT_EQ(got, kEvents) << step;
    ASSERT_FALSE(parser.overflowed());
  }
}

TEST(SseParser, ReadsWhatSseEventWrites) {
  SseParser parser;
  EXPECT_EQ(Show(parser.Push(SseEvent("a\nb\r\nc\rd") + SseEvent("x", "error") + SseEvent(""))),
            "[|a\nb\nc\nd][error|x][|]");
}

TEST(SseParser, DropsAnEventThatIsTooLargeAndGoesOn) {
  SseParser parser;
  std::string got;
  for (size_t sent = 0; sent < 3 * SseParser::kEventBytesMax; sent += 1 << 16) {
    got += Show(parser.Push("data: " + std::string(1 << 16, 'a') + "\n"));
  }
  EXPECT_TRUE(parser.overflowed());
  got += Show(parser.Push("\ndata: next\n\n"));
  EXPECT_EQ(got, "[|next]");

  SseParser one_line;
  for (size_t sent = 0; sent < 2 * SseParser::kEventBytesMax; sent += 1 << 16) {
    one_line.Push(std::string(1 << 16, 'a'));
  }
  EXPECT_TRUE(one_line.overflowed());
  EXPECT_EQ(Show(one_line.Push("\n\ndata: next\n\n")), "[|next]");
}

}  // namespace
}  // namespace lemma::net
