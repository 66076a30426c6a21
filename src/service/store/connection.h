// One connection to either database: how it is opened, what it is told, what its errors mean. For
// database.cc alone.
#pragma once

#include <exception>
#include <string>

#include "common/base/status.h"
#include "service/store/database.h"

namespace lemma::store {

bool IsPostgresqlAddress(const std::string& address);

// An address of PostgreSQL with times, where it names none, after which a server that does not
// answer or has vanished is unavailable: a caller, and a stop that waits for it, is not held for
// minutes.
std::string WithTimeouts(std::string address);

// The file of a new SQLite database, empty, and its directory, before SQLite makes them readable
// for others. An existing file is made private.
Status MakePrivateFile(const std::string& path);

Status Connect(soci::session& sql, const DatabaseOptions& options);
Status Reconnect(soci::session& sql, const DatabaseOptions& options);

struct DatabaseError {
  Status status;
  bool is_conflict = false;  // with another transaction; this one was undone
  bool is_connection_lost = false;
};

// The message never repeats a statement's values: there are hashes among them.
DatabaseError Describe(const std::exception& error);

}  // namespace lemma::store
