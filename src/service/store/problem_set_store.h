// Sets of problems in the database, which never change: what evaluations ask. What their lines
// mean, this room does not know (eval/dataset.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/store/audit_log.h"
#include "service/store/database.h"

namespace lemma::store {

struct ProblemSet {
  std::string id = {};
  std::string name = {};    // for people; unique
  std::string digest = {};  // of its problems, as reports name it
  int64_t n_problems = 0;
  std::string created_by = {};
  int64_t created_ms = 0;  // Unix time
  std::string lines = {};  // JSON, a problem each
};

inline constexpr int64_t kProblemSetsMax = 200;

// Thread-safe; blocks on the database. Errors: those of Database, and as said. What changes is an
// entry of the audit log, of who is named as `by`.
class ProblemSetStore {
 public:
  // Both outlive it.
  ProblemSetStore(Database& database, const UnixClock& clock)
      : database_(database), clock_(clock) {}

  // `set`: name, digest, number of problems and lines. As it is then. kInvalidArgument, field
  // "name": there is one of this name; kTooLarge: there are kProblemSetsMax.
  Result<ProblemSet> Create(const ProblemSet& set, const Actor& by);
  Result<ProblemSet> Find(const std::string& id);  // kNotFound
  // By name, without lines.
  Result<std::vector<ProblemSet>> List();
  // With all evaluations of it. kNotFound; kInvalidArgument where the gate of a profile needs it.
  Status Delete(const std::string& id, const Actor& by);

 private:
  Database& database_;
  const UnixClock& clock_;
};

}  // namespace lemma::store
