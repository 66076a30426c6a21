#include "train/network/trainer.h"

#include <ATen/Context.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

#include "common/base/file.h"
#include "common/base/log.h"
#include "train/network/checkpoint.h"
#include "train/network/lanes.h"
#include "train/network/loss_log.h"
#include "train/network/optimizer.h"
#include "train/network/progress_bar.h"
#include "train/network/trained.h"

namespace lemma::train {
namespace {

constexpr int64_t kStepsPerPoint = 10;  // of the loss log
constexpr size_t kHeldOutBatches = 32;  // of the held-out loss: about 45,000 tokens

double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Status CheckSettings(const TrainSettings& s) {
  if (s.steps_max <= 0 && s.tokens_max <= 0 && s.minutes_max <= 0) {
    return InvalidArgument("one of steps, tokens and minutes must be above 0", "steps");
  }
  if (s.lanes < 1 || s.lanes > 256) return InvalidArgument("must be 1 to 256", "threads");
  if (s.tokens_per_batch < 1) return InvalidArgument("must be above 0", "batch-tokens");
  if (s.tokens_per_step < 1) return InvalidArgument("must be above 0", "step-tokens");
  if (!(s.learning_rate > 0)) return InvalidArgument("must be above 0", "learning-rate");
  if (s.dtype != "bf16" && s.dtype != "f32") {
    return InvalidArgument("must be bf16 or f32", "dtype");
  }
  if (s.optimizer != "muon" && s.optimizer != "adamw") {
    return InvalidArgument("must be muon or adamw", "optimizer");
  }
  return Ok();
}

Result<at::Device> ChooseDevice(const std::string& name) {
  const bool has_cuda = at::hasCUDA();
  if (name == "cpu" || (name == "auto" && !has_cuda)) return at::Device(at::kCPU);
  if (name != "cuda" && name != "auto") {
    return InvalidArgument("must be auto, cpu or cuda", "device");
  }
  if (!has_cuda) return InvalidArgument("this libtorch has no CUDA, or no GPU is there", "device");
  return at::Device(at::kCUDA, 0);
}

double GradientNorm(Qwen2& model) {
  std::vector<at::Tensor> norms;
  for (const NamedWeight& weight : ListWeights(model.weights())) {
    norms.push_back(weight.tensor->grad().norm());
  }
  return at::stack(norms).norm().item<double>();
}

void ScaleGradients(Qwen2& model, double factor) {
  for (const NamedWeight& weight : ListWeights(model.weights())) {
    weight.tensor->mutable_grad().mul_(factor);
  }
}

// Bad numbers must reach neither the weights nor the only checkpoint.
Status CheckFinite(double value, std::string_view name, int64_t step) {
  if (std::isfinite(value)) return Ok();
  return Internal(fmt::format(
      "the {} is not finite at step {}; an earlier checkpoint is kept: resume it with a lower "
      "--learning-rate",
      name, step));
}

class Trainer {
 public:
  Trainer(Qwen2 model, const DocumentSet& documents, const DocumentSet& held_out,
          const TrainSettings& settings, TrainingState state)
      : settings_(settings),
        documents_(documents),
        held_out_(held_out),
        state_(std::move(state)),
        model_(std::move(model)),
        optimizer_(model_, settings.optimizer == "muon", settings.weight_decay),
        lanes_(model_, state_.lanes, settings.dtype == "bf16" ? at::kBFloat16 : at::kFloat),
        stream_(documents, settings.tokens_per_batch, settings.seed, state_.position) {
    BatchStream held_out_stream(held_out, settings.tokens_per_batch, /*seed=*/0, {});
    const size_t n_held_out = std::min(kHeldOutBatches, held_out_stream.batches_in_epoch());
    for (size_t i = 0; i < n_held_out; ++i) held_out_batches_.push_back(held_out_stream.Next());
  }

  Status Restore(const Checkpoint& checkpoint) {
    LEMMA_RETURN_IF_ERROR(optimizer_.Load(checkpoint.optimizer));
    LEMMA_ASSIGN_OR_RETURN(points_, ReadLossLog(LogPath(), state_.step));
    return Ok();
  }

  Status Run(const std::atomic<bool>& stop);

 private:
  std::filesystem::path LogPath() const { return settings_.run_directory / "loss.jsonl"; }
  // The part of the run that is done, in [0, 1], by the limit that is nearest.
  double Part() const;
  double Rate() const;
  // One optimiser step; returns its loss. Takes none where loss or gradient is not finite.
  Result<double> Step();
  Status Save();

