#include "common/text/bpe.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "common/base/check.h"
#include "common/base/random_id.h"

namespace lemma::text {
namespace {

constexpr size_t kShortBytesMax = 64;  // up to here a scan beats a heap
constexpr uint32_t kNone = UINT32_MAX;

}  // namespace

MergeTable::MergeTable(size_t n_merges) : secret_(RandomU64() | 1) {
  const size_t n_slots = std::bit_ceil(2 * n_merges + 2);
  slots_.resize(n_slots);
  mask_ = n_slots - 1;
  shift_ = 64 - std::countr_zero(n_slots);
}

bool MergeTable::Insert(TokenId left, TokenId right, Merge merge) {
  const uint64_t key = KeyOf(left, right);
  size_t i = SlotOf(key);
  while (slots_[i].key != kEmpty) {
    if (slots_[i].key == key) return false;
    i = (i + 1) & mask_;
  }
  slots_[i] = {key, merge};
  return true;
}

size_t MergeTable::LongestRun() const {
  size_t longest = 0;
  size_t run = 0;
  for (size_t i = 0; i < 2 * slots_.size(); ++i) {  // twice: a run may go on at the beginning
    run = slots_[i & mask_].key == kEmpty ? 0 : run + 1;
    longest = std::max(longest, run);
  }
  return longest;
}

void Merger::Append(std::string_view piece, const std::array<TokenId, 256>& byte_ids,
                    std::vector<TokenId>& ids) {
  if (piece.size() <= kShortBytesMax) {
    AppendShort(piece, byte_ids, ids);
  } else {
    AppendLong(piece, byte_ids, ids);
  }
}

void Merger::AppendShort(std::string_view piece, const std::array<TokenId, 256>& byte_ids,
                         std::vector<TokenId>& ids) {
  std::array<TokenId, kShortBytesMax> tokens;
  std::array<MergeTable::Merge, kShortBytesMax> merges;  // [i]: tokens i and i + 1
  size_t n = piece.size();
  for (size_t i = 0; i < n; ++i) tokens[i] = byte_ids[static_cast<uint8_t>(piece[i])];
  for (size_t i = 0; i + 1 < n; ++i) merges[i] = merges_->Find(tokens[i], tokens[i + 1]);
  while (n > 1) {
    size_t best = 0;
    for (size_t i = 1; i + 1 < n; ++i) {
      if (merges[i].rank < merges[best].rank) best = i;
    }
    if (merges[best].rank == MergeTable::kNoMerge) break;
    tokens[best] = merges[best].merged;
    --n;
    for (size_t i = best + 1; i < n; ++i) {
      tokens[i] = tokens[i + 1];
      merges[i - 1] = merges[i];
    }
    if (best > 0) merges[best - 1] = merges_->Find(tokens[best - 1], tokens[best]);
    if (best + 1 < n) merges[best] = merges_->Find(tokens[best], tokens[best + 1]);
  }
  ids.insert(ids.end(), tokens.begin(), tokens.begin() + n);
}

void Merger::Join(uint32_t left) {
  Node& node = nodes_[left];
  node.merge =
      node.next == kNone ? MergeTable::Merge() : merges_->Find(node.id, nodes_[node.next].id);
  if (node.merge.rank == MergeTable::kNoMerge) return;
  queue_.push_back(static_cast<uint64_t>(node.merge.rank) << 32 | left);
}

void Merger::AppendLong(std::string_view piece, const std::array<TokenId, 256>& byte_ids,
                        std::vector<TokenId>& ids) {
  LEMMA_CHECK(piece.size() < kNone, "positions have 32 bits");
  const auto n = static_cast<uint32_t>(piece.size());
  nodes_.resize(n);
  for (uint32_t i = 0; i < n; ++i) {
    nodes_[i] = {byte_ids[static_cast<uint8_t>(piece[i])], i == 0 ? kNone : i - 1,
                 i + 1 == n ? kNone : i + 1, MergeTable::Merge()};
  }
  queue_.clear();
  for (uint32_t i = 0; i < n; ++i) Join(i);
  std::make_heap(queue_.begin(), queue_.end(), std::greater<>());

  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(), std::greater<>());
    const auto rank = static_cast<uint32_t>(queue_.back() >> 32);
    const auto left = static_cast<uint32_t>(queue_.back());
    queue_.pop_back();
    Node& node = nodes_[left];
    if (node.merge.rank != rank) continue;  // a neighbour has merged since
    const uint32_t right = node.next;
    node.id = node.merge.merged;
    node.next = nodes_[right].next;
    nodes_[right].merge = MergeTable::Merge();
    if (node.next != kNone) nodes_[node.next].previous = left;
    for (const uint32_t joined : {left, node.previous}) {
      if (joined == kNone) continue;
      const size_t n_queued = queue_.size();
      Join(joined);
      if (queue_.size() > n_queued) {
        std::push_heap(queue_.begin(), queue_.end(), std::greater<>());
      }
    }
  }
  for (uint32_t i = 0; i != kNone; i = nodes_[i].next) ids.push_back(nodes_[i].id);
}

}  // namespace lemma::text
