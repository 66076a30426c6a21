#include "inference/engine/page_pool.h"

#include <algorithm>

#include "common/base/check.h"

namespace lemma::engine {

PagePool::PagePool(int32_t n_pages) : ref_counts_(static_cast<size_t>(n_pages), 0) {
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
  LEMMA_CHECK(count > 0, "a free page cannot be shared");
  ++count;
}

void PagePool::Release(PageId page) {
  int32_t& count = ref_counts_[static_cast<size_t>(page)];
  LEMMA_CHECK(count > 0, "a page was released twice");
  if (--count == 0) free_.push_back(page);
}

bool PagePool::IsConsistent() const {
  std::vector<bool> is_free(ref_counts_.size(), false);
  for (const PageId page : free_) {
    if (is_free[static_cast<size_t>(page)]) return false;
    is_free[static_cast<size_t>(page)] = true;
  }
  for (size_t page = 0; page < ref_counts_.size(); ++page) {
    if (ref_counts_[page] < 0 || is_free[page] != (ref_counts_[page] == 0)) return false;
  }
  return true;
}

}  // namespace lemma::engine
