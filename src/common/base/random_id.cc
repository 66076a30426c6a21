#include "common/base/random_id.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "common/base/check.h"

namespace lemma {
namespace {

// Not std::random_device: whoever makes one executes CPUID, which a virtual machine has to emulate.
// It took 40 us, a seventh of what the gateway spent on a request.
template <typename Numbers>
Numbers Random() {
  Numbers numbers;
  LEMMA_CHECK(getentropy(&numbers, sizeof(numbers)) == 0, "the system gives no random numbers");
  return numbers;
}

}  // namespace

uint64_t RandomU64() { return Random<uint64_t>(); }

std::string RandomHex() {
  const auto [high, low] = Random<std::array<uint64_t, 2>>();
  return fmt::format("{:016x}{:016x}", high, low);
}

}  // namespace lemma
