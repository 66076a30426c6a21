// lemma-train data and tokenizer: problems to learn from, and the vocabulary they are spelled in.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <numeric>

#include "common/base/file.h"
#include "common/base/log.h"
#include "train/app/commands.h"
#include "train/corpus/problem_counts.h"
#include "train/corpus/problem_file.h"
#include "train/corpus/samples.h"
#include "train/corpus/seen_texts.h"
#include "train/data/drills.h"
#include "train/data/family.h"
#include "train/data/fillers.h"
#include "train/network/progress_bar.h"
#include "train/tokenizer/bpe_trainer.h"

namespace lemma::train {
namespace {

namespace json = boost::json;

constexpr double kEnglishPart = 0.7;      // of the problems; the others are Chinese
constexpr double kFillersPart = 0.4;      // of mathematics: questions with words that say nothing
constexpr int64_t kDrillsPerSample = 30;  // about a third of the tokens
// Draws for one held-out problem before a family counts as exhausted.
constexpr int64_t kDrawsPerHeldOut = 100;
constexpr int kContextTokens = 2048;  // what lemma-mini is configured for

struct DataOptions {
  std::filesystem::path out;
  std::filesystem::path focus;                // "": every family alike
  std::vector<std::filesystem::path> unseen;  // folders whose training set is not asked either
  int64_t samples_per_family = 2000;
  int64_t held_out_per_family = 50;
  uint64_t seed = 1;
};

Status CreateDirectory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  return error ? IoError(path.string() + ": cannot create: " + error.message()) : Ok();
}

// A family's stream of problems: its own, so that adding a family changes no other's.
Rng StreamOf(const Family& family, Split split, uint64_t seed) {
  int64_t name_hash = 0;
  for (const char c : family.name()) name_hash = name_hash * 31 + c;
  return Rng(HashOf({static_cast<int64_t>(seed), static_cast<int64_t>(split), name_hash}));
}

Problem DrawProblem(const Family& family, Split split, Rng& rng) {
  const Language language = rng.Chance(kEnglishPart) ? Language::kEnglish : Language::kChinese;
  return family.Generate(rng, language, split);
}

// Calls write(family, its index) for each family, until `stop_requested`.
template <typename Write>
Status ForEachFamily(const char* what, const Write& write) {
  const std::vector<const Family*>& families = AllFamilies();
  ProgressBar bar(what);
  for (size_t f = 0; f < families.size(); ++f) {
    if (stop_requested) return Status(StatusCode::kCancelled, "stopped; nothing was written");
    write(*families[f], f);
    bar.Update(static_cast<double>(f + 1) / static_cast<double>(families.size()),
               families[f]->name());
  }
  return Ok();
}

// The lines of train.jsonl; `seen` learns what they show.
Result<std::string> TrainingLines(const DataOptions& options, const ProblemCounts& counts,
                                  SeenTexts& seen) {
  std::string lines;
  LEMMA_RETURN_IF_ERROR(ForEachFamily(kTrainFile, [&](const Family& family, size_t f) {
    Rng rng = StreamOf(family, Split::kTrain, options.seed);
    for (int64_t i = 0; i < counts[f]; ++i) {
      Problem problem = DrawProblem(family, Split::kTrain, rng);
      if (problem.domain == Domain::kMath && rng.Chance(kFillersPart)) {
        problem.question = WithFillers(rng, problem.question);
      }
      seen.Add(problem);
      lines += FormatProblem(problem) + "\n";
    }
  }));
  return lines;
}

std::string DrillLines(const DataOptions& options, SeenTexts& seen) {
  Rng rng(HashOf({static_cast<int64_t>(options.seed), -1}));
  std::string lines;
  for (int64_t i = 0; i < options.samples_per_family * kDrillsPerSample; ++i) {
    const std::string drill = WriteDrill(rng);
    seen.AddWorking(drill);
    lines += json::serialize(json::string(drill)) + "\n";
  }
  return lines;
}

// The lines of heldout.jsonl: nothing that was seen, no question twice.
Result<std::string> HeldOutLines(const DataOptions& options, SeenTexts& seen) {
  std::string lines;
  LEMMA_RETURN_IF_ERROR(ForEachFamily(kHeldOutFile, [&](const Family& family, size_t) {
    Rng rng = StreamOf(family, Split::kHeldOut, options.seed);
    int64_t n = 0;
    for (int64_t draws = options.held_out_per_family * kDrawsPerHeldOut;
         n < options.held_out_per_family && draws > 0; --draws) {
      const Problem problem = DrawProblem(family, Split::kHeldOut, rng);
      if (seen.Contains(problem)) continue;
      seen.AddQuestion(problem);
      lines += FormatProblem(problem) + "\n";
      ++n;
    }
    if (n < options.held_out_per_family) {
      LogWarning("data: {}: only {} different held-out problems", family.name(), n);
    }
  }));
  return lines;
}

Status WriteData(const DataOptions& options) {
  LEMMA_RETURN_IF_ERROR(CreateDirectory(options.out));
  ProblemCounts counts = EvenCounts(options.samples_per_family);
  if (!options.focus.empty()) {
    LEMMA_ASSIGN_OR_RETURN(counts, FocusedCounts(options.samples_per_family, options.focus));
  }
  SeenTexts seen;
  for (const std::filesystem::path& other : options.unseen) {
    LEMMA_RETURN_IF_ERROR(seen.AddFolder(other));
  }
  LEMMA_ASSIGN_OR_RETURN(const std::string training, TrainingLines(options, counts, seen));
  const std::string drills = DrillLines(options, seen);
  LEMMA_ASSIGN_OR_RETURN(const std::string held_out, HeldOutLines(options, seen));
  // train.jsonl comes last: where it stands, the step is complete.
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(options.out / kDrillsFile, drills));
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(options.out / kHeldOutFile, held_out));
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(options.out / kTrainFile, training));
  LogInfo("data: {} families, {} problems to train on", counts.size(),
          std::accumulate(counts.begin(), counts.end(), int64_t{0}));
  return Ok();
}

