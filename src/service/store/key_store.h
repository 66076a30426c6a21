// API keys in the database. A key's text exists twice: where it was shown once, and nowhere else;
// the database holds its keyed hash.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/access/api_key.h"
#include "service/access/key_secret.h"
#include "service/store/audit_log.h"
#include "service/store/database.h"

namespace lemma::store {

struct NewKey {
  access::ApiKey key;
  std::string text;  // shown once, to whoever made the key; never stored or logged
};

// All keys at one moment, by the handles of their secrets.
struct KeySnapshot {
  struct Secret {
    std::string hash;
    int64_t expires_ms = 0;  // Unix time; 0: as long as its key
    std::shared_ptr<const access::ApiKey> key;
  };
  int64_t version = 0;  // KeyStore::Version when it was taken
  std::unordered_map<std::string, Secret> secrets;
};

// Thread-safe; blocks on the database. Errors: those of Database, and as said. What changes a key
// is an entry of the audit log, of who is named as `by`.
class KeyStore {
 public:
  // `secret_path`: the server's secret (access/key_secret.h), made with the first key's database
  // and needed from then on. Errors: those of KeySecret; kInvalidArgument where the secret is
  // missing or not the one that made the database's keys.
  static Result<std::unique_ptr<KeyStore>> Open(Database& database,
                                                const std::filesystem::path& secret_path,
                                                const UnixClock& clock);

  // kInvalidArgument names the field (access::CheckKeySpec).
  Result<NewKey> Create(const access::KeySpec& spec, const Actor& by = {});
  // Sorted by time of creation; revoked ones too.
  Result<std::vector<access::ApiKey>> List();
  Result<access::ApiKey> FindById(const std::string& id);  // kNotFound
  // The key of this id, else the only one of this name that is not revoked. kNotFound;
  // kInvalidArgument where several have the name.
  Result<access::ApiKey> Find(const std::string& id_or_name);
  // `change` makes of what the key is what it shall be, in the transaction: of changes at the same
  // time none is lost. It may run several times. Its errors, and those of Create. The key as it is
  // then.
  Result<access::ApiKey> Update(const std::string& id,
                                const std::function<Status(access::KeySpec&)>& change,
                                const Actor& by = {});
  // Idempotent: the first time stays.
  Status Revoke(const std::string& id, const Actor& by = {});
  // A new secret; the old ones are accepted for `grace_ms` more, 0: no longer. kInvalidArgument for
  // a key that is revoked or expired.
  Result<NewKey> Rotate(const std::string& id, int64_t grace_ms, const Actor& by = {});

  // For what else is hashed under the server's secret.
  const access::KeySecret& secret() const { return secret_; }

  // Grows with every change of keys, by whatever process.
  Result<int64_t> Version();
  Result<std::shared_ptr<const KeySnapshot>> Snapshot();
  // The key that `text` is a secret of, usable now. kUnauthenticated: malformed, mistyped, unknown,
  // revoked or expired.
  Result<std::shared_ptr<const access::ApiKey>> Authenticate(const KeySnapshot& snapshot,
                                                             std::string_view text) const;
  // Key id -> when it was last used. Does not count as a change.
  Status SaveLastUsed(const std::map<std::string, int64_t>& last_used_ms);

 private:
  KeyStore(Database& database, const access::KeySecret& secret, const UnixClock& clock)
      : database_(database), secret_(secret), clock_(clock) {}

  Database& database_;
  const access::KeySecret secret_;
  const UnixClock& clock_;
};

}  // namespace lemma::store
