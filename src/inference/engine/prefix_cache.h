// Remembers which KV pages hold which tokens, so that a prompt that begins as an earlier one (a
// system prompt, a conversation so far, the same question again) is computed from where they part.
// Whole pages only; exact: tokens are compared, not only their hashes. Pages are known for one
// tenant and never shared with another, whom a faster answer would tell what was asked.
//
// A known page that no sequence holds stays until its room is needed; the least recently used goes
// first, and none before those that continue it. Owned by the engine's thread. Allocates only when
// made: keys are found by chains through the pages (a hash map rehashes after enough erasures).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inference/engine/page_pool.h"

namespace lemma::engine {

using model::TokenId;

class PrefixCache {
 public:
  explicit PrefixCache(PagePool& pages);

  // Appends to `taken` the known pages that hold the first tokens, as many as there are but at most
  // n_pages_max; each is shared for the caller. `taken` has room for them.
  void Take(uint64_t tenant, std::span<const TokenId> tokens, size_t n_pages_max,
            std::vector<PageId>& taken);

  // The first pages of a sequence are computed, as many as `sequence_pages` has: they become known.
  // A page that another sequence has computed meanwhile is replaced by that one.
  void Put(uint64_t tenant, std::span<const TokenId> tokens, std::span<PageId> sequence_pages);

  // Forgets pages that nobody holds until n are free or none is left.
  void MakeFree(int32_t n);

 private:
  static constexpr PageId kNoPage = -1;
  struct Known {
    uint64_t key = 0;
    uint64_t tenant = 0;
    PageId parent = kNoPage;  // the page before it
    int32_t depth = 0;        // pages before it
    uint64_t last_used = 0;   // of a page never later than of its parent
    PageId next = kNoPage;    // in the chain of its key
  };

  using PageTokens = std::span<const TokenId, model::kPageTokens>;
  PageTokens TokensOf(PageId page) const;
  // The known page with these tokens after `parent`; kNoPage where there is none.
  PageId Find(uint64_t tenant, PageId parent, PageTokens tokens, uint64_t key);
  void Forget(PageId page);
  PageId& ChainOf(uint64_t key) { return chains_[key & (chains_.size() - 1)]; }

  PagePool& pages_;
  std::vector<Known> known_;     // by page; of pages that are cached (PagePool)
  std::vector<TokenId> tokens_;  // [n_pages, kPageTokens]
  std::vector<PageId> chains_;   // by the low bits of a key: the first of the known pages with them
  std::vector<PageId> candidates_;  // scratch of MakeFree
  uint64_t n_uses_ = 0;
};

}  // namespace lemma::engine
