#include "service/reason/judge/box_usage.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "service/reason/judge/file_descriptor.h"

namespace lemma::reason {
namespace {

constexpr size_t kProcFileBytes = 8192;  // stat and smaps_rollup are shorter
// The limit of processes keeps a box far below; this ends the walk whatever happens.
constexpr size_t kProcessesMax = 4096;

// "" where the process is gone.
std::string ReadProcFile(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(kProcFileBytes, '\0');
  const ssize_t n = file.open() ? read(file.get(), text.data(), text.size()) : -1;
  text.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return text;
}

struct ProcessStat {
  int64_t cpu_ticks;  // its own and its waited-for children's
  int64_t n_threads;
  int64_t resident_pages;
};

// Fields as numbered in proc(5). The name, field 2, may hold anything, parentheses too.
std::optional<ProcessStat> ReadStat(pid_t process) {
  const std::string text = ReadProcFile(fmt::format("/proc/{}/stat", process));
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string state;
  fields >> state;  // field 3
  int64_t values[21] = {};
  for (int64_t& value : values) fields >> value;  // fields 4 to 24
  const auto field = [&](int number) { return values[number - 4]; };
  if (!fields) return std::nullopt;
  return ProcessStat{field(14) + field(15) + field(16) + field(17), field(20), field(24)};
}

void AppendChildren(pid_t process, const std::string& thread, std::vector<pid_t>& to) {
  std::istringstream children(
      ReadProcFile(fmt::format("/proc/{}/task/{}/children", process, thread)));
  for (pid_t child = 0; children >> child;) to.push_back(child);
}

// Calls `visit` for every process of the box.
void Walk(pid_t init, const std::function<void(pid_t, const ProcessStat&)>& visit) {
  std::vector<pid_t> processes = {init};
  for (size_t i = 0; i < processes.size() && i < kProcessesMax; ++i) {
    const pid_t process = processes[i];
    const auto stat = ReadStat(process);
    if (!stat) continue;
    visit(process, *stat);
    if (stat->n_threads == 1) {
      AppendChildren(process, std::to_string(process), processes);
      continue;
    }
    std::error_code error;
    const auto tasks =
        std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process), error);
    if (error) continue;
    for (auto task = begin(tasks); task != end(tasks); task.increment(error)) {
      AppendChildren(process, task->path().filename(), processes);
      if (error) break;
    }
  }
}

}  // namespace

BoxUsage ReadBoxUsage(pid_t init) {
  static const int64_t ms_per_tick = 1000 / sysconf(_SC_CLK_TCK);
  static const int64_t page_bytes = sysconf(_SC_PAGESIZE);
  BoxUsage usage;
  Walk(init, [&](pid_t, const ProcessStat& stat) {
    usage.cpu_ms += stat.cpu_ticks * ms_per_tick;
    usage.resident_bytes += static_cast<uint64_t>(stat.resident_pages * page_bytes);
  });
  return usage;
}

uint64_t ReadBoxProportionalBytes(pid_t init) {
  static const int64_t page_bytes = sysconf(_SC_PAGESIZE);
  uint64_t bytes = 0;
  Walk(init, [&](pid_t process, const ProcessStat&) {
    const std::string text = ReadProcFile(fmt::format("/proc/{}/smaps_rollup", process));
    const size_t at = text.find("\nPss:");
    uint64_t kib = 0;
    if (at != std::string::npos) {
      std::istringstream(text.substr(at + 5)) >> kib;
      bytes += kib << 10;
    } else if (const auto stat = ReadStat(process)) {  // not gone: the host does not tell
      bytes += static_cast<uint64_t>(stat->resident_pages * page_bytes);
    }
  });
  return bytes;
}

}  // namespace lemma::reason
