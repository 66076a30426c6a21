#include "train/network/checkpoint.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <fstream>

#include "common/base/file.h"
#include "train/network/optimizer.h"
#include "train/network/test_directory.h"

namespace lemma::train {
namespace {

constexpr uint64_t kFileMax = 1 << 24;

struct TrainedModel {
  Qwen2 model;
  Optimizer optimizer;

  explicit TrainedModel(int seed, bool use_muon = true)
      : model(MakeModel(seed)), optimizer(model, use_muon, /*weight_decay=*/0.1) {
    Step();  // so that the optimiser has a state
  }
  void Step() {
    for (const NamedWeight& weight : ListWeights(model.weights())) {
      weight.tensor->mutable_grad() = at::empty_like(weight.tensor->detach()).normal_();
    }
    ThreadPool pool(2);
    optimizer.Step(/*learning_rate=*/0.01, pool);
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
};

TrainingState SomeState() {
  TrainingState state;
  state.stage = "sft";
  state.dtype = "f32";
  state.optimizer = "adamw";
  state.seed = 0xffffffffffffffffu;
  state.data_tokens = 5;
  state.tokens_per_batch = 64;
  state.tokens_per_step = 128;
  state.lanes = 3;
  state.step = 12;
  state.n_tokens = 3456;
  state.elapsed_s = 1.25;
  state.position = {2, 7};
  return state;
}

TEST(Checkpoint, HoldsTheWholeState) {
  const TestDirectory directory;
  TrainedModel run(1);
  ASSERT_TRUE(SaveCheckpoint(directory / "c", run.model, run.optimizer.Save(), SomeState()).ok());
  const Result<Checkpoint> loaded = LoadCheckpoint(directory / "c");
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(loaded->state.stage, "sft");
  EXPECT_EQ(loaded->state.dtype, "f32");
  EXPECT_EQ(loaded->state.optimizer, "adamw");
  EXPECT_EQ(loaded->state.seed, 0xffffffffffffffffu);
  EXPECT_EQ(loaded->state.data_tokens, 5);
  EXPECT_EQ(loaded->state.tokens_per_batch, 64);
  EXPECT_EQ(loaded->state.tokens_per_step, 128);
  EXPECT_EQ(loaded->state.lanes, 3);
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
  ASSERT_TRUE(SaveCheckpoint(directory / "c", run.model, run.optimizer.Save(), SomeState()).ok());
  const std::string good = ReadFile(directory / "c", kFileMax).value();
  uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, good.data(), sizeof header_bytes);
  const size_t padding_end = sizeof header_bytes + header_bytes;
  const size_t padding_begin = good.find_last_not_of(' ', padding_end - 1) + 1;
  const std::filesystem::path path = directory / "bad";
  ASSERT_TRUE(WriteFileAtomically(path, good).ok());
  const auto put = [&](size_t at, int byte) {  // in place: a new file each time waits for the disk
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(byte));
  };
  for (size_t at = 0; at < good.size(); ++at) {
    if (at >= padding_begin && at < padding_end) continue;
    put(at, good[at] ^ (1 << at % 8));
    const Result<Checkpoint> loaded = LoadCheckpoint(path);
    ASSERT_FALSE(loaded.ok()) << "byte " << at;
    EXPECT_NE(loaded.status().message().find("bad"), std::string::npos)
        << loaded.status().message();
    put(at, good[at]);
  }
  EXPECT_TRUE(LoadCheckpoint(path).ok());
}

TEST(Checkpoint, ATruncatedFileIsRefused) {
  const TestDirectory directory;
  TrainedModel run(1);
  ASSERT_TRUE(SaveCheckpoint(directory / "c", run.model, run.optimizer.Save(), SomeState()).ok());
  const std::string good = ReadFile(directory / "c", kFileMax).value();
  for (const size_t size : {size_t{0}, size_t{7}, size_t{100}, good.size() / 2, good.size() - 1}) {
    ASSERT_TRUE(WriteFileAtomically(directory / "bad", good.substr(0, size)).ok());
    EXPECT_EQ(LoadCheckpoint(directory / "bad").status().code(), StatusCode::kDataLoss) << size;
  }
}

TEST(Checkpoint, AFullDiskLosesNoEarlierCheckpoint) {
  const TestDirectory directory;
  TrainedModel first(1);
  ASSERT_TRUE(
      SaveCheckpoint(directory / "c", first.model, first.optimizer.Save(), SomeState()).ok());
  TrainedModel second(2);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = 4096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const Status status =
      SaveCheckpoint(directory / "c", second.model, second.optimizer.Save(), SomeState());
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old_limit), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_NE(status.message().find("cannot write"), std::string::npos) << status.message();
  const Result<Checkpoint> kept = LoadCheckpoint(directory / "c");
  ASSERT_TRUE(kept.ok());
  EXPECT_TRUE(at::equal(kept->weights.embedding, first.model.weights().embedding));
}

TEST(Optimizer, ALoadedStateTakesTheSameStep) {
  for (const bool use_muon : {true, false}) {
    TrainedModel one(1, use_muon);
    TrainedModel other(1, use_muon);
    other.Step();  // another state, to be replaced
    for (size_t i = 0; i < ListWeights(one.model.weights()).size(); ++i) {
      ListWeights(other.model.weights())[i].tensor->detach().copy_(
          *ListWeights(one.model.weights())[i].tensor);
    }
    ASSERT_TRUE(other.optimizer.Load(one.optimizer.Save()).ok());
    at::manual_seed(9);
    one.Step();
    at::manual_seed(9);
    other.Step();
    for (size_t i = 0; i < ListWeights(one.model.weights()).size(); ++i) {
      EXPECT_TRUE(at::equal(*ListWeights(one.model.weights())[i].tensor,
                            *ListWeights(other.model.weights())[i].tensor))
          << ListWeights(one.model.weights())[i].name;
    }
  }
}

TEST(Optimizer, AStateOfAnotherKindIsAnError) {
  TrainedModel muon(1, /*use_muon=*/true);
  TrainedModel adamw(1, /*use_muon=*/false);
  EXPECT_EQ(muon.optimizer.Load("not an archive").code(), StatusCode::kDataLoss);
  EXPECT_EQ(muon.optimizer.Load(adamw.optimizer.Save()).code(), StatusCode::kDataLoss);
}

TEST(Optimizer, OrthogonalizedMatricesHaveSingularValuesNearOne) {
  at::manual_seed(6);
  for (const auto& [rows, columns] : {std::pair(8, 24), std::pair(40, 16), std::pair(16, 16)}) {
    const at::Tensor x = Orthogonalize(at::empty({rows, columns}).normal_() * 5);
    const at::Tensor gram = rows < columns ? at::mm(x, x.t()) : at::mm(x.t(), x);
    // The trace is the sum of the squared singular values.
    const double mean_square = gram.trace().item<double>() / static_cast<double>(gram.size(0));
    EXPECT_GT(mean_square, 0.5);
    EXPECT_LT(mean_square, 1.4);
  }
}

}  // namespace
}  // namespace lemma::train
