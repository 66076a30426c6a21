#include "common/base/random_id.h"

#include <fmt/format.h>

#include <random>

namespace lemma {

uint64_t RandomU64() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

std::string RandomHex() { return fmt::format("{:016x}{:016x}", RandomU64(), RandomU64()); }

}  // namespace lemma
