// The replicas that answer: how they stand, and those that come, drain, restart and go.
#include <algorithm>
#include <vector>

#include "service/admin/parts.h"
#include "service/admin/replica_json.h"
#include "service/admin/routes.h"
#include "service/gateway/stored_replicas.h"
#include "service/store/replica_store.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;

Result<net::HttpResponse> List(Call& call) {
  json::array list;
  for (const pool::ReplicaView& view : call.parts.pool.List()) list.push_back(ToJson(view));
  return JsonResponse(json::object{{"replicas", std::move(list)}});
}

Result<net::HttpResponse> Add(Call& call) {
  const std::string spec = call.text("spec");
  const std::string key = call.text("key");
  LEMMA_ASSIGN_OR_RETURN(const pool::RemoteReplica remote,
                         gateway::RemoteOf({.id = "", .name = "", .spec = spec, .key = key}));
  const auto has_name = [&](const pool::ReplicaView& view) {  // or "NAME/ADDRESS", of a DNS name
    return view.name == remote.name || view.name.starts_with(remote.name + "/");
  };
  // The database knows the names of those that were added; this process has others too.
  if (std::ranges::any_of(call.parts.pool.List(), has_name)) {
    return InvalidArgument("a replica has the name \"" + remote.name + "\": name= gives another",
                           "spec");
  }
  LEMMA_ASSIGN_OR_RETURN(const store::StoredReplica stored,
                         call.parts.replicas.Create(remote.name, spec, key, call.actor()));
  LEMMA_RETURN_IF_ERROR(call.parts.stored_replicas.Refresh());
  for (const pool::ReplicaView& view : call.parts.pool.List()) {
    if (view.id == stored.id) return JsonResponse(ToJson(view), 201);
  }
  return Unavailable("the replica was added, and somebody has removed it since");
}

// Of the database where it is there, and so of every gateway; else of this process.
Result<net::HttpResponse> SetDraining(Call& call, bool is_draining) {
  const std::string& id = call.path.at("id");
  const Status stored = call.parts.replicas.SetDraining(id, is_draining, call.actor());
  if (stored.code() != StatusCode::kNotFound) {
    LEMMA_RETURN_IF_ERROR(stored);
    LEMMA_RETURN_IF_ERROR(call.parts.stored_replicas.Refresh());
    return Done();
  }
  // Its entry first: what cannot be written down is not done.
  LEMMA_RETURN_IF_ERROR(
      call.parts.audit.Append(call.actor(), is_draining ? "replica.drain" : "replica.undrain", id));
  LEMMA_RETURN_IF_ERROR(call.parts.pool.SetDraining(id, is_draining));
  return Done();
}

Result<net::HttpResponse> Drain(Call& call) { return SetDraining(call, /*is_draining=*/true); }
Result<net::HttpResponse> Undrain(Call& call) { return SetDraining(call, /*is_draining=*/false); }

Result<net::HttpResponse> Restart(Call& call) {
  const std::string& id = call.path.at("id");
  LEMMA_RETURN_IF_ERROR(call.parts.audit.Append(call.actor(), "replica.restart", id));
  LEMMA_RETURN_IF_ERROR(call.parts.pool.Restart(id));
  return JsonResponse(json::object{{"id", id}, {"state", "restarting"}}, 202);
}

Result<net::HttpResponse> Remove(Call& call) {
  const std::string& id = call.path.at("id");
  const Status deleted = call.parts.replicas.Delete(id, call.actor());
  // One that is not there was never added: the pool says whether it is there at all.
  if (deleted.code() == StatusCode::kNotFound) {
    LEMMA_RETURN_IF_ERROR(call.parts.pool.RemoveRemote(id));
  }
  LEMMA_RETURN_IF_ERROR(deleted);
  LEMMA_RETURN_IF_ERROR(call.parts.stored_replicas.Refresh());
  return Done();
}

}  // namespace

std::vector<Route> ReplicaRoutes() {
  return {
      {"GET", "/replicas", AdminRole::kViewer, List, "The replicas of this gateway"},
      {.method = "POST",
       .path = "/replicas",
       .least = AdminRole::kAdmin,
       .handler = Add,
       .summary = "A remote replica more, in every gateway that shares the database",
       .body = {{"spec", FieldType::kString, true, "As --replica has it: URL[,model=NAME]..."},
                {"key", FieldType::kString, false, "What it wants as a bearer token"}}},
      {"POST", "/replicas/{id}/drain", AdminRole::kAdmin, Drain,
       "It gets no new requests; what it has goes on"},
      {"POST", "/replicas/{id}/undrain", AdminRole::kAdmin, Undrain,
       "It gets requests again; a restart that waits is called off"},
      {"POST", "/replicas/{id}/restart", AdminRole::kAdmin, Restart,
       "Of a local worker: another process, once it has finished what it has"},
      {"DELETE", "/replicas/{id}", AdminRole::kAdmin, Remove,
       "One that was added here: it finishes what it has and is gone"},
  };
}

}  // namespace lemma::admin
