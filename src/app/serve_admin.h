// The admin API of `lemma serve`: where it listens, and what it shows of the options.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "app/serve_access.h"
#include "common/base/status.h"
#include "service/admin/admin_server.h"
#include "service/gateway/gateway.h"

namespace lemma::app {

struct ServeAdminOptions {
  std::string listen;  // "": kAdminListen where a database is; "off": nowhere
  std::string origin;
};

inline constexpr const char* kAdminListen = "127.0.0.1:8081";

void AddServeAdminOptions(CLI::App& command, ServeAdminOptions& options);

// Null where there is no database and none was asked for, and where the usual port is taken by
// another program (with a warning). `configuration`: the options as they were read. Errors: those
// of AdminServer::Start; kInvalidArgument: --admin-listen without a database.
Result<std::unique_ptr<admin::AdminServer>> StartAdmin(const ServeAdminOptions& options,
                                                       const ServeAccess& access, pool::Pool& pool,
                                                       gateway::Gateway& gateway,
                                                       gateway::StoredReplicas* replicas,
                                                       boost::json::object configuration);

// The options of a command with their values; the password of a database is hidden.
boost::json::object ConfigurationOf(const CLI::App& command);

}  // namespace lemma::app
