// Keys as rows. For key_store.cc alone; all run in its transactions and throw soci::soci_error.
#pragma once

#include <soci/soci.h>

#include <string>
#include <vector>

#include "service/access/api_key.h"
#include "service/store/key_store.h"

namespace lemma::store {

void InsertKey(soci::session& sql, const access::ApiKey& key);
// Until the transaction ends others that change this key wait: what is read of it stays true.
void LockKeyRow(soci::session& sql, const std::string& id);
void UpdateKey(soci::session& sql, const std::string& id, const access::KeySpec& spec);
// All, or the one with this id.
std::vector<access::ApiKey> SelectKeys(soci::session& sql, const std::string& id = "");

void InsertSecret(soci::session& sql, const std::string& handle, const std::string& key_id,
                  const std::string& hash, int64_t now_ms);
KeySnapshot SelectSnapshot(soci::session& sql);

int64_t SelectKeysVersion(soci::session& sql);
// Tells every process that keeps a copy. Last in a transaction: it locks the row.
void CountKeysChange(soci::session& sql);

}  // namespace lemma::store
