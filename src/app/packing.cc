#include "app/packing.h"

#include <memory>

#include "app/progress.h"
#include "common/base/cpu.h"
#include "common/base/thread_pool.h"
#include "inference/model/packed.h"
#include "inference/model/weight_format.h"

namespace lemma::app {

Result<std::string> PackModel(const model::Checkpoint& checkpoint, const std::string& format,
                              const std::filesystem::path& out) {
  LEMMA_ASSIGN_OR_RETURN(const std::unique_ptr<ThreadPool> pool,
                         ThreadPool::Create(DetectCpu().n_cores));
  LEMMA_ASSIGN_OR_RETURN(const model::Weights weights,
                         model::ReadWeights(checkpoint, model::WeightFormatNamed(format), *pool,
                                            ProgressBar("rounding " + checkpoint.id())));
  LEMMA_RETURN_IF_ERROR(
      model::WritePacked(checkpoint, weights, out, ProgressBar("writing " + out.string())));
  return std::string(model::WeightFormatName(weights.format));
}

bool IsPackedFile(const std::filesystem::path& path) {
  const auto checkpoint = model::Checkpoint::Open(path, "");
  if (!checkpoint.ok()) return false;
  const auto pool = ThreadPool::Create(DetectCpu().n_cores);
  if (!pool.ok()) return true;
  const auto weights = model::ReadPackedWeights(*checkpoint, **pool, [](double) {});
  return weights.status().code() != StatusCode::kDataLoss;  // too little memory is no damage
}

}  // namespace lemma::app
