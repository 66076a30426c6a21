#include "service/store/change_counter.h"

#include <cstdint>

#include "common/base/random_id.h"

namespace lemma::store {

void AdvanceCounter(soci::session& sql, const std::string& name) {
  // By a random step: a database that was restored from a backup would else come by the numbers
  // that processes have seen, with other rows behind them.
  constexpr uint64_t kStepMax = uint64_t{1} << 31;
  const auto step = static_cast<int64_t>(1 + RandomU64() % kStepMax);
  sql << "UPDATE change_counters SET value = value + :step WHERE name = :name", soci::use(step),
      soci::use(name);
}

}  // namespace lemma::store
