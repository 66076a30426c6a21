// Gates of profiles, and moves of labels, which they may refuse.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <limits>

#include "common/base/error_body.h"
#include "common/base/field_reader.h"
#include "service/admin/evaluation_json.h"
#include "service/admin/parts.h"
#include "service/admin/profile_json.h"
#include "service/admin/query_reader.h"
#include "service/admin/routes.h"
#include "service/gateway/live_profiles.h"
#include "service/reason/profile_label.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;

// kNotFound: there is none of this name.
Result<json::object> ShownProfile(const Call& call) {
  const std::string& name = call.path.at("name");
  LEMMA_ASSIGN_OR_RETURN(const store::ProfileSnapshot snapshot, call.parts.profiles.Snapshot());
  const auto profiles = gateway::ProfilesOf(snapshot);
  if (profiles->VersionsOf(name).empty()) return NotFound("there is no profile " + name);
  return ProfileJson(*profiles, name);
}

Result<net::HttpResponse> ShowGate(Call& call) {
  const std::string& name = call.path.at("name");
  LEMMA_RETURN_IF_ERROR(ShownProfile(call).status());
  LEMMA_ASSIGN_OR_RETURN(const int64_t version,
                         NumberOf(call, "version", 1, std::numeric_limits<int32_t>::max(), 0));
  LEMMA_ASSIGN_OR_RETURN(const auto gate, call.parts.gates.Find(name));
  json::object object = {{"gate", GateJson(gate)}, {"verdict", nullptr}};
  if (version != 0) {
    LEMMA_ASSIGN_OR_RETURN(const auto verdict,
                           call.parts.promotions.Judge(name, static_cast<int32_t>(version)));
    if (verdict) object["verdict"] = VerdictJson(*verdict);
  }
  return JsonResponse(object);
}

Result<net::HttpResponse> SetGate(Call& call) {
  LEMMA_RETURN_IF_ERROR(ShownProfile(call).status());
  store::ProfileGate gate{.set_id = call.text("set")};
  if (const json::value* tolerance = call.body.if_contains("tolerance")) {
    gate.tolerance = tolerance->to_number<double>();
  }
  LEMMA_RETURN_IF_ERROR(call.parts.gates.Set(call.path.at("name"), gate, call.actor()));
  return ShowGate(call);
}

Result<net::HttpResponse> RemoveGate(Call& call) {
  LEMMA_RETURN_IF_ERROR(call.parts.gates.Set(call.path.at("name"), std::nullopt, call.actor()));
  return Done();
}

// [{"version": 3, "weight": 90}, {"version": 4, "weight": 10}]
Result<std::vector<store::ProfileShare>> ReadShares(const json::array& array) {
  std::vector<store::ProfileShare> shares;
  Status wrong;
  for (const json::value& element : array) {
    FieldReader fields(element.get_object(), fmt::format("shares[{}]", shares.size()), wrong);
    store::ProfileShare share;
    fields.Require("version");
    fields.ReadInteger("version", 1, std::numeric_limits<int32_t>::max(), share.version);
    fields.ReadInteger("weight", 1, store::kShareWeightMax, share.weight);
    shares.push_back(share);
  }
  LEMMA_RETURN_IF_ERROR(wrong);
  return shares;
}

Result<net::HttpResponse> MoveLabel(Call& call) {
  evaluations::Promotion promotion{
      .profile = call.path.at("name"), .label = call.path.at("label"), .shares = {}};
  LEMMA_RETURN_IF_ERROR(reason::CheckLabel(promotion.label));
  LEMMA_ASSIGN_OR_RETURN(promotion.shares, ReadShares(call.body.at("shares").get_array()));
  const json::value* overrides = call.body.if_contains("override");
  promotion.overrides = overrides != nullptr && overrides->get_bool();
  if (promotion.overrides && call.signed_in->user.role < AdminRole::kAdmin) {
    return Status(StatusCode::kPermissionDenied, "needs the role admin", "override");
  }
  const Result<std::string> refusal = call.parts.promotions.Promote(promotion, call.actor());
  if (refusal.status().code() == StatusCode::kInvalidArgument) {
    return InvalidArgument(refusal.status().message(), "shares");
  }
  LEMMA_RETURN_IF_ERROR(refusal.status());
  if (!refusal->empty()) {
    return net::HttpResponse::Json(409, ErrorBody(InvalidArgument(*refusal), "gate_refused"));
  }
  LEMMA_ASSIGN_OR_RETURN(const json::object profile, ShownProfile(call));
  return JsonResponse(profile);
}

}  // namespace

std::vector<Route> GateRoutes() {
  return {
      {.method = "PUT",
       .path = "/profiles/{name}/labels/{label}",
       .least = AdminRole::kPromptEditor,
       .handler = MoveLabel,
       .summary = "Makes a label name a version, or several by weight; production is what runs",
       .body = {{"shares", FieldType::kObjects, true,
                 "[{\"version\": 3, \"weight\": 90}, ...]; without a weight: 1"},
                {"override", FieldType::kBool, false,
                 "Whatever the profile's gate says; for admins, and told in the audit log"}}},
      {.method = "GET",
       .path = "/profiles/{name}/gate",
       .least = AdminRole::kViewer,
       .handler = ShowGate,
       .summary = "What a version must have shown before it may be in production",
       .query = {{"version", FieldType::kInteger, false, "What it says of this version"}}},
      {.method = "PUT",
       .path = "/profiles/{name}/gate",
       .least = AdminRole::kAdmin,
       .handler = SetGate,
       .summary = "No regression on a set of problems against the version in production",
       .body = {{"set", FieldType::kString, true, "The set's id"},
                {"tolerance", FieldType::kNumber, false,
                 "A loss of pass@1 that is accepted, 0 to 1; 0"}}},
      {"DELETE", "/profiles/{name}/gate", AdminRole::kAdmin, RemoveGate, "No gate any more"},
  };
}

}  // namespace lemma::admin
