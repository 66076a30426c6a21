// The seccomp filter of a box: a list of what programs and compilers need. What a runtime only
// tries is answered with an error; every other system call, and every one of a foreign architecture
// (i386, x32), ends the box: the kernel holds the caller, tells the judge, and the call never runs.
//
// Thread-safe: built once, immutable.
#pragma once

#include <string>

#include "common/base/status.h"

namespace lemma::reason {

// The filter as the kernel takes it: an array of struct sock_filter. Errors: kInternal.
Result<std::string> MakeSyscallFilter();

// The name of the call that waits at a seccomp listener ("socket", "number 999"); "" if the caller
// is gone already.
std::string ReceiveForbiddenCall(int listener_fd);

}  // namespace lemma::reason
