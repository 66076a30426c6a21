#include "train/corpus/problem_counts.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <numeric>
#include <string>

#include "common/base/file.h"
#include "common/base/json.h"
#include "train/data/family.h"

namespace lemma::train {
namespace {

namespace json = boost::json;

constexpr uint64_t kEvaluationBytesMax = 16 << 20;
constexpr double kAlgorithmPart = 0.5;
// A family at half its share is forgotten within a round at the recipe's rate.
constexpr double kFocusMin = 0.8, kFocusMax = 3.0;

int64_t Scaled(int64_t count, double factor) {
  return static_cast<int64_t>(std::ceil(static_cast<double>(count) * factor));
}

}  // namespace

ProblemCounts EvenCounts(int64_t samples_per_family) {
  ProblemCounts counts;
  for (const Family* family : AllFamilies()) {
    counts.push_back(family->domain() == Domain::kMath
                         ? samples_per_family
                         : Scaled(samples_per_family, kAlgorithmPart));
  }
  return counts;
}

Result<ProblemCounts> FocusedCounts(int64_t samples_per_family,
                                    const std::filesystem::path& evaluation) {
  LEMMA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(evaluation, kEvaluationBytesMax));
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonFile(bytes, evaluation.string()));
  const json::value report = object;
  std::vector<double> errors;
  for (const Family* family : AllFamilies()) {
    const std::string name(family->name());
    boost::system::error_code error;
    const json::value* right = report.find_pointer("/families/" + name + "/right", error);
    const double part = right != nullptr && right->is_number() ? right->to_number<double>() : -1;
    if (!(part >= 0 && part <= 1)) {
      return DataLoss(evaluation.string() + ": \"families\" must have a \"right\" in [0, 1] of " +
                      name);
    }
    errors.push_back(1 - part);
  }
  const double mean =
      std::accumulate(errors.begin(), errors.end(), 0.0) / static_cast<double>(errors.size());
  ProblemCounts counts = EvenCounts(samples_per_family);
  for (size_t i = 0; mean > 0 && i < counts.size(); ++i) {
    counts[i] = Scaled(counts[i], std::clamp(errors[i] / mean, kFocusMin, kFocusMax));
  }
  return counts;
}

}  // namespace lemma::train
