#include <algorithm>
#include <memory>
#include <vector>

#include "app/commands.h"
#include "app/model_choice.h"
#include "common/base/file.h"

namespace lemma::app {
namespace {

struct LogitsOptions {
  ModelOptions model;
  std::vector<int32_t> tokens;
  std::string out;
};

// Feeds the tokens in chunks and collects the logits of every one.
Result<std::vector<float>> ComputeLogits(model::Backend& backend,
                                         const std::vector<int32_t>& tokens) {
  const auto n_tokens = static_cast<int32_t>(tokens.size());
  const auto vocab = static_cast<size_t>(backend.config().vocab_size);
  std::vector<model::PageId> pages;
  for (int32_t i = 0; i * model::kPageTokens < n_tokens; ++i) pages.push_back(i);
  if (static_cast<int32_t>(pages.size()) > backend.n_pages()) {
    return InvalidArgument("the KV cache holds " +
                               std::to_string(backend.n_pages() * model::kPageTokens) +
                               " tokens; raise --kv-gib",
                           "tokens");
  }
  std::vector<float> logits(tokens.size() * vocab);
  const int32_t chunk = std::min(backend.batch_rows_max(), backend.logit_rows_max());
  for (int32_t begin = 0; begin < n_tokens; begin += chunk) {
    const int32_t n = std::min(chunk, n_tokens - begin);
    std::vector<int32_t> rows(static_cast<size_t>(n));
    for (int32_t i = 0; i < n; ++i) rows[static_cast<size_t>(i)] = i;
    const model::SequenceSlice slice{
        .row_begin = 0, .n_tokens = n, .n_past = begin, .pages = pages};
    const model::Batch batch{
        .tokens = std::span(tokens).subspan(static_cast<size_t>(begin), static_cast<size_t>(n)),
        .sequences = {&slice, 1},
        .logit_rows = rows};
    LEMMA_RETURN_IF_ERROR(
        backend.Forward(batch, std::span(logits).subspan(static_cast<size_t>(begin) * vocab,
                                                         static_cast<size_t>(n) * vocab)));
  }
  return logits;
}

Status WriteLogits(const LogitsOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const model::Checkpoint checkpoint,
                         OpenModel(options.model.model, options.model.weights));
  for (const int32_t token : options.tokens) {
    if (token < 0 || token >= checkpoint.config().vocab_size) {
      return InvalidArgument("--tokens: " + std::to_string(token) + " is not below " +
                                 std::to_string(checkpoint.config().vocab_size),
                             "tokens");
    }
  }
  LEMMA_ASSIGN_OR_RETURN(const std::unique_ptr<model::Backend> backend,
                         model::LoadCpuBackend(checkpoint, BackendOptions(options.model)));
  LEMMA_ASSIGN_OR_RETURN(const std::vector<float> logits, ComputeLogits(*backend, options.tokens));
  return WriteFileAtomically(
      options.out, {reinterpret_cast<const char*>(logits.data()), logits.size() * sizeof(float)});
}

}  // namespace

void AddLogits(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<LogitsOptions>();
  CLI::App* command = app.add_subcommand(
      "logits", "Logits of each token's successor, as little-endian float32 [n_tokens, vocab]");
  AddModelOptions(*command, options->model);
  command->add_option("--tokens", options->tokens, "Token ids: 1,2,3")->delimiter(',')->required();
  command->add_option("--out", options->out, "The file to write")->required();
  command->footer("Example:\n  lemma logits --tokens 1,2,3 --out logits.f32");
  command->callback([options, &exit_status] { exit_status.value = Report(WriteLogits(*options)); });
}

}  // namespace lemma::app
