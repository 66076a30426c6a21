#include "common/base/log.h"

#include <fmt/chrono.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <memory>

#include "common/base/utf8_text.h"

namespace lemma {
namespace {

// What is process-wide: a log has no state that could differ between two callers.
struct Log {
  Log() {
    logger.flush_on(spdlog::level::info);
    SetFormat(LogFormat::kText);
  }
  void SetFormat(LogFormat to) {
    format = to;
    logger.set_pattern(to == LogFormat::kJson ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v",
                       spdlog::pattern_time_type::utc);
  }

  spdlog::logger logger{"lemma", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  std::atomic<LogFormat> format;
};

Log& TheLog() {
  static Log log;
  return log;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

const char* NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
    default:
      return "info";
  }
}

std::string Escaped(std::string_view line) {
  std::string out;
  out.reserve(line.size());
  for (const char c : line.substr(0, kLogLineBytesMax)) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  if (line.size() > kLogLineBytesMax) out += "...";
  return out;
}

std::string TextLine(const LogSubject& subject, std::string_view line) {
  std::string text = Escaped(line);
  if (!subject.request_id.empty()) text += fmt::format(" request_id={}", subject.request_id);
  if (!subject.trace_id.empty()) text += fmt::format(" trace_id={}", subject.trace_id);
  return text;
}

// "2026-01-31T12:00:00.123Z"
std::string TimeNow() {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now();
  const auto ms = std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), ms);
}

std::string JsonLine(LogLevel level, const LogSubject& subject, std::string_view line) {
  const size_t colon = std::min(line.find(": "), line.size());
  const bool has_room = colon < line.size() && line.find(' ') > colon;
  boost::json::object object{
      {"time", TimeNow()},
      {"level", NameOf(level)},
      {"room", has_room ? line.substr(0, colon) : ""},
      {"message", Utf8Text(has_room ? line.substr(colon + 2) : line, kLogLineBytesMax)}};
  if (!subject.request_id.empty()) object["request_id"] = subject.request_id;
  if (!subject.trace_id.empty()) object["trace_id"] = subject.trace_id;
  return boost::json::serialize(object);
}

}  // namespace

void SetLogLevel(LogLevel level) { TheLog().logger.set_level(ToSpdlog(level)); }

void SetLogFormat(LogFormat format) { TheLog().SetFormat(format); }

LogFormat CurrentLogFormat() { return TheLog().format; }

bool LogEnabled(LogLevel level) { return TheLog().logger.should_log(ToSpdlog(level)); }

void LogLine(LogLevel level, const LogSubject& subject, std::string_view line) {
  const bool is_json = CurrentLogFormat() == LogFormat::kJson;
  TheLog().logger.log(ToSpdlog(level),
                      is_json ? JsonLine(level, subject, line) : TextLine(subject, line));
}

}  // namespace lemma
