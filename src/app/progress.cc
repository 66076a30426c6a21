#include "app/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

namespace lemma::app {
namespace {

// 80 where the terminal does not say.
size_t TerminalColumns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// At most, of one UTF-8 character: those of three bytes and more may be twice as wide. A byte that
// continues one has none.
size_t ColumnsAt(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return (byte & 0xC0) == 0x80 ? 0 : byte >= 0xE0 ? 2 : 1;
}

size_t Columns(std::string_view text) {
  size_t n_columns = 0;
  for (const char c : text) n_columns += ColumnsAt(c);
  return n_columns;
}

}  // namespace

std::function<void(double share)> ProgressBar(std::string what) {
  if (isatty(STDERR_FILENO) == 0) return [](double) {};
  return [what = std::move(what), shown = -1](double share) mutable {
    constexpr int kWidth = 30;
    const int percent = static_cast<int>(share * 100);
    if (percent == shown) return;
    shown = percent;
    const std::string bar(static_cast<size_t>(percent * kWidth / 100), '#');
    const std::string line =
        ProgressLine(what, fmt::format("  [{:<{}}] {:3}%", bar, kWidth, percent));
    std::fprintf(stderr, "\r%s%s", line.c_str(), percent >= 100 ? "\n" : "");
  };
}

std::string ProgressLine(std::string_view what, std::string_view figures) {
  constexpr std::string_view kLeftOut = "...";
  const size_t room = TerminalColumns() - 1;  // a full line already begins the next
  if (figures.size() + kLeftOut.size() > room) return std::string(figures.substr(0, room));
  if (Columns(what) + figures.size() <= room) return std::string(what) + std::string(figures);
  const size_t room_of_what = room - figures.size() - kLeftOut.size();
  while (Columns(what) > room_of_what || (!what.empty() && ColumnsAt(what.front()) == 0)) {
    what.remove_prefix(1);
  }
  return std::string(kLeftOut) + std::string(what) + std::string(figures);
}

}  // namespace lemma::app
