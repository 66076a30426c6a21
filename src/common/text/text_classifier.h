// A linear classifier of texts: each class has a weight for each n-gram of words and characters, by
// the bucket that it hashes to (feature hashing, Weinberger et al. 2009). It is trained by
// `lemma-train classifier`.
//
// Threads: immutable once made.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace lemma::text {

inline constexpr size_t kFeatureBuckets = 16384;
// Of a longer text the beginning and the end count: what is asked stands there.
inline constexpr size_t kClassifiedBytesMax = 2048;

// The buckets of a text's features, each once: words, digits (any number is the same), marks and
// characters of Chinese, alone and in runs of two and three; pieces of long words; how the text
// begins, and about how long it is. Case does not count. Any bytes will do.
std::vector<uint16_t> TextFeatures(std::string_view text);

class TextClassifier {
 public:
  static constexpr size_t kClassesMax = 16;
  static constexpr int kWeightMax = 25;
  // One weight of each class; those of classes that are not there are 0.
  using Row = std::array<int8_t, kClassesMax>;

  // `rows`: kFeatureBuckets, weights within kWeightMax.
  TextClassifier(std::vector<std::string> classes, std::vector<Row> rows);

  // The form of a file: a line of the classes' names; then for each bucket a line of a letter for
  // each class, from A (-25) over Z (0) to y (25); an empty line where all are 0.
  static Result<TextClassifier> Parse(std::string_view file);
  std::string ToText() const;

  const std::vector<std::string>& classes() const { return classes_; }

  // For each class the sum of its weights, over the root of the number of features: how much the
  // text is of this class rather than another, whatever its length.
  std::vector<float> Scores(std::string_view text) const;

 private:
  std::vector<std::string> classes_;
  std::vector<Row> rows_;  // [kFeatureBuckets]
};

}  // namespace lemma::text
