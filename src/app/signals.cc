#include "app/signals.h"

#include <signal.h>

namespace lemma::app {
namespace {

sigset_t Signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = Signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void StopSignals::Wait() {
  const sigset_t set = Signals();
  int signal_number = 0;
  sigwait(&set, &signal_number);
}

bool StopSignals::Arrived() const {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

void StopSignals::RestoreDefault() {
  const sigset_t set = Signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace lemma::app
