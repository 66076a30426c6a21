#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/commands.h"
#include "app/model_choice.h"
#include "app/progress.h"
#include "common/base/cpu.h"
#include "inference/model/packed.h"

namespace lemma::app {
namespace {

struct PackOptions {
  std::string source;
  ModelOptions model;
  std::string out;
};

Status Pack(PackOptions options) {
  options.model.model = options.source;
  LEMMA_ASSIGN_OR_RETURN(const model::Checkpoint checkpoint, OpenModel(options.source));
  const auto format = BackendOptions(options.model).weights;
  LEMMA_ASSIGN_OR_RETURN(const std::unique_ptr<ThreadPool> pool,
                         ThreadPool::Create(DetectCpu().n_cores));
  LEMMA_ASSIGN_OR_RETURN(
      const model::Weights weights,
      model::ReadWeights(checkpoint, format, *pool, ProgressBar("rounding " + checkpoint.id())));
  LEMMA_RETURN_IF_ERROR(
      model::WritePacked(checkpoint, weights, options.out, ProgressBar("writing " + options.out)));
  std::error_code error;
  std::printf("%s: %s as %s, %.0f MiB; try: lemma ask --model %s \"...\"\n", options.out.c_str(),
              checkpoint.id().c_str(), options.model.weights.c_str(),
              static_cast<double>(std::filesystem::file_size(options.out, error)) / (1 << 20),
              options.out.c_str());
  return Ok();
}

}  // namespace

void AddPack(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<PackOptions>();
  options->model.weights = "q8";
  CLI::App* command = app.add_subcommand(
      "pack", "Write a model into one file that starts at once, its weights rounded if wanted");
  command
      ->add_option("source", options->source,
                   "A directory in the Hugging Face layout, or lemma-mini")
      ->required();
  command
      ->add_option("--format", options->model.weights,
                   "q8 (int8: half of bf16), q4 (int4, less exact: a third) or bf16")
      ->check(CLI::IsMember({"q8", "q4", "bf16"}))
      ->capture_default_str();
  command->add_option("-o,--out", options->out, "The file to write, by custom NAME-q8.lemma")
      ->required();
  command->footer(
      "Example:\n  lemma pack VibeThinker-1.5B --format q8 -o vibethinker-q8.lemma\n"
      "  lemma serve --model vibethinker-q8.lemma");
  command->callback([options, &exit_status] { exit_status.value = Report(Pack(*options)); });
}

}  // namespace lemma::app
