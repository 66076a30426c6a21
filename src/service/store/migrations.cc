#include "service/store/migrations.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include <iterator>
#include <vector>

#include "common/base/check.h"
#include "common/base/log.h"

namespace lemma::store {
namespace {

// The types are those that both databases know: BIGINT, DOUBLE PRECISION and TEXT. Times are Unix
// milliseconds, 0 for "not"; lists are words between spaces.
using Statements = std::vector<const char*>;

const Statements kKeys = {
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    // Counts the changes of what processes keep a copy of.
    "CREATE TABLE change_counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
    "INSERT INTO change_counters (name, value) VALUES ('keys', 0)",
    R"(CREATE TABLE api_keys (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL, profiles TEXT NOT NULL,
      requests_per_minute BIGINT NOT NULL, tokens_per_minute BIGINT NOT NULL,
      tokens_per_day BIGINT NOT NULL, concurrency BIGINT NOT NULL, deadline_ms BIGINT NOT NULL,
      priority BIGINT NOT NULL, keeps_content BIGINT NOT NULL, expires_ms BIGINT NOT NULL,
      created_ms BIGINT NOT NULL, last_used_ms BIGINT NOT NULL, revoked_ms BIGINT NOT NULL))",
    // A key has one secret, or two while an old one is still accepted.
    R"(CREATE TABLE key_secrets (
      handle TEXT PRIMARY KEY, key_id TEXT NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
      hash TEXT NOT NULL, created_ms BIGINT NOT NULL, expires_ms BIGINT NOT NULL))",
    "CREATE INDEX key_secrets_key ON key_secrets (key_id)",
};

const Statements kLimits = {
    R"(CREATE TABLE limit_buckets (
      key_id TEXT PRIMARY KEY REFERENCES api_keys (id) ON DELETE CASCADE,
      requests_debt BIGINT NOT NULL, requests_at_ms BIGINT NOT NULL,
      tokens_debt BIGINT NOT NULL, tokens_at_ms BIGINT NOT NULL))",
    R"(CREATE TABLE day_tokens (
      key_id TEXT NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE, day BIGINT NOT NULL,
      tokens BIGINT NOT NULL, PRIMARY KEY (key_id, day)))",
    // What running requests hold. One whose gateway no longer renews its lease never ended.
    R"(CREATE TABLE reservations (
      id TEXT PRIMARY KEY, key_id TEXT NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
      holder TEXT NOT NULL, tokens BIGINT NOT NULL, tokens_per_minute BIGINT NOT NULL,
      admitted_ms BIGINT NOT NULL, lease_until_ms BIGINT NOT NULL))",
    "CREATE INDEX reservations_key ON reservations (key_id)",
    "CREATE INDEX reservations_holder ON reservations (holder)",
};

const Statements kRequests = {
    // prompt and answer: NULL but for keys that may keep them.
    R"(CREATE TABLE requests (
      id TEXT PRIMARY KEY, key_id TEXT NOT NULL, profile TEXT NOT NULL, model TEXT NOT NULL,
      replica TEXT NOT NULL, finish_reason TEXT NOT NULL, http_status BIGINT NOT NULL,
      started_ms BIGINT NOT NULL, queue_ms BIGINT NOT NULL, first_token_ms BIGINT NOT NULL,
      duration_ms BIGINT NOT NULL, prompt_tokens BIGINT NOT NULL, completion_tokens BIGINT NOT NULL,
      prompt TEXT, answer TEXT))",
    "CREATE INDEX requests_started ON requests (started_ms)",
    // Sums of requests by the hour, counted since 1970 UTC; they outlast the rows of `requests`.
    R"(CREATE TABLE usage_hours (
      hour BIGINT NOT NULL, key_id TEXT NOT NULL, profile TEXT NOT NULL, model TEXT NOT NULL,
      http_status BIGINT NOT NULL, n_requests BIGINT NOT NULL, prompt_tokens BIGINT NOT NULL,
      completion_tokens BIGINT NOT NULL, duration_ms BIGINT NOT NULL,
      PRIMARY KEY (hour, key_id, profile, model, http_status)))",
};

const Statements kProfiles = {
    "INSERT INTO change_counters (name, value) VALUES ('profiles', 0)",
    R"(CREATE TABLE profile_versions (
      name TEXT NOT NULL, version BIGINT NOT NULL, text TEXT NOT NULL, created_ms BIGINT NOT NULL,
      PRIMARY KEY (name, version)))",
    // A label's newest move says what it names: "3:90 4:10" is version 3 for 90 requests in 100.
    // `below`: the move that rolling back returns to.
    R"(CREATE TABLE profile_label_moves (
      name TEXT NOT NULL, label TEXT NOT NULL, number BIGINT NOT NULL, below BIGINT NOT NULL,
      shares TEXT NOT NULL, moved_ms BIGINT NOT NULL, PRIMARY KEY (name, label, number)))",
};

