// For fuzzers of file formats: a good file with some bytes changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lemma::fuzz {

// `changes`: four bytes each, where (three bytes) and the new byte. `is_cut`: the file ends where
// the first change would be.
inline std::string ChangedFile(const std::string& good, bool is_cut, std::string_view changes) {
  std::string file = good;
  for (size_t i = 0; i + 4 <= changes.size(); i += 4) {
    const auto at = [&](size_t k) { return size_t{static_cast<uint8_t>(changes[i + k])}; };
    const size_t where = (at(0) | at(1) << 8 | at(2) << 16) % good.size();
    if (i == 0 && is_cut) {
      file.resize(where);
    } else if (where < file.size()) {
      file[where] = changes[i + 3];
    }
  }
  return file;
}

}  // namespace lemma::fuzz
