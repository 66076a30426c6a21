#include "service/admin/routes.h"

#include <iterator>

namespace lemma::admin {

const std::vector<Route>& Routes() {
  static const std::vector<Route> routes = [] {
    std::vector<Route> all;
    for (auto& subject : {SessionRoutes(), UserRoutes(), KeyRoutes(), ProfileRoutes(), GateRoutes(),
                          EvaluationRoutes(), UsageRoutes(), LoadRoutes(), LiveRoutes(),
                          JobRoutes(), ReplicaRoutes(), AlertRoutes(), ServiceRoutes()}) {
      all.insert(all.end(), subject.begin(), subject.end());
    }
    return all;
  }();
  return routes;
}

}  // namespace lemma::admin
