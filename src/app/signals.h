// Ctrl-C, SIGTERM and a terminal's hangup, as something to wait for or as an orderly end.
#pragma once

#include <functional>
#include <thread>

namespace lemma::app {

// Blocks SIGINT, SIGTERM and SIGHUP in this thread and all it starts later, so that they arrive
// only in Wait; a SIGHUP that is ignored (nohup) stays so. Make it before any thread is started.
// From then on SIGPIPE is ignored: a reader that has gone (`| head -1`, a `tee` that Ctrl-C ended)
// is an error of the write, and no end without draining or cleaning up.
class StopSignals {
 public:
  StopSignals();
  void Wait();           // until the first signal
  bool Arrived() const;  // is one waiting to be taken by Wait?
};

// While it lives, a signal ends the program at once, by that signal, after `clean_up`: while a
// model loads, while answers drain, while one answer is computed. `clean_up` runs on a thread of
// its own, beside whatever the program does. Blocks the signals as StopSignals does, for good.
class EndOnSignal {
 public:
  explicit EndOnSignal(std::function<void()> clean_up = [] {});

 private:
  const StopSignals blocked_;
  std::jthread waiter_;
};

}  // namespace lemma::app
