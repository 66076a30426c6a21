// The admin API and the console on a listener of their own: for people with sessions, not for API
// keys.
//
// Threads: one I/O thread, and a few that may block, on which handlers run; the costly ones, which
// hash passwords, have two of their own, so that a flood of sign-ins takes neither the memory nor
// the time of everything else. All methods are thread-safe.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/gateway/page_files.h"

namespace lemma::gateway {
class LiveRequests;
class PromptCounter;
class StoredReplicas;
}  // namespace lemma::gateway
namespace lemma::pool {
class Pool;
}
namespace lemma::store {
class Database;
class KeyStore;
class RequestLog;
}  // namespace lemma::store

namespace lemma::admin {

// What is pointed to outlives the server.
struct AdminOptions {
  std::string listen = "127.0.0.1:8081";  // or "unix:/path"; the loopback alone
  std::string origin;                     // as Site::Of takes it
  store::Database* database = nullptr;
  store::KeyStore* keys = nullptr;
  store::RequestLog* log = nullptr;
  pool::Pool* pool = nullptr;
  gateway::StoredReplicas* replicas = nullptr;  // those of the database, in that pool
  gateway::LiveRequests* live = nullptr;        // of the gateway in this process
  const UnixClock* clock = nullptr;
  const gateway::PromptCounter* counter = nullptr;  // null: prompts are not counted
  boost::json::object configuration;                // as GET /config shows it: without secrets
  std::vector<gateway::PageFile> page;              // empty: built without the console
};

class AdminServer {
 public:
  // Errors: kInvalidArgument (an address beyond the loopback; an origin that is none) and those of
  // net::HttpServer::Start.
  static Result<std::unique_ptr<AdminServer>> Start(const AdminOptions& options);
  ~AdminServer();  // Stop()

  std::string address() const;  // with the real port
  // Ends everything now; handlers that run are waited for. Idempotent.
  void Stop();

 private:
  struct Impl;
  explicit AdminServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lemma::admin
