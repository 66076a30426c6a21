// Random numbers from the operating system: ids of replies, and seeds for requests without one.
#pragma once

#include <cstdint>
#include <string>

namespace lemma::worker {

uint64_t RandomU64();
std::string RandomHex();  // 32 digits

}  // namespace lemma::worker
