// What the handlers of the admin API work on.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "common/base/clock.h"
#include "service/admin/sign_in_limiter.h"
#include "service/admin/site.h"
#include "service/evaluations/promotion_gate.h"
#include "service/gateway/live_requests.h"
#include "service/pool/pool.h"
#include "service/store/admin_session_store.h"
#include "service/store/admin_user_store.h"
#include "service/store/alert_store.h"
#include "service/store/audit_log.h"
#include "service/store/database.h"
#include "service/store/evaluation_store.h"
#include "service/store/gate_store.h"
#include "service/store/job_store.h"
#include "service/store/key_store.h"
#include "service/store/load_store.h"
#include "service/store/problem_set_store.h"
#include "service/store/profile_store.h"
#include "service/store/replica_store.h"
#include "service/store/request_log.h"
#include "service/store/usage_store.h"

namespace lemma::gateway {
class PromptCounter;
class StoredReplicas;
}  // namespace lemma::gateway

namespace lemma::admin {

// Thread-safe, all of it, and it outlives the calls.
struct AdminParts {
  const UnixClock& clock;
  const Site& site;
  SignInLimiter& sign_ins;
  store::Database& database;
  store::KeyStore& keys;
  store::ProfileStore& profiles;
  store::AdminUserStore& users;
  store::AdminSessionStore& sessions;
  store::AuditLog& audit;
  store::UsageStore& usage;
  store::LoadStore& load;
  store::RequestLog& log;
  store::AlertStore& alerts;
  store::JobStore& jobs;
  store::ProblemSetStore& sets;
  store::EvaluationStore& evaluations;
  store::GateStore& gates;
  evaluations::PromotionGate& promotions;
  store::ReplicaStore& replicas;
  gateway::StoredReplicas& stored_replicas;
  gateway::LiveRequests& live;
  pool::Pool& pool;
  const gateway::PromptCounter* counter;  // null: no local model
  const boost::json::object& configuration;
};

}  // namespace lemma::admin
