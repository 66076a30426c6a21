// `lemma bench`: what the engine reaches here, beside what the machine allows. Speeds and limits
// are measured in turn, several rounds, and medians are printed: the machine may be shared.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/bench_accuracy.h"
#include "app/bench_speculation.h"
#include "app/bench_workloads.h"
#include "app/commands.h"
#include "app/model_choice.h"
#include "app/progress.h"
#include "common/base/cpu.h"
#include "inference/kernels/isa.h"
#include "inference/model/weight_format.h"

namespace lemma::app {
namespace {

constexpr int32_t kPromptTokens = 512;
constexpr int32_t kSharedTokens = 256;  // of the streams' prompt

struct BenchOptions {
  ModelOptions model;
  int n_rounds = 5;
  bool all = false;
  std::vector<std::string> only;  // names of rows; empty: as `all` says
  bool accuracy = false;
  std::string reference;  // for it; "": the model itself, as it is stored
  bool speculation = false;
  bool json = false;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// A line of the table: one kind of work, and what was measured of it, by round.
struct Row {
  std::string name;
  std::function<Result<Work>(Workloads&)> run;
  std::vector<double> speeds = {};
  std::vector<double> read_shares = {}, multiply_shares = {};  // of the machine's limits
};

// The limit that is nearer, and how near it is.
struct Bound {
  const char* name;
  double share;
};

Bound BoundOf(const Row& row) {
  const double read = Median(row.read_shares), multiply = Median(row.multiply_shares);
  return multiply > read ? Bound{"multiply", multiply} : Bound{"read", read};
}

Row Decode(std::string name, int32_t n_sequences, int32_t n_shared) {
  return {std::move(name),
          [=](Workloads& workloads) { return workloads.Step(n_sequences, n_shared); }};
}

std::vector<Row> MakeRows(const BenchOptions& options, const model::Backend& backend,
                          int32_t tokens_max) {
  std::vector<Row> rows;
  const int32_t n_prompt = std::min(kPromptTokens, tokens_max);
  rows.push_back({fmt::format("prompt of {}", n_prompt),
                  [=](Workloads& workloads) { return workloads.Prompt(n_prompt); }});
  rows.push_back(Decode("decode", 1, 0));
  if (!options.all && options.only.empty()) return rows;
  for (const int32_t depth : {2048, 16384, 32000}) {
    if (depth + 128 > std::min(tokens_max, backend.config().context_length_max)) continue;
    rows.push_back(Decode(fmt::format("decode after {}", depth), 1, depth));
  }
  for (const int32_t n : {2, 4, 8, 16, 32}) {
    if (n > backend.logit_rows_max() || kSharedTokens + 128 * n > tokens_max) continue;
    rows.push_back(
        Decode(fmt::format("{} streams, {} shared", n, kSharedTokens), n, kSharedTokens));
  }
  for (const int32_t n : {2, 4, 8, 12, 16, 24, 32, 64}) {
    if (n > std::min(backend.logit_rows_max(), backend.batch_rows_max())) continue;
    rows.push_back({fmt::format("{} rows of one", n),
                    [=](Workloads& workloads) { return workloads.Step(1, 0, n); }});
  }
  return rows;
}

// Those of `rows` that were asked for, in the table's order.
Result<std::vector<Row>> ChooseRows(std::vector<Row> rows, const std::vector<std::string>& only) {
  if (only.empty()) return rows;
  std::string known;
  for (const Row& row : rows) known += (known.empty() ? "\"" : ", \"") + row.name + "\"";
  for (const std::string& name : only) {
    const auto has_name = [&](const Row& row) { return row.name == name; };
    if (std::none_of(rows.begin(), rows.end(), has_name)) {
      return InvalidArgument(
          fmt::format("--only \"{}\": no such row with this model; there are {}", name, known),
          "only");
    }
  }
  std::erase_if(rows, [&](const Row& row) {
    return std::find(only.begin(), only.end(), row.name) == only.end();
  });
  return rows;
}

struct Figures {
  std::string model;
  model::BackendInfo info;
  double load_s = 0;
  std::vector<double> reads, products;  // the limits, by round
  std::vector<Row> rows;
  double sample_s = 0;
  double tokenizer_bytes_s = 0;
  std::optional<Accuracy> accuracy;
  std::vector<SpeculationGain> speculation;
};

Status Measure(model::Backend& backend, const BenchOptions& options, Figures& figures) {
  const CpuFeatures cpu = DetectCpu();
  LEMMA_ASSIGN_OR_RETURN(const kernels::Isa isa, kernels::ChooseIsa(options.model.isa, cpu));
  LEMMA_ASSIGN_OR_RETURN(
      const auto pool,
      ThreadPool::Create(options.model.n_threads > 0 ? options.model.n_threads : cpu.n_cores));
  LEMMA_ASSIGN_OR_RETURN(Workloads workloads, Workloads::Make(backend));
  LEMMA_ASSIGN_OR_RETURN(
      figures.rows, ChooseRows(MakeRows(options, backend, workloads.tokens_max()), options.only));
  const auto progress = ProgressBar("measuring");
  for (int round = 0; round < options.n_rounds; ++round) {
    LEMMA_ASSIGN_OR_RETURN(const Limits limits,
                           MeasureLimits(kernels::KernelsFor(isa),
                                         *model::WeightFormatNamed(backend.info().weights), *pool));
    figures.reads.push_back(limits.bytes_s);
    figures.products.push_back(limits.products_s);
    for (Row& row : figures.rows) {
      LEMMA_ASSIGN_OR_RETURN(const Work work, row.run(workloads));
      row.speeds.push_back(work.tokens / work.seconds);
      row.read_shares.push_back(work.bytes / work.seconds / limits.bytes_s);
      row.multiply_shares.push_back(work.products / work.seconds / limits.products_s);
    }
    if (progress) progress(static_cast<double>(round + 1) / options.n_rounds);
  }
  return Ok();
}

void PrintJson(const Figures& figures) {
  boost::json::array rows;
  for (const Row& row : figures.rows) {
    const auto [bound, share] = BoundOf(row);
    rows.push_back(
        {{"name", row.name}, {"tokens_s", Median(row.speeds)}, {"bound", bound}, {"share", share}});
  }
  boost::json::object object = {{"model", figures.model},
                                {"device", figures.info.device},
                                {"weights", figures.info.weights},
                                {"weight_bytes", figures.info.weight_bytes},
                                {"kv_bytes_per_token", figures.info.kv_bytes_per_token},
                                {"load_s", figures.load_s},
                                {"read_bytes_s", Median(figures.reads)},
                                {"products_s", Median(figures.products)},
                                {"sample_s", figures.sample_s},
                                {"tokenizer_bytes_s", figures.tokenizer_bytes_s},
                                {"rows", std::move(rows)}};
  for (const SpeculationGain& gain : figures.speculation) {
    object["speculation, " + gain.text] = Median(gain.ratios);
  }
  if (figures.accuracy) {
    object["mean_kl"] = figures.accuracy->mean_kl;
    object["mean_kl_standard_error"] = figures.accuracy->standard_error;
    object["same_top"] = figures.accuracy->same_top;
  }
  std::printf("%s\n", boost::json::serialize(object).c_str());
}

void PrintTable(const Figures& figures) {
  const auto line = [](const std::string& name, const std::string& value,
                       const std::string& more = "") {
    std::printf("%-24s %s%s\n", name.c_str(), value.c_str(), more.c_str());
  };
  const model::BackendInfo& info = figures.info;
  line("model", fmt::format("{}, {} weights, {:.2f} GB, {} K and V", figures.model, info.weights,
                            static_cast<double>(info.weight_bytes) / 1e9, info.kv));
  line("device", info.device);
  line("this machine reads", fmt::format("{:8.1f} GB/s", Median(figures.reads) / 1e9));
  line("and multiplies",
       fmt::format("{:8.0f} Gop/s of {}", 2 * Median(figures.products) / 1e9, info.weights));
  line("load", fmt::format("{:8.2f} s", figures.load_s));
  for (const Row& row : figures.rows) {
    const auto [bound, share] = BoundOf(row);
    const bool is_cached = share > 1.5;
    line(row.name, fmt::format("{:8.1f} tokens/s", Median(row.speeds)),
         fmt::format(", {:3.0f} % of what it {}", 100 * share,
                     bound == std::string_view("multiply") ? "multiplies"
                     : is_cached                           ? "reads (the weights stay in the cache)"
                                                           : "reads"));
  }
  line("sampling, top_p 0.95", fmt::format("{:8.3f} ms a token", 1000 * figures.sample_s));
  line("tokenizer", fmt::format("{:8.1f} MB/s", figures.tokenizer_bytes_s / 1e6));
  for (const SpeculationGain& gain : figures.speculation) {
    line("guessing, " + gain.text, fmt::format("{:8.2f} times as fast", Median(gain.ratios)));
  }
  if (!figures.accuracy) return;
  line("KL from as stored",
       fmt::format("{:8.0f} +- {:.0f} millionths of a nat", 1e6 * figures.accuracy->mean_kl,
                   1e6 * figures.accuracy->standard_error),
       fmt::format(", the same most likely token for {:.1f} %", 100 * figures.accuracy->same_top));
}

// With its weights as they were before any rounding of ours.
Result<model::Checkpoint> OpenReference(const BenchOptions& options) {
  const bool is_model = options.reference.empty();
  const std::string& name = is_model ? options.model.model : options.reference;
  LEMMA_ASSIGN_OR_RETURN(model::Checkpoint reference, OpenModel(name, "float32"));
  if (reference.packed()) {
    return InvalidArgument("what is lost is measured against weights before rounding, and " + name +
                               " is a packed file: name what it was made of with --reference",
                           is_model ? "model" : "reference");
  }
  return reference;
}

Status Bench(const BenchOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const model::Checkpoint checkpoint,
                         OpenModel(options.model.model, options.model.weights));
  std::optional<model::Checkpoint> reference;  // nothing: there is no comparison
  if (options.accuracy || !options.reference.empty()) {
    LEMMA_ASSIGN_OR_RETURN(reference, OpenReference(options));
  }
  LEMMA_ASSIGN_OR_RETURN(const text::Tokenizer tokenizer, LoadTokenizer(checkpoint));
  Figures figures;
  figures.model = checkpoint.id();
  const auto begin = std::chrono::steady_clock::now();
  LEMMA_ASSIGN_OR_RETURN(const std::unique_ptr<model::Backend> backend,
                         LoadBackend(checkpoint, options.model));
  figures.load_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  figures.info = backend->info();
  LEMMA_RETURN_IF_ERROR(Measure(*backend, options, figures));
  figures.sample_s = SecondsToSample(*backend);
  figures.tokenizer_bytes_s = TokenizerBytesPerSecond(tokenizer);
  if (options.speculation) {
    LEMMA_ASSIGN_OR_RETURN(figures.speculation,
                           MeasureSpeculation(*backend, tokenizer, options.n_rounds));
  }
  if (reference) {
    LEMMA_ASSIGN_OR_RETURN(figures.accuracy, MeasureAccuracy(*reference, options.model, *backend));
  }
  options.json ? PrintJson(figures) : PrintTable(figures);
  return Ok();
}

}  // namespace

void AddBench(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* command =
      app.add_subcommand("bench", "Measure the model's speed beside this machine's limits");
  AddModelOptions(*command, options->model);
  command->add_option("--rounds", options->n_rounds, "Medians are of so many rounds")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--all", options->all,
                    "Also at depth, of many streams, and of 2 to 64 rows of one (minutes)");
  command->add_option("--only", options->only,
                      "Only the row of this name, of those that --all has; may be repeated");
  command->add_flag("--accuracy", options->accuracy,
                    "Also how far the rounded weights are from those that are stored");
  command->add_option("--reference", options->reference,
                      "Also how far the model is from this one, of which it was made by rounding");
  command->add_flag("--speculation", options->speculation,
                    "Also what guessing ahead gains on a trace, on code and on random tokens");
  command->add_flag("--json", options->json, "One JSON object");
  command->footer(
      "Examples:\n  lemma bench --model random-1.5b --weights q8 --rounds 9\n"
      "  lemma bench --model random-1.5b --only \"8 streams, 256 shared\"\n"
      "Shares: of what the machine reads in that time (weights and KV) or multiplies (weights),\n"
      "whichever is nearer, measured in the same round.");
  command->callback([options, &exit_status] { exit_status.value = Report(Bench(*options)); });
}

}  // namespace lemma::app
