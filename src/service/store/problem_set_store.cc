#include "service/store/problem_set_store.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include "common/base/random_id.h"
#include "service/store/audit_rows.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

Status NoSuchSet(const std::string& id) { return NotFound("there is no set of problems " + id); }

Status CheckRoom(soci::session& sql, const std::string& name) {
  int64_t n = 0, n_same = 0;
  sql << "SELECT count(*) FROM problem_sets", into(n);
  if (n >= kProblemSetsMax) {
    return Status(StatusCode::kTooLarge,
                  fmt::format("there are {} sets already: delete one", kProblemSetsMax));
  }
  sql << "SELECT count(*) FROM problem_sets WHERE name = :name", use(name), into(n_same);
  return n_same == 0 ? Ok() : InvalidArgument("a set has the name \"" + name + "\"", "name");
}

}  // namespace

Result<ProblemSet> ProblemSetStore::Create(const ProblemSet& set, const Actor& by) {
  ProblemSet made = set;
  made.id = "set_" + RandomHex().substr(0, 12);
  made.created_by = by.name;
  made.created_ms = clock_.NowMs();
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    LEMMA_RETURN_IF_ERROR(CheckRoom(sql, made.name));
    sql << "INSERT INTO problem_sets (id, name, digest, n_problems, created_by, created_ms, lines) "
           "VALUES (:id, :name, :digest, :n, :by, :now, :lines)",
        use(made.id), use(made.name), use(made.digest), use(made.n_problems), use(made.created_by),
        use(made.created_ms), use(made.lines);
    AppendAudit(sql, made.created_ms, by, "problem_set.create", made.id,
                {{"name", made.name}, {"problems", made.n_problems}});
    return Ok();
  }));
  return made;
}

Result<ProblemSet> ProblemSetStore::Find(const std::string& id) {
  ProblemSet set;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    sql << "SELECT id, name, digest, n_problems, created_by, created_ms, lines FROM problem_sets "
           "WHERE id = :id",
        use(id), into(set.id), into(set.name), into(set.digest), into(set.n_problems),
        into(set.created_by), into(set.created_ms), into(set.lines);
    return sql.got_data() ? Ok() : NoSuchSet(id);
  }));
  return set;
}

Result<std::vector<ProblemSet>> ProblemSetStore::List() {
  std::vector<ProblemSet> sets;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    sets.clear();
    ProblemSet row;
    soci::statement statement =
        (sql.prepare << "SELECT id, name, digest, n_problems, created_by, created_ms "
                        "FROM problem_sets ORDER BY name",
         into(row.id), into(row.name), into(row.digest), into(row.n_problems), into(row.created_by),
         into(row.created_ms));
    statement.execute();
    while (statement.fetch()) sets.push_back(row);
    return Ok();
  }));
  return sets;
}

Status ProblemSetStore::Delete(const std::string& id, const Actor& by) {
  return database_.Write([&](soci::session& sql) {
    std::string name, gated;
    sql << "SELECT name FROM problem_sets WHERE id = :id", use(id), into(name);
    if (!sql.got_data()) return NoSuchSet(id);
    sql << "SELECT profile FROM profile_gates WHERE set_id = :id ORDER BY profile LIMIT 1", use(id),
        into(gated);
    if (!gated.empty()) {
      return InvalidArgument("the gate of the profile " + gated + " needs it: remove that first");
    }
    sql << "DELETE FROM problem_sets WHERE id = :id", use(id);
    AppendAudit(sql, clock_.NowMs(), by, "problem_set.delete", id, {{"name", name}});
    return Ok();
  });
}

}  // namespace lemma::store
