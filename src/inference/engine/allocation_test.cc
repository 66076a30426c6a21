// Engine::Step allocates nothing. The program's operator new counts, thread by thread; sanitizers
// bring their own, so there is no such test under them.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LEMMA_SANITIZED
#endif
#endif
#if !defined(LEMMA_SANITIZED) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "inference/engine/engine.h"
#include "inference/engine/fake_backend.h"
#include "inference/engine/recording_sink.h"

namespace {
thread_local int64_t n_allocations = 0;
}  // namespace

void* operator new(size_t bytes) {
  ++n_allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace lemma::engine {
namespace {

class SilentSink : public RecordingSink {
 public:
  Verdict OnToken(const TokenEvent&) override { return Verdict::kThinking; }
};

void ExpectNoAllocations(int32_t top_k, float top_p) {
  auto backend = std::make_unique<FakeBackend>(FakeBackend::Options{});
  int64_t n_forwards = 0;
  int64_t at_step[2] = {};
  backend->on_forward = [&](const model::Batch&) {
    ++n_forwards;
    if (n_forwards == 3) at_step[0] = n_allocations;
    if (n_forwards == 300) at_step[1] = n_allocations;
    return Ok();
  };
  const SteadyClock clock;
  Engine engine(std::move(backend), {.prefill_chunk_tokens = 2}, clock);
  GenerateRequest request;
  request.prompt.assign(100, 1);
  request.n = 3;
  request.max_tokens = 400;
  request.sampling.top_p = top_p;
  request.sampling.top_k = top_k;
  request.sampling.n_logprobs = 5;
  request.sampling.frequency_penalty = 0.1f;
  request.sampling.repetition_penalty = 1.1f;
  request.loop_guard = true;
  request.thinking = {.close = {1, 2}, .bridge = {3}, .answer_tokens = 100, .end_now = nullptr};
  const auto sink = std::make_shared<SilentSink>();
  request.sink = sink;
  ASSERT_TRUE(engine.Submit(std::move(request)).ok());
  ASSERT_TRUE(sink->Wait().ok());
  EXPECT_GT(at_step[0], 0);
  EXPECT_EQ(at_step[0], at_step[1]);
}

TEST(Engine, AStepAllocatesNothing) {
  ExpectNoAllocations(/*top_k=*/40, /*top_p=*/0.9f);
  ExpectNoAllocations(/*top_k=*/0, /*top_p=*/0.9f);
  ExpectNoAllocations(/*top_k=*/0, /*top_p=*/0.01f);  // after many rejections
}

}  // namespace
}  // namespace lemma::engine

#endif  // sanitizers
