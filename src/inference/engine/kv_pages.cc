#include "inference/engine/kv_pages.h"

#include <span>

namespace lemma::engine {

KvPages::KvPages(int32_t n_pages, bool uses_prefix_cache)
    : uses_prefix_cache_(uses_prefix_cache), pool_(n_pages), prefix_cache_(pool_) {
  known_.reserve(static_cast<size_t>(n_pages));
}

bool KvPages::Admit(Request& request) {
  const GenerateRequest& spec = request.spec;
  if (!Take(spec)) return false;
  const size_t n_prompt = spec.prompt.size();
  const size_t n_tokens_max = n_prompt + static_cast<size_t>(spec.max_tokens);
  const auto n_pages = static_cast<size_t>(PagesFor(static_cast<int64_t>(n_tokens_max)));
  const size_t n_shared = n_prompt / model::kPageTokens;
  request.samples.resize(static_cast<size_t>(spec.n));
  for (Sequence& sequence : request.samples) {
    sequence.sample = request.n_live++;
    sequence.n_prompt = static_cast<int32_t>(n_prompt);
    sequence.tokens.reserve(n_tokens_max);
    sequence.tokens = spec.prompt;
    sequence.draft.reserve(kDraftMax);
    sequence.pages.reserve(n_pages);
    if (sequence.sample == 0) {
      sequence.pages = known_;
      sequence.n_computed = static_cast<int32_t>(known_.size()) * model::kPageTokens;
    } else {
      const Sequence& first = request.samples.front();
      for (size_t i = 0; i < n_shared; ++i) {
        pool_.Share(first.pages[i]);
        sequence.pages.push_back(first.pages[i]);
      }
    }
    while (sequence.pages.size() < n_pages) sequence.pages.push_back(pool_.Allocate());
  }
  request.samples.front().phase = Phase::kPrefill;
  return true;
}

bool KvPages::Take(const GenerateRequest& spec) {
  known_.clear();
  const auto n_prompt = static_cast<int64_t>(spec.prompt.size());
  if (uses_prefix_cache_ && !spec.prompt_logprobs) {
    // The prompt's last token is computed in any case: its logits are wanted.
    const auto n_pages_max = static_cast<size_t>((n_prompt - 1) / model::kPageTokens);
    prefix_cache_.Take(spec.tenant, spec.prompt, n_pages_max, known_);
  }
  const int64_t n_needed =
      PagesNeeded(n_prompt, spec.max_tokens, spec.n) - static_cast<int64_t>(known_.size());
  if (n_needed > n_available()) {
    for (const PageId page : known_) pool_.Release(page);
    return false;
  }
  prefix_cache_.MakeFree(static_cast<int32_t>(n_needed));
  return true;
}

void KvPages::MakeKnown(const Request& request, Sequence& sequence) {
  if (!uses_prefix_cache_) return;
  const auto n_whole = static_cast<size_t>(sequence.n_computed / model::kPageTokens);
  prefix_cache_.Put(request.spec.tenant, sequence.tokens, std::span(sequence.pages).first(n_whole));
}

void KvPages::Release(const Request& request, Sequence& sequence) {
  MakeKnown(request, sequence);
  for (const PageId page : sequence.pages) pool_.Release(page);
  sequence.pages.clear();
}

}  // namespace lemma::engine
