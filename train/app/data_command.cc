// lemma-train data and tokenizer: problems to learn from, and the vocabulary they are spelled in.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "common/base/file.h"
#include "common/base/log.h"
#include "train/app/commands.h"
#include "train/corpus/problem_file.h"
#include "train/corpus/samples.h"
#include "train/data/family.h"
#include "train/network/progress_bar.h"
#include "train/tokenizer/bpe_trainer.h"

namespace lemma::train {
namespace {

constexpr double kEnglishPart = 0.7;  // of the problems; the others are Chinese
constexpr int kContextTokens = 2048;  // what lemma-mini is configured for

struct DataOptions {
  std::filesystem::path out;
  int64_t samples_per_family = 2000;
  int64_t held_out_per_family = 50;
  uint64_t seed = 1;
};

Status CreateDirectory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  return error ? IoError(path.string() + ": cannot create: " + error.message()) : Ok();
}

// Family by family, each with a stream of its own, so that adding a family changes no other's
// problems.
Status WriteProblems(const DataOptions& options, Split split, int64_t per_family,
                     const std::filesystem::path& path) {
  const std::vector<const Family*>& families = AllFamilies();
  ProgressBar bar(path.filename().string());
  std::string lines;
  for (size_t f = 0; f < families.size(); ++f) {
    int64_t name_hash = 0;
    for (const char c : families[f]->name()) name_hash = name_hash * 31 + c;
    Rng rng(HashOf({static_cast<int64_t>(options.seed), static_cast<int64_t>(split), name_hash}));
    for (int64_t i = 0; i < per_family; ++i) {
      if (stop_requested) return Status(StatusCode::kCancelled, "stopped; nothing was written");
      const Language language = rng.Chance(kEnglishPart) ? Language::kEnglish : Language::kChinese;
      lines += FormatProblem(families[f]->Generate(rng, language, split)) + "\n";
    }
    bar.Update(static_cast<double>(f + 1) / static_cast<double>(families.size()),
               families[f]->name());
  }
  return WriteFileAtomically(path, lines);
}

Status WriteData(const DataOptions& options) {
  LEMMA_RETURN_IF_ERROR(CreateDirectory(options.out));
  // train.jsonl comes last: where it stands, the step is complete.
  LEMMA_RETURN_IF_ERROR(WriteProblems(options, Split::kHeldOut, options.held_out_per_family,
                                      options.out / "heldout.jsonl"));
  LEMMA_RETURN_IF_ERROR(WriteProblems(options, Split::kTrain, options.samples_per_family,
                                      options.out / "train.jsonl"));
  LogInfo("data: {} families, {} problems to train on", AllFamilies().size(),
          AllFamilies().size() * static_cast<size_t>(options.samples_per_family));
  return Ok();
}

struct TokenizerOptions {
  std::filesystem::path data;
  std::filesystem::path out;
  int vocab_size = 3072;
};

Status WriteTokenizer(const TokenizerOptions& options) {
  LEMMA_RETURN_IF_ERROR(CreateDirectory(options.out));
  BpeTrainer trainer;
  LEMMA_RETURN_IF_ERROR(ForEachProblem(options.data / "train.jsonl", /*n_threads=*/1,
                                       [&](int, size_t, Problem&& problem) {
                                         trainer.Add(problem.question);
                                         trainer.Add(problem.thinking);
                                         trainer.Add(problem.solution);
                                       }));
  LEMMA_ASSIGN_OR_RETURN(const std::string tokenizer_json, trainer.Train(options.vocab_size));
  const std::filesystem::path path = options.out / "tokenizer.json";
  LEMMA_ASSIGN_OR_RETURN(const text::Tokenizer tokenizer,
                         text::Tokenizer::FromJson(tokenizer_json, path.string()));
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(options.out / "tokenizer_config.json",
                                            TokenizerConfigJson(tokenizer, kContextTokens)));
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(path, tokenizer_json));
  LogInfo("tokenizer: {} ids in {}", tokenizer.vocab_size(), path.string());
  return Ok();
}

}  // namespace

void AddDataCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<DataOptions>();
  CLI::App* command = app.add_subcommand("data", "Write problems with solutions and held-out ones");
  command->footer(
      "Example: lemma-train data --out build/mini/data --samples-per-family 4000 --seed 1");
  command->add_option("--out", options->out, "Folder for train.jsonl and heldout.jsonl")
      ->required();
  command
      ->add_option("--samples-per-family", options->samples_per_family,
                   "Problems of each family to train on")
      ->check(CLI::Range(int64_t{1}, int64_t{1000000}))
      ->capture_default_str();
  command
      ->add_option("--held-out-per-family", options->held_out_per_family,
                   "Problems of each family to evaluate on")
      ->check(CLI::Range(int64_t{1}, int64_t{10000}))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Equal seeds write equal files")
      ->capture_default_str();
  command->callback([options, &run] { run = [options] { return WriteData(*options); }; });
}

void AddTokenizerCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<TokenizerOptions>();
  CLI::App* command = app.add_subcommand("tokenizer", "Learn a byte-level BPE vocabulary");
  command->footer(
      "Example: lemma-train tokenizer --data build/mini/data --out build/mini/tokenizer");
  command->add_option("--data", options->data, "Folder with train.jsonl")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--vocab-size", options->vocab_size, "Ids in all, control tokens included")
      ->capture_default_str();
  command->add_option("--out", options->out, "Folder for tokenizer.json")->required();
  command->callback([options, &run] { run = [options] { return WriteTokenizer(*options); }; });
}

}  // namespace lemma::train
