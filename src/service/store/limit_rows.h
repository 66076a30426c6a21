// What keys have used, as rows. For store_limiter.cc alone; all run in its transactions and throw
// soci::soci_error.
#pragma once

#include <soci/soci.h>

#include <string>
#include <vector>

#include "service/access/limits.h"

namespace lemma::store {

// Holds off every other transaction about this key until this one ends.
void LockKey(soci::session& sql, const std::string& key_id);

// Requires LockKey. Reservations whose lease has run out are given back first; their rows stay for
// a day, for requests that end all the same.
access::KeyUsage SelectUsage(soci::session& sql, const std::string& key_id, int64_t now_ms);
void SaveUsage(soci::session& sql, const std::string& key_id, const access::KeyUsage& usage);

void InsertReservation(soci::session& sql, const std::string& id, const std::string& key_id,
                       const std::string& holder, const access::Claim& claim,
                       int64_t lease_until_ms);

// Requires LockKey. Removes a reservation and gives back what its request did not use; one that was
// given back, because its lease ran out, is charged anew. One that is gone was settled before, so
// to do it twice is to do it once.
void SettleReservation(soci::session& sql, const std::string& id, const std::string& key_id,
                       const access::Claim& claim, int64_t n_used, int64_t now_ms);

// What a gateway holds, and its leases made longer; those that ran out stay so.
struct HeldRow {
  std::string id;
  std::string key_id;
  access::Claim claim;
};
std::vector<HeldRow> SelectHeld(soci::session& sql, const std::string& holder);
void RenewHeld(soci::session& sql, const std::string& holder, int64_t lease_until_ms);

int64_t SelectDayTokens(soci::session& sql, const std::string& key_id, int64_t day);

}  // namespace lemma::store
