// Signing in and out; one's own password, sessions and second factor.
#include <fmt/format.h>

#include "common/net/retry_after.h"
#include "service/admin/parts.h"
#include "service/admin/routes.h"
#include "service/admin/user_json.h"
#include "service/gateway/errors.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;

json::object MeOf(const store::AdminUser& user, const std::string& csrf_token,
                  const store::AdminSession& session) {
  return {{"user", ToJson(user)}, {"csrf_token", csrf_token}, {"session", ToJson(session)}};
}

net::HttpResponse TooManySignIns(int64_t wait_ms) {
  const int64_t seconds = (wait_ms + 999) / 1000;
  net::HttpResponse response = gateway::ErrorResponse(Status(
      StatusCode::kRateLimited, fmt::format("too many attempts to sign in: wait {} s", seconds)));
  net::AddRetryAfter(response, std::chrono::milliseconds(wait_ms));
  return response;
}

Result<net::HttpResponse> SignIn(Call& call) {
  const AdminParts& parts = call.parts;
  const std::string name = call.text("name");
  if (const int64_t wait_ms = parts.sign_ins.Take(name, call.address); wait_ms > 0) {
    return TooManySignIns(wait_ms);
  }
  const std::string code = call.text("code");
  if (!code.empty()) {
    if (const int64_t wait_ms = parts.sign_ins.CodeWait(name); wait_ms > 0) {
      return TooManySignIns(wait_ms);
    }
  }
  const auto user = parts.users.CheckSignIn(name, call.text("password"), code, call.address);
  if (!user.ok() && user.status().code() == StatusCode::kUnauthenticated) {
    const bool is_of_code = user.status().field() == "code";
    const bool needs_code = is_of_code && code.empty();
    if (is_of_code && !code.empty()) parts.sign_ins.TakeWrongCode(name);
    return gateway::ErrorResponse(user.status(), needs_code ? "totp_required" : "wrong_sign_in");
  }
  LEMMA_RETURN_IF_ERROR(user.status());
  LEMMA_ASSIGN_OR_RETURN(const store::NewAdminSession made,
                         parts.sessions.Begin(*user, call.address));
  net::HttpResponse response = JsonResponse(MeOf(*user, made.csrf_token, made.session));
  response.headers.push_back(parts.site.CookieOf(made.token));
  return response;
}

net::HttpResponse SignedOut(const Call& call) {
  net::HttpResponse response = Done();
  response.headers.push_back(call.parts.site.CookieOf(""));
  return response;
}

Result<net::HttpResponse> SignOut(Call& call) {
  LEMMA_RETURN_IF_ERROR(call.parts.sessions.End(call.signed_in->session.id, call.actor()));
  return SignedOut(call);
}

Result<net::HttpResponse> SignOutEverywhere(Call& call) {
  LEMMA_RETURN_IF_ERROR(call.parts.sessions.EndAllOf(call.signed_in->user.id, call.actor()));
  return SignedOut(call);
}

Result<net::HttpResponse> Me(Call& call) {
  const store::SignedIn& who = *call.signed_in;
  return JsonResponse(MeOf(who.user, who.csrf_token, who.session));
}

Result<net::HttpResponse> MySessions(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const auto sessions, call.parts.sessions.ListOf(call.signed_in->user.id));
  json::array list;
  for (const store::AdminSession& session : sessions) list.push_back(ToJson(session));
  return JsonResponse(json::object{{"sessions", std::move(list)}});
}

// Who has a session may still not be whose it is. Guesses count as attempts to sign in.
Result<std::optional<net::HttpResponse>> CheckOwnPassword(const Call& call, const char* field) {
  const store::AdminUser& user = call.signed_in->user;
  if (const int64_t wait_ms = call.parts.sign_ins.Take(user.name, call.address); wait_ms > 0) {
    return std::optional(TooManySignIns(wait_ms));
  }
  LEMMA_RETURN_IF_ERROR(call.parts.users.CheckPasswordOf(user.id, call.text(field)));
  return std::optional<net::HttpResponse>();
}

Result<net::HttpResponse> SetMyPassword(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const auto refused, CheckOwnPassword(call, "password"));
  if (refused) return *refused;
  const store::SignedIn& who = *call.signed_in;
  const Status set = call.parts.users.SetPassword(who.user.id, call.text("new_password"),
                                                  call.actor(), who.session.id);
  if (set.field() == "password") return Status(set.code(), set.message(), "new_password");
  LEMMA_RETURN_IF_ERROR(set);
  return Done();
}

Result<net::HttpResponse> BeginTotp(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const auto refused, CheckOwnPassword(call, "password"));
  if (refused) return *refused;
  LEMMA_ASSIGN_OR_RETURN(const store::TotpEnrolment enrolment,
                         call.parts.users.BeginTotp(call.signed_in->user.id, call.actor()));
  return JsonResponse(json::object{{"secret", enrolment.secret}, {"url", enrolment.url}});
}

Result<net::HttpResponse> ConfirmTotp(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(
      const auto codes,
      call.parts.users.ConfirmTotp(call.signed_in->user.id, call.text("code"), call.actor()));
  return JsonResponse(json::object{{"recovery_codes", json::array(codes.begin(), codes.end())}});
}

Result<net::HttpResponse> RemoveTotp(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const auto refused, CheckOwnPassword(call, "password"));
  if (refused) return *refused;
  LEMMA_RETURN_IF_ERROR(call.parts.users.RemoveTotp(call.signed_in->user.id, call.actor()));
  return Done();
}

constexpr Field kPassword = {"password", FieldType::kString, true, "Your present password"};

}  // namespace

std::vector<Route> SessionRoutes() {
  return {
      {.method = "POST",
       .path = "/sign-in",
       .least = std::nullopt,
       .handler = SignIn,
       .summary = "Begins a session: sets its cookie and returns its CSRF token",
       .body = {{"name", FieldType::kString, true, "The user's name"},
                {"password", FieldType::kString, true, "The user's password"},
                {"code", FieldType::kString, false,
                 "With a second factor: the app's code, or a recovery code"}},
       .is_costly = true},
      {"POST", "/sign-out", AdminRole::kViewer, SignOut, "Ends this session"},
      {"POST", "/sign-out-everywhere", AdminRole::kViewer, SignOutEverywhere,
       "Ends all of your sessions"},
      {"GET", "/me", AdminRole::kViewer, Me, "Who you are, with the CSRF token of this session"},
      {"GET", "/me/sessions", AdminRole::kViewer, MySessions, "Your sessions"},
      {.method = "POST",
       .path = "/me/password",
       .least = AdminRole::kViewer,
       .handler = SetMyPassword,
       .summary = "Changes your password and ends your other sessions",
       .body = {kPassword, {"new_password", FieldType::kString, true, "12 to 256 bytes"}},
       .is_costly = true},
      {.method = "POST",
       .path = "/me/totp",
       .least = AdminRole::kViewer,
       .handler = BeginTotp,
       .summary = "Begins a second factor: its secret, to be confirmed by a code",
       .body = {kPassword},
       .is_costly = true},
      {.method = "POST",
       .path = "/me/totp/confirm",
       .least = AdminRole::kViewer,
       .handler = ConfirmTotp,
       .summary = "Confirms the second factor; its recovery codes, shown this once",
       .body = {{"code", FieldType::kString, true, "What the app shows now"}}},
      {.method = "POST",
       .path = "/me/totp/remove",
       .least = AdminRole::kViewer,
       .handler = RemoveTotp,
       .summary = "Removes your second factor",
       .body = {kPassword},
       .is_costly = true},
  };
}

}  // namespace lemma::admin
