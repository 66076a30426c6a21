#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "service/reason/task_profile.h"

namespace lemma::app {
namespace {

namespace json = boost::json;

void ListProfiles() {
  for (const reason::TaskProfile& profile : reason::ShippedProfiles()) {
    std::printf("%-12s version %d  temperature %.2g  top_p %.2g\n", profile.name.c_str(),
                profile.version, profile.temperature, profile.top_p);
  }
}

Status ShowProfile(const std::string& name) {
  const reason::TaskProfile* profile = reason::FindProfile(name);
  if (profile == nullptr) {
    return NotFound("no profile \"" + name + "\"; `lemma profile list` names them");
  }
  std::printf("name      %s\nversion   %d\nsystem    en  %s\n          zh  %s\n",
              profile->name.c_str(), profile->version, profile->system_en.c_str(),
              profile->system_zh.c_str());
  return Ok();
}

// The system prompts as lemma-train takes them: one entry for each profile and language.
void ExportProfiles() {
  json::array entries;
  for (const reason::TaskProfile& profile : reason::ShippedProfiles()) {
    const auto add = [&](const char* language, const std::string& system) {
      entries.push_back({{"name", profile.name}, {"language", language}, {"system", system}});
    };
    add("en", profile.system_en);
    add("zh", profile.system_zh);
  }
  std::printf("%s\n", json::serialize(entries).c_str());
}

}  // namespace

void AddProfile(CLI::App& app, ExitStatus& exit_status) {
  CLI::App* command = app.add_subcommand("profile", "Task profiles: how the model is asked");
  command->require_subcommand(1);
  command->add_subcommand("list", "Names, versions, sampling")->callback(ListProfiles);
  command->add_subcommand("export", "The system prompts as JSON, as lemma-train sft takes them")
      ->callback(ExportProfiles);
  auto name = std::make_shared<std::string>();
  CLI::App* show = command->add_subcommand("show", "One profile");
  show->add_option("name", *name, "math, algorithm")->required();
  show->callback([name, &exit_status] { exit_status.value = Report(ShowProfile(*name)); });
}

}  // namespace lemma::app
