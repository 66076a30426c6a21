#include "app/progress.h"

#include <unistd.h>

#include <cstdio>

namespace lemma::app {

std::function<void(double share)> ProgressBar(std::string what) {
  if (isatty(STDERR_FILENO) == 0) return [](double) {};
  return [what = std::move(what), shown = -1](double share) mutable {
    constexpr int kWidth = 30;
    const int percent = static_cast<int>(share * 100);
    if (percent == shown) return;
    shown = percent;
    const int filled = percent * kWidth / 100;
    std::fprintf(stderr, "\r%s  [%s%s] %3d%%%s", what.c_str(), std::string(filled, '#').c_str(),
                 std::string(kWidth - filled, ' ').c_str(), percent, percent >= 100 ? "\n" : "");
  };
}

}  // namespace lemma::app
