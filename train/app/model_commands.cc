// lemma-train export and logits: a run as a model directory, and what a model says, to the digit.
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

#include "common/base/file.h"
#include "common/base/log.h"
#include "train/app/commands.h"
#include "train/network/model.h"

namespace lemma::train {
namespace {

struct ExportOptions {
  std::vector<std::filesystem::path> runs;
  std::filesystem::path tokenizer;
  std::filesystem::path out;
};

Status Export(const ExportOptions& options) {
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  for (const char* name : {"tokenizer.json", "tokenizer_config.json"}) {
    LEMMA_ASSIGN_OR_RETURN(const std::string bytes,
                           ReadFile(options.tokenizer / name, text::kTokenizerFileBytesMax));
    LEMMA_RETURN_IF_ERROR(WriteFileAtomically(options.out / name, bytes));
  }
  LEMMA_RETURN_IF_ERROR(ExportMean(options.runs, options.out));
  LogInfo("export: {}", options.out.string());
  return Ok();
}

struct LogitsOptions {
  std::filesystem::path model;
  std::vector<text::TokenId> tokens;
  std::filesystem::path out;
  std::string dtype = "f32";
};

Status WriteLogits(const LogitsOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const Model model, Model::Load(options.model));
  LEMMA_ASSIGN_OR_RETURN(const std::vector<float> logits,
                         model.Logits(options.tokens, options.dtype));
  return WriteFileAtomically(
      options.out, {reinterpret_cast<const char*>(logits.data()), logits.size() * sizeof(float)});
}

}  // namespace

void AddExportCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command =
      app.add_subcommand("export", "Write a run as a model directory in the Hugging Face layout");
  command->footer(
      "Example: lemma-train export --run build/mini/sft --tokenizer build/mini/tokenizer "
      "--out models/lemma-mini\n"
      "The mean of two: lemma-train export --run build/mini/focus4 --run build/mini/focus5 ...");
  command
      ->add_option(
          "--run", options->runs,
          "Folder of a run, or of a model; of several, the mean of their weights is written")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--tokenizer", options->tokenizer, "Folder with tokenizer.json")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--out", options->out, "Folder of the model")->required();
  command->callback([options, &run] { run = [options] { return Export(*options); }; });
}

void AddLogitsCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<LogitsOptions>();
  CLI::App* command = app.add_subcommand(
      "logits", "Write the logits of every position: little-endian float32 [n_tokens, vocab]");
  command->footer(
      "Example: lemma-train logits --model models/lemma-mini --tokens 1,2,3 --out logits.f32");
  command->add_option("--model", options->model, "Folder of a Qwen2 model")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--tokens", options->tokens, "Token ids, separated by commas")
      ->required()
      ->delimiter(',');
  command->add_option("--out", options->out, "File to write")->required();
  command->add_option("--dtype", options->dtype, "f32 or bf16: of the matrix products")
      ->capture_default_str();
  command->callback([options, &run] { run = [options] { return WriteLogits(*options); }; });
}

}  // namespace lemma::train
