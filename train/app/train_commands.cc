// lemma-train pretrain and sft: two stages of one training loop.
#include <memory>

#include "common/base/cpu.h"
#include "common/base/log.h"
#include "train/app/commands.h"
#include "train/corpus/problem_file.h"
#include "train/corpus/samples.h"
#include "train/network/trainer.h"

namespace lemma::train {
namespace {

constexpr int64_t kTokensPerDocumentMax = 1024;  // longer samples are left out

struct StageOptions {
  std::filesystem::path data;
  std::filesystem::path tokenizer;
  std::filesystem::path profiles;  // sft
  bool from_scratch = false;       // sft
  Qwen2Config config;
  TrainSettings settings;
};

using MakeSample = std::function<Sample(const Problem&, size_t line)>;

Status RunStage(StageOptions& options, const Vocabulary& vocabulary, const MakeSample& make) {
  const int n_threads = DetectCpu().n_cores;
  if (options.settings.lanes == 0) options.settings.lanes = n_threads;
  LEMMA_ASSIGN_OR_RETURN(
      LoadedDocuments train,
      LoadDocuments(options.data / kTrainFile, kTokensPerDocumentMax, n_threads, make));
  if (options.settings.stage == "pretrain") {
    LEMMA_RETURN_IF_ERROR(AddDrills(options.data / kDrillsFile, vocabulary, train.documents));
  }
  LEMMA_ASSIGN_OR_RETURN(
      const LoadedDocuments held_out,
      LoadDocuments(options.data / kHeldOutFile, kTokensPerDocumentMax, n_threads, make));
  LogInfo("{}: {} documents, {} tokens; {} left out (over {} tokens)", options.settings.stage,
          train.documents.size(), train.documents.n_tokens(), train.n_too_long,
          kTokensPerDocumentMax);
  options.config.vocab_size = vocabulary.tokenizer.vocab_size();
  options.config.bos_token_id = vocabulary.control.end_of_text;
  options.config.eos_token_id = vocabulary.control.end_of_turn;
  return Train(options.config, train.documents, held_out.documents, options.settings,
               stop_requested);
}

Status Pretrain(StageOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const Vocabulary vocabulary, Vocabulary::Load(options.tokenizer));
  return RunStage(options, vocabulary,
                  [&](const Problem& problem, size_t) { return PlainSample(problem, vocabulary); });
}

Status FineTune(StageOptions& options) {
  if (options.settings.initial.empty() && !options.from_scratch && !options.settings.resume) {
    return InvalidArgument("name the pretrained run or model, or say --from-scratch", "init");
  }
  LEMMA_ASSIGN_OR_RETURN(const Vocabulary vocabulary, Vocabulary::Load(options.tokenizer));
  LEMMA_ASSIGN_OR_RETURN(const Profiles profiles, Profiles::Load(options.profiles));
  return RunStage(options, vocabulary, [&](const Problem& problem, size_t line) {
    Rng rng(HashOf({static_cast<int64_t>(options.settings.seed), static_cast<int64_t>(line)}));
    return ChatSample(problem, profiles.Draw(problem.domain, rng), vocabulary);
  });
}

void AddSharedOptions(CLI::App& command, StageOptions& options) {
  TrainSettings& settings = options.settings;
  command.add_option("--data", options.data, "Folder that lemma-train data wrote")
      ->required()
      ->check(CLI::ExistingDirectory);
  command.add_option("--tokenizer", options.tokenizer, "Folder with tokenizer.json")
      ->required()
      ->check(CLI::ExistingDirectory);
  command.add_option("--out", settings.run_directory, "Folder of the run: checkpoint, loss curve")
      ->required();
  command.add_option("--init", settings.initial,
                     "Folder of a run, or of a model, whose weights to start from");
  command.add_flag("--resume", settings.resume, "Continue from the run's checkpoint");
  command.add_option("--steps", settings.steps_max, "End after this many steps");
  command.add_option("--tokens", settings.tokens_max, "End after this many tokens");
  command.add_option("--minutes", settings.minutes_max, "End after this much training time");
  command.add_option("--device", settings.device, "auto, cpu or cuda")->capture_default_str();
  command.add_option("--dtype", settings.dtype, "bf16 or f32: of the matrix products")
      ->capture_default_str();
  command.add_option("--threads", settings.lanes, "Parallel lanes (default: one a core)");
  command.add_option("--optimizer", settings.optimizer, "muon or adamw")->capture_default_str();
  command.add_option("--learning-rate", settings.learning_rate, "At its peak")
      ->capture_default_str();
  command
      .add_option("--final-rate", settings.final_rate,
                  "The rate at the end, as a part of the peak; it falls along a cosine")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--warmup-steps", settings.warmup_steps, "Steps until the peak")
      ->capture_default_str();
  command.add_option("--batch-tokens", settings.tokens_per_batch, "Tokens of one lane at a time")
      ->capture_default_str();
  command.add_option("--step-tokens", settings.tokens_per_step, "Tokens of one optimiser step")
      ->capture_default_str();
  command
      .add_option("--minutes-per-checkpoint", settings.minutes_per_checkpoint,
                  "Pause between checkpoints")
      ->capture_default_str();
  command.add_option("--seed", settings.seed, "Of the initial weights and the data's order")
      ->capture_default_str();
}

void AddShapeOptions(CLI::App& command, Qwen2Config& config) {
  const CLI::Range sizes(int64_t{1}, int64_t{65536});
  const auto add = [&](const char* name, int64_t& into, const char* help) {
    command.add_option(name, into, help)
        ->check(sizes)
        ->capture_default_str()
        ->excludes(command.get_option("--init"))
        ->group("Shape");
  };
  add("--hidden", config.hidden_size, "Width of the residual stream");
  add("--layers", config.n_layers, "Layers");
  add("--heads", config.n_heads, "Query heads");
  add("--kv-heads", config.n_kv_heads, "Key-value heads; divides the query heads");
  add("--head-dim", config.head_dim, "Width of a head; even");
  add("--intermediate", config.intermediate_size, "Width of the feed-forward part");
}

std::shared_ptr<StageOptions> NewOptions(const char* stage) {
  auto options = std::make_shared<StageOptions>();
  options->settings.stage = stage;
  options->settings.lanes = 0;
  return options;
}

}  // namespace

