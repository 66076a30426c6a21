// The KV pages of requests: what admission takes, what samples share, what stays known for later
// requests. Owned by the engine's thread.
#pragma once

#include <cstdint>
#include <vector>

#include "inference/engine/page_pool.h"
#include "inference/engine/prefix_cache.h"
#include "inference/engine/sequence.h"

namespace lemma::engine {

class KvPages {
 public:
  KvPages(int32_t n_pages, bool uses_prefix_cache);

  int32_t n_pages() const { return pool_.n_pages(); }
  // That no sequence holds.
  int32_t n_available() const { return pool_.n_free() + pool_.n_evictable(); }

  // Makes the samples of a request that is to run, with all pages they can ever need: those of the
  // prompt that are known are computed already (n_computed of sample 0), those that the prompt
  // fills are shared. False, and nothing is taken, where there are too few.
  bool Admit(Request& request);

  // The whole pages that the sequence has computed become known to its tenant.
  void MakeKnown(const Request& request, Sequence& sequence);

  // The sequence is over.
  void Release(const Request& request, Sequence& sequence);

 private:
  bool Take(const GenerateRequest& spec);

  const bool uses_prefix_cache_;
  PagePool pool_;
  PrefixCache prefix_cache_;
  std::vector<PageId> known_;  // what Take has found of the prompt
};

}  // namespace lemma::engine
