#include "train/network/checkpoint.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "common/base/file.h"
#include "train/network/test_directory.h"

namespace lemma::train {
namespace {

constexpr uint64_t kFileMax = 1 << 24;

struct TrainedModel {
  Qwen2 model;
  torch::optim::AdamW optimizer;

  explicit TrainedModel(int seed) : model(MakeModel(seed)), optimizer(Parameters(model)) {
    // One step, so that the optimiser has a state.
    for (const NamedWeight& weight : ListWeights(model.weights())) {
      weight.tensor->mutable_grad() = at::empty_like(weight.tensor->detach()).normal_();
    }
    optimizer.step();
  }
  static Qwen2 MakeModel(int seed) {
    at::manual_seed(static_cast<uint64_t>(seed));
    Qwen2Config config;
    config.vocab_size = 20;
    config.hidden_size = 8;
    config.intermediate_size = 12;
    config.n_layers = 1;
    config.n_heads = 2;
    config.n_kv_heads = 1;
    config.head_dim = 4;
    return Qwen2::Random(config, at::kCPU);
  }
  static std::vector<at::Tensor> Parameters(Qwen2& model) {
    std::vector<at::Tensor> parameters;
    for (const NamedWeight& weight : ListWeights(model.weights())) {
      parameters.push_back(weight.tensor->requires_grad_(true));
    }
    return parameters;
  }
};

TrainingState SomeState() {
  TrainingState state;
  state.stage = "sft";
  state.seed = 0xffffffffffffffffu;
  state.data_tokens = 5;
  state.step = 12;
  state.n_tokens = 3456;
  state.elapsed_s = 1.25;
  state.position = {2, 7};
  return state;
}

TEST(Checkpoint, HoldsTheWholeState) {
  const TestDirectory directory;
  TrainedModel run(1);
  ASSERT_TRUE(SaveCheckpoint(directory / "c", run.model, run.optimizer, SomeState()).ok());
  const Result<Checkpoint> loaded = LoadCheckpoint(directory / "c");
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(loaded->state.stage, "sft");
  EXPECT_EQ(loaded->state.seed, 0xffffffffffffffffu);
  EXPECT_EQ(loaded->state.step, 12);
  EXPECT_EQ(loaded->state.n_tokens, 3456);
  EXPECT_EQ(loaded->state.elapsed_s, 1.25);
  EXPECT_EQ(loaded->state.position.epoch, 2u);
  EXPECT_EQ(loaded->state.position.batch, 7u);
  EXPECT_EQ(loaded->config.vocab_size, 20);
  EXPECT_TRUE(at::equal(loaded->weights.embedding, run.model.weights().embedding));
  EXPECT_TRUE(loaded->weights.head.is_same(loaded->weights.embedding));
}

TEST(Checkpoint, EveryDamagedByteIsNoticed) {
  const TestDirectory directory;
  TrainedModel run(1);
  ASSERT_TRUE(SaveCheckpoint(directory / "c", run.model, run.optimizer, SomeState()).ok());
  const std::string good = ReadFile(directory / "c", kFileMax).value();
  for (size_t at = 0; at < good.size(); at += 97) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    ASSERT_TRUE(WriteFileAtomically(directory / "bad", bad).ok());
    const Result<Checkpoint> loaded = LoadCheckpoint(directory / "bad");
    // A flipped bit in the header may fall on padding or on a figure of the state.
    const bool in_tensors = at > good.size() / 2;
    if (in_tensors) {
      EXPECT_FALSE(loaded.ok()) << "byte " << at;
    }
    if (!loaded.ok()) {
      EXPECT_NE(loaded.status().message().find("bad"), std::string::npos)
          << loaded.status().message();
    }
  }
}

TEST(Checkpoint, ATruncatedFileIsRefused) {
  const TestDirectory directory;
  TrainedModel run(1);
  ASSERT_TRUE(SaveCheckpoint(directory / "c", run.model, run.optimizer, SomeState()).ok());
  const std::string good = ReadFile(directory / "c", kFileMax).value();
  for (const size_t size : {size_t{0}, size_t{7}, size_t{100}, good.size() / 2, good.size() - 1}) {
    ASSERT_TRUE(WriteFileAtomically(directory / "bad", good.substr(0, size)).ok());
    EXPECT_EQ(LoadCheckpoint(directory / "bad").status().code(), StatusCode::kDataLoss) << size;
  }
}

TEST(Checkpoint, AFullDiskLosesNoEarlierCheckpoint) {
  const TestDirectory directory;
  TrainedModel first(1);
  ASSERT_TRUE(SaveCheckpoint(directory / "c", first.model, first.optimizer, SomeState()).ok());
  TrainedModel second(2);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = 4096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const Status status =
      SaveCheckpoint(directory / "c", second.model, second.optimizer, SomeState());
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old_limit), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_NE(status.message().find("cannot write"), std::string::npos) << status.message();
  const Result<Checkpoint> kept = LoadCheckpoint(directory / "c");
  ASSERT_TRUE(kept.ok());
  EXPECT_TRUE(at::equal(kept->weights.embedding, first.model.weights().embedding));
}

TEST(Checkpoint, AnOptimizerOfAnotherKindIsAnError) {
  const TestDirectory directory;
  TrainedModel run(1);
  ASSERT_TRUE(SaveCheckpoint(directory / "c", run.model, run.optimizer, SomeState()).ok());
  Checkpoint checkpoint = LoadCheckpoint(directory / "c").value();
  checkpoint.optimizer = "not an archive";
  EXPECT_EQ(RestoreOptimizer(checkpoint, run.optimizer).code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace lemma::train
