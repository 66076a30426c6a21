// Runs one program that nobody trusts in a box of its own, made for this run and gone after it:
// bubblewrap's user, pid, net, ipc, uts, mount and cgroup namespaces; a read-only root with /usr, a
// private /tmp; no privileges and no way to get any; a seccomp filter. docs/judge.md says what that
// keeps out and what it does not.
//
// The box learns nothing but the files and the input it is given, and the host takes nothing from
// it but the bytes of its output, an exit status and how much it used. Run as root, the box's
// owner on the host is the user nobody, so that no file is readable because root started it.
//
// Thread-safe: any number of threads may run boxes of one Sandbox at once.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/reason/judge/sealed_file.h"

namespace lemma::reason {

struct SandboxOptions {
  std::string bubblewrap = "/usr/bin/bwrap";
};

// What a run may use. Where there are several processes their use is summed.
struct BoxLimits {
  int64_t cpu_ms = 2000;
  int64_t wall_ms = 10000;               // ends what sleeps; a busy host must not reach it
  uint64_t memory_bytes = 256ull << 20;  // resident
  uint64_t output_bytes = 16ull << 20;   // of standard output, and of standard error
  uint64_t tmp_bytes = 64ull << 20;      // of all files; one file may have as many
  uint64_t n_inodes = 1024;              // files and folders
  uint64_t n_processes = 32;             // threads included
  uint64_t n_files = 64;                 // open at once in a process
  // Borrowed; asked every few milliseconds. True: nobody waits for it any more. nullptr: never.
  const std::function<bool()>* is_over = nullptr;
};

struct BoxFile {
  std::string path;  // in the box, absolute: "/box/main.py"
  const SealedFile* content;
  bool executable = false;
};

// Pointers are borrowed for the run.
struct BoxCommand {
  std::vector<std::string> arguments;  // the program's absolute path first
  std::vector<BoxFile> files;
  const SealedFile* input;  // standard input
  BoxLimits limits;
};

enum class BoxEnding {
  kExited,     // by itself: exit_code
  kSignalled,  // by a signal, its own or of another process in the box: signal
  kCpuLimit,
  kWallLimit,
  kMemoryLimit,
  kOutputLimit,
  kForbidden,  // a system call outside the list: forbidden_call
};

struct BoxResult {
  BoxEnding ending = BoxEnding::kExited;
  int exit_code = 0;
  int signal = 0;
  std::string forbidden_call;  // "socket"
  std::string output;          // at most limits.output_bytes, any bytes
  std::string errors;          // the first kBoxErrorsKept of standard error
  int64_t cpu_ms = 0;
  int64_t wall_ms = 0;  // of the program alone, without making the box
  uint64_t memory_bytes_max = 0;
};

inline constexpr size_t kBoxErrorsKept = 64 << 10;

class Sandbox {
 public:
  // Makes one box to see that this host can. Errors: kUnavailable, with what to install or enable.
  static Result<Sandbox> Create(const SandboxOptions& options = {});

  // Blocks until the box is gone with every process in it. Errors: kInternal or kIo where the host
  // failed, never because of what the program does; kCancelled: limits.is_over.
  Result<BoxResult> Run(const BoxCommand& command) const;

 private:
  Sandbox(SandboxOptions options, SealedFile init, SealedFile filter)
      : options_(std::move(options)), init_(std::move(init)), filter_(std::move(filter)) {}

  SandboxOptions options_;
  SealedFile init_;    // the program box_init
  SealedFile filter_;  // struct sock_filter[]
};

}  // namespace lemma::reason
