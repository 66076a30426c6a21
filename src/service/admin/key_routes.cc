// API keys: made, shown without their secrets, changed, rotated and revoked.
#include <map>
#include <string_view>

#include "service/access/time_text.h"
#include "service/admin/key_json.h"
#include "service/admin/parts.h"
#include "service/admin/routes.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;
using access::KeySpec;

constexpr const char* kNever = "never";  // of "expires"
constexpr const char* kGraceDefault = "24h";

void ReadText(const json::object& body, std::string_view name, std::string& into) {
  if (const json::value* value = body.if_contains(name)) into = std::string(value->get_string());
}

void ReadTexts(const json::object& body, std::string_view name, std::vector<std::string>& into) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr) return;
  into.clear();
  for (const json::value& text : value->get_array()) into.emplace_back(text.get_string());
}

void ReadInteger(const json::object& body, std::string_view name, int64_t& into) {
  if (const json::value* value = body.if_contains(name)) into = value->get_int64();
}

// What the body says of a key; the rest of `spec` stays.
Status ReadSpec(const Call& call, KeySpec& spec) {
  const json::object& body = call.body;
  ReadText(body, "name", spec.name);
  ReadTexts(body, "scopes", spec.scopes);
  ReadTexts(body, "profiles", spec.profiles);
  ReadInteger(body, "rpm", spec.limits.requests_per_minute);
  ReadInteger(body, "tpm", spec.limits.tokens_per_minute);
  ReadInteger(body, "tpd", spec.limits.tokens_per_day);
  ReadInteger(body, "concurrency", spec.limits.concurrency);
  ReadInteger(body, "deadline_ms", spec.deadline_ms);
  ReadInteger(body, "priority", spec.priority);
  if (const json::value* keeps = body.if_contains("keeps_content")) {
    spec.keeps_content = keeps->get_bool();
  }
  const std::string expires = call.text("expires");
  if (expires == kNever) {
    spec.expires_ms = 0;
  } else if (!expires.empty()) {
    const auto expires_ms = access::ParseExpiry(expires, call.parts.clock.NowMs());
    if (!expires_ms.ok()) {
      return InvalidArgument(expires_ms.status().message() + ", or " + kNever, "expires");
    }
    spec.expires_ms = *expires_ms;
  }
  return Ok();
}

// An error of CheckKeySpec, with the field as it is called here.
Status AsSent(const Status& status) {
  static const std::map<std::string, const char*> names = {
      {"requests_per_minute", "rpm"}, {"tokens_per_minute", "tpm"}, {"tokens_per_day", "tpd"}};
  const auto found = names.find(status.field());
  return found == names.end() ? status : Status(status.code(), status.message(), found->second);
}

// The text of the key is nowhere but in this reply.
net::HttpResponse Shown(const Call& call, const store::NewKey& made, int http_status) {
  json::object object = KeyJson(made.key, call.parts.clock.NowMs());
  object["key"] = made.text;
  return JsonResponse(object, http_status);
}

Result<net::HttpResponse> List(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const auto keys, call.parts.keys.List());
  json::array list;
  for (const access::ApiKey& key : keys) list.push_back(KeyJson(key, call.parts.clock.NowMs()));
  return JsonResponse(json::object{{"keys", std::move(list)}});
}

Result<net::HttpResponse> Get(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const access::ApiKey key, call.parts.keys.FindById(call.path.at("id")));
  return JsonResponse(KeyJson(key, call.parts.clock.NowMs()));
}

Result<net::HttpResponse> Create(Call& call) {
  KeySpec spec;
  LEMMA_RETURN_IF_ERROR(ReadSpec(call, spec));
  const auto made = call.parts.keys.Create(spec, call.actor());
  if (!made.ok()) return AsSent(made.status());
  return Shown(call, *made, 201);
}

Result<net::HttpResponse> Update(Call& call) {
  const auto key = call.parts.keys.Update(
      call.path.at("id"), [&](KeySpec& spec) { return ReadSpec(call, spec); }, call.actor());
  if (!key.ok()) return AsSent(key.status());
  return JsonResponse(KeyJson(*key, call.parts.clock.NowMs()));
}

Result<net::HttpResponse> Rotate(Call& call) {
  const std::string grace = call.body.contains("grace") ? call.text("grace") : kGraceDefault;
  const auto grace_ms = access::ParseGrace(grace);
  if (!grace_ms.ok()) return InvalidArgument(grace_ms.status().message() + ", or 0", "grace");
  LEMMA_ASSIGN_OR_RETURN(const store::NewKey made,
                         call.parts.keys.Rotate(call.path.at("id"), *grace_ms, call.actor()));
  return Shown(call, made, 200);
}

Result<net::HttpResponse> Revoke(Call& call) {
  LEMMA_RETURN_IF_ERROR(call.parts.keys.Revoke(call.path.at("id"), call.actor()));
  return Get(call);
}

std::vector<Field> SpecFields(bool is_new) {
  return {
      {"name", FieldType::kString, is_new, "Whose it is, for people: 1 to 64 bytes"},
      {"scopes", FieldType::kStrings, false, "Of inference (the default), metrics, admin"},
      {"profiles", FieldType::kStrings, false, "Task profiles it may use; none named: all"},
      {"rpm", FieldType::kInteger, false, "Requests a minute; 0: any"},
      {"tpm", FieldType::kInteger, false, "Tokens a minute; 0: any"},
      {"tpd", FieldType::kInteger, false, "Tokens a day of UTC; 0: any"},
      {"concurrency", FieldType::kInteger, false, "Requests at once; 0: any"},
      {"deadline_ms", FieldType::kInteger, false, "Longest time for an answer; 0: the server's"},
      {"priority", FieldType::kInteger, false, "-100 to 100: its share where keys wait"},
      {"keeps_content", FieldType::kBool, false, "Its prompts and answers may be stored"},
      {"expires", FieldType::kString, false, "30d, 2027-01-31, 2027-01-31T18:00:00Z or never"}};
}

}  // namespace

std::vector<Route> KeyRoutes() {
  return {
      {"GET", "/keys", AdminRole::kViewer, List, "All API keys, revoked ones too"},
      {"GET", "/keys/{id}", AdminRole::kViewer, Get, "One API key"},
      {.method = "POST",
       .path = "/keys",
       .least = AdminRole::kAdmin,
       .handler = Create,
       .summary = "A new API key; the reply alone has its text, as \"key\"",
       .body = SpecFields(/*is_new=*/true)},
      {.method = "PATCH",
       .path = "/keys/{id}",
       .least = AdminRole::kAdmin,
       .handler = Update,
       .summary = "Changes what is sent of a key; servers notice within a second",
       .body = SpecFields(/*is_new=*/false)},
      {.method = "POST",
       .path = "/keys/{id}/rotate",
       .least = AdminRole::kAdmin,
       .handler = Rotate,
       .summary = "A new text for a key, in this reply alone",
       .body = {{"grace", FieldType::kString, false,
                 "How long the old text is still accepted: 1h, 7d, 0; 24h where it is missing"}}},
      {"POST", "/keys/{id}/revoke", AdminRole::kAdmin, Revoke,
       "Ends a key for good; servers notice within a second"},
  };
}

}  // namespace lemma::admin
