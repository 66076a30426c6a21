#include "app/hub_settings.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "common/hub/cache.h"

namespace lemma::app {

namespace fs = std::filesystem;

std::string EnvironmentValue(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string HomeDirectory() {
  if (std::string home = EnvironmentValue("HOME"); !home.empty()) return home;
  const passwd* user = getpwuid(getuid());  // before there are threads
  return user == nullptr ? "" : user->pw_dir;
}

fs::path HubCacheDirectory() {
  if (const std::string cache = EnvironmentValue("HF_HUB_CACHE"); !cache.empty()) return cache;
  if (const std::string home = EnvironmentValue("HF_HOME"); !home.empty()) {
    return fs::path(home) / "hub";
  }
  const std::string xdg = EnvironmentValue("XDG_CACHE_HOME");
  const fs::path base = xdg.empty() ? fs::path(HomeDirectory()) / ".cache" : fs::path(xdg);
  return base / "huggingface" / "hub";
}

std::optional<fs::path> FindPulledModel(const std::string& model) {
  const auto name = hub::ParseModelName(model);
  if (!name.ok()) return std::nullopt;
  return hub::FindSnapshot(HubCacheDirectory(), *name);
}

fs::path PackedPath(const fs::path& snapshot, const std::string& format) {
  const fs::path repository = snapshot.parent_path().parent_path();
  return repository / "lemma" / (snapshot.filename().string() + "-" + format + ".lemma");
}

}  // namespace lemma::app
