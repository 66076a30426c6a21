#include "inference/engine/page_pool.h"

#include <algorithm>

#include "common/base/check.h"

namespace lemma::engine {

PagePool::PagePool(int32_t n_pages)
    : ref_counts_(static_cast<size_t>(n_pages), 0), is_cached_(static_cast<size_t>(n_pages)) {
  free_.reserve(ref_counts_.size());
  for (PageId page = n_pages - 1; page >= 0; --page) free_.push_back(page);
}

PageId PagePool::Allocate() {
  LEMMA_CHECK(!free_.empty(), "pages are counted before they are taken");
  const PageId page = free_.back();
  free_.pop_back();
  ref_counts_[static_cast<size_t>(page)] = 1;
  return page;
}

void PagePool::Share(PageId page) {
  int32_t& count = ref_counts_[static_cast<size_t>(page)];
  LEMMA_CHECK(count > 0 || is_evictable(page), "a free page cannot be shared");
  if (count++ == 0) --n_evictable_;
}

void PagePool::Release(PageId page) {
  int32_t& count = ref_counts_[static_cast<size_t>(page)];
  LEMMA_CHECK(count > 0, "a page was released twice");
  if (--count > 0) return;
  if (is_cached_[static_cast<size_t>(page)]) {
    ++n_evictable_;
  } else {
    free_.push_back(page);
  }
}

void PagePool::SetCached(PageId page) {
  LEMMA_CHECK(ref_count(page) > 0, "what a free page holds is not known");
  is_cached_[static_cast<size_t>(page)] = true;
}

void PagePool::Uncache(PageId page) {
  if (is_evictable(page)) {
    --n_evictable_;
    free_.push_back(page);
  }
  is_cached_[static_cast<size_t>(page)] = false;
}

bool PagePool::IsConsistent() const {
  std::vector<bool> is_free(ref_counts_.size(), false);
  for (const PageId page : free_) {
    if (is_free[static_cast<size_t>(page)]) return false;
    is_free[static_cast<size_t>(page)] = true;
  }
  int32_t n_evictable = 0;
  for (size_t page = 0; page < ref_counts_.size(); ++page) {
    const bool is_held = ref_counts_[page] > 0;
    if (ref_counts_[page] < 0 || is_free[page] != (!is_held && !is_cached_[page])) return false;
    n_evictable += !is_held && is_cached_[page] ? 1 : 0;
  }
  return n_evictable == n_evictable_;
}

}  // namespace lemma::engine