const Statements kUsage = {
    "ALTER TABLE requests ADD COLUMN profile_version BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE requests ADD COLUMN task TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE requests ADD COLUMN error_reason TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE requests ADD COLUMN answer_ms BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE requests ADD COLUMN per_token_us BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE requests ADD COLUMN thinking_tokens BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE requests ADD COLUMN is_looped BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX requests_key ON requests (key_id, started_ms)",
    // Sums of requests: of one minute, counted since 1970 UTC, or of `span` = 60 of them once they
    // are old; they outlast the rows of `requests`. The last five are histograms
    // (latency_histogram.h). The columns of the key are words, whatever they mean: "200", "3".
    R"(CREATE TABLE usage_rollups (
      minute BIGINT NOT NULL, span BIGINT NOT NULL, key_id TEXT NOT NULL, profile TEXT NOT NULL,
      profile_version TEXT NOT NULL, task TEXT NOT NULL, model TEXT NOT NULL, status TEXT NOT NULL,
      replica TEXT NOT NULL, reason TEXT NOT NULL, n_requests BIGINT NOT NULL,
      prompt_tokens BIGINT NOT NULL, completion_tokens BIGINT NOT NULL,
      thinking_tokens BIGINT NOT NULL, n_truncated BIGINT NOT NULL, n_looped BIGINT NOT NULL,
      duration_ms BIGINT NOT NULL, queue TEXT NOT NULL, first_token TEXT NOT NULL,
      per_token TEXT NOT NULL, whole TEXT NOT NULL, answer TEXT NOT NULL,
      PRIMARY KEY (span, minute, key_id, profile, profile_version, task, model, status, replica,
                   reason)))",
    R"(INSERT INTO usage_rollups (minute, span, key_id, profile, profile_version, task, model,
      status, replica, reason, n_requests, prompt_tokens, completion_tokens, thinking_tokens,
      n_truncated, n_looped, duration_ms, queue, first_token, per_token, whole, answer)
      SELECT hour * 60, 60, key_id, profile, '', '', model, CAST(http_status AS TEXT), '',
      CASE WHEN http_status < 400 THEN '' ELSE 'unknown' END, n_requests, prompt_tokens,
      completion_tokens, 0, 0, 0, duration_ms, '', '', '', '', '' FROM usage_hours)",
    "DROP TABLE usage_hours",
};

const Statements kAlerts = {
    // Who of several processes does what one alone should do.
    "CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until_ms BIGINT NOT NULL)",
    R"(CREATE TABLE alert_rules (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, metric TEXT NOT NULL, is_above BIGINT NOT NULL,
      threshold DOUBLE PRECISION NOT NULL, window_minutes BIGINT NOT NULL,
      for_minutes BIGINT NOT NULL, webhook_url TEXT NOT NULL, created_ms BIGINT NOT NULL,
      state TEXT NOT NULL, since_ms BIGINT NOT NULL, has_value BIGINT NOT NULL,
      value DOUBLE PRECISION NOT NULL, delivery_error TEXT NOT NULL))",
    R"(CREATE TABLE alert_filters (
      rule_id TEXT NOT NULL REFERENCES alert_rules (id) ON DELETE CASCADE,
      dimension TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (rule_id, dimension, value)))",
    R"(CREATE TABLE alert_deliveries (
      id TEXT PRIMARY KEY, rule_id TEXT NOT NULL REFERENCES alert_rules (id) ON DELETE CASCADE,
      url TEXT NOT NULL, body TEXT NOT NULL, n_attempts BIGINT NOT NULL, next_ms BIGINT NOT NULL,
      created_ms BIGINT NOT NULL))",
};

const Statements kAdmin = {
    R"(CREATE TABLE admin_users (
      id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, password TEXT NOT NULL,
      created_ms BIGINT NOT NULL, disabled_ms BIGINT NOT NULL, password_ms BIGINT NOT NULL,
      totp_nonce TEXT NOT NULL, totp_confirmed BIGINT NOT NULL, totp_step BIGINT NOT NULL))",
    R"(CREATE TABLE admin_recovery_codes (
      user_id TEXT NOT NULL REFERENCES admin_users (id), hash TEXT NOT NULL,
      PRIMARY KEY (user_id, hash)))",
    R"(CREATE TABLE admin_sessions (
      id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE,
      user_id TEXT NOT NULL REFERENCES admin_users (id), address TEXT NOT NULL,
      created_ms BIGINT NOT NULL, seen_ms BIGINT NOT NULL, expires_ms BIGINT NOT NULL))",
    "CREATE INDEX admin_sessions_user ON admin_sessions (user_id)",
    // How many entries there are; its row is the lock of whoever appends.
    "INSERT INTO change_counters (name, value) VALUES ('audit', 0)",
    R"(CREATE TABLE audit_log (
      number BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL, actor TEXT NOT NULL,
      address TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL, details TEXT NOT NULL,
      hash TEXT NOT NULL))",
};

