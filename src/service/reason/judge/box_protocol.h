// What the judge and the first process of a box (init/box_init.cc) say to each other over one
// SOCK_SEQPACKET pair. Both are built together, so structs travel as they lie in memory.
//
// The judge sends a BoxOrder; the init answers kReady, with descriptors attached, and when
// the program has ended kEnded. kFailed may stand in either's place.
#pragma once

#include <cstdint>

namespace lemma::reason {

// Descriptors the init finds open, beside 0, 1 and 2 which become the program's.
inline constexpr int kBoxControlFd = 3;
inline constexpr int kBoxFilterFd = 4;  // a file of struct sock_filter

// Attached to kReady: the seccomp listener, a pidfd of the init.
inline constexpr int kBoxReadyFds = 2;

struct BoxOrder {
  uint64_t cpu_seconds;          // a backstop: the judge counts in milliseconds
  uint64_t address_bytes;        // of each process
  uint64_t n_processes;          // threads included
  uint64_t n_files;              // open at once in a process
  uint64_t file_bytes;           // of each file
  uint64_t tmp_bytes, n_inodes;  // of the tmpfs, the only place that can be written
};

enum class BoxReportKind : int32_t { kReady, kEnded, kFailed };

struct BoxReport {
  BoxReportKind kind;
  int32_t wait_status;   // kEnded: as waitpid gives it
  int32_t failed_errno;  // kFailed
  char failed_step[32];  // kFailed: which system call
  int64_t cpu_us;        // kEnded: of the program and all its children that were waited for
  int64_t rss_kib_max;   // kEnded: of the largest of them
};

}  // namespace lemma::reason
