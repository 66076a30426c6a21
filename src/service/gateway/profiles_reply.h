// GET /v1/profiles: the task profiles that a caller may name, as they run now.
#pragma once

#include "common/net/http.h"
#include "service/gateway/profile_call.h"

namespace lemma::gateway {

net::HttpResponse ProfilesReply(const reason::ProfileSet& profiles, const ProfileCaller& caller);

}  // namespace lemma::gateway
