#include "app/signals.h"

#include <signal.h>
#include <unistd.h>

#include <ctime>
#include <utility>

namespace lemma::app {
namespace {

// Between two looks at whether the wait is over: what the end of an EndOnSignal may take.
constexpr timespec kPollInterval{0, 20'000'000};

bool IsIgnored(int signal_number) {
  struct sigaction action{};
  sigaction(signal_number, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

sigset_t Signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  // Not blocked where it is ignored: Linux queues what is blocked all the same.
  if (!IsIgnored(SIGHUP)) sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = Signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

void StopSignals::Wait() {
  const sigset_t set = Signals();
  int signal_number = 0;
  sigwait(&set, &signal_number);
}

bool StopSignals::Arrived() const {
  const sigset_t set = Signals();
  sigset_t pending;
  sigpending(&pending);
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    if (sigismember(&set, signal_number) == 1 && sigismember(&pending, signal_number) == 1) {
      return true;
    }
  }
  return false;
}

EndOnSignal::EndOnSignal(std::function<void()> clean_up)
    : waiter_([clean_up = std::move(clean_up)](const std::stop_token& stop) {
        const sigset_t set = Signals();
        while (!stop.stop_requested()) {
          const int signal_number = sigtimedwait(&set, nullptr, &kPollInterval);
          if (signal_number < 0) continue;
          clean_up();
          // By the signal itself, so that a shell sees what ended the program.
          pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
          raise(signal_number);
          _exit(128 + signal_number);  // where whoever started it had the signal ignored
        }
      }) {}

}  // namespace lemma::app
