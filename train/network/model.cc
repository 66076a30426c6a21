#include "train/network/model.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <mutex>
#include <numeric>
#include <utility>

#include "common/base/thread_pool.h"
#include "train/network/generator.h"
#include "train/network/model_directory.h"
#include "train/network/trained.h"

namespace lemma::train {

struct Model::Impl {
  Qwen2 network;
};

Model::Model(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Result<Model> Model::Load(const std::filesystem::path& directory) {
  LEMMA_ASSIGN_OR_RETURN(Qwen2 network, LoadModelDirectory(directory));
  return Model(std::unique_ptr<const Impl>(new Impl{std::move(network)}));
}

int64_t Model::vocab_size() const { return impl_->network.config().vocab_size; }
int64_t Model::positions_max() const { return impl_->network.config().max_positions; }

std::vector<std::vector<text::TokenId>> Model::Generate(
    const std::vector<std::vector<text::TokenId>>& prompts,
    const std::vector<text::TokenId>& stop_tokens, const GenerateOptions& options,
    const std::function<bool(size_t n_done)>& on_progress) const {
  // Prompts of one length go together: they are padded the least, and end at about the same time.
  std::vector<size_t> order(prompts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::pair(prompts[a].size(), a) < std::pair(prompts[b].size(), b);
  });
  std::vector<std::vector<text::TokenId>> replies(prompts.size());
  std::mutex mutex;  // guards next, n_done, stopped and calls of on_progress
  size_t next = 0;
  size_t n_done = 0;
  bool stopped = false;
  ThreadPool pool(options.lanes);
  pool.Run([&](int) {
    at::set_num_threads(1);  // of this thread's operators
    Generator generator(impl_->network, options.dtype == "f32" ? at::kFloat : at::kBFloat16);
    while (true) {
      std::vector<size_t> batch;
      {
        const std::lock_guard<std::mutex> lock(mutex);
        const size_t end =
            std::min(prompts.size(), next + static_cast<size_t>(options.prompts_per_batch));
        if (stopped || next == end) return;
        batch.assign(order.begin() + static_cast<ptrdiff_t>(next),
                     order.begin() + static_cast<ptrdiff_t>(end));
        next = end;
      }
      std::vector<std::vector<text::TokenId>> batch_prompts;
      for (const size_t index : batch) batch_prompts.push_back(prompts[index]);
      auto batch_replies = generator.Generate(batch_prompts, stop_tokens, options.n_tokens_max);
      const std::lock_guard<std::mutex> lock(mutex);
      for (size_t i = 0; i < batch.size(); ++i) replies[batch[i]] = std::move(batch_replies[i]);
      n_done += batch.size();
      if (!on_progress(n_done)) stopped = true;
    }
  });
  return replies;
}

Result<std::vector<float>> Model::Logits(const std::vector<text::TokenId>& tokens,
                                         const std::string& dtype) const {
  if (dtype != "f32" && dtype != "bf16") {
    return InvalidArgument("must be f32 or bf16", "dtype");
  }
  if (tokens.empty() || static_cast<int64_t>(tokens.size()) > positions_max()) {
    return InvalidArgument("must be 1 to " + std::to_string(positions_max()) + " ids", "tokens");
  }
  for (const text::TokenId id : tokens) {
    if (id < 0 || id >= vocab_size()) {
      return InvalidArgument("the id " + std::to_string(id) + " is outside the vocabulary of " +
                                 std::to_string(vocab_size()),
                             "tokens");
    }
  }
  const torch::autograd::AutoGradMode no_gradients(false);
  const std::vector<int64_t> ids(tokens.begin(), tokens.end());
  const at::Tensor logits = impl_->network
                                .Logits(at::tensor(ids, at::kLong).unsqueeze(0),
                                        dtype == "f32" ? at::kFloat : at::kBFloat16)
                                .contiguous();
  const float* values = logits.data_ptr<float>();
  return std::vector<float>(values, values + logits.numel());
}

Status ExportMean(const std::vector<std::filesystem::path>& runs,
                  const std::filesystem::path& model_directory) {
  LEMMA_ASSIGN_OR_RETURN(const Qwen2 mean, LoadMeanOfTrained(runs));
  return SaveModelDirectory(mean.config(), mean.weights(), model_directory);
}

}  // namespace lemma::train