void AddPretrainCommand(CLI::App& app, Run& run) {
  const std::shared_ptr<StageOptions> options = NewOptions("pretrain");
  options->settings.final_rate = 0.5;  // where fine-tuning goes on
  CLI::App* command = app.add_subcommand("pretrain", "Learn the corpus, every token of it");
  command->footer(
      "Example: lemma-train pretrain --data build/mini/data --tokenizer build/mini/tokenizer "
      "--out build/mini/pretrain --minutes 60\n"
      "Stopped by Ctrl-C it saves first; the same command with --resume goes on.");
  AddSharedOptions(*command, *options);
  AddShapeOptions(*command, options->config);
  command->callback([options, &run] { run = [options] { return Pretrain(*options); }; });
}

void AddSftCommand(CLI::App& app, Run& run) {
  const std::shared_ptr<StageOptions> options = NewOptions("sft");
  options->settings.learning_rate = 1.5e-3;  // where pretraining ended
  CLI::App* command =
      app.add_subcommand("sft", "Learn to answer chats under the profiles' system prompts");
  command->footer(
      "Example: lemma-train sft --data build/mini/data --tokenizer build/mini/tokenizer "
      "--profiles train/recipe/profiles.json --init build/mini/pretrain --out build/mini/sft "
      "--minutes 60");
  AddSharedOptions(*command, *options);
  AddShapeOptions(*command, options->config);
  command->add_option("--profiles", options->profiles, "The system prompts (profiles.json)")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_flag("--from-scratch", options->from_scratch, "Start from random weights")
      ->excludes(command->get_option("--init"));
  command->callback([options, &run] { run = [options] { return FineTune(*options); }; });
}

}  // namespace lemma::train
