#include "common/base/log.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <functional>
#include <string>

namespace lemma {
namespace {

// What `write` puts on standard error.
std::string Logged(LogFormat format, const std::function<void()>& write) {
  SetLogFormat(format);
  testing::internal::CaptureStderr();
  write();
  std::string text = testing::internal::GetCapturedStderr();
  SetLogFormat(LogFormat::kText);
  return text;
}

boost::json::object LoggedObject(const std::function<void()>& write) {
  const std::string text = Logged(LogFormat::kJson, write);
  EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
  return boost::json::parse(text).as_object();
}

TEST(LogTest, JsonHasAnObjectALine) {
  const auto line = LoggedObject([] { LogWarning("pool: {} is away: said \"no\"", "gpu1"); });
  EXPECT_EQ(line.at("level"), "warning");
  EXPECT_EQ(line.at("room"), "pool");
  EXPECT_EQ(line.at("message"), "gpu1 is away: said \"no\"");
  const std::string time(line.at("time").as_string());
  EXPECT_EQ(time.size(), std::string("2026-01-31T12:00:00.123Z").size()) << time;
  EXPECT_EQ(time.back(), 'Z');
  EXPECT_FALSE(line.contains("request_id"));
  EXPECT_FALSE(line.contains("trace_id"));
}

TEST(LogTest, ALineNamesItsRequestAndTrace) {
  const LogSubject subject{.request_id = "req-1", .trace_id = "4bf9"};
  const auto line = LoggedObject([&] { LogInfo(subject, "gateway: limits: {}", 7); });
  EXPECT_EQ(line.at("request_id"), "req-1");
  EXPECT_EQ(line.at("trace_id"), "4bf9");
  EXPECT_EQ(line.at("message"), "limits: 7");
  const std::string text =
      Logged(LogFormat::kText, [&] { LogInfo(subject, "gateway: limits: {}", 7); });
  EXPECT_TRUE(text.ends_with(" info    gateway: limits: 7 request_id=req-1 trace_id=4bf9\n"))
      << text;
}

TEST(LogTest, NobodyForgesALineOfJson) {
  const std::string forged = "no\n{\"level\":\"error\"}\xff\"";
  const auto line = LoggedObject([&] { LogInfo("pool: {}", forged); });
  EXPECT_EQ(line.at("message"), "no\n{\"level\":\"error\"}\xEF\xBF\xBD\"");
}

TEST(LogTest, ALongLineIsCut) {
  const auto line =
      LoggedObject([] { LogInfo("pool: {}", std::string(2 * kLogLineBytesMax, 'x')); });
  EXPECT_EQ(line.at("message").as_string().size(), kLogLineBytesMax + 3);
}

TEST(LogTest, ALineWithoutARoomIsAMessage) {
  const auto line = LoggedObject([] { LogError("all is lost: really"); });
  EXPECT_EQ(line.at("room"), "");
  EXPECT_EQ(line.at("message"), "all is lost: really");
}

}  // namespace
}  // namespace lemma
