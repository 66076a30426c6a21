// Who owns which KV page: reference counts and a free list. It stores no KV; the backend does.
// A page that is cached (its content is known, prefix_cache.h) and that nobody holds is not free
// but evictable: it may be held again as it is, or made free. Owned by the engine's thread.
#pragma once

#include <cstdint>
#include <vector>

#include "inference/model/backend.h"

namespace lemma::engine {

using model::PageId;

// How many pages `n_tokens` tokens fill.
constexpr int64_t PagesFor(int64_t n_tokens) {
  return (n_tokens + model::kPageTokens - 1) / model::kPageTokens;
}

// Misuse (no free page left, a page that nobody holds) is a CHECK: admission counts pages first.
class PagePool {
 public:
  explicit PagePool(int32_t n_pages);

  int32_t n_pages() const { return static_cast<int32_t>(ref_counts_.size()); }
  int32_t n_free() const { return static_cast<int32_t>(free_.size()); }
  int32_t ref_count(PageId page) const { return ref_counts_[static_cast<size_t>(page)]; }

  int32_t n_evictable() const { return n_evictable_; }
  bool is_evictable(PageId page) const {
    return ref_count(page) == 0 && is_cached_[static_cast<size_t>(page)];
  }

  PageId Allocate();          // held once
  void Share(PageId page);    // held once more; also one that is evictable
  void Release(PageId page);  // held once less; free or evictable when nobody holds it

  void SetCached(PageId page);  // one that is held
  void Uncache(PageId page);    // free when nobody holds it

  // For tests: every page is free exactly if it is held by nobody and not cached.
  bool IsConsistent() const;

 private:
  std::vector<int32_t> ref_counts_;  // by page
  std::vector<PageId> free_;         // the last one is given next
  std::vector<bool> is_cached_;      // by page
  int32_t n_evictable_ = 0;
};

}  // namespace lemma::engine
