#include "app/served_profiles.h"

#include <utility>

#include "app/embedded_model.h"

namespace lemma::app {

std::vector<std::string> ProfilesToChooseFrom(const std::string& model) {
  if (model == kEmbeddedModelName) return {"math", "algorithm"};
  return {};
}

Result<std::shared_ptr<const reason::ProfileSet>> ReadProfiles(const DataOptions& options) {
  // Without a home there is no data directory but one that is named.
  if (!IsNamed(options) && !DataDirectory(options).ok()) return reason::ProfileSet::Shipped();
  const auto database = OpenDatabase(options, /*may_create=*/false);
  if (database.status().code() == StatusCode::kNotFound) return reason::ProfileSet::Shipped();
  LEMMA_RETURN_IF_ERROR(database.status());
  const SystemUnixClock clock;
  store::ProfileStore store(**database, clock);
  LEMMA_ASSIGN_OR_RETURN(const store::ProfileSnapshot snapshot, store.Snapshot());
  return gateway::ProfilesOf(snapshot);
}

Result<std::unique_ptr<ServedProfiles>> ServedProfiles::Open(const DataOptions& options) {
  auto served = std::make_unique<ServedProfiles>();
  if (!IsNamed(options) && !DataDirectory(options).ok()) return served;
  auto database = OpenDatabase(options, /*may_create=*/IsNamed(options));
  if (database.status().code() == StatusCode::kNotFound) return served;
  LEMMA_RETURN_IF_ERROR(database.status());
  served->database_ = std::move(*database);
  served->store_.emplace(*served->database_, served->clock_);
  LEMMA_ASSIGN_OR_RETURN(served->live_, gateway::LiveProfiles::Start(*served->store_));
  return served;
}

}  // namespace lemma::app
