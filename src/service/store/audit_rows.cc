#include "service/store/audit_rows.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <boost/json/serialize.hpp>

#include "common/base/check.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

std::string Sha256Hex(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int n_bytes = 0;
  const int made = EVP_Digest(text.data(), text.size(), digest, &n_bytes, EVP_sha256(), nullptr);
  LEMMA_CHECK(made == 1, "SHA-256 failed");
  std::string hex;
  for (unsigned int i = 0; i < n_bytes; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace

// Each text with its length before it: no two entries have the same bytes.
std::string AuditHash(const AuditEntry& entry, const std::string& before) {
  std::string text = fmt::format("{}\n{}\n", entry.number, entry.at_ms);
  for (const std::string* part : {&before, &entry.actor.name, &entry.actor.address, &entry.action,
                                  &entry.target, &entry.details}) {
    text += fmt::format("{}:{}\n", part->size(), *part);
  }
  return Sha256Hex(text);
}

void AppendAudit(soci::session& sql, int64_t now_ms, const Actor& by, const std::string& action,
                 const std::string& target, const boost::json::object& details) {
  // The counter's row is the lock; what is read after it was committed by whoever had it.
  sql << "UPDATE change_counters SET value = value + 1 WHERE name = 'audit'";
  AuditEntry entry;
  sql << "SELECT value FROM change_counters WHERE name = 'audit'", into(entry.number);
  std::string before;
  const int64_t number_before = entry.number - 1;
  sql << "SELECT hash FROM audit_log WHERE number = :number", use(number_before), into(before);
  entry.at_ms = now_ms;
  entry.actor = by;
  entry.action = action;
  entry.target = target;
  entry.details = boost::json::serialize(details);
  entry.hash = AuditHash(entry, before);
  sql << "INSERT INTO audit_log (number, at_ms, actor, address, action, target, details, hash) "
         "VALUES (:number, :at, :actor, :address, :action, :target, :details, :hash)",
      use(entry.number), use(entry.at_ms), use(by.name), use(by.address), use(action), use(target),
      use(entry.details), use(entry.hash);
}

}  // namespace lemma::store
