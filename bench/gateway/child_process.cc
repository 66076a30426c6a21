#include "child_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

namespace lemma::bench {
namespace {

constexpr std::chrono::seconds kStartMax{20};
constexpr std::chrono::milliseconds kPollInterval{20};

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

bool Listens(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return connected;
}

constexpr int kAsBefore = -2;  // the caller's cores and standard error

// Never returns. `output` becomes standard output.
[[noreturn]] void Execute(const std::vector<std::string>& command, int output, int core) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  dup2(output, STDOUT_FILENO);
  if (core != kAsBefore) {
    dup2(output, STDERR_FILENO);
    cpu_set_t cores;
    CPU_ZERO(&cores);
    for (int i = 0; i < CPU_SETSIZE; ++i) {
      if (i == core || core == ChildProcess::kAllCores) CPU_SET(static_cast<size_t>(i), &cores);
    }
    sched_setaffinity(0, sizeof(cores), &cores);
  }
  execvp(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

Result<int> FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  if (!bound) return Unavailable("no port of 127.0.0.1 is free");
  return ntohs(address.sin_port);
}

Result<std::string> OutputOf(const std::vector<std::string>& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Unavailable("no pipe for " + command[0]);
  const pid_t child = fork();
  if (child < 0) return Unavailable("no process for " + command[0]);
  if (child == 0) Execute(command, ends[1], kAsBefore);
  close(ends[1]);
  std::string output;
  char buffer[4096];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof(buffer))) > 0;) {
    output.append(buffer, static_cast<size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) {
    return Unavailable(fmt::format("{} {} ended with status {}", command[0], command[1], status));
  }
  return output;
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::Start(const std::vector<std::string>& command,
                                                          int core, int port,
                                                          const std::string& log) {
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const pid_t pid = fork();
  if (pid < 0) return Unavailable("no process for " + command[0]);
  if (pid == 0) Execute(command, output, core);
  close(output);
  std::unique_ptr<ChildProcess> process(new ChildProcess(pid));
  const auto until = std::chrono::steady_clock::now() + kStartMax;
  while (!Listens(port)) {
    if (process->has_ended()) return Unavailable(command[0] + " ended; its log is " + log);
    if (std::chrono::steady_clock::now() > until) {
      return Unavailable(command[0] + " does not listen after 20 s; its log is " + log);
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return process;
}

ChildProcess::~ChildProcess() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

// Without reaping it, so that the number stays its own.
bool ChildProcess::has_ended() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid_;
}

double ChildProcess::resident_mib() const {
  std::ifstream file(fmt::format("/proc/{}/statm", pid_));
  double size = 0, resident = 0;  // pages
  file >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// proc(5): utime and stime are the 14th and 15th field; the 2nd, in parentheses, may hold blanks.
double ChildProcess::cpu_seconds() const {
  std::ifstream file(fmt::format("/proc/{}/stat", pid_));
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream rest(text.substr(std::min(text.rfind(')') + 1, text.size())));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  double user = 0, system = 0;  // clock ticks
  rest >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace lemma::bench
