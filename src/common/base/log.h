// The log: one line an event, to standard error, "2026-01-31T12:00:00.123Z info  room: message", or
// one JSON object with the same. A thin layer over spdlog so that rooms include this alone.
// Thread-safe. Lines are cut at kLogLineBytesMax and control characters are escaped, so that no
// client can forge or flood it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace lemma {

enum class LogLevel { kInfo, kWarning, kError, kOff };
enum class LogFormat { kText, kJson };

inline constexpr size_t kLogLineBytesMax = 4096;

// The request that a line is about; "": none, or not known. Both of plain characters.
struct LogSubject {
  std::string_view request_id;
  std::string_view trace_id;
};

// What is written from now on, and how. Call once, from main.
void SetLogLevel(LogLevel level);
void SetLogFormat(LogFormat format);
LogFormat CurrentLogFormat();
bool LogEnabled(LogLevel level);
// `line`: "room: message".
void LogLine(LogLevel level, const LogSubject& subject, std::string_view line);

template <typename... Args>
void LogInfo(const LogSubject& subject, fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kInfo)) {
    LogLine(LogLevel::kInfo, subject, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <typename... Args>
void LogInfo(fmt::format_string<Args...> format, Args&&... args) {
  LogInfo(LogSubject(), format, std::forward<Args>(args)...);
}
template <typename... Args>
void LogWarning(const LogSubject& subject, fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kWarning)) {
    LogLine(LogLevel::kWarning, subject, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <typename... Args>
void LogWarning(fmt::format_string<Args...> format, Args&&... args) {
  LogWarning(LogSubject(), format, std::forward<Args>(args)...);
}
template <typename... Args>
void LogError(fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kError)) {
    LogLine(LogLevel::kError, LogSubject(), fmt::format(format, std::forward<Args>(args)...));
  }
}

}  // namespace lemma
