// LEMMA_CHECK: for what only a mistake of ours can break. Always on, in release too; prints the
// place and aborts. Never reached by input, files or load: those are a Status (status.h).
#pragma once

namespace lemma {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              const char* message);
}  // namespace lemma

// LEMMA_CHECK(n > 0) or LEMMA_CHECK(n > 0, "what it means")
#define LEMMA_CHECK(condition, ...) \
  (static_cast<bool>(condition)     \
       ? void(0)                    \
       : ::lemma::CheckFailed(__FILE__, __LINE__, #condition, ::lemma::CheckMessage(__VA_ARGS__)))

namespace lemma {
inline const char* CheckMessage(const char* message = "") { return message; }
}  // namespace lemma
