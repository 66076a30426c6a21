#include "inference/model/make_checkpoint.h"

#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/model_choice.h"
#include "app/progress.h"

namespace lemma::app {
namespace {

struct MakeOptions {
  std::string shape;
  std::string out;
  std::string tokenizer = "lemma-mini";
  uint64_t seed = 1;
};

Status Make(const MakeOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(TokenizerFiles tokenizer, OpenTokenizer(options.tokenizer));
  model::MakeCheckpointOptions make;
  LEMMA_ASSIGN_OR_RETURN(make.config, model::ShapeByName(options.shape));
  make.seed = options.seed;
  make.tokenizer_json = std::move(tokenizer.tokenizer_json);
  make.tokenizer_config_json = std::move(tokenizer.tokenizer_config_json);
  make.on_progress = ProgressBar("writing " + options.out);
  LEMMA_RETURN_IF_ERROR(model::MakeCheckpoint(make, options.out));
  std::printf("%s: random weights of %s's shape; they answer nonsense, at its speed\n",
              options.out.c_str(), options.shape.c_str());
  return Ok();
}

}  // namespace

void AddMakeCheckpoint(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<MakeOptions>();
  CLI::App* command = app.add_subcommand(
      "make-checkpoint", "Write a random bf16 checkpoint of a known shape, to measure with");
  command->add_option("--shape", options->shape, "vibethinker-1.5b, vibethinker-3b or lemma-mini")
      ->required();
  command->add_option("-o,--out", options->out, "The directory to write")->required();
  command
      ->add_option(
          "--tokenizer", options->tokenizer,
          "lemma-mini, a .gguf, or a directory with tokenizer.json and tokenizer_config.json")
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Of the random weights")->capture_default_str();
  command->footer("Example:\n  lemma make-checkpoint --shape vibethinker-1.5b -o random-1.5b");
  command->callback([options, &exit_status] { exit_status.value = Report(Make(*options)); });
}

}  // namespace lemma::app
