#include "service/store/key_store.h"

#include <soci/soci.h>

#include <boost/json/array.hpp>

#include "common/base/constant_time.h"
#include "service/access/key_text.h"
#include "service/store/audit_rows.h"
#include "service/store/key_rows.h"

namespace lemma::store {
namespace {

using access::ApiKey;
using access::KeySecret;
using access::KeySpec;

// Proves, without telling the secret, that it is the one that this database's keys were made with.
std::string SecretCheck(const KeySecret& secret) { return secret.Hash("lemma key-secret check"); }

Status Unauthenticated(std::string message) {
  return Status(StatusCode::kUnauthenticated, std::move(message));
}

Status NoSuchKey(const std::string& name) {
  return NotFound("no API key \"" + name + "\"; `lemma key list` names them");
}

// What a key may do, for the audit log.
boost::json::object DetailsOf(const KeySpec& spec) {
  const auto texts = [](const std::vector<std::string>& list) {
    return boost::json::array(list.begin(), list.end());
  };
  return {{"name", spec.name},
          {"scopes", texts(spec.scopes)},
          {"profiles", texts(spec.profiles)},
          {"rpm", spec.limits.requests_per_minute},
          {"tpm", spec.limits.tokens_per_minute},
          {"tpd", spec.limits.tokens_per_day},
          {"concurrency", spec.limits.concurrency},
          {"deadline_ms", spec.deadline_ms},
          {"priority", spec.priority},
          {"expires_ms", spec.expires_ms},
          {"keeps_content", spec.keeps_content}};
}

// The stored check, "" in a database without a key's secret.
Result<std::string> StoredCheck(Database& database) {
  std::string check;
  LEMMA_RETURN_IF_ERROR(database.Read([&](soci::session& sql) {
    check.clear();
    sql << "SELECT value FROM settings WHERE name = 'key_secret_check'", soci::into(check);
    return Ok();
  }));
  return check;
}

Status SaveCheck(Database& database, const std::string& check) {
  return database.Write([&](soci::session& sql) {
    sql << "INSERT INTO settings (name, value) VALUES ('key_secret_check', :check) "
           "ON CONFLICT (name) DO NOTHING",
        soci::use(check);
    return Ok();
  });
}

}  // namespace

Result<std::unique_ptr<KeyStore>> KeyStore::Open(Database& database,
                                                 const std::filesystem::path& secret_path,
                                                 const UnixClock& clock) {
  LEMMA_ASSIGN_OR_RETURN(std::string check, StoredCheck(database));
  const bool is_new = check.empty();
  const auto secret = is_new ? KeySecret::LoadOrCreate(secret_path) : KeySecret::Load(secret_path);
  if (!is_new && secret.status().code() == StatusCode::kNotFound) {
    return InvalidArgument(secret_path.string() +
                           ": missing, and the database's API keys were made with it; bring it "
                           "back (gateways that share a database share this file)");
  }
  LEMMA_RETURN_IF_ERROR(secret.status());
  if (is_new) {
    LEMMA_RETURN_IF_ERROR(SaveCheck(database, SecretCheck(*secret)));
    LEMMA_ASSIGN_OR_RETURN(check, StoredCheck(database));  // another process may have been first
  }
  if (!EqualInConstantTime(check, SecretCheck(*secret))) {
    return InvalidArgument(secret_path.string() +
                           ": not the secret that the database's API keys were made with");
  }
  return std::unique_ptr<KeyStore>(new KeyStore(database, *secret, clock));
}

Result<NewKey> KeyStore::Create(const KeySpec& spec, const Actor& by) {
  LEMMA_RETURN_IF_ERROR(access::CheckKeySpec(spec));
  NewKey made;
  made.text = access::MakeKeyText();
  made.key.id = "key_" + access::RandomBase62(12);
  made.key.spec = spec;
  made.key.handle = access::KeyHandle(made.text);
  made.key.created_ms = clock_.NowMs();
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    InsertKey(sql, made.key);
    InsertSecret(sql, made.key.handle, made.key.id, secret_.Hash(made.text), made.key.created_ms);
    AppendAudit(sql, made.key.created_ms, by, "key.create", made.key.id, DetailsOf(spec));
    CountKeysChange(sql);
    return Ok();
  }));
  return made;
}

Result<std::vector<ApiKey>> KeyStore::List() {
  std::vector<ApiKey> keys;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    keys = SelectKeys(sql);
    return Ok();
  }));
  return keys;
}

Result<ApiKey> KeyStore::FindById(const std::string& id) {
  std::vector<ApiKey> keys;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    keys = SelectKeys(sql, id);
    return Ok();
  }));
  if (keys.empty() || id.empty()) return NoSuchKey(id);  // "" selects all of them
  return keys[0];
}

