// For tests: a judge, where this host can isolate programs, and what of the host must not change.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "service/reason/judge/judge.h"

// Leaves the test where the host lacks what the sandbox needs: a container that forbids namespaces.
// bubblewrap alone is asked too, so that a fault of ours is no reason to skip.
#define LEMMA_SKIP_WITHOUT(created)                                   \
  do {                                                                \
    if (!(created).ok()) {                                            \
      ASSERT_FALSE(HostIsolates()) << (created).status().ToString();  \
      ASSERT_EQ((created).status().code(), StatusCode::kUnavailable); \
      GTEST_SKIP() << (created).status().message();                   \
    }                                                                 \
  } while (false)

namespace lemma::reason {

// Whether bubblewrap can make namespaces here for a user without privileges.
inline bool HostIsolates() {
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0 || chdir("/") != 0)) _exit(1);
    execl("/usr/bin/bwrap", "bwrap", "--unshare-all", "--cap-add", "CAP_SYS_ADMIN", "--ro-bind",
          "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
          "/usr/bin/true", nullptr);
    _exit(1);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0;
}

// What runs could leave behind.
struct HostState {
  std::string mounts;
  size_t n_descriptors;
  bool has_children;
  std::vector<std::string> files;  // that hostile programs made: their names say so

  static HostState Read() {
    namespace fs = std::filesystem;
    HostState state;
    std::ifstream mounts("/proc/self/mountinfo");
    state.mounts.assign(std::istreambuf_iterator<char>(mounts), {});
    mounts.close();
    state.n_descriptors = static_cast<size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
    // As a subreaper this process inherits whatever outlives its own parent.
    state.has_children = waitpid(-1, nullptr, WNOHANG | __WALL) >= 0 || errno != ECHILD;
    for (const char* folder : {"/", "/tmp", "/var/tmp", "/dev/shm", "."}) {
      std::error_code error;
      for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename();
        if (name.find("lemma-hostile") != std::string::npos) state.files.push_back(entry.path());
      }
    }
    return state;
  }
};

}  // namespace lemma::reason
