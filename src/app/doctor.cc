// `lemma doctor`: what this machine offers, what would go wrong on it, and what to do about each.
#include "app/doctor.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/commands.h"
#include "app/connection_settings.h"
#include "app/embedded_model.h"
#include "app/hub_settings.h"
#include "app/runtime_directory.h"
#include "common/base/cpu.h"
#include "common/net/http_server.h"
#include "inference/kernels/isa.h"
#include "inference/model/memory.h"
#include "inference/model/weights.h"
#include "inference/worker/worker.h"
#include "service/reason/judge/compiler.h"
#include "service/reason/judge/sandbox.h"

namespace lemma::app {
namespace {

namespace fs = std::filesystem;

constexpr double kGib = 1024.0 * 1024 * 1024;
// Lemma itself puts two sockets there; a disk with less is about to fail for whatever else runs.
constexpr double kDiskGibMin = 1;

// Prints one line a check and counts what would keep `lemma serve` from working.
class Findings {
 public:
  void Good(const char* what, const std::string& found) { Line("ok", what, found); }
  void Warn(const char* what, const std::string& found, const std::string& advice) {
    Line("warn", what, found);
    std::printf("                 -> %s\n", advice.c_str());
  }
  void Bad(const char* what, const std::string& found, const std::string& advice) {
    ++n_bad_;
    Line("FAIL", what, found);
    std::printf("                 -> %s\n", advice.c_str());
  }
  int n_bad() const { return n_bad_; }

