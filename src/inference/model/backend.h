// A backend runs the forward pass of one model and owns its weights and its KV storage: the CPU one
// today, CUDA later. The engine knows nothing below this header.
//
// KV is stored in pages of kPageTokens tokens. The engine decides which page belongs to whom
// (reference counts, forks); the backend only stores and copies them.
//
// One thread (the engine's) calls a backend; it may use threads of its own inside a call.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include "common/base/status.h"
#include "inference/model/config.h"

namespace lemma::kernels {
struct Kernels;
}

namespace lemma::model {

inline constexpr int32_t kPageTokens = 64;

using PageId = int32_t;

// The new tokens of one sequence within a batch.
struct SequenceSlice {
  int32_t row_begin = 0;          // its first row in Batch::tokens
  int32_t n_tokens = 0;           // how many rows; 1 for decode, a chunk for prefill
  int32_t n_past = 0;             // tokens of the sequence whose K and V are already in its pages
  std::span<const PageId> pages;  // cover n_past + n_tokens tokens; token i lives in pages[i / 64]
};

// Several sequences' new tokens, one row each, in order of their slices.
struct Batch {
  std::span<const TokenId> tokens;  // [n_rows]
  std::span<const SequenceSlice> sequences;
  std::span<const int32_t> logit_rows;  // ascending rows whose logits are wanted
};

struct BackendInfo {
  std::string device;   // "cpu avx512-bf16, 2 threads"
  std::string weights;  // "bf16"
  std::string kv;       // "bf16"
  int n_threads = 1;    // that compute
  uint64_t weight_bytes = 0;
  uint64_t weight_bytes_read = 0;  // of them by a step: all but an embedding that is not the head
  uint64_t kv_bytes_per_token = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual const ModelConfig& config() const = 0;
  virtual const BackendInfo& info() const = 0;
  virtual int32_t n_pages() const = 0;
  virtual int32_t batch_rows_max() const = 0;  // rows one Forward takes
  virtual int32_t logit_rows_max() const = 0;  // logits one Forward gives

  // For what is made of the logits on this processor, whatever the device.
  virtual const kernels::Kernels& host_kernels() const = 0;

  // Computes K and V of all rows into their pages and the logits of `logit_rows` into
  // `logits` [n_logit_rows, vocab_size]. A row's result depends on its own sequence alone, to the
  // bit: not on the other sequences, the chunking or the number of threads.
  // Allocates nothing. Errors: kInternal (the device failed); a batch out of bounds is a CHECK.
  virtual Status Forward(const Batch& batch, std::span<float> logits) = 0;

  // Copies all layers' K and V of one page to another (copy-on-write of a shared last page).
  virtual void CopyPage(PageId from, PageId to) = 0;

  // Moves while Forward computes, with each matrix and each layer's attention: between two beats
  // lies at most one of these, over all rows of a batch. The largest of a 1.5B model are 14 G
  // operations (gate and up, 256 rows; the head, 32): 0.2 s on two cores with AVX2, seconds where
  // many others want those cores. A whole step is 28 layers of them. Any thread.
  int64_t n_beats() const { return n_beats_.load(std::memory_order_relaxed); }

 protected:
  void Beat() { n_beats_.fetch_add(1, std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> n_beats_{0};
};

}  // namespace lemma::model
