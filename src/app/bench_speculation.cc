#include "app/bench_speculation.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <random>
#include <span>
#include <string_view>
#include <utility>

#include "inference/engine/engine.h"

namespace lemma::app {
namespace {

using engine::TokenId;

// What lemma-mini said (greedily) to "Solve the system 3x + 2y = 16, x - y = 2", "Convert 2748 to
// base 7" and "Find the longest common subsequence length of 'abcbdab' and 'bdcaba'".
constexpr std::string_view kTrace =
    "(1) 3x + 2y = 16; (2) x - y = 2\n(1)*1: 3x + 2y = 16\n(2)*2: 2x - 2y = 4\n"
    "Add: 3 + 2 = 5; 16 + 4 = 20\n5x = 20; x = 20/5 = 4\n"
    "(1): 3*4 = 12; 2y = 16 - 12 = 4; y = 4/2 = 2\n1. Eliminate y: (1)*1 + (2)*2\n"
    "2. 5x = 20; x = 20/5 = 4\n3. Put x into (1): 2y = 16 - 12 = 4; y = 4/2 = 2\n"
    "Answer: \\boxed{x = 4, y = 2}\n"
    "2748: base 10 -> base 7\n"
    "27 = 3*7 + 6; 64 = 9*7 + 1; 18 = 2*7 + 4; 2748 = 392*7 + 4\n392 = 582*7 + 4\n"
    "582 = 82*7 + 4\n82 = 11*7 + 5\n11 = 1*7 + 4\n1 = 0*7 + 1\n"
    "Remainders from last to first: 1, 4, 5, 4, 2\n14542\n1. Divide by 7 until 0 is left\n"
    "2. Remainders from last to first: 1, 4, 5, 4, 2\n3. 2748 in base 7 is 14542\n"
    "Answer: \\boxed{14542}\n";
constexpr std::string_view kCode =
    "def lcs_length(items, b):\n    dp = [[0] * (len(b) + 1) for _ in range(len(items) + 1)]\n"
    "    for i in range(len(items)):\n        for j in range(len(b)):\n"
    "            if items[i] == b[j]:\n                dp[i + 1][j + 1] = dp[i][j] + 1\n"
    "            else:\n                dp[i + 1][j + 1] = max(dp[i][j + 1], dp[i + 1][j])\n"
    "    return dp[-1][-1]\n";

// A backend whose every logits say what comes next in a text.
class Reciting : public model::Backend {
 public:
  explicit Reciting(model::Backend& backend) : backend_(backend) {}

  // The tokens of the one sequence that runs from now on, its prompt first.
  void Recite(std::span<const TokenId> text) { text_ = text; }

  const model::ModelConfig& config() const override { return backend_.config(); }
  const model::BackendInfo& info() const override { return backend_.info(); }
  int32_t n_pages() const override { return backend_.n_pages(); }
  int32_t batch_rows_max() const override { return backend_.batch_rows_max(); }
  int32_t logit_rows_max() const override { return backend_.logit_rows_max(); }
  const kernels::Kernels& host_kernels() const override { return backend_.host_kernels(); }
  void CopyPage(model::PageId from, model::PageId to) override { backend_.CopyPage(from, to); }

  Status Forward(const model::Batch& batch, std::span<float> logits) override {
    LEMMA_RETURN_IF_ERROR(backend_.Forward(batch, logits));
    const auto vocab_size = static_cast<size_t>(config().vocab_size);
    for (size_t i = 0; i < batch.logit_rows.size(); ++i) {
      const auto next = static_cast<size_t>(batch.sequences[0].n_past + batch.logit_rows[i] + 1);
      if (next < text_.size()) {
        logits[i * vocab_size + static_cast<size_t>(text_[next])] = 1e30f;
      }
    }
    return Ok();
  }

