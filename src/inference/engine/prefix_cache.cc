#include "inference/engine/prefix_cache.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace lemma::engine {
namespace {

constexpr size_t kPageTokens = model::kPageTokens;

// What a page is found by: its tenant, the page before it and its tokens. FNV-1a over 64-bit words
// (Fowler, Noll, Vo), and its high bits folded down.
uint64_t KeyOf(uint64_t tenant, PageId parent, std::span<const TokenId, kPageTokens> tokens) {
  uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](uint64_t word) { hash = (hash ^ word) * 0x100000001b3; };
  add(tenant);
  add(static_cast<uint64_t>(parent));
  for (const TokenId token : tokens) add(static_cast<uint64_t>(token));
  return hash ^ (hash >> 29);
}

std::span<const TokenId, kPageTokens> PageOf(std::span<const TokenId> tokens, size_t page) {
  return tokens.subspan(page * kPageTokens).first<kPageTokens>();
}

}  // namespace

PrefixCache::PrefixCache(PagePool& pages)
    : pages_(pages),
      known_(static_cast<size_t>(pages.n_pages())),
      tokens_(known_.size() * kPageTokens),
      chains_(std::bit_ceil(known_.size()), kNoPage) {
  candidates_.reserve(known_.size());
}

PrefixCache::PageTokens PrefixCache::TokensOf(PageId page) const {
  return PageOf(tokens_, static_cast<size_t>(page));
}

PageId PrefixCache::Find(uint64_t tenant, PageId parent, PageTokens tokens, uint64_t key) {
  for (PageId page = ChainOf(key); page != kNoPage; page = known_[static_cast<size_t>(page)].next) {
    const Known& known = known_[static_cast<size_t>(page)];
    if (known.key == key && known.tenant == tenant && known.parent == parent &&
        std::ranges::equal(TokensOf(page), tokens)) {
      return page;
    }
  }
  return kNoPage;
}

void PrefixCache::Take(uint64_t tenant, std::span<const TokenId> tokens, size_t n_pages_max,
                       std::vector<PageId>& taken) {
  const uint64_t now = ++n_uses_;
  const size_t n_pages = std::min(n_pages_max, tokens.size() / kPageTokens);
  PageId parent = kNoPage;
  for (size_t i = 0; i < n_pages; ++i) {
    const PageTokens wanted = PageOf(tokens, i);
    const PageId page = Find(tenant, parent, wanted, KeyOf(tenant, parent, wanted));
    if (page == kNoPage) return;
    pages_.Share(page);
    known_[static_cast<size_t>(page)].last_used = now;
    taken.push_back(page);
    parent = page;
  }
}

void PrefixCache::Put(uint64_t tenant, std::span<const TokenId> tokens,
                      std::span<PageId> sequence_pages) {
  const uint64_t now = ++n_uses_;
  PageId parent = kNoPage;
  for (size_t i = 0; i < sequence_pages.size(); ++i) {
    const PageTokens of_page = PageOf(tokens, i);
    const uint64_t key = KeyOf(tenant, parent, of_page);
    PageId& page = sequence_pages[i];
    const PageId known = Find(tenant, parent, of_page, key);
    if (known == kNoPage) {
      PageId& first = ChainOf(key);
      known_[static_cast<size_t>(page)] = {key, tenant, parent, static_cast<int32_t>(i),
                                           now, first};
      first = page;
      std::ranges::copy(of_page, tokens_.begin() + page * static_cast<int64_t>(kPageTokens));
      pages_.SetCached(page);
    } else if (known != page) {
      // Equal to the bit, and so every page after it is held together with those before it.
      pages_.Share(known);
      pages_.Release(page);
      page = known;
    }
    known_[static_cast<size_t>(page)].last_used = now;
    parent = page;
  }
}

void PrefixCache::MakeFree(int32_t n) {
  const int32_t n_missing = std::min(n - pages_.n_free(), pages_.n_evictable());
  if (n_missing <= 0) return;
  candidates_.clear();
  for (PageId page = 0; page < pages_.n_pages(); ++page) {
    if (pages_.is_evictable(page)) candidates_.push_back(page);
  }
  // A page is used whenever one after it is: at equal times the deeper one goes first.
  const auto goes_first = [&](PageId a, PageId b) {
    const Known &of_a = known_[static_cast<size_t>(a)], &of_b = known_[static_cast<size_t>(b)];
    return std::tuple(of_a.last_used, -of_a.depth, a) < std::tuple(of_b.last_used, -of_b.depth, b);
  };
  const auto end = candidates_.begin() + n_missing;
  std::nth_element(candidates_.begin(), end - 1, candidates_.end(), goes_first);
  std::for_each(candidates_.begin(), end, [&](PageId page) { Forget(page); });
}

void PrefixCache::Forget(PageId page) {
  const Known& known = known_[static_cast<size_t>(page)];
  PageId* link = &ChainOf(known.key);
  while (*link != page) link = &known_[static_cast<size_t>(*link)].next;
  *link = known.next;
  pages_.Uncache(page);
}

}  // namespace lemma::engine
