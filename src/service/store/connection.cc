#include "service/store/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <thread>

namespace lemma::store {
namespace {

namespace fs = std::filesystem;
namespace sqlite = sqlite_api;

// https://www.sqlite.org/security.html: what a damaged or hostile file may make SQLite do.
void Defend(sqlite::sqlite3* connection) {
  constexpr int kSwitches[][2] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                  {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                  {SQLITE_DBCONFIG_DQS_DML, 0},
                                  {SQLITE_DBCONFIG_DQS_DDL, 0}};
  for (const auto& [which, value] : kSwitches) {
    sqlite::sqlite3_db_config(connection, which, value, nullptr);
  }
  constexpr int kLimits[][2] = {{SQLITE_LIMIT_LENGTH, 16 << 20},  // a stored answer at most
                                {SQLITE_LIMIT_SQL_LENGTH, 100'000},
                                {SQLITE_LIMIT_ATTACHED, 0},
                                {SQLITE_LIMIT_EXPR_DEPTH, 50},
                                {SQLITE_LIMIT_TRIGGER_DEPTH, 4}};
  for (const auto& [which, value] : kLimits) sqlite::sqlite3_limit(connection, which, value);
}

// Two processes that open a new file at once may find it busy, which SQLite does not wait for here.
void SwitchToWal(soci::session& sql, std::chrono::milliseconds wait_max) {
  const auto end = std::chrono::steady_clock::now() + wait_max;
  for (;;) {
    try {
      std::string mode;
      sql << "PRAGMA journal_mode = WAL", soci::into(mode);
      if (mode == "wal") return;
      throw soci::soci_error("the file system does not allow a write-ahead log");
    } catch (const soci::sqlite3_soci_error& error) {
      const bool is_busy = error.result() == SQLITE_BUSY || error.result() == SQLITE_LOCKED;
      if (!is_busy || std::chrono::steady_clock::now() > end) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
}

void OpenSqlite(soci::session& sql, const DatabaseOptions& options) {
  sql.open(soci::sqlite3, "db=\"" + options.address + "\"");
  auto* connection = static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_;
  Defend(connection);
  sqlite::sqlite3_busy_timeout(connection, static_cast<int>(options.wait_max.count()));
  SwitchToWal(sql, options.wait_max);
  for (const char* pragma :
       {"PRAGMA foreign_keys = ON", "PRAGMA cell_size_check = ON", "PRAGMA mmap_size = 0",
        "PRAGMA recursive_triggers = ON"}) {  // what REPLACE deletes counts as deleted
    sql << pragma;
  }
}

// What a new or renewed connection to PostgreSQL is told.
void PreparePostgresql(soci::session& sql, const DatabaseOptions& options) {
  auto* connection = static_cast<soci::postgresql_session_backend*>(sql.get_backend())->conn_;
  PQsetErrorVerbosity(connection, PQERRORS_TERSE);  // without the values of rows
  sql << "SET client_min_messages = warning";
  sql << "SET statement_timeout = '10s'";
  sql << "SET idle_in_transaction_session_timeout = '30s'";
  sql << fmt::format("SET lock_timeout = {}", options.wait_max.count());
}

// On one line.
std::string Message(const soci::soci_error& error) {
  std::string message = "database: " + error.get_error_message();
  while (message.ends_with('\n')) message.pop_back();
  for (char& c : message) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return message;
}

DatabaseError DescribeSqlite(const soci::sqlite3_soci_error& error) {
  const std::string message = Message(error);
  switch (error.result() & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Unavailable(message)};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {DataLoss(message)};
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return {IoError(message)};
    default:
      return {Internal(message)};
  }
}

// Classes of https://www.postgresql.org/docs/15/errcodes-appendix.html
DatabaseError DescribePostgresql(const soci::postgresql_soci_error& error) {
  const std::string state = error.sqlstate();
  const std::string message = Message(error);
  const auto is_class = [&](const char* prefix) { return state.starts_with(prefix); };
  // serialization_failure, deadlock_detected
  if (state == "40001" || state == "40P01") return {Unavailable(message), /*is_conflict=*/true};
  // connection exception, operator intervention (the server goes down)
  if (is_class("08") || is_class("57P") || state == "     ") {
    return {Unavailable(message), false, /*is_connection_lost=*/true};
  }
  // insufficient resources, query cancelled (timeout), lock not available
  if (is_class("53") || is_class("57") || is_class("55")) return {Unavailable(message)};
  if (is_class("58") || is_class("25006")) return {IoError(message)};
  if (is_class("XX001") || is_class("XX002")) return {DataLoss(message)};
  return {Internal(message)};
}

// libpq repeats what it cannot read of an address, or takes for a host or port in it: where it is
// written wrongly, that may be a part of the password.
Status WithoutPassword(const Status& status, const std::string& address) {
  constexpr size_t kPieceMin = 3;  // shorter ones are in every message
  const size_t scheme = address.find("://");
  const size_t begin = scheme == address.npos ? 0 : scheme + 3;
  const size_t query = std::min(address.find('?', begin), address.size());
  const std::string place = address.substr(begin, query - begin);
  std::string secrets;
  const size_t colon = place.find(':'), at = place.rfind('@');
  if (colon != place.npos && at != place.npos && colon < at) {
    secrets = place.substr(colon + 1, at - colon - 1);
  }
  constexpr std::string_view kParameter = "password=";
  for (size_t i = address.find(kParameter, query); i != address.npos;
       i = address.find(kParameter, i)) {
    i += kParameter.size();
    secrets += "@" + address.substr(i, std::min(address.find('&', i), address.size()) - i);
  }
  std::string message = status.message();
  for (size_t i = 0; i < secrets.size();) {
    const size_t end = std::min(secrets.find_first_of("@/:", i), secrets.size());
    const std::string piece = secrets.substr(i, end - i);
    i = end + 1;
    if (piece.size() < kPieceMin) continue;
    for (size_t j = message.find(piece); j != message.npos; j = message.find(piece, j + 3)) {
      message.replace(j, piece.size(), "***");
    }
  }
  return Status(status.code(), message);
}

}  // namespace

std::string WithTimeouts(std::string address) {
  // A host that has vanished says nothing. Where an answer is waited for, the kernel asks after 5 s
  // whether it is there, thrice; what was sent is acknowledged within as long: 11 s in all.
  constexpr const char* kTimeouts[] = {"connect_timeout=5", "keepalives_idle=5",
                                       "keepalives_interval=2", "keepalives_count=3",
                                       "tcp_user_timeout=11000"};
  for (const std::string_view timeout : kTimeouts) {
    if (address.find(timeout.substr(0, timeout.find('=') + 1)) != std::string::npos) continue;
    address += address.find('?') == std::string::npos ? '?' : '&';
    address += timeout;
  }
  return address;
}

bool IsPostgresqlAddress(const std::string& address) {
  return address.starts_with("postgresql://") || address.starts_with("postgres://");
}

Status MakePrivateDirectory(const fs::path& given) {
  const fs::path path = given.has_filename() ? given : given.parent_path();  // "data/"
  std::error_code error;
  if (fs::create_directories(path, error)) {
    fs::permissions(path, fs::perms::owner_all, error);
  }
  return error ? IoError(path.string() + ": cannot create: " + error.message()) : Ok();
}

Status MakePrivateFile(const std::string& path) {
  if (path.empty() || path.find('"') != std::string::npos) {
    return InvalidArgument("the database's path must not be empty or contain a quotation mark");
  }
  LEMMA_RETURN_IF_ERROR(MakePrivateDirectory(fs::absolute(path).parent_path()));
  // Never opened when it exists: closing it here would drop the locks that SQLite holds on it in
  // this process (https://www.sqlite.org/howtocorrupt.html, 2.2).
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool is_private = fd >= 0 || (errno == EEXIST && chmod(path.c_str(), 0600) == 0);
  const int reason = errno;
  if (fd >= 0) close(fd);
  return is_private ? Ok() : IoError(path + ": cannot open: " + std::strerror(reason));
}

Status Connect(soci::session& sql, const DatabaseOptions& options) {
  try {
    if (IsPostgresqlAddress(options.address)) {
      sql.open(soci::postgresql, WithTimeouts(options.address));
      PreparePostgresql(sql, options);
    } else {
      OpenSqlite(sql, options);
    }
    return Ok();
  } catch (const std::exception& error) {
    const Status status = Describe(error).status;
    if (!IsPostgresqlAddress(options.address)) return status.WithPrefix(options.address);
    return WithoutPassword(status, options.address).WithPrefix("PostgreSQL");
  }
}

Status Reconnect(soci::session& sql, const DatabaseOptions& options) {
  try {
    sql.reconnect();
    PreparePostgresql(sql, options);
    return Ok();
  } catch (const std::exception& error) {
    return WithoutPassword(Describe(error).status, options.address);
  }
}

DatabaseError Describe(const std::exception& error) {
  if (const auto* sqlite_error = dynamic_cast<const soci::sqlite3_soci_error*>(&error)) {
    return DescribeSqlite(*sqlite_error);
  }
  if (const auto* pg_error = dynamic_cast<const soci::postgresql_soci_error*>(&error)) {
    return DescribePostgresql(*pg_error);
  }
  if (const auto* other = dynamic_cast<const soci::soci_error*>(&error)) {
    // Without a connection there is no state that says why.
    const std::string message = Message(*other);
    const bool is_away = message.find("Cannot establish connection") != std::string::npos ||
                         message.find("not connected") != std::string::npos;
    return {is_away ? Unavailable(message) : Internal(message), false, is_away};
  }
  return {Internal(std::string("database: ") + error.what())};
}

}  // namespace lemma::store
