// The service's database: SQLite in one file, or PostgreSQL where several gateways share it. One
// code path: SQL that both understand, through SOCI. Exceptions end here.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "common/base/status.h"

namespace soci {
class session;
}

namespace lemma::store {

struct DatabaseOptions {
  // A path: SQLite; its directory (MakePrivateDirectory) is made, as is the file (0600).
  // "postgresql://...": PostgreSQL, as libpq understands it.
  std::string address;
  int n_connections = 4;
  // For a free connection, and for another writer's lock. Then: kUnavailable.
  std::chrono::milliseconds wait_max{5000};
};

// Makes a directory and those above it, for nobody else (0700). One that exists stays as it is.
Status MakePrivateDirectory(const std::filesystem::path& path);

// What a transaction outlasts when it has been acknowledged.
enum class Durability {
  kPowerFailure,  // waits for the disk
  kKill,  // the end of this process, however it ends; a power failure may undo the last ones
};

// Thread-safe; every method blocks on the database, so none is for an I/O thread.
//
// Errors of all: kUnavailable (busy, out of connections, server away: try again), kIo (disk full,
// permission), kDataLoss (a damaged file), kInternal (a statement of ours is wrong).
class Database {
 public:
  // Opens it and brings it to this program's schema (migrations.h). kInvalidArgument: a newer
  // program has written it.
  static Result<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  // As Open, without the migrations: for their own tests.
  static Result<std::unique_ptr<Database>> OpenAsItIs(const DatabaseOptions& options);
  ~Database();

  // Runs `body` in one transaction, which is committed when it returns ok and undone otherwise. It
  // runs once more where the database asks for that (a lost connection before anything was done, a
  // deadlock), so `body` begins with its outputs anew. It may throw soci::soci_error.
  using Body = std::function<Status(soci::session&)>;
  Status Read(const Body& body);
  // SQLite: one at a time, from its beginning.
  Status Write(const Body& body, Durability durability = Durability::kPowerFailure);

  bool is_postgresql() const;

 private:
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lemma::store
