// lemma-train eval: held-out problems asked, answered greedily and checked by their families.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include "common/base/cpu.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "train/app/commands.h"
#include "train/corpus/problem_file.h"
#include "train/corpus/samples.h"
#include "train/data/program_runner.h"
#include "train/network/model.h"
#include "train/network/progress_bar.h"

namespace lemma::train {
namespace {

namespace json = boost::json;

struct EvalOptions {
  std::filesystem::path model;
  std::filesystem::path data;
  std::filesystem::path profiles = "train/recipe/profiles.json";
  size_t per_family = 20;
  std::string system = "profile";
  std::string language = "any";
  std::filesystem::path json;     // "": none
  std::filesystem::path replies;  // "": none
  GenerateOptions generate;
};

struct Answered {
  Problem problem;
  size_t n_tokens = 0;
  bool finished = false;  // ended its turn by itself
  bool right = false;
  std::string reply;  // with its thinking
};

struct Tally {
  size_t n = 0, n_right = 0, n_finished = 0, n_tokens = 0;

  void Add(const Answered& answered) {
    ++n;
    n_right += answered.right;
    n_finished += answered.finished;
    n_tokens += answered.n_tokens;
  }
  double Part(size_t count) const { return static_cast<double>(count) / static_cast<double>(n); }
};

Result<std::vector<Answered>> ChooseProblems(const EvalOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(std::vector<Problem> problems, ReadProblems(options.data));
  std::map<std::string, size_t> taken;
  std::vector<Answered> chosen;
  for (Problem& problem : problems) {
    const bool english = problem.language == Language::kEnglish;
    if (options.language != "any" && english != (options.language == "en")) continue;
    if (++taken[problem.family] > options.per_family) continue;
    chosen.push_back({std::move(problem), 0, false, false, ""});
  }
  if (chosen.empty()) return DataLoss(options.data.string() + ": no problem of that language");
  return chosen;
}

std::string SystemFor(const EvalOptions& options, const Profiles& profiles, Domain domain) {
  if (options.system == "none") return "";
  const bool is_math = (domain == Domain::kMath) == (options.system == "profile");
  return profiles.System(is_math ? Domain::kMath : Domain::kAlgorithm, Language::kEnglish);
}

Status Answer(const EvalOptions& options, std::vector<Answered>& answered) {
  LEMMA_ASSIGN_OR_RETURN(const Model model, Model::Load(options.model));
  LEMMA_ASSIGN_OR_RETURN(const Vocabulary vocabulary, Vocabulary::Load(options.model));
  LEMMA_ASSIGN_OR_RETURN(const Profiles profiles, Profiles::Load(options.profiles));
  if (vocabulary.tokenizer.vocab_size() > model.vocab_size()) {
    return DataLoss(options.model.string() + ": the tokenizer has more ids than the model");
  }
  std::vector<std::vector<text::TokenId>> prompts;
  for (const Answered& one : answered) {
    prompts.push_back(PromptIds(SystemFor(options, profiles, one.problem.domain),
                                one.problem.question, vocabulary));
    if (static_cast<int64_t>(prompts.back().size()) >= model.positions_max()) {
      return InvalidArgument("a question of " + one.problem.family + " is too long for the model");
    }
  }
  ProgressBar bar("eval");
  const auto replies = model.Generate(
      prompts, {vocabulary.control.end_of_turn, vocabulary.control.end_of_text}, options.generate,
      [&](size_t n_done) {
        bar.Update(static_cast<double>(n_done) / static_cast<double>(prompts.size()), "");
        return !stop_requested;
      });
  if (stop_requested) return Status(StatusCode::kCancelled, "stopped");
  for (size_t i = 0; i < answered.size(); ++i) {
    answered[i].n_tokens = replies[i].size();
    answered[i].finished =
        !replies[i].empty() && replies[i].back() == vocabulary.control.end_of_turn;
    answered[i].reply = vocabulary.tokenizer.Decode(replies[i], /*skip_special=*/true);
  }
  return Ok();
}

// What a user sees: the part after the thinking, "" where the thinking never ended.
std::string_view VisiblePart(std::string_view reply) {
  constexpr std::string_view kThinkingEnd = "</think>";
  const size_t at = reply.find(kThinkingEnd);
  return at == std::string_view::npos ? "" : reply.substr(at + kThinkingEnd.size());
}

Status Grade(std::vector<Answered>& answered) {
  std::map<std::string_view, const Family*> families;
  for (const Family* family : AllFamilies()) families[family->name()] = family;
  std::vector<Job> jobs;
  std::vector<size_t> job_indices;
  for (size_t i = 0; i < answered.size(); ++i) {
    Answered& one = answered[i];
    const auto family = families.find(one.problem.family);
    if (family == families.end()) {
      return DataLoss("the data has a family that this program lacks: " + one.problem.family);
    }
    if (one.problem.domain == Domain::kMath) {
      one.right = family->second->Check(one.problem, VisiblePart(one.reply));
    } else {
      jobs.push_back(JobFor(one.problem, VisiblePart(one.reply)));
      job_indices.push_back(i);
    }
  }
  if (jobs.empty()) return Ok();
  LEMMA_ASSIGN_OR_RETURN(const auto verdicts, RunPrograms(jobs, DetectCpu().n_cores));
  for (size_t i = 0; i < jobs.size(); ++i) {
    answered[job_indices[i]].right = AllPassed(verdicts[i]);
  }
  return Ok();
}

json::object Row(const Tally& tally) {
  return {{"n", tally.n},
          {"right", tally.Part(tally.n_right)},
          {"finished", tally.Part(tally.n_finished)},
          {"tokens_mean", tally.Part(tally.n_tokens)}};
}

// Of a Markdown table, so that a model card can take it as it is.
void PrintRow(std::string_view name, const Tally& tally) {
  fmt::print("| {} | {} | {:.1f} % | {:.1f} % | {:.0f} |\n", name, tally.n,
             100 * tally.Part(tally.n_right), 100 * tally.Part(tally.n_finished),
             tally.Part(tally.n_tokens));
}

Status Report(const EvalOptions& options, const std::vector<Answered>& answered) {
  std::map<std::string, Tally> by_family;
  std::map<Domain, Tally> by_domain;
  std::map<Language, Tally> by_language;
  Tally all;
  std::string replies;
  for (const Answered& one : answered) {
    all.Add(one);
    by_family[one.problem.family].Add(one);
    by_domain[one.problem.domain].Add(one);
    by_language[one.problem.language].Add(one);
    replies += json::serialize(json::object{{"family", one.problem.family},
                                            {"right", one.right},
                                            {"question", one.problem.question},
                                            {"reply", one.reply},
                                            {"expected", one.problem.solution}}) +
               "\n";
  }
  fmt::print(
      "| family | n | right | finished | mean tokens |\n"
      "|---|---:|---:|---:|---:|\n");
  json::object families;
  for (const auto& [name, tally] : by_family) {
    PrintRow(name, tally);
    families[name] = Row(tally);
  }
  for (const auto& [domain, tally] : by_domain) {
    PrintRow(domain == Domain::kMath ? "**mathematics**" : "**algorithms**", tally);
  }
  PrintRow("**all**", all);
  for (const auto& [language, tally] : by_language) {
    PrintRow(language == Language::kEnglish ? "**in English**" : "**in Chinese**", tally);
  }
  std::fflush(stdout);
  if (!options.replies.empty()) {
    LEMMA_RETURN_IF_ERROR(WriteFileAtomically(options.replies, replies));
  }
  if (options.json.empty()) return Ok();
  const json::object report = {
      {"system", options.system}, {"families", families}, {"all", Row(all)}};
  return WriteFileAtomically(options.json, json::serialize(report) + "\n");
}

Status Evaluate(EvalOptions& options) {
  if (options.generate.lanes == 0) options.generate.lanes = DetectCpu().n_cores;
  LEMMA_ASSIGN_OR_RETURN(std::vector<Answered> answered, ChooseProblems(options));
  LEMMA_RETURN_IF_ERROR(Answer(options, answered));
  LEMMA_RETURN_IF_ERROR(Grade(answered));
  return Report(options, answered);
}

}  // namespace

void AddEvalCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<EvalOptions>();
  options->generate.lanes = 0;
  CLI::App* command = app.add_subcommand("eval", "Answer held-out problems and check the answers");
  command->footer(
      "Example: lemma-train eval --model models/lemma-mini --data build/mini/data/heldout.jsonl\n"
      "Programs that the model writes are run, under limits but not in a sandbox.");
  command->add_option("--model", options->model, "Folder of the model and its tokenizer")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--data", options->data, "Problems (heldout.jsonl)")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--profiles", options->profiles, "The system prompts (profiles.json)")
      ->check(CLI::ExistingFile)
      ->capture_default_str();
  command->add_option("--per-family", options->per_family, "Problems asked of each family")
      ->capture_default_str();
  command
      ->add_option("--system", options->system,
                   "Under which system prompt: the domain's profile, "
                   "none, or the other domain's (wrong)")
      ->check(CLI::IsMember({"profile", "none", "wrong"}))
      ->capture_default_str();
  command->add_option("--language", options->language, "Questions in en, zh or any")
      ->check(CLI::IsMember({"en", "zh", "any"}))
      ->capture_default_str();
  command->add_option("--max-tokens", options->generate.n_tokens_max, "Of a reply")
      ->check(CLI::Range(int64_t{1}, int64_t{32768}))
      ->capture_default_str();
  command->add_option("--batch", options->generate.prompts_per_batch, "Prompts of one lane")
      ->check(CLI::Range(int64_t{1}, int64_t{1024}))
      ->capture_default_str();
  command->add_option("--threads", options->generate.lanes, "Parallel lanes (default: one a core)");
  command->add_option("--dtype", options->generate.dtype, "bf16 or f32")
      ->check(CLI::IsMember({"bf16", "f32"}))
      ->capture_default_str();
  command->add_option("--json", options->json, "Also write the table to this file");
  command->add_option("--replies", options->replies, "Also write every reply to this file");
  command->callback([options, &run] { run = [options] { return Evaluate(*options); }; });
}

}  // namespace lemma::train
