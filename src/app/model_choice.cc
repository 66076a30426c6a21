#include "app/model_choice.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <string_view>

#include "app/embedded_model.h"
#include "app/hub_settings.h"
#include "app/progress.h"
#include "common/base/cpu.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "inference/kernels/isa.h"
#include "inference/model/weight_format.h"

namespace lemma::app {

void AddModelOptions(CLI::App& command, ModelOptions& options) {
  command
      .add_option("-m,--model", options.model,
                  "lemma-mini (built in), a directory in the Hugging Face layout, a .gguf file, a "
                  "file that "
                  "lemma pack wrote, or a name that lemma pull fetched")
      ->capture_default_str();
  command.add_option("--threads", options.n_threads, "Threads that compute (0: one per core)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command
      .add_option(
          "--isa", options.isa,
          "Force the kernels: scalar, avx2, avx2-vnni, avx512, avx512-vnni, avx512-bf16 or amx "
          "(default: the best)")
      ->envname("LEMMA_ISA");
  command
      .add_option("--weights", options.weights,
                  "Compute with the weights as q8 (int8: half the memory of bf16), q4 (int4, less "
                  "exact: a third), bf16 or float32 (default: as they are stored)")
      ->check(CLI::IsMember({"q8", "q4", "bf16", "float32"}));
  command
      .add_option(
          "--kv", options.kv,
          "Keep K and V as q8 (int8: half the memory of bf16), bf16 or float32 (default: as "
          "the weights, but q8 beside q4)")
      ->check(CLI::IsMember({"q8", "bf16", "float32"}));
  command
      .add_option(
          "--kv-gib", options.kv_gib,
          "Memory for the KV cache in GiB (0: room for 180,224 tokens within a quarter of what "
          "is free)")
      ->check(CLI::Range(0.0, 65536.0))
      ->capture_default_str();
}

namespace {

bool IsDirectory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

// A file of any name; what is named as a model file is meant as one even where there is none.
bool IsFile(const std::string& path) {
  std::error_code error;
  return path.ends_with(".gguf") || path.ends_with(".lemma") ||
         (path != kEmbeddedModelName && std::filesystem::exists(path, error));
}

Status NoSuchModel(const std::string& model) {
  if (hub::ParseModelName(model).ok()) {
    return NotFound("--model " + model +
                    ": no such directory or file, and not complete in the cache " +
                    HubCacheDirectory().string() + ". Fetch it: lemma pull " + model);
  }
  return NotFound("--model " + model + ": no such directory or file, and not a built-in model (" +
                  std::string(kEmbeddedModelName) + " is)");
}

// What lemma pull has packed of it in this format ("": in any); nothing where there is none that
// can be read.
std::optional<model::Checkpoint> OpenPacked(const std::filesystem::path& snapshot,
                                            const std::string& model, const std::string& weights) {
  for (const char* format : {"q8", "q4", "bf16"}) {
    const std::filesystem::path path = PackedPath(snapshot, format);
    std::error_code error;
    if ((!weights.empty() && weights != format) || !std::filesystem::exists(path, error)) continue;
    auto checkpoint = model::Checkpoint::Open(path, model);
    if (checkpoint.ok()) return std::move(*checkpoint);
    LogWarning("{}: {} is used as it is stored; lemma pull {} packs it again",
               checkpoint.status().message(), model, model);
  }
  return std::nullopt;
}

}  // namespace

Result<model::Checkpoint> OpenModel(const std::string& model, const std::string& weights) {
  if (IsDirectory(model) || IsFile(model)) return model::Checkpoint::Open(model, "");
  if (model == kEmbeddedModelName) {
    return model::Checkpoint::OpenMemory(EmbeddedModelFiles(), model);
  }
  const auto pulled = FindPulledModel(model);
  if (!pulled) return NoSuchModel(model);
  if (auto packed = OpenPacked(*pulled, model, weights)) return std::move(*packed);
  return model::Checkpoint::OpenDirectory(*pulled, model);
}

Result<TokenizerFiles> OpenTokenizer(const std::string& model) {
  TokenizerFiles files;
  const bool is_name = !IsDirectory(model) && !IsFile(model) && model != kEmbeddedModelName;
  const auto pulled = is_name ? FindPulledModel(model) : std::nullopt;
  if (is_name && !pulled) return NoSuchModel(model);
  if (pulled || IsDirectory(model)) {
    const std::filesystem::path directory = pulled ? *pulled : std::filesystem::path(model);
    LEMMA_ASSIGN_OR_RETURN(files.tokenizer_json,
                           ReadFile(directory / "tokenizer.json", text::kTokenizerFileBytesMax));
    LEMMA_ASSIGN_OR_RETURN(
        files.tokenizer_config_json,
        ReadFile(directory / "tokenizer_config.json", text::kTokenizerFileBytesMax));
    return files;
  }
  if (IsFile(model)) {
    LEMMA_ASSIGN_OR_RETURN(const model::Checkpoint checkpoint, OpenModel(model));
    return TokenizerFiles{checkpoint.tokenizer_json(), checkpoint.tokenizer_config_json()};
  }
  files.tokenizer_json = EmbeddedModelFiles().at("tokenizer.json");
  files.tokenizer_config_json = EmbeddedModelFiles().at("tokenizer_config.json");
  return files;
}

Result<text::Tokenizer> LoadTokenizer(const model::Checkpoint& checkpoint) {
  return text::Tokenizer::FromJson(checkpoint.tokenizer_json(),
                                   checkpoint.id() + "/tokenizer.json");
}

Result<text::ChatTemplate> LoadChatTemplate(const model::Checkpoint& checkpoint) {
  if (!checkpoint.chat_template_text().empty()) {
    return text::ChatTemplate::FromTemplateText(checkpoint.chat_template_text(),
                                                checkpoint.id() + "/chat_template.jinja");
  }
  return text::ChatTemplate::FromConfig(checkpoint.tokenizer_config_json(),
                                        checkpoint.id() + "/tokenizer_config.json");
}

Result<std::string> DeviceOf(const ModelOptions& options) {
  const CpuFeatures cpu = DetectCpu();
  LEMMA_ASSIGN_OR_RETURN(const kernels::Isa isa, kernels::ChooseIsa(options.isa, cpu));
  const int n_threads = options.n_threads > 0 ? options.n_threads : cpu.n_cores;
  return fmt::format("{}, {} thread{}", kernels::IsaName(isa), n_threads, n_threads > 1 ? "s" : "");
}

model::CpuBackendOptions BackendOptions(const ModelOptions& options) {
  model::CpuBackendOptions backend;
  backend.n_threads = options.n_threads;
  backend.isa = options.isa;
  backend.weights = model::WeightFormatNamed(options.weights);
  backend.kv_format = model::WeightFormatNamed(options.kv);
  backend.kv_bytes_max = static_cast<uint64_t>(options.kv_gib * 1024 * 1024 * 1024);
  return backend;
}

Result<std::unique_ptr<model::Backend>> LoadBackend(const model::Checkpoint& checkpoint,
                                                    const ModelOptions& options) {
  model::CpuBackendOptions backend = BackendOptions(options);
  backend.on_progress = ProgressBar("loading " + checkpoint.id());
  return model::LoadCpuBackend(checkpoint, backend);
}

}  // namespace lemma::app
