#include "service/store/profile_store.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "service/store/audit_rows.h"
#include "service/store/change_counter.h"

namespace lemma::store {
namespace {

namespace json = boost::json;
using soci::into;
using soci::use;

// A move of a label. Rolling one back is a move too, to what lies below it: nothing is deleted.
struct Move {
  int64_t number = 0;  // 1, 2, ...; 0: there was none
  int64_t below = 0;   // the move that this one covers
  std::string shares;
};

// "3:90 4:10".
std::string TextOf(const std::vector<ProfileShare>& shares) {
  std::string text;
  for (const ProfileShare& share : shares) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", share.version, share.weight);
  }
  return text;
}

std::vector<ProfileShare> SharesOf(const std::string& text) {
  std::istringstream in(text);
  std::vector<ProfileShare> shares;
  char colon = 0;
  for (ProfileShare share; in >> share.version >> colon >> share.weight;) shares.push_back(share);
  return shares;
}

// Tells every process that keeps a copy; first in a transaction, so that writers of profiles come
// one after the other.
void CountChange(soci::session& sql) { AdvanceCounter(sql, "profiles"); }

int64_t SelectChange(soci::session& sql) {
  int64_t change = 0;
  sql << "SELECT value FROM change_counters WHERE name = 'profiles'", into(change);
  return change;
}

std::optional<ProfileVersion> SelectNewest(soci::session& sql, const std::string& name) {
  ProfileVersion newest;
  sql << "SELECT version, text, created_ms FROM profile_versions WHERE name = :name "
         "ORDER BY version DESC LIMIT 1",
      use(name), into(newest.version), into(newest.text), into(newest.created_ms);
  if (!sql.got_data()) return std::nullopt;
  return newest;
}

bool HasVersion(soci::session& sql, const std::string& name, int32_t version) {
  int64_t n = 0;
  sql << "SELECT count(*) FROM profile_versions WHERE name = :name AND version = :version",
      use(name), use(version), into(n);
  return n > 0;
}

Move SelectMove(soci::session& sql, const std::string& name, const std::string& label,
                int64_t number) {
  Move move;
  sql << "SELECT number, below, shares FROM profile_label_moves WHERE name = :name AND "
         "label = :label AND number = :number",
      use(name), use(label), use(number), into(move.number), into(move.below), into(move.shares);
  return move;
}

int64_t SelectLastNumber(soci::session& sql, const std::string& name, const std::string& label) {
  int64_t number = 0;
  sql << "SELECT coalesce(max(number), 0) FROM profile_label_moves WHERE name = :name AND "
         "label = :label",
      use(name), use(label), into(number);
  return number;
}

void InsertMove(soci::session& sql, const std::string& name, const std::string& label,
                const Move& move, int64_t now_ms) {
  sql << "INSERT INTO profile_label_moves (name, label, number, below, shares, moved_ms) "
         "VALUES (:name, :label, :number, :below, :shares, :now)",
      use(name), use(label), use(move.number), use(move.below), use(move.shares), use(now_ms);
}

Status CheckShares(const std::vector<ProfileShare>& shares) {
  if (shares.empty() || shares.size() > kSharesMax) {
    return InvalidArgument(fmt::format("a label names 1 to {} versions", kSharesMax));
  }
  for (const ProfileShare& share : shares) {
    if (share.weight < 1 || share.weight > kShareWeightMax) {
      return InvalidArgument(fmt::format("a version's weight must be from 1 to {}, is {}",
                                         kShareWeightMax, share.weight));
    }
    const auto same = [&](const ProfileShare& other) { return other.version == share.version; };
    if (std::count_if(shares.begin(), shares.end(), same) > 1) {
      return InvalidArgument(fmt::format("version {} is named twice", share.version));
    }
  }
  return Ok();
}

}  // namespace

