// `lemma profile`: task profiles listed, shown, rendered, saved and promoted.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/data_settings.h"
#include "app/model_choice.h"
#include "app/served_profiles.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "service/admin/profile_json.h"
#include "service/evaluations/promotion_gate.h"
#include "service/gateway/escaped_text.h"
#include "service/gateway/profile_call.h"
#include "service/gateway/profile_preview.h"
#include "service/reason/profile_label.h"
#include "service/reason/profile_toml.h"

namespace lemma::app {
namespace {

namespace json = boost::json;
using reason::ProfilePtr;
using reason::ProfileSet;

struct ProfileOptions {
  DataOptions data;
  std::string reference;  // a profile: "math", "math@3", "math@staging"
  std::string file;
  std::string label = reason::kProductionLabel;
  std::vector<std::string> shares;  // "3", "3:90"
  bool overrides = false;           // what the profile's gate says
  // What is rendered.
  std::string prompt = "{the question}";
  std::string client_system;
  std::string language = "en";
  std::vector<std::string> values;  // name=value
  std::string model = "lemma-mini";
  bool is_json = false;
};

// "production 3 (90) 4 (10), staging 4".
std::string LabelsText(const ProfileSet::Labels& labels) {
  std::string text;
  for (const auto& [label, arms] : labels) {
    text += (text.empty() ? "" : ", ") + label;
    for (const reason::ProfileArm& arm : arms) {
      text += fmt::format(" {}", arm.version);
      if (arms.size() > 1) text += fmt::format(" ({})", arm.weight);
    }
  }
  return text;
}

Status List(const ProfileOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const auto profiles, ReadProfiles(options.data));
  if (options.is_json) {
    json::array array;
    for (const std::string& name : profiles->names())
      array.push_back(admin::ProfileJson(*profiles, name));
    std::printf("%s\n", json::serialize(array).c_str());
    return Ok();
  }
  for (const std::string& name : profiles->names()) {
    const ProfilePtr newest = profiles->VersionsOf(name).back();
    const ProfileSet::Labels labels = profiles->LabelsOf(name);
    std::printf("%-20s version %d; %s  %s\n", name.c_str(), newest->version,
                labels.empty() ? "no label" : LabelsText(labels).c_str(),
                newest->description.c_str());
  }
  return Ok();
}

Status Show(const ProfileOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const auto profiles, ReadProfiles(options.data));
  LEMMA_ASSIGN_OR_RETURN(const ProfilePtr profile, profiles->Find(options.reference));
  std::printf("# version %d of 1 to %d; %s\n%s", profile->version,
              profiles->VersionsOf(profile->name).back()->version,
              LabelsText(profiles->LabelsOf(profile->name)).c_str(),
              reason::ProfileToToml(*profile).c_str());
  return Ok();
}

Status Export(const ProfileOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const auto profiles, ReadProfiles(options.data));
  LEMMA_ASSIGN_OR_RETURN(const ProfilePtr profile, profiles->Find(options.reference));
  const std::string text = reason::ProfileToToml(*profile);
  if (!options.file.empty()) return WriteFileAtomically(options.file, text);
  std::printf("%s", text.c_str());
  return Ok();
}

Result<gateway::ProfileCall> CallOf(const ProfileOptions& options) {
  gateway::ProfileCall call;
  call.reference = options.reference;
  if (options.language == "zh") call.language = reason::PromptLanguage::kChinese;
  for (const std::string& value : options.values) {
    const size_t equals = value.find('=');
    if (equals == value.npos) {
      return InvalidArgument("--set takes name=value, is \"" + value + "\"");
    }
    call.variables[value.substr(0, equals)] = value.substr(equals + 1);
  }
  return call;
}

