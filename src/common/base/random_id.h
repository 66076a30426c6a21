// Random numbers from the operating system: ids of requests and replies, seeds.
#pragma once

#include <cstdint>
#include <string>

namespace lemma {

uint64_t RandomU64();
std::string RandomHex();  // 32 digits

}  // namespace lemma