// The audit log is append-only for whoever speaks SQL.
const Statements kAdminSqlite = {
    "CREATE TRIGGER audit_log_update BEFORE UPDATE ON audit_log BEGIN "
    "SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER audit_log_delete BEFORE DELETE ON audit_log BEGIN "
    "SELECT RAISE(ABORT, 'the audit log is append-only'); END",
};
const Statements kAdminPostgresql = {
    "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
    "CREATE TRIGGER audit_log_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()",
};

const Statements kJobs = {
    // `holder`: the run that has it, until its lease ends. `due_ms`: not run before.
    R"(CREATE TABLE jobs (
      id TEXT PRIMARY KEY, key_id TEXT NOT NULL, idempotency_key TEXT NOT NULL,
      digest TEXT NOT NULL, target TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL,
      created_ms BIGINT NOT NULL, started_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL,
      due_ms BIGINT NOT NULL, holder TEXT NOT NULL, lease_until_ms BIGINT NOT NULL,
      n_attempts BIGINT NOT NULL, is_cancel_asked BIGINT NOT NULL, n_events BIGINT NOT NULL,
      progress TEXT NOT NULL, http_status BIGINT NOT NULL, result TEXT NOT NULL,
      webhook_url TEXT NOT NULL, webhook_secret TEXT NOT NULL, webhook_state TEXT NOT NULL,
      webhook_due_ms BIGINT NOT NULL, webhook_attempts BIGINT NOT NULL,
      webhook_error TEXT NOT NULL))",
    "CREATE UNIQUE INDEX jobs_idempotency ON jobs (key_id, idempotency_key) "
    "WHERE idempotency_key <> ''",
    "CREATE INDEX jobs_key ON jobs (key_id, created_ms)",
    "CREATE INDEX jobs_status ON jobs (status, created_ms)",
    "CREATE INDEX jobs_ended ON jobs (ended_ms)",
    "CREATE INDEX jobs_webhook ON jobs (webhook_state, webhook_due_ms)",
    R"(CREATE TABLE job_events (
      job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, first BIGINT NOT NULL,
      n BIGINT NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (job_id, first)))",
};

const Statements kReplicas = {
    "INSERT INTO change_counters (name, value) VALUES ('replicas', 0)",
    // sealed_key: access/sealed_text.h.
    R"(CREATE TABLE replicas (
      id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, spec TEXT NOT NULL, sealed_key TEXT NOT NULL,
      is_draining BIGINT NOT NULL, created_ms BIGINT NOT NULL))",
};

const Statements kEvaluations = {
    "INSERT INTO change_counters (name, value) VALUES ('evaluations', 0)",
    R"(CREATE TABLE problem_sets (
      id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
      n_problems BIGINT NOT NULL, created_by TEXT NOT NULL, created_ms BIGINT NOT NULL,
      lines TEXT NOT NULL))",
    // `holder`: as of jobs. `report`: last, since it is long.
    R"(CREATE TABLE evaluations (
      id TEXT PRIMARY KEY, profile TEXT NOT NULL, version BIGINT NOT NULL,
      set_id TEXT NOT NULL REFERENCES problem_sets (id) ON DELETE CASCADE,
      n_samples BIGINT NOT NULL, settings TEXT NOT NULL, is_imported BIGINT NOT NULL,
      asked_by TEXT NOT NULL, status TEXT NOT NULL, created_ms BIGINT NOT NULL,
      started_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL, holder TEXT NOT NULL,
      lease_until_ms BIGINT NOT NULL, n_attempts BIGINT NOT NULL, is_cancel_asked BIGINT NOT NULL,
      n_done BIGINT NOT NULL, n_right BIGINT NOT NULL, n_all BIGINT NOT NULL,
      error TEXT NOT NULL, report TEXT NOT NULL))",
    "CREATE INDEX evaluations_created ON evaluations (created_ms, id)",
    "CREATE INDEX evaluations_status ON evaluations (status, created_ms)",
    "CREATE INDEX evaluations_profile ON evaluations (profile, version, set_id)",
    "CREATE INDEX evaluations_set ON evaluations (set_id)",
    R"(CREATE TABLE evaluation_samples (
      evaluation_id TEXT NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
      problem TEXT NOT NULL, sample BIGINT NOT NULL, result TEXT NOT NULL,
      PRIMARY KEY (evaluation_id, problem, sample)))",
    R"(CREATE TABLE profile_gates (
      profile TEXT PRIMARY KEY, set_id TEXT NOT NULL REFERENCES problem_sets (id),
      tolerance DOUBLE PRECISION NOT NULL))",
    "CREATE INDEX profile_gates_set ON profile_gates (set_id)",
    // For those who look at the jobs of all keys.
    "CREATE INDEX jobs_created ON jobs (created_ms, id)",
};

