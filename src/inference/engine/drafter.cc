#include "inference/engine/drafter.h"

#include <algorithm>
#include <bit>

#include "common/base/check.h"

namespace lemma::engine {

Drafter::Chains::Chains(size_t n_places)
    : latest_(std::bit_ceil(n_places), kNone), earlier_(n_places, kNone) {}

void Drafter::Chains::Add(uint64_t key, int32_t place) {
  int32_t& latest = latest_[SlotOf(key)];
  earlier_[static_cast<size_t>(place)] = latest;
  latest = place;
}

// A multiplicative hash (Knuth, volume 3, section 6.4).
size_t Drafter::Chains::SlotOf(uint64_t key) const {
  return ((key * 0x9E3779B97F4A7C15u) >> 32) & (latest_.size() - 1);
}

Drafter::Drafter(std::span<const TokenId> prompt, int32_t n_samples, int32_t max_tokens)
    : n_prompt_(static_cast<int32_t>(prompt.size())),
      max_tokens_(max_tokens),
      tokens_(prompt.begin(), prompt.end()),
      n_output_(static_cast<size_t>(n_samples)),
      pairs_(static_cast<size_t>(BeginOf(n_samples))),
      singles_(static_cast<size_t>(BeginOf(n_samples))) {
  LEMMA_CHECK(n_prompt_ > 0, "a request has a prompt");
  tokens_.resize(static_cast<size_t>(BeginOf(n_samples)));
  for (int32_t place = 0; place < n_prompt_; ++place) Index(place);
}

void Drafter::Append(int32_t sample, TokenId token) {
  int32_t& n_output = n_output_[static_cast<size_t>(sample)];
  LEMMA_CHECK(n_output < max_tokens_, "a sample has at most max_tokens");
  const int32_t place = BeginOf(sample) + n_output++;
  tokens_[static_cast<size_t>(place)] = token;
  Index(place);
}

Drafter::Guess Drafter::Continue(int32_t sample, std::span<TokenId> draft) const {
  const int32_t n_output = n_output_[static_cast<size_t>(sample)];
  const int32_t last = n_output > 0 ? BeginOf(sample) + n_output - 1 : n_prompt_ - 1;
  Match match;
  if (last > 0) match = LongestMatch(pairs_, PairAt(last), last, 2);
  if (match.place == kNone) match = LongestMatch(singles_, TokenAt(last), last, 1);
  if (match.place == kNone) return {};
  const int32_t best = match.place;
  Guess guess;
  guess.n_match = match.n_match;
  // Where the text with the place ends with what is being continued, it repeats from there on.
  const bool is_own = EndOfTextWith(best) == last + 1;
  const int32_t n_known = EndOfTextWith(best) - (best + 1);
  guess.n_tokens = is_own ? static_cast<int32_t>(draft.size())
                          : std::min(static_cast<int32_t>(draft.size()), n_known);
  for (int32_t i = 0; i < guess.n_tokens; ++i) {
    draft[static_cast<size_t>(i)] = i < n_known ? tokens_[static_cast<size_t>(best + 1 + i)]
                                                : draft[static_cast<size_t>(i - n_known)];
  }
  return guess;
}

int32_t Drafter::Before(int32_t place) const {
  if (place == 0) return kNone;
  const bool is_first_output = place >= n_prompt_ && (place - n_prompt_) % max_tokens_ == 0;
  return is_first_output ? n_prompt_ - 1 : place - 1;
}

int32_t Drafter::EndOfTextWith(int32_t place) const {
  if (place < n_prompt_) return n_prompt_;
  const int32_t sample = (place - n_prompt_) / max_tokens_;
  return BeginOf(sample) + n_output_[static_cast<size_t>(sample)];
}

void Drafter::Index(int32_t place) {
  singles_.Add(TokenAt(place), place);
  if (place > 0) pairs_.Add(PairAt(place), place);
}

uint64_t Drafter::TokenAt(int32_t place) const {
  return static_cast<uint32_t>(tokens_[static_cast<size_t>(place)]);
}

uint64_t Drafter::PairAt(int32_t place) const {
  return TokenAt(Before(place)) << 32 | TokenAt(place);
}

Drafter::Match Drafter::LongestMatch(const Chains& chains, uint64_t key, int32_t last,
                                     int32_t n_match_min) const {
  Match longest{kNone, n_match_min - 1};
  int32_t place = chains.Latest(key);
  for (int32_t i = 0; i < kPlacesMax && place != kNone; ++i) {
    if (place != last && place + 1 < EndOfTextWith(place)) {
      const int32_t n_match = MatchLength(place, last);
      if (n_match > longest.n_match) longest = {place, n_match};
    }
    place = chains.Earlier(place);
  }
  return longest;
}

int32_t Drafter::MatchLength(int32_t place, int32_t other) const {
  int32_t length = 0;
  while (length < kMatchMax && place != kNone && other != kNone &&
         tokens_[static_cast<size_t>(place)] == tokens_[static_cast<size_t>(other)]) {
    ++length;
    place = Before(place);
    other = Before(other);
  }
  return length;
}

}  // namespace lemma::engine
