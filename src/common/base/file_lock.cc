#include "common/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace lemma {

Result<std::optional<FileLock>> FileLock::TryTake(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return IoError(path.string() + ": " + std::strerror(errno));
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return std::optional<FileLock>(FileLock(fd));
  const int code = errno;
  close(fd);
  if (code == EWOULDBLOCK) return std::optional<FileLock>();
  return IoError(path.string() + ": cannot be locked: " + std::strerror(code));
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);  // and with it the lock
}

}  // namespace lemma
