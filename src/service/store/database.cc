#include "service/store/database.h"

#include <soci/connection-pool.h>
#include <soci/session.h>

#include <vector>

#include "common/base/log.h"
#include "service/store/connection.h"
#include "service/store/migrations.h"

namespace lemma::store {
namespace {

constexpr int kAttempts = 3;  // of a transaction

// The end of a transaction that did not come to its commit. That it cannot be undone means that the
// connection is lost, and the transaction with it.
void Rollback(soci::session& sql) {
  try {
    sql.rollback();
  } catch (const std::exception&) {
  }
}

}  // namespace

struct Database::Impl {
  Impl(const DatabaseOptions& options)
      : options(options), pool(static_cast<size_t>(options.n_connections)) {}

  // How a transaction begins, statement by statement.
  using Beginning = std::vector<const char*>;
  Status Run(const Beginning& beginning, const Body& body);
  // One attempt. `again`: nothing was done, and another attempt may do better.
  Status Try(soci::session& sql, const Beginning& beginning, const Body& body, bool& again);

  const DatabaseOptions options;
  const bool is_postgresql = IsPostgresqlAddress(options.address);
  soci::connection_pool pool;
};

Status Database::Impl::Try(soci::session& sql, const Beginning& beginning, const Body& body,
                           bool& again) {
  again = false;
  bool has_begun = false;
  bool is_committing = false;
  try {
    for (const char* statement : beginning) sql << statement;
    has_begun = true;
    Status status = body(sql);
    if (!status.ok()) {
      Rollback(sql);
      return status;
    }
    is_committing = true;
    sql.commit();
    return Ok();
  } catch (const std::exception& error) {
    if (has_begun) Rollback(sql);
    const DatabaseError described = Describe(error);
    // Whether a commit that lost its connection was done cannot be known: never again.
    again = described.is_conflict || (described.is_connection_lost && !is_committing);
    return described.status;
  }
}

Status Database::Impl::Run(const Beginning& beginning, const Body& body) {
  size_t position = 0;
  if (!pool.try_lease(position, static_cast<int>(options.wait_max.count()))) {
    return Unavailable("the database is busy: no connection became free");
  }
  soci::session& sql = pool.at(position);
  Status status;
  bool again = true;
  for (int i = 0; i < kAttempts && again; ++i) {
    if (i > 0 && is_postgresql) {
      if (const Status connected = Reconnect(sql, options); !connected.ok()) {
        status = connected;
        break;
      }
    }
    status = Try(sql, beginning, body, again);
  }
  pool.give_back(position);
  return status;
}

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::OpenAsItIs(const DatabaseOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  if (!impl->is_postgresql) LEMMA_RETURN_IF_ERROR(MakePrivateFile(options.address));
  for (size_t i = 0; i < static_cast<size_t>(options.n_connections); ++i) {
    LEMMA_RETURN_IF_ERROR(Connect(impl->pool.at(i), options));
  }
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

Result<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(auto database, OpenAsItIs(options));
  LEMMA_RETURN_IF_ERROR(Migrate(*database, LatestVersion()));
  return database;
}

Status Database::Read(const Body& body) { return impl_->Run({"BEGIN"}, body); }

// A transaction that reads before it writes would, in SQLite, find another's write in between and
// fail; one that takes the write lock at its beginning waits for it instead.
Status Database::Write(const Body& body, Durability durability) {
  const bool is_full = durability == Durability::kPowerFailure;
  if (impl_->is_postgresql) {
    return impl_->Run(is_full ? Impl::Beginning{"BEGIN"}
                              : Impl::Beginning{"BEGIN", "SET LOCAL synchronous_commit = off"},
                      body);
  }
  return impl_->Run(
      {is_full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", "BEGIN IMMEDIATE"},
      body);
}

bool Database::is_postgresql() const { return impl_->is_postgresql; }

}  // namespace lemma::store