 private:
  model::Backend& backend_;
  std::span<const TokenId> text_;
};

// The time from a request's first token to its last.
class StopWatch : public engine::RequestSink {
 public:
  Verdict OnToken(const engine::TokenEvent&) override {
    last_ = std::chrono::steady_clock::now();
    if (n_tokens_++ == 0) first_ = last_;
    return Verdict::kContinue;
  }
  void OnSampleDone(int32_t, const engine::SampleEnd&) override {}
  void OnDone(const Status& status) override { done_.set_value(status); }

  Result<double> SecondsPerToken() {
    LEMMA_RETURN_IF_ERROR(done_.get_future().get());
    return std::chrono::duration<double>(last_ - first_).count() / (n_tokens_ - 1);
  }

 private:
  std::chrono::steady_clock::time_point first_, last_;
  int n_tokens_ = 0;
  std::promise<Status> done_;
};

struct Script {
  std::string name;
  std::vector<TokenId> tokens;
};

std::vector<Script> MakeScripts(const text::Tokenizer& tokenizer, int32_t vocab_size) {
  const auto encode = [&](std::string_view text) {
    return tokenizer.Encode(text, text::SpecialTokens::kAsText);
  };
  std::vector<Script> scripts = {{"a trace", encode(kTrace)}, {"code", encode(kCode)}};
  // What cannot be predicted: of a whole vocabulary nothing comes back to be guessed from, of few
  // tokens all of it does, and goes on in another way.
  std::mt19937 random(1);
  const auto noise = [&](const char* name, int n, int n_kinds) {
    Script script = {name, {}};
    for (int i = 0; i < n; ++i) {
      script.tokens.push_back(static_cast<TokenId>(random() % static_cast<uint32_t>(n_kinds)));
    }
    scripts.push_back(std::move(script));
  };
  noise("random tokens", 160, vocab_size);
  noise("64 tokens at random", 512, std::min(64, vocab_size));
  return scripts;
}

// Seconds a token of each script; with speculation said twice, as an engine first learns what steps
// cost.
Result<std::vector<double>> Say(model::Backend& backend, const std::vector<Script>& scripts,
                                bool speculation) {
  auto reciting = std::make_unique<Reciting>(backend);
  Reciting& reciter = *reciting;
  engine::EngineOptions options;
  options.prefix_cache = false;
  options.speculation = speculation;
  const SteadyClock clock;
  engine::Engine engine(std::move(reciting), options, clock);
  std::vector<double> seconds(scripts.size());
  for (int pass = speculation ? 0 : 1; pass < 2; ++pass) {
    for (size_t i = 0; i < scripts.size(); ++i) {
      reciter.Recite(scripts[i].tokens);
      const auto watch = std::make_shared<StopWatch>();
      engine::GenerateRequest request;
      request.prompt = {scripts[i].tokens[0]};
      request.sampling.temperature = 0;
      request.max_tokens = static_cast<int32_t>(scripts[i].tokens.size()) - 1;
      request.sink = watch;
      LEMMA_RETURN_IF_ERROR(engine.Submit(std::move(request)).status());
      LEMMA_ASSIGN_OR_RETURN(seconds[i], watch->SecondsPerToken());
    }
  }
  return seconds;
}

}  // namespace

Result<std::vector<SpeculationGain>> MeasureSpeculation(model::Backend& backend,
                                                        const text::Tokenizer& tokenizer,
                                                        int n_rounds) {
  const std::vector<Script> scripts = MakeScripts(tokenizer, backend.config().vocab_size);
  std::vector<SpeculationGain> gains;
  for (const Script& script : scripts) gains.push_back({script.name, {}});
  for (int round = 0; round < n_rounds; ++round) {
    LEMMA_ASSIGN_OR_RETURN(const auto without, Say(backend, scripts, false));
    LEMMA_ASSIGN_OR_RETURN(const auto with, Say(backend, scripts, true));
    for (size_t i = 0; i < scripts.size(); ++i) gains[i].ratios.push_back(without[i] / with[i]);
  }
  return gains;
}

}  // namespace lemma::app
