#include "train/network/trainer.h"

#include <gtest/gtest.h>

#include <thread>

#include "train/data/rng.h"
#include "train/network/checkpoint.h"
#include "train/network/loss_log.h"
#include "train/network/model_directory.h"
#include "train/network/test_directory.h"

namespace lemma::train {
namespace {

Qwen2Config TinyConfig() {
  Qwen2Config config;
  config.vocab_size = 16;
  config.hidden_size = 16;
  config.intermediate_size = 32;
  config.n_layers = 2;
  config.n_heads = 2;
  config.n_kv_heads = 1;
  config.head_dim = 8;
  return config;
}

// Rising runs: every token follows from the one before.
DocumentSet CountingDocuments() {
  DocumentSet documents;
  Rng rng(1);
  for (int i = 0; i < 200; ++i) {
    std::vector<text::TokenId> ids = {static_cast<text::TokenId>(rng.Int(0, 15))};
    const int64_t n_tokens = rng.Int(4, 60);
    while (static_cast<int64_t>(ids.size()) < n_tokens) ids.push_back((ids.back() + 1) % 16);
    documents.Add(ids, 1);
  }
  return documents;
}

TrainSettings TinySettings(const std::filesystem::path& run, int lanes) {
  TrainSettings settings;
  settings.stage = "pretrain";
  settings.run_directory = run;
  settings.device = "cpu";
  settings.lanes = lanes;
  settings.tokens_per_batch = 128;
  settings.tokens_per_step = 512;
  settings.learning_rate = 1e-2;
  settings.warmup_steps = 5;
  return settings;
}

bool SameWeights(Weights a, Weights b) {
  const std::vector<NamedWeight> list_a = ListWeights(a);
  const std::vector<NamedWeight> list_b = ListWeights(b);
  for (size_t i = 0; i < list_a.size(); ++i) {
    if (!at::equal(*list_a[i].tensor, *list_b[i].tensor)) return false;
  }
  return true;
}

class TrainerWithLanes : public testing::TestWithParam<int> {};

TEST_P(TrainerWithLanes, AnInterruptedRunEndsWithTheSameBits) {
  const TestDirectory directory;
  const DocumentSet documents = CountingDocuments();
  std::atomic<bool> never{false};
  TrainSettings straight = TinySettings(directory / "straight", GetParam());
  straight.steps_max = 24;
  ASSERT_TRUE(Train(TinyConfig(), documents, documents, straight, never).ok());

  TrainSettings broken = straight;
  broken.run_directory = directory / "broken";
  broken.minutes_per_checkpoint = 0;  // after every step
  std::atomic<bool> stop{false};
  std::thread interrupter([&] {
    while (!std::filesystem::exists(CheckpointPath(broken.run_directory))) {
      std::this_thread::yield();
    }
    stop = true;
  });
  const Status stopped = Train(TinyConfig(), documents, documents, broken, stop);
  interrupter.join();
  ASSERT_EQ(stopped.code(), StatusCode::kCancelled) << stopped.message();
  const Result<Checkpoint> middle = LoadCheckpoint(CheckpointPath(broken.run_directory));
  ASSERT_TRUE(middle.ok());
  ASSERT_LT(middle->state.step, straight.steps_max);
  broken.resume = true;
  ASSERT_TRUE(Train(TinyConfig(), documents, documents, broken, never).ok());

  const Result<Checkpoint> one = LoadCheckpoint(CheckpointPath(straight.run_directory));
  const Result<Checkpoint> other = LoadCheckpoint(CheckpointPath(broken.run_directory));
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_FALSE(SameWeights(middle->weights, one->weights));
  EXPECT_TRUE(SameWeights(one->weights, other->weights));
  EXPECT_EQ(one->state.n_tokens, other->state.n_tokens);
  EXPECT_EQ(one->state.position.batch, other->state.position.batch);
}

INSTANTIATE_TEST_SUITE_P(Trainer, TrainerWithLanes, testing::Values(1, 2));

TEST(Trainer, LossFallsOnWhatCanBeLearnt) {
  const TestDirectory directory;
  const DocumentSet documents = CountingDocuments();
  const std::atomic<bool> never{false};
  for (const char* dtype : {"bf16", "f32"}) {
    TrainSettings settings = TinySettings(directory / dtype, 1);
    settings.dtype = dtype;
    settings.steps_max = 100;
    ASSERT_TRUE(Train(TinyConfig(), documents, documents, settings, never).ok());
    const auto points = ReadLossLog(directory.path() / dtype / "loss.jsonl", 1000);
    ASSERT_TRUE(points.ok());
    EXPECT_GT(points->front().loss, 1.5) << dtype;  // ln 16 = 2.8 at first
    EXPECT_LT(points->back().loss, 0.6) << dtype;
    EXPECT_LT(*points->back().held_out_loss, 0.6) << dtype;
    EXPECT_TRUE(std::filesystem::exists(directory.path() / dtype / "loss.svg"));
  }
}

TEST(Trainer, RefusesWhatCannotBeRight) {
  const TestDirectory directory;
  const DocumentSet documents = CountingDocuments();
  const std::atomic<bool> never{false};
  const auto field_of = [&](const TrainSettings& settings) {
    return Train(TinyConfig(), documents, documents, settings, never).field();
  };
  TrainSettings settings = TinySettings(directory / "run", 1);
  EXPECT_EQ(field_of(settings), "steps");  // no limit at all
  settings.steps_max = 2;
  ASSERT_TRUE(Train(TinyConfig(), documents, documents, settings, never).ok());
  EXPECT_EQ(field_of(settings), "out");  // never over an earlier run
  settings.resume = true;
  settings.seed = 2;
  EXPECT_EQ(field_of(settings), "seed");
  settings.seed = 1;
  settings.tokens_per_batch /= 2;
  EXPECT_EQ(field_of(settings), "batch-tokens");
  settings.tokens_per_batch *= 2;
  settings.tokens_per_step /= 2;
  EXPECT_EQ(field_of(settings), "step-tokens");
  settings.tokens_per_step *= 2;
  settings.lanes = 2;
  EXPECT_EQ(field_of(settings), "threads");
  settings.lanes = 1;
  settings.dtype = "f32";
  EXPECT_EQ(field_of(settings), "dtype");
  settings.dtype = "bf16";
  settings.optimizer = "adamw";
  EXPECT_EQ(field_of(settings), "optimizer");
  settings.optimizer = "muon";
  settings.stage = "sft";
  EXPECT_EQ(field_of(settings), "resume");
  settings.stage = "pretrain";
  DocumentSet more = documents;
  more.Append(documents);
  EXPECT_EQ(Train(TinyConfig(), more, documents, settings, never).field(), "data");
  settings.resume = false;
  settings.run_directory = directory / "other";
  settings.initial = directory / "absent";
  EXPECT_EQ(Train(TinyConfig(), documents, documents, settings, never).code(),
            StatusCode::kNotFound);
  settings.initial = "";
  settings.device = "abacus";
  EXPECT_EQ(field_of(settings), "device");
}

TEST(Trainer, GoesOnFromAModelOfTheHuggingFaceLayout) {
  const TestDirectory directory;
  const DocumentSet documents = CountingDocuments();
  const std::atomic<bool> never{false};
  Qwen2Config other_shape = TinyConfig();
  other_shape.n_layers = 1;  // the model's own shape counts, not the one asked for
  Qwen2 model = Qwen2::Random(other_shape, at::kCPU);
  ASSERT_TRUE(SaveModelDirectory(other_shape, model.weights(), directory / "model").ok());
  TrainSettings settings = TinySettings(directory / "run", 1);
  settings.initial = directory / "model";
  settings.steps_max = 1;
  settings.learning_rate = 1e-12;  // leaves the weights where they were
  ASSERT_TRUE(Train(TinyConfig(), documents, documents, settings, never).ok());
  const Result<Checkpoint> run = LoadCheckpoint(CheckpointPath(settings.run_directory));
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(run->config.n_layers, 1);
  Weights expected = model.weights();
  Weights found = run->weights;
  for (size_t i = 0; i < ListWeights(expected).size(); ++i) {
    const at::Tensor& stored = ListWeights(expected)[i].tensor->to(at::kBFloat16).to(at::kFloat);
    EXPECT_TRUE(at::allclose(*ListWeights(found)[i].tensor, stored, 1e-5, 1e-6));
  }
}

TEST(Trainer, RefusesAShapeThatCannotBeLoaded) {
  const TestDirectory directory;
  const DocumentSet documents = CountingDocuments();
  const std::atomic<bool> never{false};
  TrainSettings settings = TinySettings(directory / "run", 1);
  settings.steps_max = 1;
  const auto error_of = [&](const Qwen2Config& config) {
    return Train(config, documents, documents, settings, never).message();
  };
  Qwen2Config groups = TinyConfig();
  groups.n_heads = 4;
  groups.n_kv_heads = 3;
  EXPECT_NE(error_of(groups).find("num_attention_heads"), std::string::npos) << error_of(groups);
  Qwen2Config odd = TinyConfig();
  odd.head_dim = 7;
  EXPECT_NE(error_of(odd).find("head_dim"), std::string::npos) << error_of(odd);
}

TEST(Trainer, AGradientThatOverflowsChangesNoWeight) {
  const TestDirectory directory;
  const DocumentSet documents = CountingDocuments();
  const std::atomic<bool> never{false};
  Qwen2 model = Qwen2::Random(TinyConfig(), at::kCPU);
  model.weights().final_norm.fill_(1e30);  // the loss stays finite, the gradient's norm does not
  const TrainSettings from = TinySettings(directory / "from", 1);
  std::filesystem::create_directories(from.run_directory);
  ASSERT_TRUE(SaveCheckpoint(CheckpointPath(from.run_directory), model, "", {}).ok());
  TrainSettings settings = TinySettings(directory / "run", 1);
  settings.initial = from.run_directory;
  settings.dtype = "f32";
  settings.steps_max = 1;
  const Status status = Train(TinyConfig(), documents, documents, settings, never);
  EXPECT_NE(status.message().find("gradient"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find("--learning-rate"), std::string::npos) << status.message();
  EXPECT_FALSE(std::filesystem::exists(CheckpointPath(settings.run_directory)));
}

TEST(Trainer, AModelThatDivergedNeverReplacesTheCheckpoint) {
  const TestDirectory directory;
  const DocumentSet documents = CountingDocuments();
  const std::atomic<bool> never{false};
  TrainSettings settings = TinySettings(directory / "run", 1);
  settings.steps_max = 2;
  ASSERT_TRUE(Train(TinyConfig(), documents, documents, settings, never).ok());
  settings.resume = true;
  settings.steps_max = 3;
  settings.learning_rate = 1e38;  // the third step itself still sees a finite loss and gradient
  const Status status = Train(TinyConfig(), documents, documents, settings, never);
  EXPECT_NE(status.message().find("held-out loss"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find("--learning-rate"), std::string::npos) << status.message();
  const Result<Checkpoint> kept = LoadCheckpoint(CheckpointPath(settings.run_directory));
  ASSERT_TRUE(kept.ok()) << kept.status().message();
  EXPECT_EQ(kept->state.step, 2);
}

}  // namespace
}  // namespace lemma::train
