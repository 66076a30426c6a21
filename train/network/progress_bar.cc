#include "train/network/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace lemma::train {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(250);
constexpr auto kNextLine = std::chrono::seconds(20);
constexpr int kBarCells = 24;

std::string FormatTime(double seconds) {
  const int64_t s = static_cast<int64_t>(seconds);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

}  // namespace

ProgressBar::ProgressBar(std::string title)
    : title_(std::move(title)),
      on_terminal_(isatty(STDERR_FILENO) != 0),
      started_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() {
  if (on_terminal_ && drawn_) std::fputc('\n', stderr);
}

void ProgressBar::Update(double part, std::string_view text) {
  const TimePoint now = std::chrono::steady_clock::now();
  part = std::clamp(part, 0.0, 1.0);
  if (first_part_ < 0) first_part_ = part;
  const auto pause = on_terminal_ ? std::chrono::duration_cast<lemma::Duration>(kRedraw)
                                  : std::chrono::duration_cast<lemma::Duration>(kNextLine);
  if (drawn_ && now - drawn_at_ < pause && part < 1) return;
  drawn_ = true;
  drawn_at_ = now;
  const double spent = std::chrono::duration<double>(now - started_).count();
  const double done = part - first_part_;
  const std::string left = done > 0 ? FormatTime(spent * (1 - part) / done) : "?";
  const int cells = static_cast<int>(part * kBarCells);
  fmt::print(stderr, "{}{} [{:=<{}}{:<{}}] {:3.0f} %  {}  left {}{}", on_terminal_ ? "\r" : "",
             title_, "", cells, "", kBarCells - cells, part * 100, text, left,
             on_terminal_ ? "\x1b[K" : "\n");
  std::fflush(stderr);
}

}  // namespace lemma::train
