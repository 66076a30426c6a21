#include "app/serve_admin.h"

#include <boost/json/array.hpp>
#include <utility>

#include "app/embedded_page.h"
#include "common/base/log.h"
#include "service/admin/redacted.h"

namespace lemma::app {

namespace json = boost::json;

void AddServeAdminOptions(CLI::App& command, ServeAdminOptions& options) {
  command.add_option(
      "--admin-listen", options.listen,
      "Where the console and the admin API listen, on this machine alone; off: nowhere (default: "
      "127.0.0.1:8081 where there is a data directory)");
  command.add_option("--admin-origin", options.origin,
                     "https://... at which a proxy on this machine publishes the console");
}

Result<std::unique_ptr<admin::AdminServer>> StartAdmin(const ServeAdminOptions& options,
                                                       const ServeAccess& access, pool::Pool& pool,
                                                       gateway::Gateway& gateway,
                                                       gateway::StoredReplicas* replicas,
                                                       json::object configuration) {
  std::unique_ptr<admin::AdminServer> none;
  if (options.listen == "off") return none;
  if (access.database() == nullptr) {
    if (options.listen.empty()) return none;
    return InvalidArgument("--admin-listen: needs a data directory; name one with --data-dir");
  }
  admin::AdminOptions admin_options;
  admin_options.listen = options.listen.empty() ? kAdminListen : options.listen;
  admin_options.origin = options.origin;
  admin_options.database = access.database();
  admin_options.keys = access.keys();
  admin_options.log = access.parts().log;
  admin_options.pool = &pool;
  admin_options.replicas = replicas;
  admin_options.live = &gateway.live_requests();
  admin_options.clock = &access.clock();
  admin_options.counter = access.parts().counter;
  admin_options.configuration = std::move(configuration);
  admin_options.page = EmbeddedPage();
  auto started = admin::AdminServer::Start(admin_options);
  if (options.listen.empty() && started.status().code() == StatusCode::kUnavailable) {
    LogWarning("serve: no admin API: {}; --admin-listen names another address",
               started.status().message());
    return none;
  }
  const std::string option = started.status().message().starts_with("must be https://")
                                 ? "--admin-origin"
                                 : "--admin-listen";
  LEMMA_RETURN_IF_ERROR(started.status().WithPrefix(option));
  return started;
}

json::object ConfigurationOf(const CLI::App& command) {
  json::object configuration;
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_single_name();
    if (name == "help" || name == "config" || name == "check") continue;
    json::array values;
    for (const std::string& value : option->results()) values.emplace_back(admin::Redacted(value));
    if (values.empty() && !option->get_default_str().empty()) {
      values.emplace_back(admin::Redacted(option->get_default_str()));
    }
    configuration[name] = {{"values", std::move(values)}, {"is_set", option->count() > 0}};
  }
  return configuration;
}

}  // namespace lemma::app
