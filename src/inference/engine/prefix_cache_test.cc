// Properties: what is taken holds exactly the tokens that were put, of the same tenant; pages that
// are held or that known pages continue are never given away; a warm engine answers as a cold one.
#include "inference/engine/prefix_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "inference/engine/engine_testing.h"

namespace lemma::engine {
namespace {

constexpr size_t kPage = model::kPageTokens;

// Allocates pages for `tokens` and makes them known, held.
std::vector<PageId> PutNew(PagePool& pool, PrefixCache& cache, uint64_t tenant,
                           const std::vector<TokenId>& tokens) {
  std::vector<PageId> pages;
  while (pages.size() < tokens.size() / kPage) pages.push_back(pool.Allocate());
  cache.Put(tenant, tokens, pages);
  return pages;
}

void ReleaseAll(PagePool& pool, const std::vector<PageId>& pages) {
  for (const PageId page : pages) pool.Release(page);
}

std::vector<PageId> TakeAll(PrefixCache& cache, uint64_t tenant, std::span<const TokenId> tokens) {
  std::vector<PageId> taken;
  cache.Take(tenant, tokens, 1000, taken);
  return taken;
}

TEST(PrefixCache, GivesTheLongestKnownBeginning) {
  PagePool pool(16);
  PrefixCache cache(pool);
  std::mt19937 random(1);
  const std::vector<TokenId> tokens = RandomPrompt(random, 4 * kPage + 9);
  const std::vector<PageId> pages = PutNew(pool, cache, 7, tokens);
  ASSERT_EQ(pages.size(), 4u);
  for (size_t n : {0u, 63u, 64u, 65u, 200u, 256u, 265u}) {
    const std::vector<PageId> taken = TakeAll(cache, 7, std::span(tokens).first(n));
    EXPECT_EQ(taken, std::vector<PageId>(pages.begin(), pages.begin() + ptrdiff_t(n / kPage)));
    ReleaseAll(pool, taken);
  }
  for (size_t changed : {0u, 63u, 64u, 130u, 255u}) {
    std::vector<TokenId> other = tokens;
    other[changed] ^= 1;
    const std::vector<PageId> taken = TakeAll(cache, 7, other);
    EXPECT_EQ(taken.size(), changed / kPage);
    ReleaseAll(pool, taken);
  }
  EXPECT_TRUE(TakeAll(cache, 8, tokens).empty()) << "of another tenant";
}

TEST(PrefixCache, TheSameTokensAreHeldOnce) {
  PagePool pool(16);
  PrefixCache cache(pool);
  std::mt19937 random(2);
  const std::vector<TokenId> tokens = RandomPrompt(random, 3 * kPage);
  const std::vector<PageId> first = PutNew(pool, cache, 0, tokens);
  EXPECT_EQ(PutNew(pool, cache, 0, tokens), first);
  EXPECT_EQ(pool.n_free(), 13);
  EXPECT_EQ(pool.ref_count(first[2]), 2);
}

TEST(PrefixCache, TheLeastRecentlyUsedGoesFirstAndTheDeepestOfThose) {
  PagePool pool(6);
  PrefixCache cache(pool);
  std::mt19937 random(3);
  const std::vector<TokenId> old = RandomPrompt(random, 3 * kPage);
  const std::vector<TokenId> recent = RandomPrompt(random, 3 * kPage);
  ReleaseAll(pool, PutNew(pool, cache, 0, old));
  ReleaseAll(pool, PutNew(pool, cache, 0, recent));
  EXPECT_EQ(pool.n_evictable(), 6);
  for (const size_t left : {2u, 1u, 0u}) {
    cache.MakeFree(pool.n_free() + 1);
    const std::vector<PageId> of_old = TakeAll(cache, 0, old);
    EXPECT_EQ(of_old.size(), left);
    ReleaseAll(pool, of_old);
    const std::vector<PageId> of_recent = TakeAll(cache, 0, recent);
    EXPECT_EQ(of_recent.size(), 3u);
    ReleaseAll(pool, of_recent);
  }
  const std::vector<PageId> held = TakeAll(cache, 0, recent);
  cache.MakeFree(6);
  EXPECT_EQ(pool.n_free(), 3) << "what is held stays";
  EXPECT_TRUE(pool.IsConsistent());
}

// Sequences of few different tokens, so that they share beginnings often. `holds` remembers what
// each held page must contain.
TEST(PrefixCache, PagesHoldWhatTheyAreTakenForOverRandomOperations) {
  constexpr int32_t kPages = 24;
  PagePool pool(kPages);
  PrefixCache cache(pool);
  std::mt19937 random(4);
  std::map<PageId, std::vector<TokenId>> content;  // of each page that was ever computed
  std::vector<std::vector<PageId>> held;
  int64_t n_taken = 0;
  for (int step = 0; step < 20000; ++step) {
    if (!held.empty() && (random() % 3 == 0 || held.size() > 6)) {
      std::swap(held[random() % held.size()], held.back());
      ReleaseAll(pool, held.back());
      held.pop_back();
      continue;
    }
    std::vector<TokenId> tokens;
    for (size_t n = 1 + random() % 4; n > 0; --n) {
      tokens.insert(tokens.end(), kPage, static_cast<TokenId>(random() % 2));
    }
    std::vector<PageId> pages = TakeAll(cache, 0, tokens);
    n_taken += std::ssize(pages);
    const auto tokens_of = [&](size_t i) {
      return std::vector(tokens.begin(), tokens.begin() + ptrdiff_t((i + 1) * kPage));
    };
    for (size_t i = 0; i < pages.size(); ++i) ASSERT_EQ(content[pages[i]], tokens_of(i));
    const auto n_missing = static_cast<int32_t>(tokens.size() / kPage - pages.size());
    cache.MakeFree(n_missing);
    if (pool.n_free() < n_missing) {
      ReleaseAll(pool, pages);
      continue;
    }
    while (pages.size() < tokens.size() / kPage) {
      pages.push_back(pool.Allocate());
      content[pages.back()] = tokens_of(pages.size() - 1);
    }
    cache.Put(0, tokens, pages);
    held.push_back(pages);
    ASSERT_TRUE(pool.IsConsistent());
  }
  EXPECT_GT(n_taken, 5000);
}

TEST(PrefixCacheEngine, AWarmEngineComputesOnlyWhatIsNewAndAnswersTheSame) {
  Engine engine(MakeBackend(), {}, kClock);
  std::mt19937 random(5);
  GenerateRequest request = MakeRequest(RandomPrompt(random, 200), 70);
  EXPECT_TRUE(MustSubmit(engine, request)->Wait().ok());
  EXPECT_EQ(engine.stats().prompt_tokens, 200);
  // Again; and the conversation so far with something after it.
  std::vector<TokenId> longer = request.prompt;
  const std::vector<TokenId> answer = Reference(request);
  longer.insert(longer.end(), answer.begin(), answer.end());
  longer.push_back(3);
  for (const auto& [prompt, n_new] : {std::pair(request.prompt, 8), std::pair(longer, 15)}) {
    const int64_t n_before = engine.stats().prompt_tokens;
    request.prompt = prompt;
    request.sink = std::make_shared<RecordingSink>();
    const SinkPtr sink = MustSubmit(engine, request);
    EXPECT_TRUE(sink->Wait().ok());
    EXPECT_EQ(sink->sample().tokens, Reference(request));
    EXPECT_EQ(engine.stats().prompt_tokens - n_before, n_new);
    EXPECT_EQ(sink->n_cached_tokens(), static_cast<int32_t>(prompt.size()) - n_new);
  }
  request.tenant = 1;
  request.sink = std::make_shared<RecordingSink>();
  const SinkPtr sink = MustSubmit(engine, request);
  EXPECT_TRUE(sink->Wait().ok());
  EXPECT_EQ(sink->n_cached_tokens(), 0);
  ExpectAllPagesFree(engine);
}

// More pages are wanted than there are: known ones are given away all the time.
TEST(PrefixCacheEngine, ResultsAreTheSameWhateverIsKnown) {
  std::mt19937 random(6);
  const std::vector<TokenId> common = RandomPrompt(random, 300);
  Engine engine(MakeBackend({.n_pages = 24}), {.sequences_max = 6, .queued_requests_max = 400},
                kClock);
  std::vector<GenerateRequest> requests;
  for (uint64_t i = 0; i < 300; ++i) {
    std::vector<TokenId> prompt(common.begin(), common.begin() + ptrdiff_t(random() % 301));
    const std::vector<TokenId> own = RandomPrompt(random, 1 + random() % 40);
    prompt.insert(prompt.end(), own.begin(), own.end());
    GenerateRequest request =
        MakeRequest(std::move(prompt), static_cast<int32_t>(1 + random() % 100), i);
    request.n = static_cast<int32_t>(1 + random() % 2);
    request.tenant = random() % 2;
    requests.push_back(request);
    const auto id = engine.Submit(request);
    ASSERT_TRUE(id.ok());
    if (i % 5 == 0) engine.Cancel(*id);
  }
  for (const GenerateRequest& request : requests) {
    const SinkPtr sink = SinkOf(request);
    EXPECT_NE(sink->Wait().code(), StatusCode::kInternal);
    for (auto& [index, sample] : sink->samples()) {
      std::vector<TokenId> expected = Reference(request, index);
      if (sample.reason == FinishReason::kCancelled) expected.resize(sample.tokens.size());
      EXPECT_EQ(sample.tokens, expected);
    }
  }
  EXPECT_GT(engine.stats().prompt_tokens_cached, 1000);
  ExpectAllPagesFree(engine);
}

TEST(PrefixCacheEngine, CanBeOff) {
  Engine engine(MakeBackend(), {.prefix_cache = false}, kClock);
  std::mt19937 random(7);
  GenerateRequest request = MakeRequest(RandomPrompt(random, 200), 2);
  for (int i = 0; i < 2; ++i) {
    request.sink = std::make_shared<RecordingSink>();
    EXPECT_TRUE(MustSubmit(engine, request)->Wait().ok());
  }
  EXPECT_EQ(engine.stats().prompt_tokens, 400);
  EXPECT_EQ(engine.stats().prompt_tokens_cached, 0);
}

}  // namespace
}  // namespace lemma::engine
