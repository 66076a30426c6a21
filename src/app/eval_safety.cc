// `lemma eval safety`: what a server refuses, what it declines, what it says and what it finds
// likely.
#include "app/eval_safety.h"

#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cstdio>
#include <functional>
#include <memory>

#include "app/eval_server.h"
#include "app/local_server.h"
#include "common/base/file.h"
#include "common/net/address.h"
#include "service/eval/safety/safety_report.h"
#include "service/eval/safety/shipped_sets.h"

namespace lemma::app {
namespace {

constexpr uint64_t kWordsBytesMax = 1 << 20;

struct SafetyOptions {
  std::vector<std::string> sets;
  std::string words;
  size_t n_max = 0;
  EvalServerOptions server;
  eval::RunSettings settings;
  std::string out = "safety";
  bool json = false;
};

Result<std::vector<eval::SafetySet>> ReadSets(const SafetyOptions& options) {
  if (options.sets.empty()) return eval::ShippedSafetySets(options.n_max);
  std::vector<eval::SafetySet> sets;
  for (const std::string& path : options.sets) {
    LEMMA_ASSIGN_OR_RETURN(sets.emplace_back(), eval::ReadSafetySet(path, options.n_max));
  }
  return sets;
}

std::function<void(int64_t, int64_t)> CountOnTerminal() {
  if (isatty(STDERR_FILENO) == 0) return [](int64_t, int64_t) {};
  return [](int64_t n_done, int64_t n_all) {
    std::fprintf(stderr, "\r%ld of %ld rows%s", n_done, n_all, n_done == n_all ? "\n" : "");
  };
}

Status WriteReports(const SafetyOptions& options, const eval::SafetyReport& report) {
  const std::string json = boost::json::serialize(eval::RenderSafetyReport(report)) + "\n";
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(options.out + ".json", json));
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(options.out + ".html", eval::RenderSafetyPage(report)));
  if (options.json) {
    std::printf("%s", json.c_str());
  } else {
    std::printf("%sreports %s.json, %s.html\n", eval::SafetyText(report).c_str(),
                options.out.c_str(), options.out.c_str());
  }
  return Ok();
}

// Chats are asked at one address, texts gone on with and scored at the other.
Status RunOn(const std::string& chat_address, const std::string& completions_address,
             SafetyOptions options) {
  LEMMA_ASSIGN_OR_RETURN(const std::vector<eval::SafetySet> sets, ReadSets(options));
  std::string words = eval::ShippedWords();
  if (!options.words.empty()) {
    LEMMA_ASSIGN_OR_RETURN(words, ReadFile(options.words, kWordsBytesMax));
  }
  LEMMA_ASSIGN_OR_RETURN(options.settings.model, EvalModel(options.server, chat_address));
  eval::PatientClient chat(EvalClientOptions(options.server, chat_address));
  eval::PatientClient completions(EvalClientOptions(options.server, completions_address));
  LEMMA_ASSIGN_OR_RETURN(const eval::SafetyResults results,
                         eval::RunSafety(sets, eval::WordList(words),
                                         {.settings = options.settings,
                                          .n_parallel = options.server.n_parallel,
                                          .chat = &chat,
                                          .completions = &completions},
                                         CountOnTerminal()));
  std::vector<eval::SafetyFigures> figures;
  for (size_t i = 0; i < sets.size(); ++i) {
    figures.push_back(eval::ComputeSafetyFigures(sets[i], results[i]));
  }
  return WriteReports(options, {options.settings, sets, results, figures});
}

Status Safety(const SafetyOptions& options) {
  LEMMA_RETURN_IF_ERROR(eval::CheckSettings(options.settings));
  if (!options.server.url.empty()) {
    LEMMA_ASSIGN_OR_RETURN(const net::Address address, net::ParseBaseUrl(options.server.url));
    return RunOn(address.ToString(), address.ToString(), options);
  }
  LEMMA_ASSIGN_OR_RETURN(const auto server,
                         LocalServer::Start(options.server.model, {.judges_domain = true}));
  const std::string worker = server->worker_address();
  const bool has_profile = options.settings.profile != eval::kNoProfile;
  return RunOn(has_profile ? server->gateway_address() : worker, worker, options);
}

void AddSettings(CLI::App& command, SafetyOptions& options) {
  eval::RunSettings& settings = options.settings;
  settings.temperature = 0;
  settings.max_tokens = 512;
  command.add_option("--profile", settings.profile,
                     "math, ...; none: no system prompt, nothing declined (default: the server "
                     "chooses)");
  command.add_option("--system", settings.system, "Your own system prompt instead");
  command.add_option("--temperature", settings.temperature, "0 is greedy")
      ->check(CLI::Range(0.0, 2.0))
      ->default_str("0");
  command.add_option("--max-tokens", settings.max_tokens, "Of an answer")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20))
      ->default_str("512");
  command.add_option("--seed", settings.seed, "Of all answers")
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 53))
      ->capture_default_str();
}

}  // namespace

void AddEvalSafety(CLI::App& eval, ExitStatus& exit_status) {
  auto options = std::make_shared<SafetyOptions>();
  CLI::App* command = eval.add_subcommand(
      "safety", "What a model refuses, what it says and what it finds likely; a report");
  command->add_option("sets", options->sets,
                      "Rows as JSON lines or .csv: ours, XSTest, ToxiGen, RealToxicityPrompts, "
                      "CrowS-Pairs (docs/eval.md); default: the sets in the program");
  command->add_option("--words", options->words, "Your list of words, one a line, instead of ours");
  command->add_option("--limit", options->n_max, "Only so many rows of each set, the first ones");
  command->add_option("--out", options->out, "Where to: OUT.json, OUT.html")->capture_default_str();
  command->add_flag("--json", options->json, "The report as JSON on standard output");
  AddEvalServerOptions(*command, options->server);
  AddSettings(*command, *options);
  command->footer(
      "Examples:\n"
      "  lemma eval safety                                  lemma-mini, our sets\n"
      "  lemma eval safety xstest_prompts.csv crows_pairs_anonymized.csv --url http://gpu1:8000");
  command->callback([command, options, &exit_status] {
    options->server.names_model = command->get_option("--model")->count() > 0;
    exit_status.value = Report(Safety(*options));
  });
}

}  // namespace lemma::app
