#include "train/data/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "common/base/clock.h"

namespace lemma::train {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    CloseRead();
    CloseWrite();
  }
  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read_end = ends[0];
    write_end = ends[1];
    return true;
  }
  void CloseRead() { Close(read_end); }
  void CloseWrite() { Close(write_end); }
  static void Close(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }
};

void Limit(int resource, uint64_t soft, uint64_t hard) {
  const rlimit limit{soft, hard};
  setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

// Between fork and exec only async-signal-safe calls are allowed: other threads may hold locks.
[[noreturn]] void BecomeChild(char* const* argv, const char* directory, const ChildLimits& limits,
                              int null_fd, int output_fd, int error_fd) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(null_fd, STDIN_FILENO);
  dup2(output_fd, STDOUT_FILENO);
  dup2(output_fd, STDERR_FILENO);
  Limit(RLIMIT_CORE, 0, 0);
  // The soft CPU limit sends SIGXCPU, which names the reason; the hard one only SIGKILL.
  const auto cpu_s = static_cast<uint64_t>(limits.cpu_s);
  if (cpu_s > 0) Limit(RLIMIT_CPU, cpu_s, cpu_s + 1);
  if (limits.memory_bytes > 0) Limit(RLIMIT_AS, limits.memory_bytes, limits.memory_bytes);
  if (limits.file_bytes > 0) Limit(RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes);
  if (chdir(directory) == 0) execvp(argv[0], argv);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(error_fd, &error, sizeof error);
  _exit(127);
}

// The child stays a zombie, so that its process group cannot be reused before it is killed.
bool HasEnded(pid_t pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid;
}

// Appends what can be read now. False at the end of the stream or when `output` is full.
bool ReadSome(int fd, uint64_t bytes_max, std::string& output) {
  char buffer[1 << 14];
  const ssize_t n = read(fd, buffer, sizeof buffer);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  output.append(buffer, std::min<uint64_t>(static_cast<uint64_t>(n), bytes_max - output.size()));
  return n > 0 && output.size() < bytes_max;
}

// Reads until the child ends, its output is full, or the deadline.
void Follow(pid_t pid, int fd, const ChildLimits& limits, ChildResult& result) {
  const auto deadline = SteadyClock().Now() + std::chrono::duration<double>(limits.wall_s);
  bool open = true;
  while (SteadyClock().Now() < deadline) {
    const bool ended = HasEnded(pid);
    if (open) {
      pollfd waiting{fd, POLLIN, 0};
      const bool readable = poll(&waiting, 1, ended ? 0 : 10) > 0;
      if (readable) open = ReadSome(fd, limits.output_bytes, result.output);
      if (result.output.size() >= limits.output_bytes) return;
      if (readable && open) continue;
    } else if (!ended) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (ended) return;
  }
  result.timed_out = true;
}

}  // namespace

Result<ChildResult> RunChild(const std::vector<std::string>& argv,
                             const std::filesystem::path& directory, const ChildLimits& limits) {
  LEMMA_CHECK(!argv.empty());
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  Pipe output, error;
  const int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const bool ready = null_fd >= 0 && output.Open() && error.Open();
  const pid_t pid = ready ? fork() : -1;
  if (pid == 0) {
    BecomeChild(arguments.data(), directory.c_str(), limits, null_fd, output.write_end,
                error.write_end);
  }
  const int fork_error = errno;
  if (null_fd >= 0) close(null_fd);
  if (pid < 0) return IoError("cannot start " + argv[0] + ": " + std::strerror(fork_error));
  setpgid(pid, pid);  // here too: whichever of the two comes first
  output.CloseWrite();
  error.CloseWrite();

  int exec_error = 0;
  if (read(error.read_end, &exec_error, sizeof exec_error) == sizeof exec_error) {
    waitpid(pid, nullptr, 0);
    const std::string message = "cannot run " + argv[0] + ": " + std::strerror(exec_error);
    return exec_error == ENOENT ? NotFound(message) : IoError(message);
  }
  ChildResult result;
  Follow(pid, output.read_end, limits, result);
  kill(-pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (result.exit_code == 128 + SIGXCPU) result.timed_out = true;
  return result;
}

Result<TemporaryDirectory> TemporaryDirectory::Create() {
  std::error_code error;
  const auto base = std::filesystem::temp_directory_path(error);
  if (error) return IoError("no temporary directory: " + error.message());
  std::string name = (base / "lemma-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    return IoError("cannot create " + name + ": " + std::strerror(errno));
  }
  return TemporaryDirectory(name);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;  // a leftover in the temporary directory is no reason to fail
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace lemma::train
