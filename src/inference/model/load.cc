#include "inference/model/load.h"

#include <utility>

#include "common/base/cpu.h"
#include "common/base/thread_pool.h"
#include "inference/kernels/isa.h"
#include "inference/model/cpu_backend.h"
#include "inference/model/weights.h"

namespace lemma::model {
namespace {

// More threads than any machine has cores; each costs a stack and a wait.
constexpr int kThreadsMax = 1024;

}  // namespace

Result<std::unique_ptr<Backend>> LoadCpuBackend(const Checkpoint& checkpoint,
                                                const CpuBackendOptions& options) {
  const CpuFeatures cpu = DetectCpu();
  LEMMA_ASSIGN_OR_RETURN(const kernels::Isa isa, kernels::ChooseIsa(options.isa, cpu));
  if (options.n_threads < 0 || options.n_threads > kThreadsMax) {
    return InvalidArgument(
        "must be from 1 to " + std::to_string(kThreadsMax) + ", or 0 for one per core", "threads");
  }
  LEMMA_ASSIGN_OR_RETURN(
      std::unique_ptr<ThreadPool> pool,
      ThreadPool::Create(options.n_threads > 0 ? options.n_threads : cpu.n_cores));
  LEMMA_ASSIGN_OR_RETURN(Weights weights,
                         ReadWeights(checkpoint, options.weights, *pool, options.on_progress));
  LEMMA_ASSIGN_OR_RETURN(std::unique_ptr<CpuBackend> backend,
                         CpuBackend::Create(checkpoint.config(), std::move(weights),
                                            kernels::KernelsFor(isa), std::move(pool), options));
  return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace lemma::model
