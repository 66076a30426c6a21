// From a request to a call: which row of the table it is, who makes it, and whether its members are
// those that the row takes. In the order in which a caller is told what is wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "service/admin/parts.h"
#include "service/admin/route.h"

namespace lemma::admin {

struct FoundRoute {
  const Route* route = nullptr;      // null: no row has this path and method
  Texts path;                        // what the row's "{name}" stand for
  std::vector<std::string> methods;  // that rows with this path have
};

FoundRoute FindRoute(const std::vector<Route>& routes, std::string_view method,
                     std::string_view path);

// All that blocks nothing: the caller's page (Site::Check), the content type.
// kPermissionDenied; kInvalidArgument, field "Content-Type".
Status CheckHead(const Route& route, const Site& site, const net::HttpRequest& request);

// Who is signed in, with the CSRF token where the route needs that, and of which role; then the
// members of query and body. Blocks on the database. Errors: kUnauthenticated, kPermissionDenied,
// kInvalidArgument with the field.
Result<Call> ReadCall(const FoundRoute& found, const AdminParts& parts,
                      const net::HttpRequest& request);

}  // namespace lemma::admin
