#include "common/base/random_id.h"

#include <fmt/format.h>
#include <unistd.h>

#include "common/base/check.h"

namespace lemma {

// Not std::random_device: whoever makes one executes CPUID, which a virtual machine has to emulate.
// It took 40 us, a seventh of what the gateway spent on a request.
uint64_t RandomU64() {
  uint64_t number = 0;
  LEMMA_CHECK(getentropy(&number, sizeof(number)) == 0, "the system gives no random numbers");
  return number;
}

std::string RandomHex() { return fmt::format("{:016x}{:016x}", RandomU64(), RandomU64()); }

}  // namespace lemma
