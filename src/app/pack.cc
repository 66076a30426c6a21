#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/commands.h"
#include "app/model_choice.h"
#include "app/packing.h"

namespace lemma::app {
namespace {

struct PackOptions {
  std::string source;
  std::string format = "q8";
  std::string out;
};

Status Pack(const PackOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const model::Checkpoint checkpoint,
                         OpenModel(options.source, options.format));
  LEMMA_ASSIGN_OR_RETURN(const std::string format,
                         PackModel(checkpoint, options.format, options.out));
  std::error_code error;
  std::printf("%s: %s as %s, %.0f MiB; try: lemma ask --model %s \"...\"\n", options.out.c_str(),
              checkpoint.id().c_str(), format.c_str(),
              static_cast<double>(std::filesystem::file_size(options.out, error)) / (1 << 20),
              options.out.c_str());
  return Ok();
}

}  // namespace

void AddPack(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<PackOptions>();
  CLI::App* command = app.add_subcommand(
      "pack", "Write a model into one file that starts at once, its weights rounded if wanted");
  command
      ->add_option("source", options->source,
                   "lemma-mini (built in), a directory in the Hugging Face layout, a .gguf file, "
                   "or a name that lemma pull fetched")
      ->required();
  command
      ->add_option("--format", options->format,
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
