// One line of progress on standard error: redrawn in place on a terminal, otherwise a line now and
// then, so that logs stay readable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace lemma::train {

class ProgressBar {
 public:
  explicit ProgressBar(std::string title);
  ~ProgressBar();  // ends the line
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // part in [0, 1]; the time left is judged by the part done since the bar was made. Cheap enough
  // for every step: draws at most a few times a second.
  void Update(double part, std::string_view text);

 private:
  std::string title_;
  bool on_terminal_;
  bool drawn_ = false;
  double first_part_ = -1;
  TimePoint started_;
  TimePoint drawn_at_;
};

}  // namespace lemma::train
