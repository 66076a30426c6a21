// The admin API described for programs: OpenAPI 3.1, made of the route table alone.
#pragma once

#include <boost/json/object.hpp>
#include <vector>

#include "service/admin/route.h"

namespace lemma::admin {

boost::json::object OpenApiDocument(const std::vector<Route>& routes);

}  // namespace lemma::admin
