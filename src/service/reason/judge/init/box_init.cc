// The first process of a box: bubblewrap has made the namespaces and the read-only root, and gives
// this program CAP_SYS_ADMIN in them. It mounts the private /tmp (bubblewrap cannot limit inodes),
// lays down every privilege, starts the program behind its limits and the seccomp filter, waits for
// it and reports. When it ends the kernel kills what is left of the process namespace, whatever
// that has forked or ignores.
//
// It is process 1 there, so no signal of the program reaches it; it opens nothing the program made.
// Linked statically and embedded in the judge: it starts in a millisecond and is never looked for.
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "service/reason/judge/box_protocol.h"

namespace {

using lemma::reason::BoxOrder;
using lemma::reason::BoxReport;
using lemma::reason::BoxReportKind;
using lemma::reason::kBoxControlFd;
using lemma::reason::kBoxFilterFd;
using lemma::reason::kBoxReadyFds;

constexpr size_t kFilterInstructionsMax = 4096;  // the kernel's own bound (BPF_MAXINSNS)

// All that the program finds: enough for compilers to find their parts and for Python to print
// UTF-8 and to order sets the same way each time.
constexpr const char* kEnvironment[] = {"PATH=/usr/bin", "HOME=/tmp", "LANG=C.UTF-8",
                                        "PYTHONHASHSEED=0", nullptr};

// Written by the child, which shares this page alone with the init.
struct ChildNote {
  int listener_fd;
  int failed_errno;
  char failed_step[32];
};

// With `fds` attached; null: none.
void Send(const BoxReport& report, const int (*fds)[kBoxReadyFds]) {
  iovec data{const_cast<BoxReport*>(&report), sizeof report};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof *fds)] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (fds != nullptr) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof *fds);
    std::memcpy(CMSG_DATA(header), fds, sizeof *fds);
  }
  // A judge that is gone needs no report.
  (void)sendmsg(kBoxControlFd, &message, MSG_NOSIGNAL);
}

[[noreturn]] void Fail(const char* step, int error) {
  BoxReport report{};
  report.kind = BoxReportKind::kFailed;
  report.failed_errno = error;
  std::snprintf(report.failed_step, sizeof report.failed_step, "%s", step);
  Send(report, nullptr);
  _exit(1);
}

void MountTmp(const BoxOrder& order) {
  char options[128];
  std::snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=0700",
                static_cast<unsigned long long>(order.tmp_bytes),
                static_cast<unsigned long long>(order.n_inodes));
  if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options) != 0) Fail("mount", errno);
  if (chdir("/tmp") != 0) Fail("chdir", errno);
}

void DropPrivileges() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  if (syscall(SYS_capset, &header, none) != 0) Fail("capset", errno);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) Fail("no_new_privs", errno);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) Fail("dumpable", errno);
}

sock_fprog ReadFilter() {
  static sock_filter instructions[kFilterInstructionsMax];
  const ssize_t bytes = pread(kBoxFilterFd, instructions, sizeof instructions, 0);
  if (bytes <= 0) Fail("read filter", errno);
  return {static_cast<unsigned short>(static_cast<size_t>(bytes) / sizeof(sock_filter)),
          instructions};
}

bool SetLimit(int which, uint64_t value) {
  const rlimit limit{value, value};
  return setrlimit(static_cast<__rlimit_resource>(which), &limit) == 0;
}

bool SetLimits(const BoxOrder& order) {
  // An unlimited stack is bounded by memory, as contests have it; and glibc then gives threads 2
  // MiB each, where a limited one would be reserved anew for every thread.
  return SetLimit(RLIMIT_STACK, RLIM_INFINITY) && SetLimit(RLIMIT_CORE, 0) &&
         SetLimit(RLIMIT_CPU, order.cpu_seconds) && SetLimit(RLIMIT_AS, order.address_bytes) &&
         SetLimit(RLIMIT_FSIZE, order.file_bytes) && SetLimit(RLIMIT_NOFILE, order.n_files) &&
         SetLimit(RLIMIT_MEMLOCK, 0) && SetLimit(RLIMIT_MSGQUEUE, 0) &&
         // Counted in the box's own user namespace (Linux 5.14): this process is one of them.
         SetLimit(RLIMIT_NPROC, order.n_processes + 1);
}

