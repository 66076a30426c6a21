#include "service/reason/judge/syscall_filter.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "service/reason/judge/file_descriptor.h"

namespace lemma::reason {
namespace {

// What C++, Python and the compilers use. Nothing here reaches outside the box's namespaces, makes
// kernel objects without a bound, or leaves a trace on files shared with others (flock, fcntl's
// locks and inotify would tell two boxes of each other).
constexpr const char* kAllowed[] = {
    // memory
    "brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "mincore", "msync", "membarrier",
    // files: only /tmp can be written
    "open", "openat", "openat2", "creat", "close", "close_range", "read", "pread64", "readv",
    "preadv", "preadv2", "write", "pwrite64", "writev", "pwritev", "pwritev2", "lseek", "dup",
    "dup2", "dup3", "pipe", "pipe2", "stat", "lstat", "fstat", "newfstatat", "statx", "statfs",
    "fstatfs", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getdents",
    "getdents64", "getcwd", "chdir", "fchdir", "umask", "mkdir", "mkdirat", "rmdir", "unlink",
    "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
    "truncate", "ftruncate", "fallocate", "fsync", "fdatasync", "fadvise64", "chmod", "fchmod",
    "fchmodat", "utime", "utimes", "utimensat", "futimesat", "sendfile", "copy_file_range",
    // waiting
    "poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl",
    "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2", "timerfd_create",
    "timerfd_settime", "timerfd_gettime", "futex", "futex_waitv", "nanosleep", "clock_nanosleep",
    "pause", "sched_yield",
    // processes and threads of the box
    "fork", "vfork", "execve", "execveat", "exit", "exit_group", "wait4", "waitid", "getpid",
    "getppid", "gettid", "getpgid", "getpgrp", "setpgid", "getsid", "setsid", "set_tid_address",
    "set_robust_list", "get_robust_list", "rseq", "arch_prctl", "getpriority", "setpriority",
    "sched_getaffinity", "sched_setaffinity", "sched_getparam", "sched_getscheduler",
    "sched_get_priority_max", "sched_get_priority_min", "getrusage", "getrlimit", "setrlimit",
    "prlimit64", "times",
    // signals, which end at the process namespace
    "kill", "tkill", "tgkill", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending",
    "rt_sigsuspend", "rt_sigtimedwait", "rt_sigqueueinfo", "sigaltstack", "alarm", "setitimer",
    "getitimer", "restart_syscall", "timer_create", "timer_settime", "timer_gettime",
    "timer_getoverrun", "timer_delete",
    // who and when
    "getuid", "geteuid", "getgid", "getegid", "getgroups", "getresuid", "getresgid", "uname",
    "sysinfo", "getcpu", "getrandom", "time", "gettimeofday", "clock_gettime", "clock_getres",
    // asyncio wakes its own loop through a pair
    "sendto", "recvfrom", "shutdown", "getsockopt", "getsockname"};

// Tried by runtimes that go on without: as if the kernel or the file system did not have them.
struct Refused {
  const char* call;
  int error;
};
constexpr Refused kRefused[] = {
    {"clone3", ENOSYS},  // its flags lie in memory, where no filter sees them; glibc falls back
    {"memfd_create", ENOSYS},
    {"flock", ENOLCK},
    {"mlock", EPERM},
    {"mlockall", EPERM},
    {"chown", EPERM},
    {"fchown", EPERM},
    {"lchown", EPERM},
    {"fchownat", EPERM},
    {"getxattr", ENOTSUP},
    {"lgetxattr", ENOTSUP},
    {"fgetxattr", ENOTSUP},
    {"listxattr", ENOTSUP},
    {"llistxattr", ENOTSUP},
    {"flistxattr", ENOTSUP},
    {"get_mempolicy", ENOSYS},
    {"mbind", ENOSYS},
    {"sched_setscheduler", EPERM}};

// Calls that one argument decides.
struct AllowedValue {
  const char* call;
  unsigned argument;
  uint64_t value;
};
constexpr AllowedValue kAllowedValues[] = {
    {"ioctl", 1, TCGETS},       {"ioctl", 1, TIOCGWINSZ},      {"ioctl", 1, FIONREAD},
    {"ioctl", 1, FIOCLEX},      {"ioctl", 1, FIONCLEX},        {"ioctl", 1, FIONBIO},
    {"fcntl", 1, F_DUPFD},      {"fcntl", 1, F_DUPFD_CLOEXEC}, {"fcntl", 1, F_GETFD},
    {"fcntl", 1, F_SETFD},      {"fcntl", 1, F_GETFL},         {"fcntl", 1, F_SETFL},
    {"fcntl", 1, F_GETPIPE_SZ}, {"prctl", 0, PR_SET_NAME},     {"prctl", 0, PR_GET_NAME},
    {"prctl", 0, PR_SET_VMA},   {"prctl", 0, PR_GET_DUMPABLE}, {"prctl", 0, PR_CAPBSET_READ},
    {"socketpair", 0, AF_UNIX}};

constexpr uint64_t kCloneNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                      CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

// Adds rules to one filter; of failures it keeps the first.
class FilterBuilder {
 public:
  FilterBuilder() : context_(seccomp_init(SCMP_ACT_NOTIFY), &seccomp_release) {
    if (!context_) {
      Check("seccomp_init", -ENOMEM);
      return;
    }
    Check("bad architecture",
          seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    // A binary tree: calls near the end of the list cost as little as those at its start.
    Check("optimize", seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
  }

  void Add(const char* call, uint32_t action) {
    Check(call, seccomp_rule_add_exact_array(context_.get(), action, Number(call), 0, nullptr));
  }
  void AddIf(const char* call, uint32_t action, const scmp_arg_cmp& condition) {
    Check(call, seccomp_rule_add_exact_array(context_.get(), action, Number(call), 1, &condition));
  }

  Result<std::string> Export() {
    if (!status_.ok()) return status_;
    const FileDescriptor file(memfd_create("lemma-filter", MFD_CLOEXEC));
    if (!file.open()) return Internal(std::string("memfd_create: ") + std::strerror(errno));
    Check("export", seccomp_export_bpf(context_.get(), file.get()));
    if (!status_.ok()) return status_;
    const off_t bytes = lseek(file.get(), 0, SEEK_END);
    std::string filter(static_cast<size_t>(bytes), '\0');
    if (pread(file.get(), filter.data(), filter.size(), 0) != bytes) {
      return Internal("cannot read the seccomp filter back");
    }
    return filter;
  }

 private:
  // A call that this libseccomp does not know is none that it could allow.
  static int Number(const char* call) { return seccomp_syscall_resolve_name(call); }
  void Check(const char* step, int result) {
    if (result >= 0 || !status_.ok()) return;
    status_ = Internal(fmt::format("libseccomp, {}: {}", step, std::strerror(-result)));
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  Status status_;
};

}  // namespace

Result<std::string> MakeSyscallFilter() {
  FilterBuilder filter;
  for (const char* call : kAllowed) filter.Add(call, SCMP_ACT_ALLOW);
  for (const Refused& refused : kRefused) {
    filter.Add(refused.call, SCMP_ACT_ERRNO(static_cast<uint32_t>(refused.error)));
  }
  for (const AllowedValue& allowed : kAllowedValues) {
    filter.AddIf(allowed.call, SCMP_ACT_ALLOW,
                 scmp_arg_cmp{allowed.argument, SCMP_CMP_EQ, allowed.value, 0});
  }
  filter.AddIf("clone", SCMP_ACT_ALLOW, scmp_arg_cmp{0, SCMP_CMP_MASKED_EQ, kCloneNamespaces, 0});
  // glibc asks the name service cache for users and groups.
  filter.AddIf("socket", SCMP_ACT_ERRNO(EACCES), scmp_arg_cmp{0, SCMP_CMP_EQ, AF_UNIX, 0});
  return filter.Export();
}

std::string ReceiveForbiddenCall(int listener_fd) {
  seccomp_notif* request = nullptr;
  if (seccomp_notify_alloc(&request, nullptr) != 0) return "";
  std::string name;
  if (seccomp_notify_receive(listener_fd, request) == 0) {
    const std::unique_ptr<char, decltype(&std::free)> known(
        seccomp_syscall_resolve_num_arch(request->data.arch, request->data.nr), &std::free);
    name = known ? known.get() : fmt::format("number {}", request->data.nr);
  }
  seccomp_notify_free(request, nullptr);
  return name;
}

}  // namespace lemma::reason
