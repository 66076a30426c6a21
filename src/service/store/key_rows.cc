#include "service/store/key_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <sstream>

#include "service/store/change_counter.h"

namespace lemma::store {
namespace {

using access::ApiKey;
using access::KeySpec;
using soci::into;
using soci::use;

std::string Words(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

std::vector<std::string> SplitWords(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace

void InsertKey(soci::session& sql, const ApiKey& key) {
  const KeySpec& spec = key.spec;
  const std::string scopes = Words(spec.scopes), profiles = Words(spec.profiles);
  const int64_t keeps_content = spec.keeps_content ? 1 : 0;
  sql << "INSERT INTO api_keys (id, name, scopes, profiles, requests_per_minute, "
         "tokens_per_minute, tokens_per_day, concurrency, deadline_ms, priority, keeps_content, "
         "expires_ms, created_ms, last_used_ms, revoked_ms) VALUES (:id, :name, :scopes, "
         ":profiles, :rpm, :tpm, :tpd, :concurrency, :deadline, :priority, :keeps, :expires, "
         ":created, :used, :revoked)",
      use(key.id), use(spec.name), use(scopes), use(profiles), use(spec.limits.requests_per_minute),
      use(spec.limits.tokens_per_minute), use(spec.limits.tokens_per_day),
      use(spec.limits.concurrency), use(spec.deadline_ms), use(spec.priority), use(keeps_content),
      use(spec.expires_ms), use(key.created_ms), use(key.last_used_ms), use(key.revoked_ms);
}

void LockKeyRow(soci::session& sql, const std::string& id) {
  // SQLite has no SELECT ... FOR UPDATE.
  sql << "UPDATE api_keys SET id = id WHERE id = :id", use(id);
}

void UpdateKey(soci::session& sql, const std::string& id, const KeySpec& spec) {
  const std::string scopes = Words(spec.scopes), profiles = Words(spec.profiles);
  const int64_t keeps_content = spec.keeps_content ? 1 : 0;
  sql << "UPDATE api_keys SET name = :name, scopes = :scopes, profiles = :profiles, "
         "requests_per_minute = :rpm, tokens_per_minute = :tpm, tokens_per_day = :tpd, "
         "concurrency = :concurrency, deadline_ms = :deadline, priority = :priority, "
         "keeps_content = :keeps, expires_ms = :expires WHERE id = :id",
      use(spec.name), use(scopes), use(profiles), use(spec.limits.requests_per_minute),
      use(spec.limits.tokens_per_minute), use(spec.limits.tokens_per_day),
      use(spec.limits.concurrency), use(spec.deadline_ms), use(spec.priority), use(keeps_content),
      use(spec.expires_ms), use(id);
}

std::vector<ApiKey> SelectKeys(soci::session& sql, const std::string& id) {
  ApiKey row;
  std::string scopes, profiles;
  int64_t keeps_content = 0;
  soci::indicator handle_is_null = soci::i_ok;
  soci::statement statement =
      (sql.prepare << "SELECT k.id, k.name, k.scopes, k.profiles, k.requests_per_minute, "
                      "k.tokens_per_minute, k.tokens_per_day, k.concurrency, k.deadline_ms, "
                      "k.priority, k.keeps_content, k.expires_ms, k.created_ms, k.last_used_ms, "
                      "k.revoked_ms, s.handle FROM api_keys k "
                      "LEFT JOIN key_secrets s ON s.key_id = k.id AND s.expires_ms = 0 "
                      "WHERE :all = 1 OR k.id = :id ORDER BY k.created_ms, k.id",
       use(id.empty() ? 1 : 0, "all"), use(id, "id"), into(row.id), into(row.spec.name),
       into(scopes), into(profiles), into(row.spec.limits.requests_per_minute),
       into(row.spec.limits.tokens_per_minute), into(row.spec.limits.tokens_per_day),
       into(row.spec.limits.concurrency), into(row.spec.deadline_ms), into(row.spec.priority),
       into(keeps_content), into(row.spec.expires_ms), into(row.created_ms), into(row.last_used_ms),
       into(row.revoked_ms), into(row.handle, handle_is_null));
  std::vector<ApiKey> keys;
  statement.execute();
  while (statement.fetch()) {
    row.spec.scopes = SplitWords(scopes);
    row.spec.profiles = SplitWords(profiles);
    row.spec.keeps_content = keeps_content != 0;
    keys.push_back(row);
    if (handle_is_null == soci::i_null) keys.back().handle.clear();
  }
  return keys;
}

void InsertSecret(soci::session& sql, const std::string& handle, const std::string& key_id,
                  const std::string& hash, int64_t now_ms) {
  sql << "INSERT INTO key_secrets (handle, key_id, hash, created_ms, expires_ms) "
         "VALUES (:handle, :key, :hash, :now, 0)",
      use(handle), use(key_id), use(hash), use(now_ms);
}

KeySnapshot SelectSnapshot(soci::session& sql) {
  KeySnapshot snapshot;
  snapshot.version = SelectKeysVersion(sql);
  std::map<std::string, std::shared_ptr<const ApiKey>> keys;
  for (ApiKey& key : SelectKeys(sql)) {
    const std::string id = key.id;
    keys[id] = std::make_shared<const ApiKey>(std::move(key));
  }
  std::string handle, key_id;
  KeySnapshot::Secret secret;
  soci::statement statement =
      (sql.prepare << "SELECT handle, key_id, hash, expires_ms FROM key_secrets", into(handle),
       into(key_id), into(secret.hash), into(secret.expires_ms));
  statement.execute();
  while (statement.fetch()) {
    secret.key = keys[key_id];
    if (secret.key) snapshot.secrets[handle] = secret;
  }
  return snapshot;
}

int64_t SelectKeysVersion(soci::session& sql) {
  int64_t version = 0;
  sql << "SELECT value FROM change_counters WHERE name = 'keys'", into(version);
  return version;
}

void CountKeysChange(soci::session& sql) { AdvanceCounter(sql, "keys"); }

}  // namespace lemma::store
