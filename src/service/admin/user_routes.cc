// The users of the admin API. Who may change whom: access::MayManage, checked in the store.
#include "service/admin/parts.h"
#include "service/admin/routes.h"
#include "service/admin/user_json.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;

Result<net::HttpResponse> List(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const auto users, call.parts.users.List());
  json::array list;
  for (const store::AdminUser& user : users) list.push_back(ToJson(user));
  return JsonResponse(json::object{{"users", std::move(list)}});
}

Result<net::HttpResponse> Create(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const AdminRole role, access::ParseAdminRole(call.text("role")));
  LEMMA_ASSIGN_OR_RETURN(
      const store::AdminUser user,
      call.parts.users.Create(call.text("name"), role, call.text("password"), call.actor()));
  return JsonResponse(ToJson(user), 201);
}

// The user as it is now.
Result<net::HttpResponse> Shown(const Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const store::AdminUser user, call.parts.users.Find(call.path.at("id")));
  return JsonResponse(ToJson(user));
}

Result<net::HttpResponse> SetRole(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const AdminRole role, access::ParseAdminRole(call.text("role")));
  LEMMA_RETURN_IF_ERROR(call.parts.users.SetRole(call.path.at("id"), role, call.actor()));
  return Shown(call);
}

Result<net::HttpResponse> Disable(Call& call) {
  LEMMA_RETURN_IF_ERROR(
      call.parts.users.SetDisabled(call.path.at("id"), /*disabled=*/true, call.actor()));
  return Shown(call);
}

Result<net::HttpResponse> Enable(Call& call) {
  LEMMA_RETURN_IF_ERROR(
      call.parts.users.SetDisabled(call.path.at("id"), /*disabled=*/false, call.actor()));
  return Shown(call);
}

Result<net::HttpResponse> SetPassword(Call& call) {
  LEMMA_RETURN_IF_ERROR(
      call.parts.users.SetPassword(call.path.at("id"), call.text("password"), call.actor()));
  return Done();
}

Result<net::HttpResponse> RemoveTotp(Call& call) {
  LEMMA_RETURN_IF_ERROR(call.parts.users.RemoveTotp(call.path.at("id"), call.actor()));
  return Done();
}

Result<net::HttpResponse> SignOutUser(Call& call) {
  LEMMA_RETURN_IF_ERROR(call.parts.sessions.EndAllOf(call.path.at("id"), call.actor()));
  return Done();
}

constexpr Field kRole = {"role", FieldType::kString, true, "viewer, prompt_editor, admin, owner"};
constexpr Field kPassword = {"password", FieldType::kString, true, "12 to 256 bytes"};

}  // namespace

std::vector<Route> UserRoutes() {
  return {
      {"GET", "/users", AdminRole::kAdmin, List, "All users"},
      {.method = "POST",
       .path = "/users",
       .least = AdminRole::kAdmin,
       .handler = Create,
       .summary = "A new user; only an owner makes admins and owners",
       .body = {{"name", FieldType::kString, true, "a-z, A-Z, 0-9, '.', '_', '-' and '@'"},
                kRole,
                kPassword},
       .is_costly = true},
      {.method = "POST",
       .path = "/users/{id}/role",
       .least = AdminRole::kAdmin,
       .handler = SetRole,
       .summary = "Gives a user another role",
       .body = {kRole}},
      {"POST", "/users/{id}/disable", AdminRole::kAdmin, Disable,
       "Ends a user's sessions and lets the user in no more"},
      {"POST", "/users/{id}/enable", AdminRole::kAdmin, Enable, "Lets a disabled user in again"},
      {.method = "POST",
       .path = "/users/{id}/password",
       .least = AdminRole::kAdmin,
       .handler = SetPassword,
       .summary = "Sets a user's password and ends the user's sessions",
       .body = {kPassword},
       .is_costly = true},
      {"POST", "/users/{id}/totp/remove", AdminRole::kAdmin, RemoveTotp,
       "Removes a user's second factor, for one who has lost it"},
      {"POST", "/users/{id}/sign-out", AdminRole::kAdmin, SignOutUser,
       "Ends all of a user's sessions"},
  };
}

}  // namespace lemma::admin
