// The log: one line an event, to standard error, "2026-01-31T12:00:00.123Z info  pool: message".
// A thin layer over spdlog so that rooms include this alone. Thread-safe. Lines are cut at
// kLogLineBytesMax and control characters are escaped, so that no client can forge or flood it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace lemma {

enum class LogLevel { kInfo, kWarning, kError, kOff };

inline constexpr size_t kLogLineBytesMax = 4096;

// Sets what is written from now on. Call once, from main.
void SetLogLevel(LogLevel level);
bool LogEnabled(LogLevel level);
void LogLine(LogLevel level, std::string_view line);

template <typename... Args>
void LogInfo(fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kInfo)) {
    LogLine(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <typename... Args>
void LogWarning(fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kWarning)) {
    LogLine(LogLevel::kWarning, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <typename... Args>
void LogError(fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kError)) {
    LogLine(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
  }
}

}  // namespace lemma
