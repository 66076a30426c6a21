// Task profiles: their versions, what their labels name, and what the model would get.
#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include "common/base/field_reader.h"
#include "service/admin/parts.h"
#include "service/admin/profile_json.h"
#include "service/admin/routes.h"
#include "service/gateway/escaped_text.h"
#include "service/gateway/live_profiles.h"
#include "service/gateway/profile_preview.h"
#include "service/gateway/prompt_counter.h"
#include "service/reason/profile_label.h"
#include "service/reason/profile_toml.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;
using reason::ProfilePtr;
using ProfileSetPtr = std::shared_ptr<const reason::ProfileSet>;

// From the database itself: what was just saved is there.
Result<ProfileSetPtr> Profiles(const Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const store::ProfileSnapshot snapshot, call.parts.profiles.Snapshot());
  return gateway::ProfilesOf(snapshot);
}

Result<net::HttpResponse> Shown(const Call& call, const std::string& name) {
  LEMMA_ASSIGN_OR_RETURN(const ProfileSetPtr profiles, Profiles(call));
  if (profiles->VersionsOf(name).empty()) return NotFound("there is no profile " + name);
  return JsonResponse(ProfileJson(*profiles, name));
}

Result<net::HttpResponse> List(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const ProfileSetPtr profiles, Profiles(call));
  json::array list;
  for (const std::string& name : profiles->names()) list.push_back(ProfileJson(*profiles, name));
  return JsonResponse(json::object{{"profiles", std::move(list)}});
}

Result<net::HttpResponse> Get(Call& call) { return Shown(call, call.path.at("name")); }

Result<net::HttpResponse> Version(Call& call) {
  const std::string format = call.query_text("format");
  if (!format.empty() && format != "json" && format != "toml") {
    return InvalidArgument("must be json or toml", "format");
  }
  LEMMA_ASSIGN_OR_RETURN(const ProfileSetPtr profiles, Profiles(call));
  LEMMA_ASSIGN_OR_RETURN(const ProfilePtr profile,
                         profiles->Find(call.path.at("name") + "@" + call.path.at("version")));
  const std::string toml = reason::ProfileToToml(*profile);
  if (format == "toml") {
    return net::HttpResponse{
        200,
        {{"Content-Type", "application/toml"},
         {"Content-Disposition", "attachment; filename=\"" + profile->name + ".toml\""}},
        toml};
  }
  return JsonResponse(json::object{{"name", profile->name},
                                   {"version", profile->version},
                                   {"task_type", reason::NameOf(profile->task_type)},
                                   {"description", profile->description},
                                   {"model", profile->model},
                                   {"toml", toml}});
}

// Errors: kInvalidArgument, field "toml".
Result<reason::TaskProfile> SentProfile(const Call& call) {
  const std::string toml = call.text("toml");
  if (toml.size() > reason::kProfileFileBytesMax) {
    return InvalidArgument(fmt::format("must have at most {} bytes", reason::kProfileFileBytesMax),
                           "toml");
  }
  auto profile = reason::ParseProfileToml(toml);
  if (!profile.ok()) return InvalidArgument(profile.status().message(), "toml");
  return profile;
}

Result<net::HttpResponse> Save(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const reason::TaskProfile profile, SentProfile(call));
  LEMMA_ASSIGN_OR_RETURN(
      const int32_t version,
      call.parts.profiles.Save(profile.name, reason::ProfileToToml(profile),
                               reason::IsShipped(profile.name) ? reason::kFirstSavedVersion : 1,
                               call.actor()));
  return JsonResponse(json::object{{"name", profile.name}, {"version", version}}, 201);
}

Result<net::HttpResponse> RollBack(Call& call) {
  const std::string& name = call.path.at("name");
  LEMMA_RETURN_IF_ERROR(
      call.parts.profiles.RollBack(name, call.path.at("label"), call.actor()).status());
  return Shown(call, name);
}

// A version there is, or a text that nobody has saved yet.
Result<ProfilePtr> RenderedProfile(const Call& call, const std::string& reference) {
  const bool has_text = call.body.contains("toml");
  if (has_text == !reference.empty()) {
    return InvalidArgument("name one that is saved, or send \"toml\": one of the two", "profile");
  }
  if (has_text) {
    LEMMA_ASSIGN_OR_RETURN(reason::TaskProfile profile, SentProfile(call));
    return std::make_shared<const reason::TaskProfile>(std::move(profile));
  }
  LEMMA_ASSIGN_OR_RETURN(const ProfileSetPtr profiles, Profiles(call));
  return profiles->Find(reference);
}

Result<net::HttpResponse> Render(Call& call) {
  Status wrong;
  FieldReader fields(call.body, "", wrong);
  const gateway::ProfileCall profile_call = gateway::ReadProfileCall(fields, call.body);
  LEMMA_RETURN_IF_ERROR(wrong);
  LEMMA_ASSIGN_OR_RETURN(const ProfilePtr profile, RenderedProfile(call, profile_call.reference));
  LEMMA_ASSIGN_OR_RETURN(const gateway::InjectedPrompts prompts,
                         gateway::InjectPrompts(*profile, profile_call, {}, call.text("system"),
                                                gateway::DecodeIfEscaped(call.text("prompt"))));
  json::object object = {
      {"profile", profile->name}, {"variables", json::value_from(profile->variables)},
      {"system", prompts.system}, {"user", prompts.user},
      {"prompt", nullptr},        {"model", nullptr},
      {"tokens", nullptr}};
  if (call.parts.counter != nullptr) {
    const gateway::CountedModel& model = call.parts.counter->model();
    LEMMA_ASSIGN_OR_RETURN(const gateway::ProfilePreview preview,
                           gateway::PreviewOf(prompts, model.chat_template, model.tokenizer));
    object["prompt"] = preview.text;
    object["model"] = model.id;
    object["tokens"] = preview.n_tokens;
  }
  return JsonResponse(object);
}

constexpr Field kToml = {"toml", FieldType::kString, true, "A file as docs/profiles.md has it"};

Route RenderRoute() {
  return {.method = "POST",
          .path = "/profiles/render",
          .least = AdminRole::kViewer,
          .handler = Render,
          .summary = "What the local model would get, to the byte, and its tokens; changes nothing",
          .body = {{"profile", FieldType::kString, false, "math, math@3, math@staging"},
                   {"toml", FieldType::kString, false, "Instead of it: a file, not saved yet"},
                   {"prompt", FieldType::kString, true, "The user's text"},
                   {"system", FieldType::kString, false, "A system prompt of the client's own"},
                   {"language", FieldType::kString, false, "en or zh"},
                   {"variables", FieldType::kObject, false, "The values of its variables"}}};
}

}  // namespace

std::vector<Route> ProfileRoutes() {
  return {
      {"GET", "/profiles", AdminRole::kViewer, List, "All task profiles: versions and labels"},
      {"GET", "/profiles/{name}", AdminRole::kViewer, Get, "One of them"},
      {.method = "GET",
       .path = "/profiles/{name}/versions/{version}",
       .least = AdminRole::kViewer,
       .handler = Version,
       .summary = "One version, by its number or a label",
       .query = {{"format", FieldType::kString, false, "json, or toml: the file alone"}}},
      {.method = "POST",
       .path = "/profiles",
       .least = AdminRole::kPromptEditor,
       .handler = Save,
       .summary = "Saves a profile as its next version; what runs stays as it is",
       .body = {kToml}},
      {"POST", "/profiles/{name}/labels/{label}/roll-back", AdminRole::kPromptEditor, RollBack,
       "Undoes a label's last move"},
      RenderRoute(),
  };
}

}  // namespace lemma::admin
