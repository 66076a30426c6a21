// Random numbers from the operating system: ids of requests and replies, seeds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace lemma {

uint64_t RandomU64();
inline constexpr size_t kRandomHexDigits = 32;
std::string RandomHex();

}  // namespace lemma
