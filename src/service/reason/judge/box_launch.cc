#include "service/reason/judge/box_launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include "service/reason/judge/box_protocol.h"

namespace lemma::reason {
namespace {

// nobody and nogroup: a user without files. The kernel counts processes per user namespace, so that
// boxes of one user do not take each other's.
constexpr uid_t kNobody = 65534;

constexpr const char* kInitPath = "/box/.init";
constexpr int kFirstFileFd = kBoxFilterFd + 1;
// Above all descriptors that are given to the child by number.
constexpr int kScratchFd = 64;

Status Failed(const char* step) {
  return IoError(fmt::format("cannot start the sandbox: {}: {}", step, std::strerror(errno)));
}

// Descriptor kFirstFileFd is the init's, those after it the command's files in their order.
std::vector<std::string> BubblewrapArguments(const std::string& bubblewrap,
                                             const BoxCommand& command) {
  std::vector<std::string> arguments = {
      bubblewrap, "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc",
      "--unshare-uts", "--unshare-cgroup-try", "--new-session",
      // The init is process 1 and has what it takes to mount /tmp, in these namespaces alone.
      "--as-pid-1", "--cap-add", "CAP_SYS_ADMIN", "--uid", "65534", "--gid", "65534", "--hostname",
      "box", "--clearenv",
      // /bin and /lib lead into /usr on every system since 2020.
      "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib",
      "--symlink", "usr/lib64", "/lib64", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache",
      "--ro-bind-try", "/etc/alternatives", "/etc/alternatives", "--dev-bind", "/dev/null",
      "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom", "--dir", "/tmp"};
  const auto add_file = [&](int fd, const std::string& path, bool executable) {
    arguments.insert(arguments.end(), {"--perms", executable ? "0555" : "0444", "--ro-bind-data",
                                       std::to_string(fd), path});
  };
  int fd = kFirstFileFd;
  add_file(fd++, kInitPath, /*executable=*/true);
  for (const BoxFile& file : command.files) add_file(fd++, file.path, file.executable);
  arguments.insert(arguments.end(), {"--remount-ro", "/", "--chdir", "/", kInitPath});
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  return arguments;
}

// Makes `given[i]` the descriptor i of this process, for every i; overwrites `given`. All others
// close at exec.
bool PlaceDescriptors(std::vector<int>& given) {
  for (int& fd : given) fd = fcntl(fd, F_DUPFD_CLOEXEC, kScratchFd);
  for (size_t i = 0; i < given.size(); ++i) {
    if (dup2(given[i], static_cast<int>(i)) < 0) return false;
  }
  return syscall(SYS_close_range, given.size(), ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

// Of root nothing is left. Raw calls: glibc's would ask the threads of the parent to follow.
bool BecomeNobody() {
  return syscall(SYS_setgroups, 0, nullptr) == 0 &&
         syscall(SYS_setresgid, kNobody, kNobody, kNobody) == 0 &&
         syscall(SYS_setresuid, kNobody, kNobody, kNobody) == 0;
}

// Where the host runs out of memory after all, a box goes first.
void VolunteerForOutOfMemory() {
  const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)!write(fd, "1000", 4);
  close(fd);
}

// In the child of a process with threads: nothing that takes a lock or allocates.
[[noreturn]] void BecomeBubblewrap(std::vector<char*>& arguments, std::vector<int>& given) {
  for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  VolunteerForOutOfMemory();
  char* const environment[] = {nullptr};
  if (PlaceDescriptors(given) && chdir("/") == 0 && (geteuid() != 0 || BecomeNobody())) {
    execve(arguments[0], arguments.data(), environment);
  }
  static constexpr char kWhy[] = "lemma: cannot become bubblewrap";
  (void)!write(STDERR_FILENO, kWhy, sizeof kWhy - 1);
  _exit(127);
}

struct Pipe {
  FileDescriptor read_end, write_end;
};

Result<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Failed("pipe");
  Pipe pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  // Of this end alone: the program's must block like any other's.
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) return Failed("fcntl");
  return pipe;
}

}  // namespace

Result<LaunchedBox> LaunchBox(const std::string& bubblewrap, const SealedFile& init,
                              const SealedFile& filter, const BoxCommand& command) {
  LEMMA_ASSIGN_OR_RETURN(FileDescriptor input, command.input->Open());
  LEMMA_ASSIGN_OR_RETURN(Pipe output, MakePipe());
  LEMMA_ASSIGN_OR_RETURN(Pipe errors, MakePipe());
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return Failed("socketpair");
  FileDescriptor control(pair[0]);
  const FileDescriptor init_control(pair[1]);
  const int on = 1;
  if (setsockopt(control.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
      fcntl(control.get(), F_SETFL, O_NONBLOCK) != 0) {
    return Failed("control socket");
  }
  LEMMA_ASSIGN_OR_RETURN(const FileDescriptor filter_file, filter.Open());
  LEMMA_ASSIGN_OR_RETURN(const FileDescriptor init_file, init.Open());
  std::vector<FileDescriptor> files;
  for (const BoxFile& file : command.files) {
    LEMMA_ASSIGN_OR_RETURN(FileDescriptor opened, file.content->Open());
    files.push_back(std::move(opened));
  }
  std::vector<int> given = {input.get(),        output.write_end.get(), errors.write_end.get(),
                            init_control.get(), filter_file.get(),      init_file.get()};
  for (const FileDescriptor& file : files) given.push_back(file.get());

  std::vector<std::string> arguments = BubblewrapArguments(bubblewrap, command);
  std::vector<char*> argument_pointers;
  for (std::string& argument : arguments) argument_pointers.push_back(argument.data());
  argument_pointers.push_back(nullptr);
  LaunchedBox box;
  box.bubblewrap = fork();
  if (box.bubblewrap < 0) return Failed("fork");
  if (box.bubblewrap == 0) BecomeBubblewrap(argument_pointers, given);
  // A child that is not waited for yet keeps its number.
  box.bubblewrap_pidfd =
      FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, box.bubblewrap, 0)));
  if (!box.bubblewrap_pidfd.open()) {
    const Status failed = Failed("pidfd_open");
    kill(box.bubblewrap, SIGKILL);
    waitpid(box.bubblewrap, nullptr, 0);
    return failed;
  }
  box.control = std::move(control);
  box.output = std::move(output.read_end);
  box.errors = std::move(errors.read_end);
  return box;
}

}  // namespace lemma::reason
