#include "inference/model/test_allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#define LEMMA_TSAN __has_feature(thread_sanitizer)
#elif defined(__SANITIZE_THREAD__)
#define LEMMA_TSAN 1
#else
#define LEMMA_TSAN 0
#endif

#if LEMMA_TSAN

std::optional<int64_t> lemma::model::CountedAllocations() { return std::nullopt; }

#else

namespace {
std::atomic<int64_t> allocations = 0;
}  // namespace

std::optional<int64_t> lemma::model::CountedAllocations() { return allocations; }

void* operator new(size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

#endif
