#include "service/eval/repeated_tail.h"

#include <algorithm>
#include <vector>

namespace lemma::eval {

bool HasRepeatedTail(std::string_view text) {
  text.remove_prefix(text.size() - std::min(text.size(), kTailBytes));
  const size_t n = text.size();
  const auto at = [&](size_t i) { return text[n - 1 - i]; };  // from the end
  // border[i]: the longest proper prefix of the reversed text's first i + 1 bytes that also ends
  // them (Knuth, Morris, Pratt 1977); i + 1 - border is the shortest period of those bytes.
  std::vector<size_t> border(n, 0);
  for (size_t i = 1; i < n; ++i) {
    size_t length = border[i - 1];
    while (length > 0 && at(i) != at(length)) length = border[length - 1];
    border[i] = at(i) == at(length) ? length + 1 : 0;
    const size_t covered = i + 1, period = covered - border[i];
    if (covered >= kLoopBytesMin && covered >= kLoopCopiesMin * period) return true;
  }
  return false;
}

}  // namespace lemma::eval
