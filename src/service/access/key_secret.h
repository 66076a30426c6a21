// The server's own secret, under which API keys are hashed: whoever has the database alone can
// neither use nor guess a key. One file, 32 bytes as 64 hexadecimal digits, mode 0600. Gateways
// that share a database share this file. Any thread.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::access {

class KeySecret {
 public:
  // Errors: kNotFound without the file; kDataLoss where it holds something else (an empty secret
  // above all); kIo where others than owner and group may touch it, or it cannot be read.
  static Result<KeySecret> Load(const std::filesystem::path& path);

  // Load, or a new secret where there is no file. Of processes that do so at the same time all get
  // the same one.
  static Result<KeySecret> LoadOrCreate(const std::filesystem::path& path);

  // HMAC-SHA-256 in hexadecimal, 64 digits.
  std::string Hash(std::string_view text) const;

 private:
  std::array<unsigned char, 32> bytes_{};
};

}  // namespace lemma::access
