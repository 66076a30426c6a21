#include "app/pull_display.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/progress.h"

namespace lemma::app {
namespace {

std::string Amount(double bytes) {
  return bytes < 1 << 20 ? fmt::format("{:.0f} KiB", bytes / 1024)
                         : fmt::format("{:.1f} MiB", bytes / (1 << 20));
}

}  // namespace

PullDisplay::PullDisplay() : is_terminal_(isatty(STDERR_FILENO) != 0) {}

void PullDisplay::OnBytes(const hub::RemoteFile& file, uint64_t bytes_here) {
  const auto now = Clock::now();
  if (file.name != name_) {
    name_ = file.name;
    began_ = now;
    bytes_at_begin_ = bytes_here;
  }
  if (!is_terminal_ || now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  std::fprintf(stderr, "\r\033[K%s", Line(file, bytes_here).c_str());
}

void PullDisplay::OnFileDone(const hub::RemoteFile& file) {
  OnNote(file.name + "  " + Amount(static_cast<double>(file.size_bytes)));
}

void PullDisplay::OnNote(const std::string& text) {
  std::fprintf(stderr, "%s%s\n", is_terminal_ ? "\r\033[K" : "", text.c_str());
}

std::string PullDisplay::Line(const hub::RemoteFile& file, uint64_t bytes_here) const {
  constexpr int kWidth = 12;
  const double seconds = std::chrono::duration<double>(shown_ - began_).count();
  const double rate =
      seconds > 0.2
          ? static_cast<double>(bytes_here - std::min(bytes_here, bytes_at_begin_)) / seconds
          : 0;
  const double left = static_cast<double>(file.size_bytes - bytes_here);
  const double share =
      static_cast<double>(bytes_here) / static_cast<double>(std::max<uint64_t>(1, file.size_bytes));
  std::string amounts = fmt::format(
      "  [{:<{}}] {} of {}", std::string(static_cast<size_t>(share * kWidth), '#'), kWidth,
      Amount(static_cast<double>(bytes_here)), Amount(static_cast<double>(file.size_bytes)));
  if (rate > 0) {
    const auto seconds_left = static_cast<int64_t>(std::min(std::round(left / rate), 1e9));
    amounts +=
        fmt::format(", {}/s, {}:{:02} left", Amount(rate), seconds_left / 60, seconds_left % 60);
  }
  return ProgressLine(file.name, amounts);
}

}  // namespace lemma::app
