// `lemma eval`: problems put to a server, answers graded, reports written; and two reports
// compared.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "app/commands.h"
#include "app/eval_progress.h"
#include "app/eval_safety.h"
#include "app/eval_server.h"
#include "app/local_server.h"
#include "common/base/file.h"
#include "common/net/address.h"
#include "service/eval/comparison.h"
#include "service/eval/dataset.h"
#include "service/eval/figures.h"
#include "service/eval/html_report.h"
#include "service/eval/patient_client.h"
#include "service/eval/report.h"
#include "service/eval/sample_run.h"
#include "service/eval/server_fingerprint.h"
#include "service/eval/state_file.h"
#include "service/reason/judge/judge.h"

namespace lemma::app {
namespace {

namespace json = boost::json;

constexpr int kRegressed = 3;

struct EvalOptions {
  std::string dataset;
  eval::DatasetOptions problems;
  EvalServerOptions server;
  eval::RunSettings settings;
  bool no_system = false;
  bool no_loop_guard = false;
  eval::SampleRunOptions run;
  std::string out;
  bool json = false;
};

struct CompareOptions {
  std::string a, b;
  bool fail_on_regression = false;
  bool json = false;
};

// The judge, where a problem has tests.
Result<std::optional<reason::Judge>> JudgeFor(const eval::Dataset& dataset) {
  for (const eval::Problem& problem : dataset.problems) {
    if (!problem.tests) continue;
    LEMMA_ASSIGN_OR_RETURN(reason::Judge judge, reason::Judge::Create({}));
    return std::optional(std::move(judge));
  }
  return std::optional<reason::Judge>();
}

std::string FiguresText(const eval::Figures& figures) {
  std::string text =
      fmt::format("pass@1     {:.1f} %, 95 % from {:.1f} to {:.1f}\n", 100 * figures.pass_at_1,
                  100 * figures.interval.low, 100 * figures.interval.high);
  const auto add_last = [&](const char* name, const std::vector<eval::AtK>& curve) {
    if (curve.empty() || curve.back().k == 1) return;
    text += fmt::format("{:<10} {:.1f} %\n", fmt::format("{}@{}", name, curve.back().k),
                        100 * curve.back().share);
  };
  add_last("pass", figures.pass_at);
  add_last("cons", figures.cons_at);
  for (int i = 0; i < eval::kOutcomes; ++i) {
    text += fmt::format("{:<10} {:.1f} %\n", eval::OutcomeName(static_cast<eval::Outcome>(i)),
                        100 * figures.shares[i]);
  }
  text += fmt::format("tokens     mean {:.0f}, median {:.0f}, p95 {:.0f}, all {}\n",
                      figures.tokens.mean, figures.tokens.median, figures.tokens.p95,
                      figures.tokens_total);
  text += fmt::format("seconds    mean {:.2f}, median {:.2f}, p95 {:.2f}\n", figures.seconds.mean,
                      figures.seconds.median, figures.seconds.p95);
  if (figures.deadline_kept) {
    text += fmt::format("deadline   kept within 5 % by {:.1f} %\n", 100 * *figures.deadline_kept);
  }
  return text;
}

Status WriteReports(const EvalOptions& options, const eval::Report& report) {
  const json::object object = eval::RenderReport(report);
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(options.out + ".json", json::serialize(object) + "\n"));
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(options.out + ".html", eval::RenderHtmlReport(report)));
  if (options.json) {
    std::printf("%s\n", json::serialize(object.at("figures")).c_str());
  } else {
    std::printf("%sreports    %s.json, %s.html\n", FiguresText(report.figures).c_str(),
                options.out.c_str(), options.out.c_str());
  }
  return Ok();
}

Status RunOn(const std::string& address, EvalOptions options, const eval::Dataset& dataset,
             const reason::Judge* judge) {
  LEMMA_ASSIGN_OR_RETURN(options.settings.model, EvalModel(options.server, address));
  options.run.n_parallel = options.server.n_parallel;
  eval::PatientClient client(EvalClientOptions(options.server, address));
  LEMMA_ASSIGN_OR_RETURN(
      options.settings.system_fingerprint,
      eval::ServerFingerprint(client, options.settings, dataset.problems.front()));
  LEMMA_ASSIGN_OR_RETURN(const auto state, eval::StateFile::Open(options.out + ".samples.jsonl",
                                                                 dataset, options.settings));
  LEMMA_ASSIGN_OR_RETURN(const eval::Samples samples,
                         eval::RunSamples(dataset, options.settings, options.run, client,
                                          eval::Grader(judge), *state, EvalProgressBar()));
  const eval::Figures figures = eval::ComputeFigures(dataset, options.settings, samples);
  return WriteReports(options, {dataset, options.settings, samples, figures});
}

Status Eval(EvalOptions options) {
  if (options.dataset.empty()) return InvalidArgument("DATASET is missing: a file of JSON lines");
  if (options.no_system) options.settings.profile = eval::kNoProfile;
  options.settings.loop_guard = !options.no_loop_guard;
  options.problems.seed = static_cast<uint64_t>(options.settings.seed);
  LEMMA_RETURN_IF_ERROR(eval::CheckSettings(options.settings));
  LEMMA_ASSIGN_OR_RETURN(const eval::Dataset dataset,
                         eval::ReadDataset(options.dataset, options.problems));
  if (options.out.empty()) {
    options.out = std::filesystem::path(options.dataset).stem().string() + "-eval";
  }
  LEMMA_ASSIGN_OR_RETURN(const auto judge, JudgeFor(dataset));
  const reason::Judge* judge_or_none = judge ? &*judge : nullptr;
  if (!options.server.url.empty()) {
    LEMMA_ASSIGN_OR_RETURN(const net::Address address, net::ParseBaseUrl(options.server.url));
    return RunOn(address.ToString(), std::move(options), dataset, judge_or_none);
  }
  LEMMA_ASSIGN_OR_RETURN(const auto server,
                         LocalServer::Start(options.server.model, {.judge = judge_or_none}));
  const bool asks_worker = options.settings.profile == eval::kNoProfile;
  return RunOn(asks_worker ? server->worker_address() : server->gateway_address(),
               std::move(options), dataset, judge_or_none);
}

