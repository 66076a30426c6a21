// The task profiles that a command works with: those that travel with the program, and those of the
// data directory's database where there is one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/data_settings.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/gateway/live_profiles.h"
#include "service/reason/profile_set.h"

namespace lemma::app {

// As they are now. Where no database is there, the shipped ones alone. Errors: those of
// OpenDatabase, kNotFound aside.
Result<std::shared_ptr<const reason::ProfileSet>> ReadProfiles(const DataOptions& options);

// Those that a request gets one of which names none, as gateway::ProfileCaller::chosen_from:
// lemma-mini is trained on the prompts of two alone, larger models take those of any.
std::vector<std::string> ProfilesToChooseFrom(const std::string& model);

// As they change, for `lemma serve`.
class ServedProfiles {
 public:
  // Where no data directory is named and none is there, the shipped ones alone, for good: it is
  // made neither here nor watched for. Errors: as ReadProfiles.
  static Result<std::unique_ptr<ServedProfiles>> Open(const DataOptions& options);

  std::shared_ptr<const reason::ProfileSet> Current() const {
    return live_ ? live_->Current() : reason::ProfileSet::Shipped();
  }

 private:
  const SystemUnixClock clock_;
  std::unique_ptr<store::Database> database_;
  std::optional<store::ProfileStore> store_;
  std::unique_ptr<gateway::LiveProfiles> live_;
};

}  // namespace lemma::app
