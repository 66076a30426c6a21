// The hashes by which hubs name content. Any thread. Errors: kIo for a file that cannot be read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::hub {

enum class DigestKind {
  kSha256,       // of the bytes; what Git LFS calls oid
  kGitBlobSha1,  // of "blob <size>\0" and the bytes: git's own name for a file's content
};

// In lower-case hexadecimal. Reads the file once, in pieces.
Result<std::string> FileDigest(const std::filesystem::path& path, DigestKind kind);

// SHA-1 of the text itself, in lower-case hexadecimal.
std::string TextSha1(std::string_view text);

}  // namespace lemma::hub
