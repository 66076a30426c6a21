// What runs now, and how to end it.
#include "service/admin/parts.h"
#include "service/admin/routes.h"
#include "service/gateway/live_requests.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;

Result<net::HttpResponse> List(Call& call) {
  const int64_t now_ms = call.parts.clock.NowMs();
  json::array list;
  for (const gateway::LiveView& view : call.parts.live.List()) {
    list.push_back(json::object{{"id", view.id},
                                {"key_id", view.key_id},
                                {"profile", view.profile},
                                {"model", view.model},
                                {"replica", view.replica},
                                {"started", TimeValue(view.started_ms)},
                                {"age_ms", now_ms - view.started_ms},
                                {"state", NameOf(view.state)},
                                {"tokens", view.n_tokens},
                                {"cancelled", view.is_cancelled}});
  }
  return JsonResponse(json::object{{"requests", std::move(list)}});
}

Result<net::HttpResponse> Cancel(Call& call) {
  const std::string& id = call.path.at("id");
  // Its entry first: what cannot be written down is not done.
  LEMMA_RETURN_IF_ERROR(call.parts.audit.Append(call.actor(), "request.cancel", id));
  if (!call.parts.live.Cancel(id)) return NotFound("no request " + id + " runs in this gateway");
  return Done();
}

}  // namespace

std::vector<Route> LiveRoutes() {
  return {
      {"GET", "/live", AdminRole::kViewer, List, "The requests that run in this gateway"},
      {"POST", "/live/{id}/cancel", AdminRole::kAdmin, Cancel,
       "Ends one: its client gets an error, its worker stops"},
  };
}

}  // namespace lemma::admin
