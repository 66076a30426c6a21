// A replica as the admin API shows it.
#pragma once

#include <boost/json/object.hpp>

#include "service/pool/replica_view.h"

namespace lemma::admin {

// Without its key, which a view does not hold.
boost::json::object ToJson(const pool::ReplicaView& view);

}  // namespace lemma::admin
