// The database's schema and its history. Forward only: a version that has been released is never
// changed, the next one is appended. Each is one transaction, so a database is always of one
// version, also after a crash.
#pragma once

#include "common/base/status.h"
#include "service/store/database.h"

namespace lemma::store {

int LatestVersion();

// Brings the database from whatever version it has (0: empty) to `version`. Processes that do so at
// the same time wait for each other, on PostgreSQL as long as it takes. Errors: kInvalidArgument
// where it is newer than this program; those of Database.
Status Migrate(Database& database, int version);

}  // namespace lemma::store