int CompareReports(const CompareOptions& options) {
  const auto a = eval::ReadReport(options.a);
  if (!a.ok()) return Report(a.status());
  const auto b = eval::ReadReport(options.b);
  if (!b.ok()) return Report(b.status());
  const auto comparison = eval::Compare(*a, *b);
  if (!comparison.ok()) return Report(comparison.status());
  std::printf("%s", options.json
                        ? (json::serialize(eval::RenderComparison(*comparison)) + "\n").c_str()
                        : eval::ComparisonText(*comparison).c_str());
  return options.fail_on_regression && comparison->IsRegression() ? kRegressed : 0;
}

void AddProblemOptions(CLI::App& command, EvalOptions& options) {
  command.add_option("dataset", options.dataset, "Problems, a JSON object a line (docs/eval.md)");
  command.add_option("--samples", options.run.n_samples, "Answers to each problem")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  const CLI::Validator is_date(
      [](std::string& text) {
        const bool has_form = text.size() == 10 && text[4] == '-' && text[7] == '-';
        return has_form ? "" : "must be a date like 2025-02-01";
      },
      "DATE");
  command
      .add_option("--from", options.problems.from, "LiveCodeBench: contests of this day and later")
      ->check(is_date);
  command
      .add_option("--to", options.problems.to, "LiveCodeBench: contests of this day and earlier")
      ->check(is_date);
  command.add_option("--limit", options.problems.n_max, "Only so many problems, the first ones");
  command.add_option("--out", options.out,
                     "Where to: OUT.json, OUT.html, OUT.samples.jsonl (default: DATASET-eval)");
  command.add_flag("--json", options.json, "The figures as JSON on standard output");
}

void AddSettingsOptions(CLI::App& command, EvalOptions& options) {
  eval::RunSettings& settings = options.settings;
  CLI::Option* profile = command.add_option(
      "--profile", settings.profile,
      "math, algorithm@3, ...; none: no system prompt (default: the server chooses)");
  CLI::Option* system =
      command.add_option("--system", settings.system, "Your own system prompt instead");
  command.add_flag("--no-system", options.no_system, "The same as --profile none")
      ->excludes(profile)
      ->excludes(system);
  command.add_option("--language", settings.language, "Of the profile's prompts")
      ->check(CLI::IsMember({"en", "zh"}));
  command.add_option("--suffix", settings.suffix, "Put behind every problem");
  CLI::Option* strategy = command.add_option(
      "--strategy", settings.strategy,
      "Through /v1/solve: single, majority, adaptive, first_m, confidence or clr");
  command.add_option("--votes", settings.n_votes, "With a strategy: its samples at most")
      ->needs(strategy)
      ->check(CLI::Range(1, eval::kVotesMax))
      ->capture_default_str();
  command.add_option("--temperature", settings.temperature, "0 is greedy (default: the server's)")
      ->check(CLI::Range(0.0, 2.0));
  command.add_option("--max-tokens", settings.max_tokens, "Thinking and answer together")
      ->check(CLI::Range(int64_t{1}, eval::kMaxTokensMax));
  command.add_option("--deadline-ms", settings.deadline_ms, "For each answer, kept by the server")
      ->check(CLI::Range(int64_t{1}, eval::kDeadlineMsMax));
  command.add_flag("--no-loop-guard", options.no_loop_guard, "Switch Lemma's loop guard off");
  command.add_option("--seed", settings.seed, "Of all samples, and of the order of choices")
      ->check(CLI::Range(int64_t{0}, eval::kSeedMax))
      ->capture_default_str();
}

void AddCompare(CLI::App& eval, ExitStatus& exit_status) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = eval.add_subcommand("compare", "What has changed from report A to report B");
  command->add_option("a", options->a, "A.json")->required();
  command->add_option("b", options->b, "B.json")->required();
  command->add_flag("--fail-on-regression", options->fail_on_regression,
                    "Exit status 3 where B is worse and p under 0.05");
  command->add_flag("--json", options->json, "As JSON on standard output");
  command->callback([options, &exit_status] { exit_status.value = CompareReports(*options); });
}

}  // namespace

void AddEval(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App* command =
      app.add_subcommand("eval", "How much of a set of problems a model solves; goes on if killed");
  AddProblemOptions(*command, *options);
  AddEvalServerOptions(*command, options->server);
  AddSettingsOptions(*command, *options);
  AddCompare(*command, exit_status);
  AddEvalSafety(*command, exit_status);
  command->footer(
      "Examples:\n"
      "  lemma eval problems.jsonl                          lemma-mini, one sample each\n"
      "  lemma eval aime25.jsonl --url http://gpu1:8000/v1 --samples 16 --temperature 1\n"
      "  lemma eval problems.jsonl --strategy adaptive --out adaptive\n"
      "  lemma eval compare A.json B.json --fail-on-regression\n"
      "  lemma eval safety                                  what it refuses, what it says");
  command->callback([command, options, &exit_status] {
    if (!command->get_subcommands().empty()) return;
    options->server.names_model = command->get_option("--model")->count() > 0;
    exit_status.value = Report(Eval(*options));
  });
}

}  // namespace lemma::app
