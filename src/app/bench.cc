// `lemma bench`: what the engine reaches here, beside what the machine allows. Speed and limit are
// measured in turn, several times, and medians are printed: the machine may be shared.
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <numeric>
#include <vector>

#include "app/commands.h"
#include "app/model_choice.h"
#include "common/base/cpu.h"
#include "common/base/thread_pool.h"
#include "inference/kernels/isa.h"
#include "inference/model/bandwidth.h"

namespace lemma::app {
namespace {

constexpr int32_t kPromptTokens = 512;
constexpr int32_t kDecodeSteps = 16;

struct BenchOptions {
  ModelOptions model;
  int n_rounds = 5;
  bool json = false;
};

double SecondsNow() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// One sequence that grows in the first pages.
class Sequence {
 public:
  explicit Sequence(model::Backend& backend)
      : backend_(backend),
        pages_(static_cast<size_t>(backend.n_pages())),
        tokens_(static_cast<size_t>(backend.batch_rows_max())),
        logits_(static_cast<size_t>(backend.config().vocab_size)) {
    std::iota(pages_.begin(), pages_.end(), 0);
    for (size_t i = 0; i < tokens_.size(); ++i) {
      tokens_[i] = static_cast<int32_t>(i) % backend.config().vocab_size;
    }
  }

  int32_t n_past() const { return n_past_; }

  // Seconds for the next n tokens with the logits of the last one.
  Result<double> Forward(int32_t n) {
    const double start = SecondsNow();
    while (n > 0) {
      const int32_t chunk = std::min(n, backend_.batch_rows_max());
      const int32_t last = chunk - 1;
      const model::SequenceSlice slice{
          .row_begin = 0, .n_tokens = chunk, .n_past = n_past_, .pages = pages_};
      LEMMA_RETURN_IF_ERROR(backend_.Forward(
          {std::span(tokens_).first(static_cast<size_t>(chunk)), {&slice, 1}, {&last, 1}},
          logits_));
      n_past_ += chunk;
      n -= chunk;
    }
    return SecondsNow() - start;
  }

 private:
  model::Backend& backend_;
  std::vector<model::PageId> pages_;
  std::vector<model::TokenId> tokens_;
  std::vector<float> logits_;
  int32_t n_past_ = 0;
};

struct Figures {
  double load_s = 0;
  double bandwidth_gb_s = 0;
  double prompt_tokens_s = 0;
  double decode_tokens_s = 0;
  double decode_share = 0;  // of the bandwidth, by the bytes of weights and KV that a step reads
};

Result<Figures> Measure(model::Backend& backend, const BenchOptions& options) {
  const CpuFeatures cpu = DetectCpu();
  LEMMA_ASSIGN_OR_RETURN(const kernels::Isa isa, kernels::ChooseIsa(options.model.isa, cpu));
  LEMMA_ASSIGN_OR_RETURN(
      const auto pool,
      ThreadPool::Create(options.model.n_threads > 0 ? options.model.n_threads : cpu.n_cores));
  const int32_t room = backend.n_pages() * model::kPageTokens;
  const int32_t n_prompt = std::min(kPromptTokens, room - kDecodeSteps);
  if (n_prompt <= 0) return InvalidArgument("the KV cache is too small; raise --kv-gib", "kv-gib");
  std::vector<double> bandwidths, prompts, decodes, shares;
  for (int round = 0; round < options.n_rounds; ++round) {
    Sequence sequence(backend);
    LEMMA_ASSIGN_OR_RETURN(const double prompt_s, sequence.Forward(n_prompt));
    double step_s = 1e30;  // the best of a few, as the probe takes the best of a few passes
    for (int step = 0; step < kDecodeSteps; ++step) {
      LEMMA_ASSIGN_OR_RETURN(const double s, sequence.Forward(1));
      step_s = std::min(step_s, s);
    }
    LEMMA_ASSIGN_OR_RETURN(const double bandwidth,
                           model::MeasureReadBandwidth(kernels::KernelsFor(isa), *pool));
    const model::BackendInfo& info = backend.info();
    const double bytes = static_cast<double>(info.weight_bytes) +
                         sequence.n_past() * static_cast<double>(info.kv_bytes_per_token);
    bandwidths.push_back(bandwidth / 1e9);
    prompts.push_back(n_prompt / prompt_s);
    decodes.push_back(1 / step_s);
    shares.push_back(bytes / step_s / bandwidth);
  }
  Figures figures;
  figures.bandwidth_gb_s = Median(bandwidths);
  figures.prompt_tokens_s = Median(prompts);
  figures.decode_tokens_s = Median(decodes);
  figures.decode_share = Median(shares);
  return figures;
}

void Print(const std::string& model, const model::BackendInfo& info, const Figures& figures,
           bool json) {
  if (json) {
    const boost::json::object object = {{"model", model},
                                        {"device", info.device},
                                        {"weights", info.weights},
                                        {"weight_bytes", info.weight_bytes},
                                        {"load_s", figures.load_s},
                                        {"read_bandwidth_gb_s", figures.bandwidth_gb_s},
                                        {"prompt_tokens_s", figures.prompt_tokens_s},
                                        {"decode_tokens_s", figures.decode_tokens_s},
                                        {"decode_bandwidth_share", figures.decode_share}};
    std::printf("%s\n", boost::json::serialize(object).c_str());
    return;
  }
  std::printf(
      "model           %s, %s weights, %.2f GB\n"
      "device          %s\n"
      "load            %8.2f s\n"
      "read bandwidth  %8.1f GB/s (this machine's, measured in turn with the rest)\n"
      "prompt of %4d  %8.1f tokens/s\n"
      "decode          %8.1f tokens/s, %.0f %% of the read bandwidth%s\n",
      model.c_str(), info.weights.c_str(), static_cast<double>(info.weight_bytes) / 1e9,
      info.device.c_str(), figures.load_s, figures.bandwidth_gb_s, kPromptTokens,
      figures.prompt_tokens_s, figures.decode_tokens_s, 100 * figures.decode_share,
      figures.decode_share > 1.5 ? " (the weights stay in the cache)" : "");
}

Status Bench(const BenchOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const model::Checkpoint checkpoint, OpenModel(options.model.model));
  const double start = SecondsNow();
  LEMMA_ASSIGN_OR_RETURN(const std::unique_ptr<model::Backend> backend,
                         LoadBackend(checkpoint, options.model));
  const double load_s = SecondsNow() - start;
  LEMMA_ASSIGN_OR_RETURN(Figures figures, Measure(*backend, options));
  figures.load_s = load_s;
  Print(checkpoint.id(), backend->info(), figures, options.json);
  return Ok();
}

}  // namespace

void AddBench(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* command =
      app.add_subcommand("bench", "Measure prompt and decode speed beside the machine's limit");
  AddModelOptions(*command, options->model);
  command->add_option("--rounds", options->n_rounds, "Medians are of so many rounds")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object");
  command->footer("Example:\n  lemma bench --model random-1.5b --rounds 9");
  command->callback([options, &exit_status] { exit_status.value = Report(Bench(*options)); });
}

}  // namespace lemma::app
