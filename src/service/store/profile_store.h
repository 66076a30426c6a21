// Task profiles in the database: versions, which never change, and the labels that name them. What
// a profile's text means, this room does not know: reason/profile_toml.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/store/audit_log.h"
#include "service/store/database.h"

namespace lemma::store {

struct ProfileVersion {
  std::string name;
  int32_t version = 0;
  std::string text;
  int64_t created_ms = 0;  // Unix time
};

// A version and its share of the requests among the label's versions.
struct ProfileShare {
  int32_t version = 0;
  int32_t weight = 1;
  bool operator==(const ProfileShare&) const = default;
};

struct ProfileLabel {
  std::string name;
  std::string label;                 // "production"
  std::vector<ProfileShare> shares;  // empty: as if it had never been moved
  int64_t moved_ms = 0;              // Unix time
};

// All at one moment, in the order of names, versions and labels.
struct ProfileSnapshot {
  int64_t change = 0;  // ProfileStore::Change when it was taken
  std::vector<ProfileVersion> versions;
  std::vector<ProfileLabel> labels;
};

// What a move of a label depends on, and goes against.
struct MoveGuard {
  // What it must name now, so that it was not moved since somebody judged; nullopt: whatever.
  std::optional<std::vector<ProfileShare>> from = {};
  std::string overridden = "";  // why it would have been refused; kept in the audit log
};

inline constexpr int32_t kShareWeightMax = 1'000'000;
inline constexpr size_t kSharesMax = 16;

// Thread-safe; blocks on the database. Errors: those of Database, and as said. What changes is an
// entry of the audit log, of who is named as `by`.
class ProfileStore {
 public:
  // Both outlive it.
  ProfileStore(Database& database, const UnixClock& clock) : database_(database), clock_(clock) {}

  // The next version of the profile, `first_version` where there is none yet. No label moves. A
  // text that is the newest version's already is that version: saving again makes nothing.
  Result<int32_t> Save(const std::string& name, const std::string& text, int32_t first_version,
                       const Actor& by = {});

  // Makes the label name these versions. Those of `unsaved` may be named though no row has them
  // (profiles that travel with the program). kInvalidArgument: no such version; a weight or a
  // number of versions out of range; a version twice. kUnavailable: `guard.from` holds no longer.
  Status MoveLabel(const std::string& name, const std::string& label,
                   const std::vector<ProfileShare>& shares,
                   const std::vector<int32_t>& unsaved = {}, const Actor& by = {},
                   const MoveGuard& guard = {});

  // What the label named before its last move that was not itself rolled back; again and again,
  // back to where it was never moved. kNotFound: it is there. The label as it is now.
  Result<ProfileLabel> RollBack(const std::string& name, const std::string& label,
                                const Actor& by = {});

  // Grows with every change of profiles, by whatever process.
  Result<int64_t> Change();
  Result<ProfileSnapshot> Snapshot();

 private:
  Database& database_;
  const UnixClock& clock_;
};

}  // namespace lemma::store
