// Starts bubblewrap with a box's init in it. Linux and bubblewrap end here: above are descriptors.
#pragma once

#include <string>

#include "common/base/status.h"
#include "service/reason/judge/file_descriptor.h"
#include "service/reason/judge/sandbox.h"
#include "service/reason/judge/sealed_file.h"

namespace lemma::reason {

// A started bubblewrap: it must be waited for, by its number. The pipes do not block.
struct LaunchedBox {
  pid_t bubblewrap = -1;
  FileDescriptor bubblewrap_pidfd;  // readable when it has ended
  FileDescriptor control;           // SOCK_SEQPACKET to the init, with credentials
  FileDescriptor output, errors;    // of the program, and of bubblewrap until it starts
};

// Thread-safe. The box ends when `control` closes, also before it is made. Errors: kIo.
Result<LaunchedBox> LaunchBox(const std::string& bubblewrap, const SealedFile& init,
                              const SealedFile& filter, const BoxCommand& command);

}  // namespace lemma::reason
