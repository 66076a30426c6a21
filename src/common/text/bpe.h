// Byte-pair encoding (Sennrich et al. 2016): the merge table and the merging of one piece.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/text/tokenizer.h"

namespace lemma::text {

// Pairs of tokens -> rank and merged token. Open addressing, at most half full. Where a pair goes
// depends on a secret of the table, so that no file can make its merges collide.
class MergeTable {
 public:
  static constexpr uint32_t kNoMerge = UINT32_MAX;
  struct Merge {
    uint32_t rank = kNoMerge;
    TokenId merged = -1;
  };

  explicit MergeTable(size_t n_merges);

  // False where the pair is already there.
  bool Insert(TokenId left, TokenId right, Merge merge);
  Merge Find(TokenId left, TokenId right) const {
    const uint64_t key = KeyOf(left, right);
    for (size_t i = SlotOf(key);; i = (i + 1) & mask_) {
      if (slots_[i].key == key) return slots_[i].merge;
      if (slots_[i].key == kEmpty) return Merge();
    }
  }

  // For tests: the longest row of full slots, which bounds the steps of every call.
  size_t LongestRun() const;

 private:
  static constexpr uint64_t kEmpty = UINT64_MAX;  // ids are not negative, so no key is this
  struct Slot {
    uint64_t key = kEmpty;
    Merge merge;
  };
  static uint64_t KeyOf(TokenId left, TokenId right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }
  // Times a secret, and mixed once more: times the secret alone, evenly spaced keys stay so.
  size_t SlotOf(uint64_t key) const {
    uint64_t hash = key * secret_;
    hash ^= hash >> 32;
    return (hash * 0x9e3779b97f4a7c15u) >> shift_;
  }

  uint64_t secret_;  // odd, so that different keys stay different
  std::vector<Slot> slots_;
  size_t mask_;
  int shift_;
};

// Merges the tokens of one piece until no pair of neighbours merges: always the pair of the lowest
// rank, the leftmost of equals. Keeps its scratch memory between pieces. Not thread-safe; the table
// must outlive it.
class Merger {
 public:
  explicit Merger(const MergeTable& merges) : merges_(&merges) {}

  // Appends the tokens of `piece`, whose bytes are the tokens byte_ids. At most n log n.
  void Append(std::string_view piece, const std::array<TokenId, 256>& byte_ids,
              std::vector<TokenId>& ids);

 private:
  void AppendShort(std::string_view piece, const std::array<TokenId, 256>& byte_ids,
                   std::vector<TokenId>& ids);
  void AppendLong(std::string_view piece, const std::array<TokenId, 256>& byte_ids,
                  std::vector<TokenId>& ids);

  // A token of a long piece, at the position of its first byte.
  struct Node {
    TokenId id;
    uint32_t previous;
    uint32_t next;
    MergeTable::Merge merge;  // with the next one
  };
  void Join(uint32_t left);  // finds the merge of `left` with its next node and queues it

  const MergeTable* merges_;
  std::vector<Node> nodes_;
  std::vector<uint64_t> queue_;  // a heap of rank << 32 | position, the least first
};

}  // namespace lemma::text
