#include "inference/engine/loop_detector.h"

#include <algorithm>
#include <bit>

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

constexpr int32_t kNearLength = 4;    // tokens in a row that are new or not
constexpr int32_t kNearNewMax = 160;  // of the window's
// Of those that begin in the window's second half, so many may stand nowhere in the text before: a
// number that rises makes more, at least two in each line that is short enough for the bound above.
constexpr int32_t kNearLateMax = 4;
constexpr size_t kNearLate = LoopDetector::kWindow / 2;
constexpr size_t kNearText = 4096;  // so much text is looked at
// So many different tokens in the window's end are more than digits and signs.
constexpr int32_t kNearDistinctMin = 24;
constexpr size_t kNearEnd = 256;

// SplitMix64 (Steele, Lea, Flood 2014).
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

int32_t TokensNeeded(int32_t period, int32_t n_distinct) {
  if (n_distinct >= kParagraphDistinctMin) return LoopDetector::kTokensMin;
  const bool may_be_signs = n_distinct < kDigitsDistinctMin;
  const int32_t least = may_be_signs ? kSignsTokensMin : LoopDetector::kTokensMin;
  return std::min(std::max(least, kRowsMin * period), kTokensNeededMax);
}

// How many tokens the text ends with that repeat what stands `period` before them, and the period
// itself.
int32_t RepeatedTail(std::span<const TokenId> text, int32_t period) {
  const auto n = static_cast<int32_t>(text.size());
  const int32_t most = std::min(n, kTokensNeededMax);
  int32_t length = period;
  while (length < most && text[static_cast<size_t>(n - 1 - (length - period))] ==
                              text[static_cast<size_t>(n - 1 - length)]) {
    ++length;
  }
  return length;
}

}  // namespace

LoopDetector::LoopDetector() : seen_(2 * kNearText) {}

std::optional<Loop> LoopDetector::Find(std::span<const TokenId> output) {
  if (const std::optional<Loop> exact = FindExact(output)) return exact;
  return FindNear(output);
}

std::optional<Loop> LoopDetector::FindExact(std::span<const TokenId> output) {
  const auto n = static_cast<int32_t>(output.size());
  for (int32_t period = 1; period <= std::min(kPeriodMax, n / kCopiesMin); ++period) {
    const int32_t length = RepeatedTail(output, period);
    if (length < std::max(kTokensMin, kCopiesMin * period)) continue;
    const auto copy = output.last(static_cast<size_t>(period));
    const int32_t n_distinct = CountNew(copy, 0, 1, kParagraphDistinctMin);
    if (length < TokensNeeded(period, n_distinct)) continue;
    return Loop{.begin = n - length, .period = period, .n_tokens = length};
  }
  return std::nullopt;
}

std::optional<Loop> LoopDetector::FindNear(std::span<const TokenId> output) {
  if (output.size() < size_t{kWindow}) return std::nullopt;
  const auto window = output.last(size_t{kWindow});
  if (CountNew(window, 0, kNearLength, kNearNewMax) > kNearNewMax) return std::nullopt;
  const auto end = window.last(kNearEnd);
  if (CountNew(end, 0, 1, kNearDistinctMin) < kNearDistinctMin) return std::nullopt;
  const auto text = output.last(std::min(output.size(), kNearText));
  const size_t n_before = text.size() - kNearLate;
  if (CountNew(text, n_before, kNearLength, kNearLateMax) > kNearLateMax) return std::nullopt;
  return Loop{
      .begin = static_cast<int32_t>(output.size()) - kWindow, .period = 0, .n_tokens = kWindow};
}

int32_t LoopDetector::CountNew(std::span<const TokenId> tokens, size_t n_known, int32_t length,
                               int32_t most) {
  const size_t n_slots = std::bit_ceil(2 * tokens.size());
  std::fill_n(seen_.begin(), n_slots, 0);
  int32_t n = 0;
  for (size_t i = 0; i + static_cast<size_t>(length) <= tokens.size() && n <= most; ++i) {
    uint64_t key = 1;
    for (size_t k = 0; k < static_cast<size_t>(length); ++k) {
      key = Mix(key ^ static_cast<uint64_t>(tokens[i + k]));
    }
    key |= 1;  // none is 0
    size_t slot = (key >> 32) & (n_slots - 1);
    while (seen_[slot] != 0 && seen_[slot] != key) slot = (slot + 1) & (n_slots - 1);
    n += seen_[slot] == 0 && i >= n_known;
    seen_[slot] = key;
  }
  return n;
}

}  // namespace lemma::engine
