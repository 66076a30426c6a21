// Token sequences to learn from, and the order in which they are learnt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/text/tokenizer.h"

namespace lemma::train {

// Documents in one array of ids. The first n_context tokens of a document are read but not
// learnt: the prompt of a chat, or the single first token of a plain text.
class DocumentSet {
 public:
  struct Document {
    const text::TokenId* tokens;
    int64_t n_tokens;
    int64_t n_context;  // at least 1
    int64_t n_targets() const { return n_tokens - n_context; }
  };

  // A document without a target teaches nothing: it must have n_context < ids.size().
  void Add(const std::vector<text::TokenId>& ids, size_t n_context);
  void Append(const DocumentSet& other);

  size_t size() const { return ranges_.size(); }
  int64_t n_tokens() const { return static_cast<int64_t>(ids_.size()); }
  Document operator[](size_t index) const;

 private:
  struct Range {
    uint64_t begin;
    uint32_t n_tokens;
    uint32_t n_context;
  };
  std::vector<text::TokenId> ids_;
  std::vector<Range> ranges_;
};

// Sequences of a batch are padded to a multiple of this, so that few shapes occur: every new shape
// costs libtorch a compilation.
inline constexpr int64_t kLengthStep = 32;
int64_t PaddedLength(int64_t n_tokens);

// Where a stream of batches stands.
struct StreamPosition {
  uint64_t epoch = 0;
  uint64_t batch = 0;  // within the epoch
};

// Endless batches of documents of nearly equal length, at most tokens_per_batch after padding (a
// longer document stands alone). Each epoch visits every document once, in an order that depends
// on the seed and the epoch alone.
class BatchStream {
 public:
  BatchStream(const DocumentSet& documents, int64_t tokens_per_batch, uint64_t seed,
              StreamPosition start);

  // Indices of the next batch's documents; valid until the next call.
  const std::vector<uint32_t>& Next();
  StreamPosition position() const { return position_; }
  size_t batches_in_epoch() const { return batches_.size(); }

 private:
  void PlanEpoch();

  const DocumentSet& documents_;
  const int64_t tokens_per_batch_;
  const uint64_t seed_;
  StreamPosition position_;
  std::vector<std::vector<uint32_t>> batches_;  // of position_.epoch
};

}  // namespace lemma::train