// In the child: never returns.
[[noreturn]] void Become(char** command, const BoxOrder& order, const sock_fprog& filter,
                         ChildNote* note) {
  const auto fail = [&](const char* step) {
    note->failed_errno = errno;
    std::snprintf(note->failed_step, sizeof note->failed_step, "%s", step);
    _exit(1);
  };
  if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) fail("dumpable");
  if (!SetLimits(order)) fail("setrlimit");
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, nullptr) != 0) fail("sigprocmask");
  note->listener_fd = static_cast<int>(
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter));
  if (note->listener_fd < 0) fail("seccomp");
  execve(command[0], command, const_cast<char**>(kEnvironment));
  fail("execve");
  __builtin_unreachable();
}

// Blocked but in WaitFor, where it ends the waiting; of the program it is neither blocked nor
// handled.
void TakeChildSignals() {
  struct sigaction action{};
  action.sa_handler = [](int) {};
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  if (sigaction(SIGCHLD, &action, nullptr) != 0 || sigprocmask(SIG_BLOCK, &child, nullptr) != 0) {
    Fail("signals", errno);
  }
}

BoxReport WaitFor(pid_t program) {
  BoxReport report{};
  report.kind = BoxReportKind::kEnded;
  sigset_t none;
  sigemptyset(&none);
  for (pid_t ended = 0; ended != program;) {
    int status = 0;
    ended = waitpid(-1, &status, __WALL | WNOHANG);  // orphans too: a zombie counts as a process
    if (ended < 0) Fail("waitpid", errno);
    if (ended == program) report.wait_status = status;
    if (ended != 0) continue;
    // No judge, no limits: then the box must not go on. This holds from its first moment, which
    // bubblewrap's --die-with-parent does not: what is killed while it makes a box leaves it
    // behind.
    pollfd judge{kBoxControlFd, 0, 0};
    if (ppoll(&judge, 1, nullptr, &none) > 0) _exit(1);
  }
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  report.cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL +
                  usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  report.rss_kib_max = usage.ru_maxrss;
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  BoxOrder order{};
  if (recv(kBoxControlFd, &order, sizeof order, 0) != sizeof order) return 1;  // no judge any more
  syscall(SYS_close_range, kBoxFilterFd + 1, ~0U, 0);
  MountTmp(order);
  DropPrivileges();
  const sock_fprog filter = ReadFilter();
  close(kBoxFilterFd);
  fcntl(kBoxControlFd, F_SETFD, FD_CLOEXEC);
  auto* note = static_cast<ChildNote*>(
      mmap(nullptr, sizeof(ChildNote), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (note == MAP_FAILED) Fail("mmap", errno);
  note->listener_fd = -1;
  TakeChildSignals();
  // The child shares the table of descriptors, so that its listener is this process's too, until it
  // becomes the program, when this process goes on. All else is a copy.
  const auto program = static_cast<pid_t>(
      syscall(SYS_clone, CLONE_FILES | CLONE_VFORK | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
  if (program < 0) Fail("clone", errno);
  if (program == 0) Become(argv + 1, order, filter, note);
  if (note->failed_errno != 0) Fail(note->failed_step, note->failed_errno);
  // Its own handle: its number may be another process's by the time that the judge looks it up.
  const int ready_fds[kBoxReadyFds] = {note->listener_fd,
                                       static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0))};
  if (ready_fds[1] < 0) Fail("pidfd_open", errno);
  BoxReport ready{};
  ready.kind = BoxReportKind::kReady;
  Send(ready, &ready_fds);
  for (const int fd : ready_fds) close(fd);
  for (int fd = 0; fd <= STDERR_FILENO; ++fd) close(fd);  // the program's alone
  Send(WaitFor(program), nullptr);
  return 0;
}
