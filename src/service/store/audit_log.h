// Who changed what, when and from where: rows that nobody can change or delete through the database
// (its triggers refuse that) and that each carry a hash over themselves and the row before, so that
// a change behind its back is seen. Written in the transaction of what they tell of; of what is no
// change of the database, before it is done.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/access/admin_role.h"
#include "service/store/database.h"

namespace lemma::store {

// Who does something. Whoever runs commands on this machine owns the database.
struct Actor {
  std::string name = "command line";  // else an admin user's, or "" for one who is not known
  std::string address;                // of the caller; "": this machine's command line
  access::AdminRole role = access::AdminRole::kOwner;
};

struct AuditEntry {
  int64_t number = 0;  // 1, 2, ... without gaps
  int64_t at_ms = 0;   // Unix time
  Actor actor;
  std::string action;   // "key.create"
  std::string target;   // "key_1a2b3c", "math"; "": none
  std::string details;  // a JSON object; never a secret
  std::string hash;     // SHA-256 in hexadecimal (docs/admin.md says of what)
};

struct AuditFilter {
  int64_t before = 0;                 // numbers below it; 0: the newest
  int64_t from_ms = 0, until_ms = 0;  // Unix time; 0: any
  // Exactly; "": any.
  std::string actor = "";
  std::string action = "";
  std::string target = "";
  int32_t limit = 100;
};

// The newest entry.
struct AuditHead {
  int64_t number = 0;  // 0: the log is empty
  std::string hash;
};

// Thread-safe; blocks on the database. Errors: those of Database, and as said.
class AuditLog {
 public:
  // Both outlive it.
  AuditLog(Database& database, const UnixClock& clock) : database_(database), clock_(clock) {}

  // An entry that stands alone: of what changed nothing here (a sign-in that failed).
  Status Append(const Actor& by, const std::string& action, const std::string& target,
                const boost::json::object& details = {});

  // The newest first.
  Result<std::vector<AuditEntry>> Query(const AuditFilter& filter);

  // Reads all of it. kDataLoss names the first entry that is missing, was changed or does not
  // follow from the one before. Rewriting everything from there on, with all hashes, is found by
  // `known` alone: a head that was noted elsewhere (number 0: none).
  Result<AuditHead> Verify(const AuditHead& known = {});

 private:
  Database& database_;
  const UnixClock& clock_;
};

}  // namespace lemma::store
