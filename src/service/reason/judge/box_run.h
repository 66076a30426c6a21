// One run of a box from its order to its end: takes in its output, watches its limits, ends it.
// Used by one thread; Run blocks.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "common/base/status.h"
#include "service/reason/judge/box_launch.h"
#include "service/reason/judge/box_protocol.h"
#include "service/reason/judge/sandbox.h"

namespace lemma::reason {

class BoxRun {
 public:
  BoxRun(LaunchedBox box, const BoxLimits& limits) : box_(std::move(box)), limits_(limits) {}
  BoxRun(const BoxRun&) = delete;
  ~BoxRun();  // nothing of the box is left, whichever way Run ended

  // Once. Errors: kInternal where the box could not be set up or does not end; kCancelled.
  Result<BoxResult> Run();

 private:
  using Clock = std::chrono::steady_clock;

  Status SendOrder();
  Status TakeNews();
  Status TakeReports();
  std::optional<BoxReport> ReceiveReport();
  void TakeForbiddenCall();
  void TakeOutput(FileDescriptor& pipe, size_t kept_max, std::string& kept, uint64_t& n_bytes);
  void CheckUsage();
  void End(BoxEnding ending);  // the first call counts
  Status WaitUntilGone();
  void FillResult();
  Status SetupFailed(const std::string& why) const;
  int64_t ElapsedMs() const;

  LaunchedBox box_;
  const BoxLimits limits_;
  FileDescriptor init_pidfd_;  // readable when the box is gone with all its processes
  FileDescriptor listener_;    // readable when a forbidden call waits
  pid_t init_ = -1;
  bool running_ = false;                      // the program has started
  Clock::time_point started_ = Clock::now();  // the launch, then the program
  std::optional<BoxEnding> ending_;
  BoxReport report_{};  // of kExited and kSignalled
  BoxResult result_;
  uint64_t n_output_bytes_ = 0;
  uint64_t n_error_bytes_ = 0;
};

}  // namespace lemma::reason