Status Render(const ProfileOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const auto profiles, ReadProfiles(options.data));
  LEMMA_ASSIGN_OR_RETURN(const ProfilePtr profile, profiles->Find(options.reference));
  LEMMA_ASSIGN_OR_RETURN(const gateway::ProfileCall call, CallOf(options));
  const auto prompts = gateway::InjectPrompts(*profile, call, {}, options.client_system,
                                              gateway::DecodeIfEscaped(options.prompt));
  LEMMA_RETURN_IF_ERROR(prompts.status().WithPrefix(prompts.status().field()));
  LEMMA_ASSIGN_OR_RETURN(const model::Checkpoint checkpoint, OpenModel(options.model));
  LEMMA_ASSIGN_OR_RETURN(const text::Tokenizer tokenizer, LoadTokenizer(checkpoint));
  LEMMA_ASSIGN_OR_RETURN(const text::ChatTemplate chat_template, LoadChatTemplate(checkpoint));
  LEMMA_ASSIGN_OR_RETURN(const gateway::ProfilePreview preview,
                         gateway::PreviewOf(*prompts, chat_template, tokenizer));
  if (options.is_json) {
    const json::object object = {{"profile", profile->name},  {"version", profile->version},
                                 {"system", prompts->system}, {"user", prompts->user},
                                 {"prompt", preview.text},    {"model", options.model},
                                 {"tokens", preview.n_tokens}};
    std::printf("%s\n", json::serialize(object).c_str());
    return Ok();
  }
  std::printf("%s\n", preview.text.c_str());
  std::fprintf(stderr, "%s version %d: %lld tokens of %s\n", profile->name.c_str(),
               profile->version, static_cast<long long>(preview.n_tokens), options.model.c_str());
  return Ok();
}

Result<int32_t> ParseNumber(std::string_view text, const std::string& whole) {
  int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return InvalidArgument("a version is a number, or number:weight, is \"" + whole + "\"");
  }
  return number;
}

// "3" and "3:90".
Result<std::vector<store::ProfileShare>> ParseShares(const std::vector<std::string>& texts) {
  std::vector<store::ProfileShare> shares;
  for (const std::string& text : texts) {
    const size_t colon = std::min(text.find(':'), text.size());
    store::ProfileShare share;
    LEMMA_ASSIGN_OR_RETURN(share.version, ParseNumber(text.substr(0, colon), text));
    if (colon < text.size()) {
      LEMMA_ASSIGN_OR_RETURN(share.weight, ParseNumber(text.substr(colon + 1), text));
    }
    shares.push_back(share);
  }
  return shares;
}

Status Import(const ProfileOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(options.file, reason::kProfileFileBytesMax));
  const auto profile = reason::ParseProfileToml(text);
  LEMMA_RETURN_IF_ERROR(profile.status().WithPrefix(options.file));
  LEMMA_ASSIGN_OR_RETURN(const auto database, OpenDatabase(options.data, /*may_create=*/true));
  const SystemUnixClock clock;
  store::ProfileStore store(*database, clock);
  LEMMA_ASSIGN_OR_RETURN(
      const int32_t version,
      store.Save(profile->name, reason::ProfileToToml(*profile),
                 reason::IsShipped(profile->name) ? reason::kFirstSavedVersion : 1));
  std::printf("%s@%d\n", profile->name.c_str(), version);
  std::fprintf(stderr, "Saved. It runs when it is promoted: lemma profile promote %s %d\n",
               profile->name.c_str(), version);
  return Ok();
}

Status Promote(const ProfileOptions& options) {
  LEMMA_RETURN_IF_ERROR(reason::CheckLabel(options.label).WithPrefix("--label"));
  LEMMA_ASSIGN_OR_RETURN(const auto shares, ParseShares(options.shares));
  // That of a shipped profile may well be promoted where there is no database yet.
  LEMMA_ASSIGN_OR_RETURN(const auto database,
                         OpenDatabase(options.data, reason::IsShipped(options.reference)));
  const SystemUnixClock clock;
  store::ProfileStore profiles(*database, clock);
  store::GateStore gates(*database, clock);
  store::ProblemSetStore sets(*database, clock);
  store::EvaluationStore evaluations(*database, clock);
  evaluations::PromotionGate gate({profiles, gates, sets, evaluations});
  LEMMA_ASSIGN_OR_RETURN(
      const std::string refusal,
      gate.Promote({options.reference, options.label, shares, options.overrides}, {}));
  if (!refusal.empty()) {
    return InvalidArgument("the gate refuses it: " + refusal + " (--override: all the same)");
  }
  std::fprintf(stderr, "%s of %s is moved; servers notice within a second.\n",
               options.label.c_str(), options.reference.c_str());
  return Ok();
}