Result<int32_t> ProfileStore::Save(const std::string& name, const std::string& text,
                                   int32_t first_version, const Actor& by) {
  int32_t version = 0;
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    CountChange(sql);
    const auto newest = SelectNewest(sql, name);
    version = newest ? newest->version : first_version;
    if (newest && newest->text == text) return Ok();
    if (newest) ++version;
    sql << "INSERT INTO profile_versions (name, version, text, created_ms) "
           "VALUES (:name, :version, :text, :now)",
        use(name), use(version), use(text), use(clock_.NowMs());
    AppendAudit(sql, clock_.NowMs(), by, "profile.save", name, {{"version", version}});
    return Ok();
  }));
  return version;
}

Status ProfileStore::MoveLabel(const std::string& name, const std::string& label,
                               const std::vector<ProfileShare>& shares,
                               const std::vector<int32_t>& unsaved, const Actor& by,
                               const MoveGuard& guard) {
  LEMMA_RETURN_IF_ERROR(CheckShares(shares));
  return database_.Write([&](soci::session& sql) {
    CountChange(sql);
    for (const ProfileShare& share : shares) {
      const bool is_unsaved =
          std::find(unsaved.begin(), unsaved.end(), share.version) != unsaved.end();
      if (!is_unsaved && !HasVersion(sql, name, share.version)) {
        return InvalidArgument(
            fmt::format("the profile \"{}\" has no version {}", name, share.version));
      }
    }
    const int64_t last = SelectLastNumber(sql, name, label);
    if (guard.from && SharesOf(SelectMove(sql, name, label, last).shares) != *guard.from) {
      return Unavailable(
          fmt::format("somebody else has just moved the label \"{}\": try again", label));
    }
    InsertMove(sql, name, label, {last + 1, last, TextOf(shares)}, clock_.NowMs());
    json::object details = {{"label", label}, {"shares", TextOf(shares)}};
    if (!guard.overridden.empty()) details["overridden"] = guard.overridden;
    AppendAudit(sql, clock_.NowMs(), by, "profile.move_label", name, details);
    return Ok();
  });
}

Result<ProfileLabel> ProfileStore::RollBack(const std::string& name, const std::string& label,
                                            const Actor& by) {
  ProfileLabel now{name, label, {}, clock_.NowMs()};
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    CountChange(sql);
    const int64_t last = SelectLastNumber(sql, name, label);
    const Move current = SelectMove(sql, name, label, last);
    if (current.shares.empty()) {
      return NotFound(fmt::format(
          "the label \"{}\" of the profile \"{}\" has nowhere to go back to", label, name));
    }
    const Move target = SelectMove(sql, name, label, current.below);
    InsertMove(sql, name, label, {last + 1, target.below, target.shares}, now.moved_ms);
    AppendAudit(sql, now.moved_ms, by, "profile.roll_back", name,
                {{"label", label}, {"shares", target.shares}});
    now.shares = SharesOf(target.shares);
    return Ok();
  }));
  return now;
}

Result<int64_t> ProfileStore::Change() {
  int64_t change = 0;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    change = SelectChange(sql);
    return Ok();
  }));
  return change;
}

Result<ProfileSnapshot> ProfileStore::Snapshot() {
  ProfileSnapshot snapshot;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    snapshot = {};
    // Before the rest: what it tells is at least as fresh.
    snapshot.change = SelectChange(sql);
    ProfileVersion row;
    soci::statement versions =
        (sql.prepare << "SELECT name, version, text, created_ms FROM profile_versions "
                        "ORDER BY name, version",
         into(row.name), into(row.version), into(row.text), into(row.created_ms));
    versions.execute();
    while (versions.fetch()) snapshot.versions.push_back(row);
    ProfileLabel label;
    std::string shares;
    soci::statement labels =
        (sql.prepare << "SELECT m.name, m.label, m.shares, m.moved_ms FROM profile_label_moves m "
                        "WHERE m.number = (SELECT max(n.number) FROM profile_label_moves n "
                        "WHERE n.name = m.name AND n.label = m.label) ORDER BY m.name, m.label",
         into(label.name), into(label.label), into(shares), into(label.moved_ms));
    labels.execute();
    while (labels.fetch()) {
      label.shares = SharesOf(shares);
      snapshot.labels.push_back(label);
    }
    return Ok();
  }));
  return snapshot;
}

}  // namespace lemma::store
