#include "common/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace lemma {
namespace {

Status Errno(const std::filesystem::path& path, const char* doing) {
  const int error = errno;
  const std::string message = path.string() + ": cannot " + doing + ": " + std::strerror(error);
  return error == ENOENT ? NotFound(message) : IoError(message);
}

// So that the name outlasts a power cut too.
Status SyncFolderOf(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool is_synced = fd >= 0 && fsync(fd) == 0;
  const Status status = is_synced || errno == EINVAL ? Ok() : Errno(folder, "sync");
  if (fd >= 0) close(fd);
  return status;
}

}  // namespace

Result<RandomAccessFile> RandomAccessFile::Open(const std::filesystem::path& path) {
  // Without O_NONBLOCK the opening of a FIFO waits for a writer.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Errno(path, "open");
  struct stat info{};
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    return IoError(path.string() + ": not a regular file");
  }
  return RandomAccessFile(fd, static_cast<uint64_t>(info.st_size), path);
}

RandomAccessFile::RandomAccessFile(RandomAccessFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      size_bytes_(other.size_bytes_),
      path_(std::move(other.path_)) {}

RandomAccessFile& RandomAccessFile::operator=(RandomAccessFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(size_bytes_, other.size_bytes_);
  std::swap(path_, other.path_);
  return *this;
}

RandomAccessFile::~RandomAccessFile() {
  if (fd_ >= 0) close(fd_);
}

Status RandomAccessFile::ReadAt(uint64_t offset, void* into, size_t bytes) const {
  char* out = static_cast<char*>(into);
  while (bytes > 0) {
    const ssize_t got = pread(fd_, out, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Errno(path_, "read");
    if (got == 0) {
      return DataLoss(path_.string() + ": ends at byte " + std::to_string(offset) + ", " +
                      std::to_string(bytes) + " bytes too early");
    }
    out += got;
    offset += static_cast<uint64_t>(got);
    bytes -= static_cast<size_t>(got);
  }
  return Ok();
}

Result<std::string> ReadFile(const std::filesystem::path& path, uint64_t bytes_max) {
  LEMMA_ASSIGN_OR_RETURN(const RandomAccessFile file, RandomAccessFile::Open(path));
  if (file.size_bytes() > bytes_max) {
    return DataLoss(path.string() + ": has " + std::to_string(file.size_bytes()) +
                    " bytes, at most " + std::to_string(bytes_max) + " are read");
  }
  std::string bytes(file.size_bytes(), '\0');
  LEMMA_RETURN_IF_ERROR(file.ReadAt(0, bytes.data(), bytes.size()));
  return bytes;
}

Result<AtomicFileWriter> AtomicFileWriter::Create(const std::filesystem::path& path) {
  AtomicFileWriter writer(-1, path);
  const std::filesystem::path temporary = writer.temporary();
  for (;;) {
    const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) return Errno(temporary, "create");
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      close(fd);
      return IoError(temporary.string() + ": another program is writing it");
    }
    writer.fd_ = fd;
    struct stat ours{}, named{};
    if (fstat(fd, &ours) == 0 && lstat(temporary.c_str(), &named) == 0 &&
        ours.st_dev == named.st_dev && ours.st_ino == named.st_ino) {
      break;
    }
    close(std::exchange(writer.fd_, -1));  // its writer has just renamed it: it is none of ours
  }
  // What a killed program has left is written over.
  if (ftruncate(writer.fd_, 0) != 0) return Errno(temporary, "truncate");
  return writer;
}

AtomicFileWriter::AtomicFileWriter(AtomicFileWriter&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

AtomicFileWriter::~AtomicFileWriter() {
  if (fd_ < 0) return;
  unlink(temporary().c_str());  // while it is still locked: afterwards the name may be another's
  close(fd_);
}

Status AtomicFileWriter::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Errno(temporary(), "write");
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return Ok();
}

Status AtomicFileWriter::Commit() {
  if (fsync(fd_) != 0) return Errno(temporary(), "sync");
  if (rename(temporary().c_str(), path_.c_str()) != 0) return Errno(path_, "rename");
  const int fd = std::exchange(fd_, -1);
  if (close(fd) != 0) return Errno(path_, "close");
  return SyncFolderOf(path_);
}

Status WriteFileAtomically(const std::filesystem::path& path, std::string_view bytes) {
  LEMMA_ASSIGN_OR_RETURN(AtomicFileWriter writer, AtomicFileWriter::Create(path));
  LEMMA_RETURN_IF_ERROR(writer.Append(bytes));
  return writer.Commit();
}

}  // namespace lemma
