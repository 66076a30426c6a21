// Counts what the test program takes from the heap, to prove that a call takes nothing.
#pragma once

#include <cstdint>
#include <optional>

namespace lemma::model {

// operator new's calls so far; none under ThreadSanitizer, which has operators of its own.
std::optional<int64_t> CountedAllocations();

}  // namespace lemma::model
