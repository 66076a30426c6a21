#include "service/reason/judge/sealed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

namespace lemma::reason {

Result<SealedFile> SealedFile::Make(std::string_view bytes) {
  const auto failed = [](const char* step) {
    return IoError(fmt::format("cannot make a file in memory: {}: {}", step, std::strerror(errno)));
  };
  FileDescriptor fd(memfd_create("lemma-judge", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd.open()) return failed("memfd_create");
  while (!bytes.empty()) {
    const ssize_t n = write(fd.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("write");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  if (fcntl(fd.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
    return failed("seal");
  }
  return SealedFile(std::move(fd));
}

Result<FileDescriptor> SealedFile::Open() const {
  const std::string path = fmt::format("/proc/self/fd/{}", fd_.get());
  FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.open()) return IoError(fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  return fd;
}

}  // namespace lemma::reason
