#include "inference/engine/loop_detector.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace lemma::engine {
namespace {

// A copy with at least so many different tokens is a paragraph: nobody writes one three times.
constexpr int32_t kParagraphDistinctMin = 40;
// With fewer it may be a row of a table, a matrix, a list: equal ones are lawful, but not so many.
constexpr int32_t kRowsMin = 12;
// With still fewer it may be of digits (ten and a sign) or zeros.
constexpr int32_t kDigitsDistinctMin = 8;
constexpr int32_t kSignsTokensMin = 1024;
// No copy needs more than this to be a loop.
constexpr int32_t kTokensNeededMax = LoopDetector::kCopiesMin * LoopDetector::kPeriodMax;
// A copy that only begins to repeat needs max(256 - period, 2 * period) more: so many at least.
constexpr int32_t kTokensFreshMin = 2 * LoopDetector::kTokensMin / 3;

constexpr size_t kNearLength = 4;     // tokens in a row that are new or not
constexpr int32_t kNearNewMax = 160;  // of the window's
// Of those that begin in the window's second half, so many may stand nowhere in the text before: a
// number that rises makes more, at least two in each line that is short enough for the bound above.
constexpr int32_t kNearLateMax = 4;
constexpr size_t kNearLate = LoopDetector::kWindow / 2;
constexpr size_t kNearText = 4096;  // so much text is looked at
// So many different tokens in the window's end are more than digits and signs.
constexpr int32_t kNearDistinctMin = 24;
constexpr size_t kNearEnd = 256;

// Of SplitMix64 (Steele, Lea, Flood 2014).
constexpr uint64_t kGamma = 0x9E3779B97F4A7C15u;
uint64_t Mix(uint64_t x) {
  x += kGamma;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

int32_t TokensNeeded(int32_t period, int32_t n_distinct) {
  const bool is_paragraph = n_distinct >= kParagraphDistinctMin;
  const bool may_be_signs = n_distinct < kDigitsDistinctMin;
  const int32_t least = may_be_signs ? kSignsTokensMin : LoopDetector::kTokensMin;
  const int32_t n_copies = is_paragraph ? LoopDetector::kCopiesMin : kRowsMin;
  return std::min(std::max(least, n_copies * period), kTokensNeededMax);
}

// Of the kNearLength tokens that begin there.
uint64_t KeyOf(const TokenId* tokens) {
  uint64_t key = 0;
  for (size_t i = 0; i < kNearLength; ++i) key = key * kGamma + static_cast<uint64_t>(tokens[i]);
  return Mix(key) | 1;
}

}  // namespace

LoopDetector::HashSet::HashSet(size_t n_keys_max) : slots_(std::bit_ceil(2 * n_keys_max)) {}

void LoopDetector::HashSet::Clear(size_t n_keys) {
  n_slots_ = std::bit_ceil(2 * n_keys);
  std::fill_n(slots_.begin(), n_slots_, 0);
}

bool LoopDetector::HashSet::Insert(uint64_t key) {
  size_t slot = (key >> 32) & (n_slots_ - 1);
  while (slots_[slot] != 0 && slots_[slot] != key) slot = (slot + 1) & (n_slots_ - 1);
  return std::exchange(slots_[slot], key) == 0;
}

LoopDetector::LoopDetector() : seen_(kNearText), repeated_(kPeriodMax + 1) {}

std::optional<Loop> LoopDetector::Find(std::span<const TokenId> output, Needed& needed) {
  if (output.size() >= needed.exact) {
    if (const std::optional<Loop> exact = FindExact(output, needed)) return exact;
  }
  return output.size() >= needed.near ? FindNear(output, needed) : std::nullopt;
}

// How far the end repeats what stands a period before it, for one period after the other: the Z
// algorithm (Gusfield, Algorithms on Strings, 1997, section 1.4) on the text read backwards.
std::optional<Loop> LoopDetector::FindExact(std::span<const TokenId> output, Needed& needed) {
  const auto n = static_cast<int32_t>(output.size());
  const TokenId* last = output.data() + n - 1;
  const int32_t n_most = std::min(n, kTokensNeededMax);
  int32_t n_more = kTokensFreshMin;  // tokens, before there can be a loop
  int32_t n_distinct = 0;            // in the last n_counted tokens, kParagraphDistinctMin at most
  int32_t n_counted = 0;
  int32_t left = 0;  // the stretch from here to `right` is as the end is
  int32_t right = 0;
  seen_.Clear(size_t{kPeriodMax});
  for (int32_t period = 1; period <= std::min(kPeriodMax, n - 1); ++period) {
    int32_t n_same = period < right
                         ? std::min(right - period, repeated_[static_cast<size_t>(period - left)])
                         : 0;
    while (period + n_same < n_most && last[-n_same] == last[-period - n_same]) ++n_same;
    if (period + n_same > right) {
      left = period;
      right = period + n_same;
    }
    repeated_[static_cast<size_t>(period)] = n_same;
    const int32_t length = period + n_same;
    if (length + n_more <= std::max(kTokensMin, kCopiesMin * period)) continue;
    for (; n_counted < period && n_distinct < kParagraphDistinctMin; ++n_counted) {
      n_distinct += seen_.Insert(Mix(static_cast<uint64_t>(last[-n_counted])) | 1);
    }
    // As long as it goes on, the copy's tokens are the same.
    const int32_t n_missing = TokensNeeded(period, n_distinct) - length;
    if (n_missing <= 0) return Loop{.begin = n - length, .period = period, .n_tokens = length};
    n_more = std::min(n_more, n_missing);
  }
  needed.exact = output.size() + static_cast<size_t>(n_more);
  return std::nullopt;
}

std::optional<Loop> LoopDetector::FindNear(std::span<const TokenId> output, Needed& needed) {
  const auto window = output.last(size_t{kWindow});
  if (!HasWords(window.last(kNearEnd))) return std::nullopt;
  seen_.Clear(size_t{kNearNewMax + 1});
  int32_t n_new = 0;
  for (size_t i = window.size() - kNearLength + 1; i-- > 0;) {
    n_new += seen_.Insert(KeyOf(&window[i]));
    if (n_new <= kNearNewMax) continue;
    needed.near = output.size() + i + 1;  // the first of these has to leave the window
    return std::nullopt;
  }
  const auto text = output.last(std::min(output.size(), kNearText));
  const size_t n_before = text.size() - kNearLate;
  seen_.Clear(text.size());
  std::array<size_t, kNearLateMax + 1> late{};  // where the latest ones that are new begin
  size_t n_late = 0;
  for (size_t i = 0; i + kNearLength <= text.size(); ++i) {
    if (seen_.Insert(KeyOf(&text[i])) && i >= n_before) late[n_late++ % late.size()] = i;
  }
  if (n_late >= late.size()) {  // the first of these has to leave the later half
    needed.near = output.size() + late[n_late % late.size()] - n_before + 1;
    return std::nullopt;
  }
  return Loop{
      .begin = static_cast<int32_t>(output.size()) - kWindow, .period = 0, .n_tokens = kWindow};
}

bool LoopDetector::HasWords(std::span<const TokenId> tokens) {
  seen_.Clear(tokens.size());
  int32_t n = 0;
  for (const TokenId token : tokens) {
    n += seen_.Insert(Mix(static_cast<uint64_t>(token)) | 1);
    if (n >= kNearDistinctMin) return true;
  }
  return false;
}

}  // namespace lemma::engine
