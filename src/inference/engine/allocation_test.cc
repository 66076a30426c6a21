// Engine::Step allocates nothing, whoever begins, forks and ends in it, and nor does what is known
// of pages, whoever comes and goes. (An admission does: the samples and the index of their guesses
// are as large as the request says.) The program's operator new counts, thread by thread;
// sanitizers bring their own, so there is no such test under them.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LEMMA_SANITIZED
#endif
#endif
#if !defined(LEMMA_SANITIZED) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <new>
#include <random>

#include "inference/engine/engine.h"
#include "inference/engine/fake_backend.h"
#include "inference/engine/prefix_cache.h"
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
  void OnSampleDone(int32_t, const SampleEnd&) override { ++n_samples_done; }

  std::atomic<int> n_samples_done = 0;
};

void ExpectNoAllocations(int32_t top_k, float top_p) {
  auto backend = std::make_unique<FakeBackend>(FakeBackend::Options{});
  const auto sink =
      std::make_shared<SilentSink>();  // of those that begin and end while it is counted
  std::promise<void> all_wait;
  int64_t n_forwards = 0;
  int64_t at_step[2] = {};
  int n_samples_done[2] = {};
  backend->on_forward = [&](const model::Batch&) {
    ++n_forwards;
    if (n_forwards == 1) all_wait.get_future().wait();  // so that all are admitted in the next step
    for (const auto& [i, step] : {std::pair(0, 3), {1, 300}}) {
      if (n_forwards != step) continue;
      at_step[i] = n_allocations;
      n_samples_done[i] = sink->n_samples_done;
    }
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
  const auto long_sink = std::make_shared<SilentSink>();
  request.sink = long_sink;
  ASSERT_TRUE(engine.Submit(request).ok());
  request.n = 2;
  request.max_tokens = 40;
  request.sink = sink;
  for (const size_t n_prompt : {70u, 100u, 130u}) {  // whose whole pages are the same
    request.prompt.assign(n_prompt, 1);
    ASSERT_TRUE(engine.Submit(request).ok());
  }
  all_wait.set_value();
  ASSERT_TRUE(long_sink->Wait().ok());
  EXPECT_GT(at_step[0], 0);
  EXPECT_EQ(at_step[0], at_step[1]);
  EXPECT_EQ(n_samples_done[0], 0);
  EXPECT_EQ(n_samples_done[1], 6);
}

TEST(Engine, AStepAllocatesNothing) {
  ExpectNoAllocations(/*top_k=*/40, /*top_p=*/0.9f);
  ExpectNoAllocations(/*top_k=*/0, /*top_p=*/0.9f);
  ExpectNoAllocations(/*top_k=*/0, /*top_p=*/0.01f);  // after many rejections
}

// Prompts of which some begin as others, in a pool that is too small for them.
TEST(PrefixCache, AllocatesNothingHoweverOftenPagesAreGivenAway) {
  constexpr int32_t kPages = 96;
  PagePool pool(kPages);
  PrefixCache cache(pool);
  std::vector<TokenId> tokens(8 * model::kPageTokens);
  std::vector<PageId> pages;
  pages.reserve(8);
  std::mt19937 random(1);
  const int64_t at_first = n_allocations;
  int64_t n_known = 0;
  for (int i = 0; i < 20000; ++i) {
    for (size_t t = 0; t < tokens.size(); ++t) {
      tokens[t] = static_cast<TokenId>(t < 2 * model::kPageTokens ? i % 7 : random() % 48);
    }
    pages.clear();
    cache.Take(/*tenant=*/0, tokens, 8, pages);
    n_known += std::ssize(pages);
    cache.MakeFree(8 - static_cast<int32_t>(pages.size()));
    while (pages.size() < 8) pages.push_back(pool.Allocate());
    cache.Put(/*tenant=*/0, tokens, pages);
    for (const PageId page : pages) pool.Release(page);
  }
  EXPECT_EQ(n_allocations, at_first);
  EXPECT_GT(n_known, 20000);
}

}  // namespace
}  // namespace lemma::engine

#endif  // sanitizers
