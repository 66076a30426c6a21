#include "common/text/text_classifier.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "common/base/check.h"
#include "common/text/unicode.h"

namespace lemma::text {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxy";
constexpr size_t kEndBytes = kClassifiedBytesMax / 4;
constexpr size_t kPieceLetters = 4;  // of a word that has more

// What a feature is, so that a word alone and the same word at the beginning are two.
enum Kind : uint64_t { kBias, kOne, kTwo, kThree, kPiece, kFirst, kFirstTwo, kLength };

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// FNV-1a.
uint64_t HashOf(std::string_view token) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : token) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

// The finaliser of MurmurHash3, over two values.
uint64_t Mix(uint64_t a, uint64_t b) {
  uint64_t x = a * 0x9e3779b97f4a7c15u + b;
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdu;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53u;
  return x ^ (x >> 33);
}

class FeatureSet {
 public:
  explicit FeatureSet(size_t n_most) : buckets_(n_most) {}

  void Add(Kind kind, uint64_t hash) {
    const uint16_t bucket = Mix(kind, hash) % kFeatureBuckets;
    buckets_[n_buckets_] = bucket;
    n_buckets_ += !seen_[bucket];  // half of them are: nothing that a branch could foresee
    seen_[bucket] = true;
  }
  std::vector<uint16_t> Take() {
    buckets_.resize(n_buckets_);
    return std::move(buckets_);
  }

 private:
  std::array<bool, kFeatureBuckets> seen_{};
  std::vector<uint16_t> buckets_;
  size_t n_buckets_ = 0;
};

// The end of the token that begins at `at`, which is no space.
size_t EndOfToken(std::string_view text, size_t at) {
  const auto run = [&](bool (*belongs)(char)) {
    size_t end = at + 1;
    while (end < text.size() && belongs(text[end])) ++end;
    return end;
  };
  if (IsLetter(text[at])) return run(IsLetter);
  if (IsDigit(text[at])) return run(IsDigit);
  return at + DecodeUtf8(text, at).length;
}

// `text`: in lower case.
void AddTokens(std::string_view text, std::vector<uint64_t>& tokens, FeatureSet& features) {
  for (size_t at = 0; at < text.size();) {
    if (IsSpace(text[at])) {
      ++at;
      continue;
    }
    const size_t end = EndOfToken(text, at);
    const std::string_view token = text.substr(at, end - at);
    tokens.push_back(HashOf(IsDigit(token[0]) ? "0" : token));
    if (IsLetter(token[0]) && token.size() > kPieceLetters) {
      for (size_t i = 0; i + kPieceLetters <= token.size(); ++i) {
        features.Add(kPiece, HashOf(token.substr(i, kPieceLetters)));
      }
    }
    at = end;
  }
}

}  // namespace

std::vector<uint16_t> TextFeatures(std::string_view text) {
  const bool is_whole = text.size() <= kClassifiedBytesMax;
  std::string beginning(text.substr(0, kClassifiedBytesMax - (is_whole ? 0 : kEndBytes)));
  std::string end(text.substr(is_whole ? text.size() : text.size() - kEndBytes));
  // A byte begins a piece and a token at most, and a token three features.
  FeatureSet features(4 * (beginning.size() + end.size()) + 5);
  std::vector<uint64_t> tokens;
  tokens.reserve(beginning.size() + end.size());
  for (std::string* part : {&beginning, &end}) {
    std::ranges::transform(*part, part->begin(), ToLower);
    AddTokens(*part, tokens, features);
  }
  features.Add(kBias, 0);
  features.Add(kLength, std::bit_width(tokens.size()));
  for (size_t i = 0; i < tokens.size(); ++i) {
    features.Add(kOne, tokens[i]);
    if (i + 1 == tokens.size()) break;
    const uint64_t two = Mix(tokens[i], tokens[i + 1]);
    features.Add(kTwo, two);
    if (i + 2 < tokens.size()) features.Add(kThree, Mix(two, tokens[i + 2]));
  }
  if (!tokens.empty()) features.Add(kFirst, tokens[0]);
  if (tokens.size() > 1) features.Add(kFirstTwo, Mix(tokens[0], tokens[1]));
  return features.Take();
}

TextClassifier::TextClassifier(std::vector<std::string> classes, std::vector<Row> rows)
    : classes_(std::move(classes)), rows_(std::move(rows)) {
  LEMMA_CHECK(!classes_.empty() && classes_.size() <= kClassesMax);
  LEMMA_CHECK(rows_.size() == kFeatureBuckets);
}

Result<TextClassifier> TextClassifier::Parse(std::string_view file) {
  size_t n_line = 0;
  const auto next_line = [&] {
    const size_t end = std::min(file.find('\n'), file.size());
    const std::string_view line = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    ++n_line;
    return line;
  };
  std::vector<std::string> classes;
  std::string_view names = next_line();
  while (!names.empty()) {
    const size_t end = std::min(names.find(' '), names.size());
    classes.emplace_back(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  if (classes.empty() || classes.size() > kClassesMax) {
    return DataLoss("weights of a classifier: line 1 must name 1 to 16 classes");
  }
  std::vector<Row> rows(kFeatureBuckets);
  for (Row& row : rows) {
    const std::string_view line = next_line();
    const bool is_good = (line.empty() || line.size() == classes.size()) &&
                         line.find_first_not_of(kLetters) == line.npos;
    if (!is_good) {
      return DataLoss("weights of a classifier: line " + std::to_string(n_line) +
                      " must have a letter from A to y for each class");
    }
    for (size_t i = 0; i < line.size(); ++i) {
      row[i] = static_cast<int8_t>(static_cast<int>(kLetters.find(line[i])) - kWeightMax);
    }
  }
  if (!file.empty()) return DataLoss("weights of a classifier: more lines than buckets");
  return TextClassifier(std::move(classes), std::move(rows));
}

std::string TextClassifier::ToText() const {
  std::string file;
  for (const std::string& name : classes_) file += (file.empty() ? "" : " ") + name;
  file += '\n';
  for (const Row& row : rows_) {
    const bool is_empty = std::ranges::all_of(row, [](int8_t weight) { return weight == 0; });
    for (size_t i = 0; !is_empty && i < classes_.size(); ++i) file += kLetters[row[i] + kWeightMax];
    file += '\n';
  }
  return file;
}

std::vector<float> TextClassifier::Scores(std::string_view text) const {
  const std::vector<uint16_t> features = TextFeatures(text);
  std::array<int32_t, kClassesMax> sums{};
  for (const uint16_t bucket : features) {
    const Row& row = rows_[bucket];
    for (size_t i = 0; i < kClassesMax; ++i) sums[i] += row[i];
  }
  std::vector<float> scores(classes_.size());
  const float scale = 1 / std::sqrt(static_cast<float>(features.size()));
  for (size_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<float>(sums[i]) * scale;
  return scores;
}

}  // namespace lemma::text
