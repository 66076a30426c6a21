// How many pages the KV cache gets.
#pragma once

#include <cstdint>

#include "common/base/status.h"

namespace lemma::model {

// The default room, in tokens: at least one VibeThinker trace of 40,960, the longest its authors
// use, with a prompt of up to 4,096; where a quarter of the memory allows it, four of them. Pages
// cost nothing until they are used.
inline constexpr int64_t kDefaultKvTokensMin = 40960 + 4096;
inline constexpr int64_t kDefaultKvTokensMax = 4 * kDefaultKvTokensMin;

struct KvRoom {
  uint64_t page_bytes = 0;
  int64_t context_tokens_max = 0;  // of one sequence
  uint64_t bytes_asked = 0;        // 0: the default
  uint64_t bytes_available = 0;    // as AvailableMemoryBytes says
  uint64_t weight_file_bytes = 0;  // mapped weights: the system counts them as available
};

// Errors: kInvalidArgument (kv_bytes_max: more than there is beside the weights, or too little for
// a page); kIo (no memory for a page).
Result<int32_t> ChooseKvPages(const KvRoom& room);

}  // namespace lemma::model
