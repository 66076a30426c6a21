// Whether a text ends by going round in circles: what tells a loop from a long thought where the
// server has no guard, or it is off.
//
// Linear in the last kTailBytes bytes. Threads: any.
#pragma once

#include <cstddef>
#include <string_view>

namespace lemma::eval {

inline constexpr size_t kTailBytes = 16 << 10;
inline constexpr size_t kLoopBytesMin = 200;  // that the copies cover together: about 50 tokens
inline constexpr size_t kLoopCopiesMin = 3;

// Does it end with at least 3 copies of the same bytes, the last of them perhaps begun only?
bool HasRepeatedTail(std::string_view text);

}  // namespace lemma::eval