struct TokenizerOptions {
  std::filesystem::path data;
  std::filesystem::path profiles = "train/recipe/profiles.json";
  std::filesystem::path out;
  int vocab_size = 3072;
};

Status WriteTokenizer(const TokenizerOptions& options) {
  LEMMA_RETURN_IF_ERROR(CreateDirectory(options.out));
  LEMMA_ASSIGN_OR_RETURN(const Profiles profiles, Profiles::Load(options.profiles));
  BpeTrainer trainer;
  Rng rng(/*seed=*/1);
  LEMMA_RETURN_IF_ERROR(ForEachProblem(options.data / kTrainFile, /*n_threads=*/1,
                                       [&](int, size_t, Problem&& problem) {
                                         // As chats are: each stands under a system prompt.
                                         trainer.Add(profiles.Draw(problem.domain, rng));
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
  command
      ->add_option("--out", options->out, "Folder for train.jsonl, heldout.jsonl and drills.jsonl")
      ->required();
  command
      ->add_option("--samples-per-family", options->samples_per_family,
                   "Problems of each family of mathematics to train on; programs need fewer")
      ->check(CLI::Range(int64_t{1}, int64_t{1000000}))
      ->capture_default_str();
  command
      ->add_option("--focus", options->focus,
                   "An evaluation (eval --json): the families it found weak get more problems")
      ->check(CLI::ExistingFile);
  command
      ->add_option("--held-out-per-family", options->held_out_per_family,
                   "Problems of each family to evaluate on")
      ->check(CLI::Range(int64_t{1}, int64_t{10000}))
      ->capture_default_str();
  command
      ->add_option("--unseen", options->unseen,
                   "More folders of data: held-out problems repeat nothing of theirs either")
      ->check(CLI::ExistingDirectory);
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
  command->add_option("--profiles", options->profiles, "The system prompts (profiles.json)")
      ->check(CLI::ExistingFile)
      ->capture_default_str();
  command->add_option("--vocab-size", options->vocab_size, "Ids in all, control tokens included")
      ->capture_default_str();
  command->add_option("--out", options->out, "Folder for tokenizer.json")->required();
  command->callback([options, &run] { run = [options] { return WriteTokenizer(*options); }; });
}

}  // namespace lemma::train
