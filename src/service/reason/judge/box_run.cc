#include "service/reason/judge/box_run.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "service/reason/judge/box_usage.h"
#include "service/reason/judge/syscall_filter.h"

namespace lemma::reason {
namespace {

// How long a limit may be passed unseen: memory that is touched as fast as the machine can grows by
// tens of MiB in it.
constexpr int kWatchIntervalMs = 5;
// Of a host that is busy, not of a program: making a box takes milliseconds.
constexpr int64_t kSetupMsMax = 30000;
constexpr int kGoneMsMax = 30000;
constexpr size_t kReadBytes = 64 << 10;
// Reads of one pipe before the limits are looked at again.
constexpr int kReadsAtOnce = 32;
// Beyond the resident limit, so that stacks and arenas that threads reserve and do not touch fit.
constexpr uint64_t kAddressBytesBeyond = 512ull << 20;

void KillThrough(const FileDescriptor& pidfd) {
  if (pidfd.open()) syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
}

bool WaitFor(const FileDescriptor& pidfd, int timeout_ms) {
  pollfd wait{pidfd.get(), POLLIN, 0};
  int n = 0;
  while ((n = poll(&wait, 1, timeout_ms)) < 0 && errno == EINTR) {
  }
  return n == 1;
}

}  // namespace

BoxRun::~BoxRun() {
  if (box_.bubblewrap < 0) return;
  box_.control.Close();  // ends the init, if it has begun or when it does, and so bubblewrap
  KillThrough(init_pidfd_);
  if (!WaitFor(box_.bubblewrap_pidfd, kGoneMsMax)) KillThrough(box_.bubblewrap_pidfd);
  while (waitpid(box_.bubblewrap, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<BoxResult> BoxRun::Run() {
  LEMMA_RETURN_IF_ERROR(SendOrder());
  while (!ending_) {
    LEMMA_RETURN_IF_ERROR(TakeNews());
    if (!ending_ && limits_.is_over != nullptr && (*limits_.is_over)()) {
      return Status(StatusCode::kCancelled, "nobody waits for the program any more");
    }
    if (!ending_ && running_) CheckUsage();
    if (!running_ && ElapsedMs() > kSetupMsMax) return SetupFailed("it does not start");
  }
  LEMMA_RETURN_IF_ERROR(WaitUntilGone());
  TakeOutput(box_.output, limits_.output_bytes, result_.output, n_output_bytes_);
  TakeOutput(box_.errors, kBoxErrorsKept, result_.errors, n_error_bytes_);
  FillResult();
  return std::move(result_);
}

Status BoxRun::SendOrder() {
  BoxOrder order{};
  order.cpu_seconds = static_cast<uint64_t>(limits_.cpu_ms) / 1000 + 2;
  order.address_bytes = 2 * limits_.memory_bytes + kAddressBytesBeyond;
  order.n_processes = limits_.n_processes;
  order.n_files = limits_.n_files;
  order.file_bytes = order.tmp_bytes = limits_.tmp_bytes;
  order.n_inodes = limits_.n_inodes;
  if (send(box_.control.get(), &order, sizeof order, MSG_NOSIGNAL) != sizeof order) {
    return SetupFailed(std::strerror(errno));
  }
  return Ok();
}

// Waits for the next thing to happen, for kWatchIntervalMs at most, and takes all that has.
Status BoxRun::TakeNews() {
  std::array<pollfd, 5> watched = {{{box_.control.get(), POLLIN, 0},
                                    {box_.bubblewrap_pidfd.get(), POLLIN, 0},
                                    {listener_.get(), POLLIN, 0},  // negative: none yet
                                    {box_.output.get(), POLLIN, 0},
                                    {box_.errors.get(), POLLIN, 0}}};
  (void)poll(watched.data(), watched.size(), kWatchIntervalMs);
  if (watched[2].revents & POLLIN) TakeForbiddenCall();
  if (watched[2].revents & (POLLHUP | POLLERR)) listener_.Close();  // nobody is left to ask
  TakeOutput(box_.output, limits_.output_bytes, result_.output, n_output_bytes_);
  TakeOutput(box_.errors, kBoxErrorsKept, result_.errors, n_error_bytes_);
  LEMMA_RETURN_IF_ERROR(TakeReports());
  // What bubblewrap's init reports is there before it ends.
  if (!ending_ && (watched[1].revents & POLLIN)) return SetupFailed("it ended without a report");
  return Ok();
}

void BoxRun::TakeForbiddenCall() {
  std::string call = ReceiveForbiddenCall(listener_.get());
  if (call.empty() || ending_) return;
  result_.forbidden_call = std::move(call);
  End(BoxEnding::kForbidden);
}

// Takes the next report there is, with the descriptors that come with it.
std::optional<BoxReport> BoxRun::ReceiveReport() {
  BoxReport report{};
  iovec data{&report, sizeof report};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(kBoxReadyFds * sizeof(int))];
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t n = recvmsg(box_.control.get(), &message, MSG_CMSG_CLOEXEC);
  if (n != sizeof report) return std::nullopt;  // none yet, or none any more
  for (cmsghdr* at = CMSG_FIRSTHDR(&message); at != nullptr; at = CMSG_NXTHDR(&message, at)) {
    if (at->cmsg_type == SCM_CREDENTIALS) {
      ucred credentials{};
      std::memcpy(&credentials, CMSG_DATA(at), sizeof credentials);
      init_ = credentials.pid;
    } else if (at->cmsg_type == SCM_RIGHTS) {
      int fds[kBoxReadyFds] = {-1, -1};
      std::memcpy(fds, CMSG_DATA(at), sizeof fds);
      listener_ = FileDescriptor(fds[0]);
      init_pidfd_ = FileDescriptor(fds[1]);
    }
  }
  return report;
}

// All there are: a program may be done before its start was noticed.
Status BoxRun::TakeReports() {
  while (auto report = ReceiveReport()) {
    switch (report->kind) {
      case BoxReportKind::kFailed:
        report->failed_step[sizeof report->failed_step - 1] = '\0';
        return SetupFailed(
            fmt::format("{}: {}", report->failed_step, std::strerror(report->failed_errno)));
      case BoxReportKind::kReady:
        if (!init_pidfd_.open()) return SetupFailed("too many open files on the host");
        running_ = true;
        started_ = Clock::now();
        break;
      case BoxReportKind::kEnded:
        report_ = *report;
        End(WIFEXITED(report->wait_status) ? BoxEnding::kExited : BoxEnding::kSignalled);
        break;
    }
  }
  return Ok();
}

void BoxRun::TakeOutput(FileDescriptor& pipe, size_t kept_max, std::string& kept,
                        uint64_t& n_bytes) {
  std::array<char, kReadBytes> buffer;
  for (int i = 0; i < kReadsAtOnce && pipe.open(); ++i) {
    const ssize_t n = read(pipe.get(), buffer.data(), buffer.size());
    if (n < 0) break;  // nothing for now
    if (n == 0) {
      pipe.Close();
      break;
    }
    n_bytes += static_cast<uint64_t>(n);
    kept.append(buffer.data(), std::min(static_cast<size_t>(n), kept_max - kept.size()));
    if (running_ && n_bytes > limits_.output_bytes) {
      End(BoxEnding::kOutputLimit);
      break;
    }
  }
}

void BoxRun::CheckUsage() {
  const BoxUsage usage = ReadBoxUsage(init_);
  uint64_t memory = usage.resident_bytes;
  if (memory > limits_.memory_bytes) memory = ReadBoxProportionalBytes(init_);
  result_.memory_bytes_max = std::max(result_.memory_bytes_max, memory);
  result_.cpu_ms = std::max(result_.cpu_ms, usage.cpu_ms);
  if (memory > limits_.memory_bytes) {
    End(BoxEnding::kMemoryLimit);
  } else if (usage.cpu_ms > limits_.cpu_ms) {
    End(BoxEnding::kCpuLimit);
  } else if (ElapsedMs() > limits_.wall_ms) {
    End(BoxEnding::kWallLimit);
  }
}

void BoxRun::End(BoxEnding ending) {
  if (ending_) return;
  ending_ = ending;
  result_.wall_ms = ElapsedMs();
  KillThrough(init_pidfd_);
}

// The init's end is the end of all: the kernel lets it go only when its namespace is empty.
Status BoxRun::WaitUntilGone() {
  if (!WaitFor(init_pidfd_, kGoneMsMax) || !WaitFor(box_.bubblewrap_pidfd, kGoneMsMax)) {
    return Internal("a sandbox does not end: its processes do not die");
  }
  waitpid(box_.bubblewrap, nullptr, 0);
  box_.bubblewrap = -1;
  return Ok();
}

void BoxRun::FillResult() {
  result_.ending = *ending_;
  if (*ending_ != BoxEnding::kExited && *ending_ != BoxEnding::kSignalled) return;
  // Its own end came first, but over a limit it is no end.
  result_.cpu_ms = std::max<int64_t>(result_.cpu_ms, report_.cpu_us / 1000);
  result_.memory_bytes_max =
      std::max(result_.memory_bytes_max, static_cast<uint64_t>(report_.rss_kib_max) << 10);
  if (n_output_bytes_ > limits_.output_bytes || n_error_bytes_ > limits_.output_bytes) {
    result_.ending = BoxEnding::kOutputLimit;
  } else if (result_.memory_bytes_max > limits_.memory_bytes) {
    result_.ending = BoxEnding::kMemoryLimit;
  } else if (result_.cpu_ms > limits_.cpu_ms) {
    result_.ending = BoxEnding::kCpuLimit;
  } else if (WIFEXITED(report_.wait_status)) {
    result_.exit_code = WEXITSTATUS(report_.wait_status);
  } else {
    result_.signal = WTERMSIG(report_.wait_status);
  }
}

Status BoxRun::SetupFailed(const std::string& why) const {
  std::string said = result_.errors;  // bubblewrap's own words
  while (!said.empty() && said.back() == '\n') said.pop_back();
  return Internal(fmt::format("the sandbox failed: {}{}{}", why, said.empty() ? "" : ": ", said));
}

int64_t BoxRun::ElapsedMs() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_).count();
}

}  // namespace lemma::reason
