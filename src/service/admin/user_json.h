// Users and their sessions as replies have them.
#pragma once

#include <boost/json/object.hpp>

#include "service/store/admin_session_store.h"
#include "service/store/admin_user_store.h"

namespace lemma::admin {

boost::json::object ToJson(const store::AdminUser& user);
boost::json::object ToJson(const store::AdminSession& session);

}  // namespace lemma::admin