  const TrainSettings& settings_;
  const DocumentSet& documents_;
  const DocumentSet& held_out_;
  TrainingState state_;
  Qwen2 model_;
  Optimizer optimizer_;
  Lanes lanes_;
  BatchStream stream_;
  std::vector<std::vector<uint32_t>> held_out_batches_;
  std::vector<LossPoint> points_;
};

double Trainer::Part() const {
  double part = 0;
  const auto consider = [&](double done, double limit) {
    if (limit > 0) part = std::max(part, done / limit);
  };
  consider(static_cast<double>(state_.step), static_cast<double>(settings_.steps_max));
  consider(static_cast<double>(state_.n_tokens), static_cast<double>(settings_.tokens_max));
  consider(state_.elapsed_s, settings_.minutes_max * 60);
  return std::min(part, 1.0);
}

double Trainer::Rate() const {
  const double warmup = static_cast<double>(state_.step + 1) /
                        static_cast<double>(std::max<int64_t>(settings_.warmup_steps, 1));
  const double cosine = 0.5 * (1 + std::cos(M_PI * Part()));
  return settings_.learning_rate * std::min(warmup, 1.0) *
         (settings_.final_rate + (1 - settings_.final_rate) * cosine);
}

Result<double> Trainer::Step() {
  std::vector<std::vector<uint32_t>> batches;
  const int64_t n_batches =
      (settings_.tokens_per_step + settings_.tokens_per_batch - 1) / settings_.tokens_per_batch;
  for (int64_t i = 0; i < n_batches; ++i) {
    batches.push_back(stream_.Next());
    for (const uint32_t index : batches.back()) state_.n_tokens += documents_[index].n_tokens;
  }
  const double rate = Rate();
  const double loss = lanes_.Accumulate(documents_, batches);
  LEMMA_RETURN_IF_ERROR(CheckFinite(loss, "loss", state_.step + 1));
  const double norm = GradientNorm(model_);
  LEMMA_RETURN_IF_ERROR(CheckFinite(norm, "gradient", state_.step + 1));
  if (norm > settings_.gradient_norm_max) {
    ScaleGradients(model_, settings_.gradient_norm_max / norm);
  }
  optimizer_.Step(rate, lanes_.pool());
  ++state_.step;
  return loss;
}

Status Trainer::Save() {
  state_.position = stream_.position();
  LEMMA_RETURN_IF_ERROR(
      SaveCheckpoint(CheckpointPath(settings_.run_directory), model_, optimizer_.Save(), state_));
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(LogPath(), FormatLossLog(points_)));
  return WriteFileAtomically(settings_.run_directory / "loss.svg",
                             DrawLossChart(points_, settings_.stage));
}

Status Trainer::Run(const std::atomic<bool>& stop) {
  ProgressBar bar(settings_.stage);
  double saved_at = Seconds();
  double point_loss = 0;
  int64_t point_steps = 0;
  int64_t point_tokens = state_.n_tokens;
  double point_elapsed = state_.elapsed_s;
  while (Part() < 1 && !stop) {
    const double step_began = Seconds();
    LEMMA_ASSIGN_OR_RETURN(const double loss, Step());
    state_.elapsed_s += Seconds() - step_began;
    point_loss += loss;
    ++point_steps;
    const double tokens_per_s =
        static_cast<double>(state_.n_tokens - point_tokens) / (state_.elapsed_s - point_elapsed);
    const double mean_loss = point_loss / static_cast<double>(point_steps);
    bar.Update(Part(), fmt::format("step {}  loss {:.4f}  rate {:.2e}  {:.0f} tokens/s",
                                   state_.step, mean_loss, Rate(), tokens_per_s));
    const bool save =
        Part() >= 1 || stop || Seconds() - saved_at >= settings_.minutes_per_checkpoint * 60;
    if (save || point_steps == kStepsPerPoint) {
      points_.push_back(
          {state_.step, state_.n_tokens, mean_loss, std::nullopt, Rate(), tokens_per_s});
      point_loss = 0;
      point_steps = 0;
      point_tokens = state_.n_tokens;
      point_elapsed = state_.elapsed_s;
    }
    if (save) {
      const double held_out_loss = lanes_.Evaluate(held_out_, held_out_batches_);
      LEMMA_RETURN_IF_ERROR(CheckFinite(held_out_loss, "held-out loss", state_.step));
      points_.back().held_out_loss = held_out_loss;
      LEMMA_RETURN_IF_ERROR(Save());
      saved_at = Seconds();
      LogInfo("{}: step {}, loss {:.4f}, held-out loss {:.4f}, {:.0f} tokens/s; checkpoint saved",
              settings_.stage, state_.step, points_.back().loss, held_out_loss,
              points_.back().tokens_per_s);
    }
  }
  if (Part() < 1) {
    return Status(StatusCode::kCancelled,
                  fmt::format("stopped at step {}; --resume goes on from there", state_.step));
  }
  return Ok();
}

// May the run `begun` go on as the run `wanted`?
Status CheckResume(const TrainingState& begun, const TrainingState& wanted,
                   const std::filesystem::path& path) {
  if (begun.stage != wanted.stage) {
    return InvalidArgument(path.string() + " is of the stage " + begun.stage, "resume");
  }
  if (begun.data_tokens != wanted.data_tokens) {
    return InvalidArgument(fmt::format("{} was begun with other data ({} tokens, now {})",
                                       path.string(), begun.data_tokens, wanted.data_tokens),
                           "data");
  }
  const auto check = [&](const char* option, const auto& was, const auto& is) {
    if (was == is) return Ok();
    return InvalidArgument(fmt::format("{} was begun with {}, not {}", path.string(), was, is),
                           option);
  };
  LEMMA_RETURN_IF_ERROR(check("seed", begun.seed, wanted.seed));
  LEMMA_RETURN_IF_ERROR(check("batch-tokens", begun.tokens_per_batch, wanted.tokens_per_batch));
  LEMMA_RETURN_IF_ERROR(check("step-tokens", begun.tokens_per_step, wanted.tokens_per_step));
  LEMMA_RETURN_IF_ERROR(check("threads", begun.lanes, wanted.lanes));
  LEMMA_RETURN_IF_ERROR(check("dtype", begun.dtype, wanted.dtype));
  return check("optimizer", begun.optimizer, wanted.optimizer);
}

Status CheckVocabulary(const Qwen2Config& of_weights, const Qwen2Config& of_tokenizer) {
  if (of_weights.vocab_size == of_tokenizer.vocab_size) return Ok();
  return InvalidArgument(fmt::format("the weights have {} token ids, the tokenizer {}",
                                     of_weights.vocab_size, of_tokenizer.vocab_size),
                         "tokenizer");
}

// The state of a run that begins.
TrainingState NewState(const TrainSettings& settings, const DocumentSet& documents,
                       at::Device device) {
  TrainingState state;
  state.stage = settings.stage;
  state.dtype = settings.dtype;
  state.optimizer = settings.optimizer;
  state.seed = settings.seed;
  state.data_tokens = documents.n_tokens();
  state.tokens_per_batch = settings.tokens_per_batch;
  state.tokens_per_step = settings.tokens_per_step;
  state.lanes = device.is_cpu() ? settings.lanes : 1;
  return state;
}

}  // namespace

