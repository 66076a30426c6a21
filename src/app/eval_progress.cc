#include "app/eval_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

namespace lemma::app {
namespace {

std::string TimeText(double seconds) {
  const auto s = static_cast<int64_t>(seconds);
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

}  // namespace

std::function<void(const eval::SampleRunProgress&)> EvalProgressBar() {
  if (isatty(STDERR_FILENO) == 0) return [](const eval::SampleRunProgress&) {};
  return [begin = std::chrono::steady_clock::now()](const eval::SampleRunProgress& progress) {
    constexpr int64_t kWidth = 24;
    const std::chrono::duration<double> past = std::chrono::steady_clock::now() - begin;
    const auto asked = static_cast<double>(progress.n_asked);
    const double rate = past.count() > 0 ? asked / past.count() : 0;
    const int64_t filled = progress.n_done * kWidth / progress.n_all;
    const double right = progress.n_done == 0 ? 0
                                              : 100.0 * static_cast<double>(progress.n_right) /
                                                    static_cast<double>(progress.n_done);
    std::string line = fmt::format("\r[{}{}] {} of {}, {:.1f} % right, {:.2f}/s",
                                   std::string(filled, '#'), std::string(kWidth - filled, ' '),
                                   progress.n_done, progress.n_all, right, rate);
    if (rate > 0) {
      const auto left = static_cast<double>(progress.n_all - progress.n_done);
      line += ", left " + TimeText(left / rate);
    }
    std::fprintf(stderr, "%s  %s", line.c_str(), progress.n_done == progress.n_all ? "\n" : "");
  };
}

}  // namespace lemma::app
