#include "train/corpus/documents.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "common/base/check.h"
#include "train/data/rng.h"

namespace lemma::train {
namespace {

// Documents are sorted by length within windows of this many: enough that a batch's lengths
// differ by a step or two, few enough that an epoch stays well mixed.
constexpr size_t kWindow = 8192;

}  // namespace

void DocumentSet::Add(const std::vector<text::TokenId>& ids, size_t n_context) {
  LEMMA_CHECK(n_context >= 1 && n_context < ids.size());
  ranges_.push_back(
      {ids_.size(), static_cast<uint32_t>(ids.size()), static_cast<uint32_t>(n_context)});
  ids_.insert(ids_.end(), ids.begin(), ids.end());
}

void DocumentSet::Append(const DocumentSet& other) {
  const uint64_t base = ids_.size();
  ids_.insert(ids_.end(), other.ids_.begin(), other.ids_.end());
  for (Range range : other.ranges_) {
    range.begin += base;
    ranges_.push_back(range);
  }
}

DocumentSet::Document DocumentSet::operator[](size_t index) const {
  const Range& range = ranges_[index];
  return {ids_.data() + range.begin, range.n_tokens, range.n_context};
}

int64_t PaddedLength(int64_t n_tokens) {
  return (n_tokens + kLengthStep - 1) / kLengthStep * kLengthStep;
}

BatchStream::BatchStream(const DocumentSet& documents, int64_t tokens_per_batch, uint64_t seed,
                         StreamPosition start)
    : documents_(documents), tokens_per_batch_(tokens_per_batch), seed_(seed), position_(start) {
  LEMMA_CHECK(documents.size() > 0);
  PlanEpoch();
}

const std::vector<uint32_t>& BatchStream::Next() {
  if (position_.batch >= batches_.size()) {
    position_ = {position_.epoch + 1, 0};
    PlanEpoch();
  }
  return batches_[position_.batch++];
}

void BatchStream::PlanEpoch() {
  Rng rng(HashOf({static_cast<int64_t>(seed_), static_cast<int64_t>(position_.epoch)}));
  std::vector<uint32_t> order(documents_.size());
  std::iota(order.begin(), order.end(), 0u);
  rng.Shuffle(order);
  batches_.clear();
  for (size_t first = 0; first < order.size(); first += kWindow) {
    const size_t last = std::min(order.size(), first + kWindow);
    // Ties keep the shuffled order: neighbours in the file are of one family.
    std::vector<std::pair<int64_t, uint32_t>> by_length;
    for (size_t i = first; i < last; ++i) {
      by_length.emplace_back(PaddedLength(documents_[order[i]].n_tokens), static_cast<uint32_t>(i));
    }
    std::sort(by_length.begin(), by_length.end());
    std::vector<uint32_t> batch;
    for (const auto& [length, at] : by_length) {
      if (!batch.empty() && static_cast<int64_t>(batch.size() + 1) * length > tokens_per_batch_) {
        batches_.push_back(std::move(batch));
        batch.clear();
      }
      batch.push_back(order[at]);
    }
    if (!batch.empty()) batches_.push_back(std::move(batch));
  }
  rng.Shuffle(batches_);
}

}  // namespace lemma::train
