// How far a pull is, on standard error. One thread.
#pragma once

#include <chrono>
#include <string>

#include "common/hub/listing.h"

namespace lemma::app {

// On a terminal one line that is redrawn, with speed and time left; else a line a file.
class PullDisplay {
 public:
  PullDisplay();
  void OnBytes(const hub::RemoteFile& file, uint64_t bytes_here);
  void OnFileDone(const hub::RemoteFile& file);
  void OnNote(const std::string& text);

 private:
  using Clock = std::chrono::steady_clock;

  std::string Line(const hub::RemoteFile& file, uint64_t bytes_here) const;

  const bool is_terminal_;
  std::string name_;
  Clock::time_point began_;
  Clock::time_point shown_;
  uint64_t bytes_at_begin_ = 0;
};

}  // namespace lemma::app