std::filesystem::path CheckpointPath(const std::filesystem::path& run_directory) {
  return run_directory / "checkpoint.safetensors";
}

Status Train(const Qwen2Config& config, const DocumentSet& documents, const DocumentSet& held_out,
             const TrainSettings& settings, const std::atomic<bool>& stop) {
  LEMMA_RETURN_IF_ERROR(CheckSettings(settings));
  LEMMA_ASSIGN_OR_RETURN(const at::Device device, ChooseDevice(settings.device));
  std::error_code error;
  std::filesystem::create_directories(settings.run_directory, error);
  if (error) {
    return IoError(settings.run_directory.string() + ": cannot create: " + error.message());
  }
  TrainingState state = NewState(settings, documents, device);
  const std::filesystem::path own_checkpoint = CheckpointPath(settings.run_directory);
  if (!settings.resume && std::filesystem::exists(own_checkpoint)) {
    return InvalidArgument(
        own_checkpoint.string() + " is there already: --resume it, or name another folder", "out");
  }
  if (settings.resume) {
    LEMMA_ASSIGN_OR_RETURN(Checkpoint checkpoint, LoadCheckpoint(own_checkpoint));
    LEMMA_RETURN_IF_ERROR(CheckVocabulary(checkpoint.config, config));
    LEMMA_RETURN_IF_ERROR(CheckResume(checkpoint.state, state, own_checkpoint));
    Trainer trainer(Qwen2(checkpoint.config, ToDevice(std::move(checkpoint.weights), device)),
                    documents, held_out, settings, checkpoint.state);
    LEMMA_RETURN_IF_ERROR(trainer.Restore(checkpoint));
    return trainer.Run(stop);
  }
  if (!settings.initial.empty()) {
    LEMMA_ASSIGN_OR_RETURN(Qwen2 initial, LoadTrained(settings.initial));
    LEMMA_RETURN_IF_ERROR(CheckVocabulary(initial.config(), config));
    Qwen2 model(initial.config(), ToDevice(initial.weights(), device));
    return Trainer(std::move(model), documents, held_out, settings, state).Run(stop);
  }
  // What no checkpoint could be read back with is refused before it is trained.
  LEMMA_RETURN_IF_ERROR(ParseConfig(FormatConfig(config, "float32"), "the model's shape").status());
  at::manual_seed(settings.seed);
  return Trainer(Qwen2::Random(config, device), documents, held_out, settings, state).Run(stop);
}

}  // namespace lemma::train
