#include "train/network/trained.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/check.h"
#include "train/network/checkpoint.h"
#include "train/network/model_directory.h"
#include "train/network/trainer.h"

namespace lemma::train {

Result<Qwen2> LoadTrained(const std::filesystem::path& directory) {
  const std::filesystem::path path = CheckpointPath(directory);
  if (std::filesystem::exists(directory / "config.json")) return LoadModelDirectory(directory);
  if (!std::filesystem::exists(path)) {
    return Status(StatusCode::kNotFound,
                  fmt::format("{}: neither a run ({}) nor a model (config.json)",
                              directory.string(), path.filename().string()));
  }
  LEMMA_ASSIGN_OR_RETURN(Checkpoint checkpoint, LoadCheckpoint(path));
  return Qwen2(checkpoint.config, std::move(checkpoint.weights));
}

Result<Qwen2> LoadMeanOfTrained(const std::vector<std::filesystem::path>& directories) {
  LEMMA_CHECK(!directories.empty());
  LEMMA_ASSIGN_OR_RETURN(Qwen2 mean, LoadTrained(directories[0]));
  const std::string shape = FormatConfig(mean.config(), "float32");
  const std::vector<NamedWeight> sums = ListWeights(mean.weights());
  for (size_t i = 1; i < directories.size(); ++i) {
    LEMMA_ASSIGN_OR_RETURN(Qwen2 other, LoadTrained(directories[i]));
    if (FormatConfig(other.config(), "float32") != shape) {
      return InvalidArgument(fmt::format("{} has another shape than {}", directories[i].string(),
                                         directories[0].string()),
                             "run");
    }
    const std::vector<NamedWeight> weights = ListWeights(other.weights());
    for (size_t w = 0; w < sums.size(); ++w) sums[w].tensor->add_(*weights[w].tensor);
  }
  for (const NamedWeight& sum : sums) sum.tensor->div_(static_cast<double>(directories.size()));
  return mean;
}

}  // namespace lemma::train