const Statements kForgottenJobs = {
    // Nothing of it is kept once it has ended.
    "ALTER TABLE jobs ADD COLUMN is_to_forget BIGINT NOT NULL DEFAULT 0",
};

const Statements kLoad = {
    // A share is NULL where nobody has told it.
    R"(CREATE TABLE load_minutes (
      minute BIGINT NOT NULL, gateway TEXT NOT NULL, n_running DOUBLE PRECISION NOT NULL,
      n_waiting DOUBLE PRECISION NOT NULL, n_ready BIGINT NOT NULL, kv_usage DOUBLE PRECISION,
      cpu_usage DOUBLE PRECISION, gpu_usage DOUBLE PRECISION, PRIMARY KEY (minute, gateway)))",
};

const Statements kJobTraces = {
    // As in the header of that name; "": of jobs from before.
    "ALTER TABLE jobs ADD COLUMN traceparent TEXT NOT NULL DEFAULT ''",
};

struct Migration {
  const Statements* statements;
  // What follows where the two databases have no common words.
  const Statements* sqlite = nullptr;
  const Statements* postgresql = nullptr;
};

const Migration kMigrations[] = {{&kKeys},
                                 {&kLimits},
                                 {&kRequests},
                                 {&kProfiles},
                                 {&kUsage},
                                 {&kAlerts},
                                 {&kAdmin, &kAdminSqlite, &kAdminPostgresql},
                                 {&kJobs},
                                 {&kReplicas},
                                 {&kEvaluations},
                                 {&kForgottenJobs},
                                 {&kLoad},
                                 {&kJobTraces}};

void Execute(soci::session& sql, const Statements* statements) {
  if (statements == nullptr) return;
  for (const char* statement : *statements) sql << statement;
}

Status CheckNotNewer(int version) {
  if (version <= LatestVersion()) return Ok();
  return InvalidArgument(
      fmt::format("the database has schema version {}, this program knows versions up to {}: a "
                  "newer Lemma has written it; use that one, or another --data-dir",
                  version, LatestVersion()));
}

// PostgreSQL's lock of who migrates, until the transaction ends.
void TakeLock(soci::session& sql) {
  constexpr int64_t kLock = 7813264590127;  // any number
  // An index over a large table takes minutes, and so does waiting for who makes it.
  sql << "SET LOCAL statement_timeout = 0";
  sql << "SET LOCAL lock_timeout = 0";
  int is_taken = 0;
  sql << fmt::format("SELECT CASE WHEN pg_try_advisory_xact_lock({}) THEN 1 ELSE 0 END", kLock),
      soci::into(is_taken);
  if (is_taken != 0) return;
  LogInfo("store: waiting for another process that opens the database and may migrate it");
  sql << fmt::format("SELECT pg_advisory_xact_lock({})", kLock);
}

// The version, behind a lock that lasts until the transaction ends. SQLite's writers have one.
int LockedVersion(soci::session& sql, bool is_postgresql) {
  if (is_postgresql) TakeLock(sql);
  sql << "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)";
  int version = 0;
  sql << "SELECT version FROM schema_version", soci::into(version);
  if (!sql.got_data()) sql << "INSERT INTO schema_version (version) VALUES (0)";
  return version;
}

}  // namespace

int LatestVersion() { return static_cast<int>(std::size(kMigrations)); }

Status Migrate(Database& database, int target) {
  LEMMA_CHECK(target <= LatestVersion(), "no such schema version");
  for (bool is_done = false; !is_done;) {
    LEMMA_RETURN_IF_ERROR(database.Write([&](soci::session& sql) {
      const int version = LockedVersion(sql, database.is_postgresql());
      LEMMA_RETURN_IF_ERROR(CheckNotNewer(version));
      is_done = version >= target;
      if (is_done) return Ok();
      // Before it is done: it may take long.
      LogInfo("store: schema version {} -> {}", version, version + 1);
      const Migration& migration = kMigrations[version];
      Execute(sql, migration.statements);
      Execute(sql, database.is_postgresql() ? migration.postgresql : migration.sqlite);
      sql << "UPDATE schema_version SET version = :version", soci::use(version + 1);
      return Ok();
    }));
  }
  return Ok();
}

}  // namespace lemma::store