 private:
  static void Line(const char* mark, const char* what, const std::string& found) {
    std::printf("%-5s %-10s %s\n", mark, what, found.c_str());
  }
  int n_bad_ = 0;
};

void CheckProcessor(const DoctorOptions& options, Findings& findings) {
  const CpuFeatures cpu = DetectCpu();
  const auto isa = kernels::ChooseIsa(options.model.isa, cpu);
  if (!isa.ok()) {
    findings.Bad("processor", isa.status().message(), "choose another --isa, or leave it out");
    return;
  }
  const std::string found =
      fmt::format("{}, {} cores, kernels {}", cpu.name.empty() ? "unknown" : cpu.name, cpu.n_cores,
                  kernels::IsaName(*isa));
  if (*isa == kernels::Isa::kScalar) {
    findings.Warn("processor", found,
                  "without AVX2 answers are many times slower; use a processor made after 2015");
  } else {
    findings.Good("processor", found);
  }
  if (options.model.n_threads > cpu.n_cores) {
    findings.Warn("threads", fmt::format("{} on {} cores", options.model.n_threads, cpu.n_cores),
                  "more threads than cores are slower: leave --threads out");
  }
}

// `may_be_packed`: the weights are as a hub has them, and ./run packs them next.
void CheckMemory(uint64_t weight_bytes, bool may_be_packed, const DoctorOptions& options,
                 Findings& findings) {
  const auto available = static_cast<double>(model::AvailableMemoryBytes());
  const double needed = static_cast<double>(weight_bytes) * 1.1 + options.model.kv_gib * kGib;
  const std::string found = fmt::format(
      "{:.2f} GiB free; weights {:.2f} GiB{}", available / kGib,
      static_cast<double>(weight_bytes) / kGib,
      options.model.kv_gib > 0 ? fmt::format(", KV {:.2f} GiB", options.model.kv_gib) : "");
  if (needed > available && may_be_packed) {
    findings.Warn("memory", found,
                  "packed as q8 (lemma pull; ./run does that itself) it needs half");
  } else if (needed > available) {
    findings.Bad("memory", found, "free some memory, take a smaller model or a smaller --kv-gib");
  } else {
    findings.Good("memory", found);
  }
}

bool IsToBeFetched(const std::string& model) {
  std::error_code error;
  return model != kEmbeddedModelName && !fs::exists(model, error) &&
         hub::ParseModelName(model).ok() && !FindPulledModel(model);
}

void CheckModel(const DoctorOptions& options, Findings& findings) {
  if (options.may_fetch && IsToBeFetched(options.model.model)) {
    findings.Warn("model", options.model.model + " is not here yet, and not checked",
                  "lemma pull fetches it; ./run does that itself");
    return;
  }
  const auto checkpoint = OpenModel(options.model.model, options.model.weights);
  if (!checkpoint.ok()) {
    findings.Bad("model", checkpoint.status().message(),
                 "give --model a directory with config.json, tokenizer.json, "
                 "tokenizer_config.json and the safetensors files, or a .gguf file of a Qwen2");
    return;
  }
  const auto tokenizer = LoadTokenizer(*checkpoint);
  const auto chat_template = LoadChatTemplate(*checkpoint);
  const model::ModelConfig& config = checkpoint->config();
  const auto weight_bytes = model::WeightBytes(*checkpoint, BackendOptions(options.model).weights);
  Status files = tokenizer.ok() ? chat_template.status() : tokenizer.status();
  if (files.ok()) files = worker::CheckModelFiles(config, *tokenizer, *chat_template);
  if (files.ok()) files = weight_bytes.status();
  if (!files.ok()) {
    findings.Bad("model", files.message(),
                 "download the checkpoint's files again, all of one revision");
    return;
  }
  findings.Good("model", fmt::format("{}: {} layers of {}, vocabulary {}, context {}",
                                     checkpoint->id(), config.n_layers, config.hidden_size,
                                     config.vocab_size, config.context_length_max));
  if (config.eos_ids.empty()) {
    findings.Warn(
        "model", "names no end token (eos_token_id)",
        "text completions end at the token limit; check config.json and generation_config.json");
  }
  const bool may_be_packed =
      options.may_fetch && !checkpoint->packed() && FindPulledModel(options.model.model);
  CheckMemory(*weight_bytes, may_be_packed, options, findings);
}

void CheckPort(const DoctorOptions& options, Findings& findings) {
  const std::string address = options.host + ":" + std::to_string(options.port);
  const auto server =
      net::HttpServer::Start(address, 1, {}, [](std::shared_ptr<net::HttpExchange>) {});
  if (server.ok()) {
    findings.Good("port", address + " is free");
    (*server)->Stop();
  } else {
    findings.Bad("port", server.status().message(),
                 "stop what listens there, or choose another --port");
  }
}

void CheckDisk(Findings& findings) {
  constexpr const char* kAdvice =
      "free some space, or point TMPDIR at a directory that can be written";
  const auto directory = RuntimeDirectory::Make();
  if (!directory.ok()) {
    findings.Bad("disk", directory.status().message(), kAdvice);
    return;
  }
  std::error_code error;
  const fs::path path = fs::temp_directory_path(error);
  const fs::space_info space = fs::space(path, error);
  if (error) {
    findings.Warn("disk", path.string() + ": its free space is unknown: " + error.message(),
                  kAdvice);
    return;
  }
  const double free_gib = static_cast<double>(space.available) / kGib;
  const std::string found =
      fmt::format("{} can be written, {:.1f} GiB free", path.string(), free_gib);
  if (free_gib < kDiskGibMin) {
    findings.Warn("disk", found, kAdvice);
  } else {
    findings.Good("disk", found);
  }
}

void CheckFiles(Findings& findings) {
  struct rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  // `lemma serve` raises the soft limit itself.
  const std::string found = fmt::format("{} open files allowed", limit.rlim_max);
  const uint64_t wanted = FilesFor(kConnectionsDefault);
  if (limit.rlim_max < wanted) {
    findings.Warn("limits", found,
                  fmt::format("many clients at once need more: ulimit -Hn {}", wanted));
  } else {
    findings.Good("limits", found);
  }
}

// `lemma serve` works without; `lemma judge` does not.
void CheckSandbox(Findings& findings) {
  const auto sandbox = reason::Sandbox::Create();
  if (!sandbox.ok()) {
    findings.Warn("sandbox", "programs cannot be judged here", sandbox.status().message());
    return;
  }
  const std::string python = reason::Compiler::Find(reason::ProgramLanguage::kPython);
  const std::string cpp = reason::Compiler::Find(reason::ProgramLanguage::kCpp);
  const std::string found =
      fmt::format("isolates programs; Python: {}, C++: {}", python.empty() ? "none" : python,
                  cpp.empty() ? "none" : cpp);
  if (python.empty() || cpp.empty()) {
    findings.Warn("sandbox", found, "to judge programs of both languages: python3 and g++");
  } else {
    findings.Good("sandbox", found);
  }
}

}  // namespace

int Doctor(const DoctorOptions& options) {
  Findings findings;
  CheckProcessor(options, findings);
  if (options.has_model) CheckModel(options, findings);
  CheckPort(options, findings);
  CheckDisk(findings);
  CheckFiles(findings);
  CheckSandbox(findings);
  return findings.n_bad() > 0 ? 1 : 0;
}

void AddDoctor(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* command =
      app.add_subcommand("doctor", "Check this machine and a model, and say what to do");
  AddModelOptions(*command, options->model);
  command->add_option("--host", options->host, "Where `lemma serve` would listen")
      ->capture_default_str();
  command->add_option("--port", options->port)->check(CLI::Range(0, 65535))->capture_default_str();
  command->footer("Example:\n  lemma doctor --model ./VibeThinker-1.5B");
  command->callback([options, &exit_status] { exit_status.value = Doctor(*options); });
}

}  // namespace lemma::app
