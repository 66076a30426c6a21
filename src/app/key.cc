// `lemma key`: API keys made, listed, revoked and rotated.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/data_settings.h"
#include "common/base/log.h"
#include "service/access/time_text.h"
#include "service/admin/key_json.h"

namespace lemma::app {
namespace {

namespace json = boost::json;
using access::ApiKey;
using access::KeySpec;

struct KeyOptions {
  DataOptions data;
  KeySpec spec;
  std::string expires, deadline;  // as written; "": none
  std::string key;                // an id, or the name of one key
  std::string grace = "24h";
  bool is_json = false;
};

// The option that sets a member of KeySpec.
std::string OptionOf(const std::string& field) {
  constexpr const char* kOptions[][2] = {{"name", "--name"},
                                         {"scopes", "--scope"},
                                         {"profiles", "--profile"},
                                         {"requests_per_minute", "--rpm"},
                                         {"tokens_per_minute", "--tpm"},
                                         {"tokens_per_day", "--tpd"},
                                         {"concurrency", "--concurrency"},
                                         {"deadline_ms", "--deadline"},
                                         {"priority", "--priority"},
                                         {"expires_ms", "--expires"}};
  for (const auto& [member, option] : kOptions) {
    if (field == member) return option;
  }
  return "";
}

// The text alone on standard output, for scripts; the rest is for people.
void PrintNewKey(const store::NewKey& made, bool is_json, int64_t now_ms) {
  if (is_json) {
    json::object object = admin::KeyJson(made.key, now_ms);
    object["key"] = made.text;
    std::printf("%s\n", json::serialize(object).c_str());
    return;
  }
  std::fprintf(stderr, "API key %s of \"%s\". It is shown this once; keep it safe:\n",
               made.key.id.c_str(), made.key.spec.name.c_str());
  std::printf("%s\n", made.text.c_str());
}

Status Create(KeyOptions& options) {
  const SystemUnixClock clock;
  KeySpec& spec = options.spec;
  if (!options.expires.empty()) {
    const auto expires_ms = access::ParseExpiry(options.expires, clock.NowMs());
    LEMMA_RETURN_IF_ERROR(expires_ms.status().WithPrefix("--expires"));
    spec.expires_ms = *expires_ms;
  }
  if (!options.deadline.empty()) {
    const auto deadline_ms = access::ParseDuration(options.deadline);
    LEMMA_RETURN_IF_ERROR(deadline_ms.status().WithPrefix("--deadline"));
    spec.deadline_ms = *deadline_ms;
  }
  if (const Status wrong = access::CheckKeySpec(spec); !wrong.ok()) {
    return wrong.WithPrefix(OptionOf(wrong.field()));
  }
  LEMMA_ASSIGN_OR_RETURN(const OpenedStore store,
                         OpenStore(options.data, /*may_create=*/true, clock));
  LEMMA_ASSIGN_OR_RETURN(const store::NewKey made, store.keys->Create(spec));
  PrintNewKey(made, options.is_json, clock.NowMs());
  return Ok();
}

// "60 rpm, 100000 tpm", "no limits".
std::string LimitsText(const access::KeyLimits& limits) {
  std::vector<std::string> texts;
  const auto add = [&](int64_t limit, const char* unit) {
    if (limit > 0) texts.push_back(fmt::format("{} {}", limit, unit));
  };
  add(limits.requests_per_minute, "rpm");
  add(limits.tokens_per_minute, "tpm");
  add(limits.tokens_per_day, "tpd");
  add(limits.concurrency, "at once");
  return texts.empty() ? "no limits" : fmt::format("{}", fmt::join(texts, ", "));
}

Status List(const KeyOptions& options) {
  const SystemUnixClock clock;
  LEMMA_ASSIGN_OR_RETURN(const OpenedStore store,
                         OpenStore(options.data, /*may_create=*/false, clock));
  LEMMA_ASSIGN_OR_RETURN(const std::vector<ApiKey> keys, store.keys->List());
  if (options.is_json) {
    json::array array;
    for (const ApiKey& key : keys) array.push_back(admin::KeyJson(key, clock.NowMs()));
    std::printf("%s\n", json::serialize(array).c_str());
    return Ok();
  }
  for (const ApiKey& key : keys) {
    std::printf("%s  lemma_%s...  %-7s  %s  (%s; last used %s)\n", key.id.c_str(),
                key.handle.c_str(), admin::KeyState(key, clock.NowMs()), key.spec.name.c_str(),
                LimitsText(key.spec.limits).c_str(),
                key.last_used_ms == 0 ? "never" : access::TimeText(key.last_used_ms).c_str());
  }
  if (keys.empty()) std::fprintf(stderr, "No keys yet: lemma key create --name NAME\n");
  return Ok();
}

Status Revoke(const KeyOptions& options) {
  const SystemUnixClock clock;
  LEMMA_ASSIGN_OR_RETURN(const OpenedStore store,
                         OpenStore(options.data, /*may_create=*/false, clock));
  LEMMA_ASSIGN_OR_RETURN(const ApiKey key, store.keys->Find(options.key));
  LEMMA_RETURN_IF_ERROR(store.keys->Revoke(key.id));
  std::fprintf(stderr, "API key %s of \"%s\" is revoked.\n", key.id.c_str(), key.spec.name.c_str());
  return Ok();
}

Status Rotate(const KeyOptions& options) {
  const SystemUnixClock clock;
  const auto grace_ms = access::ParseGrace(options.grace);
  LEMMA_RETURN_IF_ERROR(grace_ms.status().WithPrefix("--grace"));
  LEMMA_ASSIGN_OR_RETURN(const OpenedStore store,
                         OpenStore(options.data, /*may_create=*/false, clock));
  LEMMA_ASSIGN_OR_RETURN(const ApiKey key, store.keys->Find(options.key));
  LEMMA_ASSIGN_OR_RETURN(const store::NewKey made, store.keys->Rotate(key.id, *grace_ms));
  PrintNewKey(made, options.is_json, clock.NowMs());
  std::fprintf(stderr, "The old one is accepted until %s.\n",
               access::TimeText(clock.NowMs() + *grace_ms).c_str());
  return Ok();
}

void AddSpecOptions(CLI::App& command, KeyOptions& options) {
  KeySpec& spec = options.spec;
  command.add_option("--name", spec.name, "Whose it is, for people")->required();
  command.add_option("--rpm", spec.limits.requests_per_minute, "Requests a minute (0: any)");
  command.add_option("--tpm", spec.limits.tokens_per_minute, "Tokens a minute (0: any)");
  command.add_option("--tpd", spec.limits.tokens_per_day, "Tokens a day of UTC (0: any)");
  command.add_option("--concurrency", spec.limits.concurrency, "Requests at once (0: any)");
  command.add_option("--expires", options.expires, "When it ends: 30d, 12h, 2027-01-31");
  command.add_option("--scope", spec.scopes, "What it may do: inference, metrics, admin")
      ->capture_default_str();
  command.add_option("--profile", spec.profiles, "A task profile it may use (default: all)");
  command.add_option("--deadline", options.deadline, "Longest time for an answer: 60s");
  command.add_option("--priority", spec.priority,
                     "-100 to 100: its share where keys wait, doubled for each 25");
  command.add_flag("--keep-content", spec.keeps_content,
                   "Its prompts and answers may be stored (otherwise they never are)");
}

}  // namespace

void AddKey(CLI::App& app, ExitStatus& exit_status) {
  CLI::App* key = app.add_subcommand("key", "API keys: create, list, revoke, rotate");
  key->require_subcommand(1);
  key->footer(
      "Examples:\n"
      "  lemma key create --name judge --rpm 60 --tpm 100000 --expires 90d\n"
      "  lemma key list --json\n"
      "  lemma key rotate judge --grace 1h\n"
      "  lemma key revoke judge");
  auto options = std::make_shared<KeyOptions>();
  const auto add = [&](const char* name, const char* description, auto run) {
    CLI::App* command = key->add_subcommand(name, description);
    AddDataOptions(*command, options->data);
    command->callback([options, run, &exit_status] {
      SetLogLevel(LogLevel::kWarning);
      exit_status.value = Report(run(*options));
    });
    return command;
  };
  CLI::App* create = add("create", "A new key, shown once on standard output", Create);
  AddSpecOptions(*create, *options);
  create->footer(
      "Examples:\n"
      "  lemma key create --name judge --rpm 60 --tpm 100000 --concurrency 4\n"
      "  KEY=$(lemma key create --name ci --expires 30d)");
  CLI::App* list = add("list", "All keys, revoked ones too; never their secrets", List);
  CLI::App* revoke = add("revoke", "End a key now; servers notice within a second", Revoke);
  CLI::App* rotate = add("rotate", "A new secret for a key", Rotate);
  rotate
      ->add_option("--grace", options->grace,
                   "How long the old secret is still accepted: 1h, 7d, 0")
      ->capture_default_str();
  for (CLI::App* command : {revoke, rotate}) {
    command->add_option("key", options->key, "Its id, or its name where one key has it")
        ->required();
  }
  for (CLI::App* command : {create, list, rotate}) {
    command->add_flag("--json", options->is_json, "As JSON on standard output");
  }
}

}  // namespace lemma::app
