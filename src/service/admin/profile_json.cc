#include "service/admin/profile_json.h"

#include <boost/json/array.hpp>
#include <utility>

namespace lemma::admin {

namespace json = boost::json;

json::object ProfileJson(const reason::ProfileSet& profiles, const std::string& name) {
  json::array versions;
  for (const reason::ProfilePtr& profile : profiles.VersionsOf(name))
    versions.push_back(profile->version);
  json::object labels;
  for (const auto& [label, arms] : profiles.LabelsOf(name)) {
    json::array shares;
    for (const reason::ProfileArm& arm : arms) {
      shares.push_back({{"version", arm.version}, {"weight", arm.weight}});
    }
    labels[label] = std::move(shares);
  }
  return {{"name", name}, {"versions", std::move(versions)}, {"labels", std::move(labels)}};
}

}  // namespace lemma::admin
