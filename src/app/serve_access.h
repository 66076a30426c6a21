// What `lemma serve` knows of its callers: the keys and limits of the data directory, the request
// log, and the model's tokenizer to count what they ask.
#pragma once

#include <memory>
#include <optional>

#include "app/data_settings.h"
#include "app/model_choice.h"
#include "common/base/clock.h"
#include "common/base/file_lock.h"
#include "common/base/status.h"
#include "service/access/key_secret.h"
#include "service/access/memory_limiter.h"
#include "service/access/told_limiter.h"
#include "service/alerts/alert_watch.h"
#include "service/gateway/gateway_access.h"
#include "service/gateway/load_recorder.h"
#include "service/gateway/prompt_counter.h"
#include "service/gateway/stored_replicas.h"
#include "service/store/job_store.h"
#include "service/store/key_cache.h"
#include "service/store/load_store.h"
#include "service/store/periodic_task.h"
#include "service/store/replica_store.h"
#include "service/store/request_log.h"
#include "service/store/store_limiter.h"
#include "service/store/usage_store.h"

namespace lemma::app {

struct ServeAccessOptions {
  bool requires_keys = false;
  DataOptions data;
  std::string keep_requests = "30d";  // rows of the request log
  std::string keep_jobs = "7d";       // after their end
};

void AddServeAccessOptions(CLI::App& command, ServeAccessOptions& options);

// Is it safe to listen there? kInvalidArgument beyond the loopback without keys.
Status CheckListen(const std::string& host, const std::string& address, bool requires_keys);

class ServeAccess {
 public:
  // Where no key is required, no data directory is named and none is there: serves anybody, with
  // nothing behind it. Errors: those of OpenStore, of TakeServeLock and of reading the model's
  // tokenizer.
  static Result<std::unique_ptr<ServeAccess>> Open(const ServeAccessOptions& options,
                                                   const std::string& model);

  // Outlives the gateway that has it.
  const gateway::GatewayAccess& parts() const { return access_; }
  // Null: there is no database.
  store::Database* database() const { return store_.database.get(); }
  store::KeyStore* keys() const { return store_.keys.get(); }
  // Of the database, kept in step with it as long as what is returned lives; null without one.
  // Errors: those of StoredReplicas::Start.
  Result<std::unique_ptr<gateway::StoredReplicas>> StartReplicas(pool::Pool& pool);
  // How full it is, from now on and as long as what is returned lives; null without a database.
  // `address`: where the gateway listens.
  std::unique_ptr<gateway::LoadRecorder> RecordLoad(const std::string& address,
                                                    const gateway::LoadSources& sources);
  const UnixClock& clock() const { return clock_; }

 private:
  Status OpenKeys(const ServeAccessOptions& options, const std::string& model);

  const SystemUnixClock clock_;
  gateway::GatewayAccess access_;
  std::optional<FileLock> serve_lock_;  // of a SQLite file; goes last
  OpenedStore store_;
  std::unique_ptr<store::KeyCache> keys_;
  access::MemoryLimiter memory_limiter_{clock_};
  std::optional<store::StoreLimiter> store_limiter_;
  std::optional<access::ToldLimiter> told_limiter_;
  std::optional<store::RequestLog> log_;
  std::optional<gateway::PromptCounter> counter_;
  std::optional<store::UsageStore> usage_;
  std::optional<store::LoadStore> load_;
  std::optional<store::JobStore> jobs_;
  std::optional<store::ReplicaStore> replicas_;
  std::unique_ptr<store::PeriodicTask> retention_;
  std::optional<access::KeySecret> secret_;
  std::optional<alerts::AlertWatch> alert_watch_;
  std::optional<alerts::AlertThread> alert_thread_;
};

}  // namespace lemma::app
