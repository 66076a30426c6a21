// Task profiles as replies and `lemma profile list --json` show them. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "service/reason/profile_set.h"

namespace lemma::admin {

// {"name", "versions": [1, 2], "labels": {"production": [{"version", "weight"}]}}.
boost::json::object ProfileJson(const reason::ProfileSet& profiles, const std::string& name);

}  // namespace lemma::admin
