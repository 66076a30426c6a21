// Ctrl-C and SIGTERM as something to wait for.
#pragma once

namespace lemma::app {

// Blocks SIGINT and SIGTERM in this thread and all it starts later, so that they arrive only in
// Wait. Make it before any thread is started.
class StopSignals {
 public:
  StopSignals();
  void Wait();           // until the first signal
  bool Arrived() const;  // is one waiting to be taken by Wait?
  // From now on a signal ends the program at once: for the second Ctrl-C, while draining.
  void RestoreDefault();
};

}  // namespace lemma::app
