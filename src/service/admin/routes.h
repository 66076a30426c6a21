// The rows of the admin API, subject by subject. A subject is a file of handlers that ends with its
// rows; routes.cc puts them together.
#pragma once

#include <vector>

#include "service/admin/route.h"

namespace lemma::admin {

std::vector<Route> SessionRoutes();  // signing in and out, one's own password and second factor
std::vector<Route> UserRoutes();
std::vector<Route> KeyRoutes();
std::vector<Route> ProfileRoutes();
std::vector<Route> GateRoutes();        // what may be promoted, and promotions
std::vector<Route> EvaluationRoutes();  // sets of problems too
std::vector<Route> UsageRoutes();       // sums, and the request log
std::vector<Route> LoadRoutes();        // how full the service was
std::vector<Route> LiveRoutes();        // requests that run
std::vector<Route> JobRoutes();
std::vector<Route> ReplicaRoutes();
std::vector<Route> AlertRoutes();
std::vector<Route> ServiceRoutes();  // health, configuration, the audit log, the OpenAPI document

}  // namespace lemma::admin
