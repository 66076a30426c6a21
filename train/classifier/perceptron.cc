#include "train/classifier/perceptron.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>

#include "train/data/rng.h"

namespace lemma::train {
namespace {

using text::kFeatureBuckets;
using text::TextClassifier;

constexpr int kEpochs = 20;
// By how much a right class must lead, for each feature: an example that leads by less still counts
// as a mistake.
constexpr int64_t kMarginPerFeature = 4;

using Sums = std::array<int64_t, TextClassifier::kClassesMax>;

struct Example {
  size_t label;
  std::vector<uint16_t> features;
};

struct Weights {
  std::vector<Sums> now = std::vector<Sums>(kFeatureBuckets);
  // Each change times the step at which it was made: what averaging takes off (Daumé 2006).
  std::vector<Sums> late = std::vector<Sums>(kFeatureBuckets);

  void Add(const Example& example, size_t label, int64_t change, int64_t step) {
    for (const uint16_t bucket : example.features) {
      now[bucket][label] += change;
      late[bucket][label] += change * step;
    }
  }
};

void Learn(const Example& example, size_t n_classes, int64_t step, Weights& weights) {
  Sums sums{};
  for (const uint16_t bucket : example.features) {
    for (size_t i = 0; i < n_classes; ++i) sums[i] += weights.now[bucket][i];
  }
  size_t rival = example.label == 0 ? 1 : 0;
  for (size_t i = 0; i < n_classes; ++i) {
    if (i != example.label && sums[i] > sums[rival]) rival = i;
  }
  const int64_t margin = kMarginPerFeature * static_cast<int64_t>(example.features.size());
  if (sums[example.label] - sums[rival] > margin) return;
  weights.Add(example, example.label, 1, step);
  weights.Add(example, rival, -1, step);
}

// The averages over all steps, scaled so that the largest is kWeightMax.
std::vector<TextClassifier::Row> Averaged(const Weights& weights, int64_t n_steps) {
  std::vector<Sums> sums(kFeatureBuckets);
  int64_t largest = 1;
  for (size_t bucket = 0; bucket < kFeatureBuckets; ++bucket) {
    for (size_t i = 0; i < TextClassifier::kClassesMax; ++i) {
      sums[bucket][i] = weights.now[bucket][i] * n_steps - weights.late[bucket][i];
      largest = std::max(largest, std::abs(sums[bucket][i]));
    }
  }
  std::vector<TextClassifier::Row> rows(kFeatureBuckets);
  for (size_t bucket = 0; bucket < kFeatureBuckets; ++bucket) {
    for (size_t i = 0; i < TextClassifier::kClassesMax; ++i) {
      const int64_t twice = 2 * sums[bucket][i] * TextClassifier::kWeightMax;
      // Rounded, halves away from zero.
      rows[bucket][i] =
          static_cast<int8_t>((twice + (twice < 0 ? -largest : largest)) / (2 * largest));
    }
  }
  return rows;
}

}  // namespace

TextClassifier TrainClassifier(const std::vector<LabelledText>& examples) {
  std::set<std::string> names;
  for (const LabelledText& example : examples) names.insert(example.label);
  std::vector<std::string> classes(names.begin(), names.end());
  std::vector<Example> known;
  for (const LabelledText& example : examples) {
    const auto label = std::ranges::lower_bound(classes, example.label) - classes.begin();
    known.push_back({static_cast<size_t>(label), text::TextFeatures(example.text)});
  }
  Rng rng(/*seed=*/1);
  Weights weights;
  int64_t step = 0;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    rng.Shuffle(known);
    for (const Example& example : known) Learn(example, classes.size(), step++, weights);
  }
  return TextClassifier(std::move(classes), Averaged(weights, step));
}

}  // namespace lemma::train
