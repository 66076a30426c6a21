// API keys as replies and `lemma key --json` show them: all but their secrets. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>

#include "service/access/api_key.h"

namespace lemma::admin {

const char* KeyState(const access::ApiKey& key, int64_t now_ms);  // "active", "expired", "revoked"

// {"id", "name", "prefix", "state", "scopes", "profiles", "rpm", "tpm", "tpd", "concurrency",
// "deadline_ms", "priority", "keeps_content", "expires", "created", "last_used", "revoked"}.
boost::json::object KeyJson(const access::ApiKey& key, int64_t now_ms);

}  // namespace lemma::admin
