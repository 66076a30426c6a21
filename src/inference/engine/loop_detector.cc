#include "inference/engine/loop_detector.h"

#include <algorithm>

namespace lemma::engine {
namespace {

// A copy with at least so many different tokens reads as words.
constexpr int32_t kWordsDistinctMin = 12;
// With fewer it may be digits (ten and a sign), with very few a matrix of zeros.
constexpr int32_t kDigitsDistinctMin = 8;
constexpr int32_t kDigitsTokensMin = 256;
constexpr int32_t kSignsTokensMin = 1024;
// No copy needs more than this to be a loop.
constexpr int32_t kTokensNeededMax =
    std::max(kSignsTokensMin, LoopDetector::kCopiesMin* LoopDetector::kPeriodMax);

constexpr int32_t kNearLength = 4;    // tokens in a row that are new or not
constexpr int32_t kNearNewMax = 128;  // of the window's
// So many different tokens in the window's end are more than digits and signs.
constexpr int32_t kNearDistinctMin = 24;
constexpr size_t kNearEnd = 256;
constexpr size_t kSlots = 2048;  // a power of two, twice what a window has

// SplitMix64 (Steele, Lea, Flood 2014).
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

int32_t TokensNeeded(int32_t n_distinct) {
  if (n_distinct >= kWordsDistinctMin) return LoopDetector::kTokensMin;
  return n_distinct >= kDigitsDistinctMin ? kDigitsTokensMin : kSignsTokensMin;
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

LoopDetector::LoopDetector() : seen_(kSlots) {}

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
    if (length < TokensNeeded(CountDistinct(copy, 1, kWordsDistinctMin))) continue;
    return Loop{.begin = n - length, .period = period, .n_tokens = length};
  }
  return std::nullopt;
}

std::optional<Loop> LoopDetector::FindNear(std::span<const TokenId> output) {
  if (output.size() < size_t{kWindow}) return std::nullopt;
  const auto window = output.last(size_t{kWindow});
  if (CountDistinct(window, kNearLength, kNearNewMax) > kNearNewMax) return std::nullopt;
  const auto end = window.last(kNearEnd);
  if (CountDistinct(end, 1, kNearDistinctMin) < kNearDistinctMin) return std::nullopt;
  return Loop{
      .begin = static_cast<int32_t>(output.size()) - kWindow, .period = 0, .n_tokens = kWindow};
}

int32_t LoopDetector::CountDistinct(std::span<const TokenId> tokens, int32_t length, int32_t most) {
  std::fill(seen_.begin(), seen_.end(), 0);
  int32_t n = 0;
  for (size_t i = 0; i + static_cast<size_t>(length) <= tokens.size() && n <= most; ++i) {
    uint64_t key = 1;
    for (size_t k = 0; k < static_cast<size_t>(length); ++k) {
      key = Mix(key ^ static_cast<uint64_t>(tokens[i + k]));
    }
    key |= 1;  // none is 0
    size_t slot = (key >> 32) & (kSlots - 1);
    while (seen_[slot] != 0 && seen_[slot] != key) slot = (slot + 1) & (kSlots - 1);
    n += seen_[slot] == 0;
    seen_[slot] = key;
  }
  return n;
}

}  // namespace lemma::engine
