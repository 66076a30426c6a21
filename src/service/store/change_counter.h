// The counters by which processes see that what they keep a copy of has changed. For this room
// alone: runs in the transaction of the change and throws soci::soci_error.
#pragma once

#include <soci/soci.h>

#include <string>

namespace lemma::store {

// Locks the counter until the transaction ends.
void AdvanceCounter(soci::session& sql, const std::string& name);

}  // namespace lemma::store
