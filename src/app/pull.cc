// `lemma pull`: a model from Hugging Face or ModelScope into the cache.
#include "common/hub/pull.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/hub_settings.h"
#include "app/packing.h"
#include "app/pull_display.h"
#include "app/signals.h"
#include "common/hub/cache.h"

namespace lemma::app {
namespace {

struct PullOptions {
  std::string name;
  std::string hub = "huggingface";
  std::string endpoint;
  bool offline = false;
  bool if_missing = false;
  std::string format = "q8";
};

hub::Hub HubOf(const PullOptions& options) {
  hub::Hub hub;
  hub.endpoint = options.endpoint;
  if (options.hub == "modelscope") {
    hub.kind = hub::HubKind::kModelScope;
    if (hub.endpoint.empty()) hub.endpoint = "https://www.modelscope.cn";
  } else {
    if (hub.endpoint.empty()) hub.endpoint = EnvironmentValue("HF_ENDPOINT");
    if (hub.endpoint.empty()) hub.endpoint = "https://huggingface.co";
  }
  hub.token = EnvironmentValue(hub.TokenName().c_str());  // this hub's own: for no other
  hub.ca_file = EnvironmentValue("SSL_CERT_FILE");        // OpenSSL's own name of it
  while (hub.endpoint.ends_with('/')) hub.endpoint.pop_back();
  return hub;
}

// Of any case, as in huggingface_hub (constants.py, _is_true).
bool IsOffline(const PullOptions& options) {
  std::string value = EnvironmentValue("HF_HUB_OFFLINE");
  std::transform(value.begin(), value.end(), value.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return options.offline || value == "1" || value == "true" || value == "yes" || value == "on";
}

// Beside the snapshot, so that it is mapped and starts at once. What cannot be packed is served as
// it is stored.
void PackPulled(const PullOptions& options, const std::filesystem::path& snapshot) {
  const std::filesystem::path path = PackedPath(snapshot, options.format);
  if (IsPackedFile(path)) return;
  const auto pack = [&]() -> Result<std::string> {
    LEMMA_ASSIGN_OR_RETURN(const auto checkpoint,
                           model::Checkpoint::OpenDirectory(snapshot, options.name));
    std::error_code error;  // then the file cannot be made, and says why
    std::filesystem::create_directories(path.parent_path(), error);
    return PackModel(checkpoint, options.format, path);
  };
  const auto packed = pack();
  std::fprintf(
      stderr, "%s\n",
      packed.ok()
          ? ("packed as " + *packed).c_str()
          : ("not packed, it is served as it is stored: " + packed.status().message()).c_str());
}

// What is packed, as a share of weights in bf16; of those in float32 it is half.
double PackedShare(const std::string& format) {
  if (format == "none") return 0;
  return format == "q8" ? 0.55 : format == "q4" ? 0.35 : 1;  // q4's embedding and head are int8
}

Status RunPull(const PullOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const hub::ModelName name, hub::ParseModelName(options.name));
  const hub::PullRequest request{HubOf(options), name, HubCacheDirectory(),
                                 PackedShare(options.format)};
  std::optional<std::filesystem::path> snapshot;
  const bool is_offline = IsOffline(options);
  if (is_offline || options.if_missing) snapshot = hub::FindSnapshot(request.cache, name);
  if (!snapshot && is_offline) {
    return NotFound(options.name + " is not in " + request.cache.string() +
                    ", and offline (--offline or HF_HUB_OFFLINE) nothing is fetched");
  }
  signal(SIGXFSZ, SIG_IGN);  // a file over `ulimit -f` is an error of the write
  const EndOnSignal end([] {
    constexpr char kText[] = "\nstopped: what is here stays, and the next pull goes on from it\n";
    if (write(STDERR_FILENO, kText, sizeof(kText) - 1) < 0) return;
  });
  if (!snapshot) {
    PullDisplay display;
    const hub::PullEvents events{
        [&](const hub::RemoteFile& file, uint64_t bytes) { display.OnBytes(file, bytes); },
        [&](const hub::RemoteFile& file) { display.OnFileDone(file); },
        [&](const std::string& text) { display.OnNote(text); }};
    std::fprintf(stderr, "%s from %s\n", name.Repository().c_str(), request.hub.endpoint.c_str());
    LEMMA_ASSIGN_OR_RETURN(snapshot, hub::Pull(request, events));
  }
  if (options.format != "none") PackPulled(options, *snapshot);
  std::printf("%s\n", snapshot->c_str());
  std::fprintf(stderr, "Serve it:  lemma serve --model %s\n", options.name.c_str());
  return Ok();
}

}  // namespace

void AddPull(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<PullOptions>();
  CLI::App* command = app.add_subcommand(
      "pull", "Fetch a model from Hugging Face or ModelScope; --model NAME finds it from then on");
  command
      ->add_option("name", options->name,
                   "vibethinker-1.5b, vibethinker-3b, owner/name or owner/name@revision")
      ->required();
  command->add_option("--hub", options->hub, "Where it is")
      ->check(CLI::IsMember({"huggingface", "modelscope"}))
      ->capture_default_str();
  command->add_option("--endpoint", options->endpoint,
                      "A mirror's URL (default: HF_ENDPOINT, else the hub's own)");
  command->add_flag("--offline", options->offline, "Look into the cache alone (HF_HUB_OFFLINE=1)");
  command->add_flag("--if-missing", options->if_missing,
                    "Ask the hub only where the cache does not hold the model");
  command
      ->add_option("--format", options->format,
                   "Pack it too, so that it starts at once: q8 (int8: half of bf16), q4 (int4, "
                   "less exact: a third), bf16, or none")
      ->check(CLI::IsMember({"q8", "q4", "bf16", "none"}))
      ->capture_default_str();
  command->footer(
      "Examples:\n  lemma pull vibethinker-1.5b\n"
      "  lemma pull WeiboAI/VibeThinker-1.5B@main --hub modelscope\n"
      "Environment: HF_TOKEN, HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, https_proxy,\n"
      "SSL_CERT_FILE; with --hub modelscope MODELSCOPE_API_TOKEN.\n"
      "A pull that was stopped goes on where it was. Without --if-missing every byte that is here\n"
      "is checked, and fetched again where it is damaged. Of a model that was pulled from both "
      "hubs\n"
      "NAME is the one that was pulled last.");
  command->callback([options, &exit_status] { exit_status.value = Report(RunPull(*options)); });
}

}  // namespace lemma::app