Result<ApiKey> KeyStore::Find(const std::string& id_or_name) {
  LEMMA_ASSIGN_OR_RETURN(const std::vector<ApiKey> keys, List());
  const ApiKey* found = nullptr;
  for (const ApiKey& key : keys) {
    if (key.id == id_or_name) return key;
    if (key.spec.name != id_or_name || key.revoked_ms != 0) continue;
    if (found != nullptr) {
      return InvalidArgument("several API keys are named \"" + id_or_name +
                             "\"; say which by its id (`lemma key list`)");
    }
    found = &key;
  }
  if (found == nullptr) return NoSuchKey(id_or_name);
  return *found;
}

Result<ApiKey> KeyStore::Update(const std::string& id,
                                const std::function<Status(KeySpec&)>& change, const Actor& by) {
  ApiKey key;
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    LockKeyRow(sql, id);
    const std::vector<ApiKey> keys = SelectKeys(sql, id);
    if (keys.empty()) return NoSuchKey(id);
    key = keys[0];
    LEMMA_RETURN_IF_ERROR(change(key.spec));
    LEMMA_RETURN_IF_ERROR(access::CheckKeySpec(key.spec));
    UpdateKey(sql, id, key.spec);
    AppendAudit(sql, clock_.NowMs(), by, "key.update", id, DetailsOf(key.spec));
    CountKeysChange(sql);
    return Ok();
  }));
  return key;
}

Status KeyStore::Revoke(const std::string& id, const Actor& by) {
  return database_.Write([&](soci::session& sql) {
    if (SelectKeys(sql, id).empty()) return NoSuchKey(id);
    sql << "UPDATE api_keys SET revoked_ms = :now WHERE id = :id AND revoked_ms = 0",
        soci::use(clock_.NowMs()), soci::use(id);
    AppendAudit(sql, clock_.NowMs(), by, "key.revoke", id);
    CountKeysChange(sql);
    return Ok();
  });
}

Result<NewKey> KeyStore::Rotate(const std::string& id, int64_t grace_ms, const Actor& by) {
  NewKey made;
  made.text = access::MakeKeyText();
  const std::string handle(access::KeyHandle(made.text));
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    LockKeyRow(sql, id);  // else two at once would not see each other's secret
    const int64_t now_ms = clock_.NowMs();
    const int64_t until_ms = now_ms + grace_ms;
    const std::vector<ApiKey> keys = SelectKeys(sql, id);
    if (keys.empty()) return NoSuchKey(id);
    if (const Status usable = access::CheckUsable(keys[0], now_ms); !usable.ok()) {
      return InvalidArgument("cannot be rotated: " + usable.message());
    }
    made.key = keys[0];
    made.key.handle = handle;
    sql << "UPDATE key_secrets SET expires_ms = :until "
           "WHERE key_id = :id AND (expires_ms = 0 OR expires_ms > :until)",
        soci::use(until_ms, "until"), soci::use(id, "id");
    InsertSecret(sql, handle, id, secret_.Hash(made.text), now_ms);
    AppendAudit(sql, now_ms, by, "key.rotate", id, {{"handle", handle}, {"grace_ms", grace_ms}});
    CountKeysChange(sql);
    return Ok();
  }));
  return made;
}

Result<int64_t> KeyStore::Version() {
  int64_t version = 0;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    version = SelectKeysVersion(sql);
    return Ok();
  }));
  return version;
}

Result<std::shared_ptr<const KeySnapshot>> KeyStore::Snapshot() {
  auto snapshot = std::make_shared<KeySnapshot>();
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    *snapshot = SelectSnapshot(sql);
    return Ok();
  }));
  return std::shared_ptr<const KeySnapshot>(std::move(snapshot));
}

Result<std::shared_ptr<const ApiKey>> KeyStore::Authenticate(const KeySnapshot& snapshot,
                                                             std::string_view text) const {
  LEMMA_RETURN_IF_ERROR(access::CheckKeyText(text));
  const auto found = snapshot.secrets.find(std::string(access::KeyHandle(text)));
  if (found == snapshot.secrets.end() ||
      !EqualInConstantTime(found->second.hash, secret_.Hash(text))) {
    return Unauthenticated("no such API key on this server");
  }
  const KeySnapshot::Secret& secret = found->second;
  const int64_t now_ms = clock_.NowMs();
  LEMMA_RETURN_IF_ERROR(access::CheckUsable(*secret.key, now_ms));
  if (secret.expires_ms != 0 && secret.expires_ms <= now_ms) {
    return Unauthenticated("this API key was replaced by a newer one");
  }
  return secret.key;
}

Status KeyStore::SaveLastUsed(const std::map<std::string, int64_t>& last_used_ms) {
  return database_.Write(
      [&](soci::session& sql) {
        for (const auto& [id, used_ms] : last_used_ms) {
          sql << "UPDATE api_keys SET last_used_ms = :used WHERE id = :id AND last_used_ms < :used",
              soci::use(used_ms, "used"), soci::use(id, "id");
        }
        return Ok();
      },
      Durability::kKill);
}

}  // namespace lemma::store
