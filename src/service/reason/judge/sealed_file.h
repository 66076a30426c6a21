// Bytes in memory that a box reads as a file: a program, its input. Sealed: no holder of a
// descriptor, the box included, can change them, so one copy serves every run; and it has no name,
// so nothing stays on disk.
//
// Thread-safe: immutable.
#pragma once

#include <string_view>

#include "common/base/status.h"
#include "service/reason/judge/file_descriptor.h"

namespace lemma::reason {

class SealedFile {
 public:
  // Errors: kIo where the system gives no memory file.
  static Result<SealedFile> Make(std::string_view bytes);

  // A new description, read-only and at offset 0, close-on-exec. Errors: kIo.
  Result<FileDescriptor> Open() const;

 private:
  explicit SealedFile(FileDescriptor fd) : fd_(std::move(fd)) {}
  FileDescriptor fd_;
};

}  // namespace lemma::reason