Status RollBack(const ProfileOptions& options) {
  LEMMA_RETURN_IF_ERROR(reason::CheckLabel(options.label).WithPrefix("--label"));
  LEMMA_ASSIGN_OR_RETURN(const auto database, OpenDatabase(options.data, /*may_create=*/false));
  const SystemUnixClock clock;
  store::ProfileStore store(*database, clock);
  LEMMA_RETURN_IF_ERROR(store.RollBack(options.reference, options.label).status());
  LEMMA_ASSIGN_OR_RETURN(const store::ProfileSnapshot snapshot, store.Snapshot());
  const auto profiles = gateway::ProfilesOf(snapshot);
  const ProfileSet::Labels labels = profiles->LabelsOf(options.reference);
  std::fprintf(stderr, "%s: %s\n", options.reference.c_str(),
               labels.empty() ? "no label" : LabelsText(labels).c_str());
  return Ok();
}

void AddRenderOptions(CLI::App& command, ProfileOptions& options) {
  command.add_option("--prompt", options.prompt, "The user's text")->capture_default_str();
  command.add_option("--system", options.client_system, "A system prompt of the client's own");
  command.add_option("--language", options.language, "Of the prompts")
      ->check(CLI::IsMember({"en", "zh"}))
      ->capture_default_str();
  command.add_option("--set", options.values, "A variable's value: name=value")
      ->allow_extra_args(false);
  command.add_option("-m,--model", options.model, "Whose chat template and tokenizer")
      ->capture_default_str();
  command.footer(
      "Example:\n"
      "  lemma profile render debug-hint --set verdict='Wrong Answer on test 3' --language zh");
}

}  // namespace

void AddProfile(CLI::App& app, ExitStatus& exit_status) {
  CLI::App* profile = app.add_subcommand("profile", "Task profiles: how the model is asked");
  profile->require_subcommand(1);
  profile->footer(
      "Examples:\n"
      "  lemma profile render math --prompt 'What is 2 + 2?'\n"
      "  lemma profile export math -o math.toml     then edit it, and:\n"
      "  lemma profile import math.toml             a new version; what runs stays\n"
      "  lemma profile promote math 1:90 2:10       version 2 for one in ten\n"
      "  lemma profile rollback math");
  auto options = std::make_shared<ProfileOptions>();
  const auto add = [&](const char* name, const char* description, auto run) {
    CLI::App* command = profile->add_subcommand(name, description);
    AddDataOptions(*command, options->data);
    command->callback([options, run, &exit_status] {
      SetLogLevel(LogLevel::kWarning);
      exit_status.value = Report(run(*options));
    });
    return command;
  };
  CLI::App* list = add("list", "Names, versions and labels", List);
  CLI::App* show = add("show", "One version, as a file has it, with its labels", Show);
  CLI::App* render = add("render", "What the model gets, to the byte, and its tokens", Render);
  CLI::App* export_one = add("export", "One version as a TOML file", Export);
  CLI::App* import_one = add("import", "A TOML file as a new version; moves no label", Import);
  CLI::App* promote = add("promote", "Makes a label name a version, or several by weight", Promote);
  CLI::App* rollback = add("rollback", "Undoes a label's last move", RollBack);
  for (CLI::App* command : {show, render, export_one}) {
    command->add_option("profile", options->reference, "math, math@3, math@staging")->required();
  }
  for (CLI::App* command : {promote, rollback}) {
    command->add_option("profile", options->reference, "Its name")->required();
    command->add_option("--label", options->label, "Which label")->capture_default_str();
  }
  promote->add_option("versions", options->shares, "3, or 3:90 4:10")->required();
  promote->add_flag("--override", options->overrides,
                    "Even where the profile's gate refuses it; the audit log tells");
  import_one->add_option("file", options->file, "A file that export has written")->required();
  export_one->add_option("-o,--output", options->file, "Where to (default: standard output)");
  for (CLI::App* command : {list, render}) {
    command->add_flag("--json", options->is_json, "As JSON on standard output");
  }
  AddRenderOptions(*render, *options);
}

}  // namespace lemma::app
