// One row of the admin API: a method and path, the least role that may call it, what it takes, and
// who answers. All there is to know about a route is in its row: the server checks calls against
// it, openapi.h describes it, and the tests go through all of them.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/net/http.h"
#include "service/access/admin_role.h"
#include "service/store/admin_session_store.h"

namespace lemma::admin {

struct AdminParts;

enum class FieldType { kString, kStrings, kInteger, kNumber, kBool, kObject, kObjects };

// A member of a request's body, or a parameter of its query.
struct Field {
  const char* name;
  FieldType type;
  bool required;
  const char* about;  // for OpenAPI
};

using Texts = std::map<std::string, std::string, std::less<>>;

// A call that has passed the checks of its route.
struct Call {
  const AdminParts& parts;
  const net::HttpRequest& request;
  std::string address;       // the caller's, without its port
  Texts path;                // "/keys/{id}": id -> its text
  Texts query;               // those of Route::query that were sent
  boost::json::object body;  // members of Route::body alone, each of its type, none of them null
  // Nothing where the route needs nobody.
  std::optional<store::SignedIn> signed_in;

  // Who does what the audit log will tell of. For routes that need somebody.
  store::Actor actor() const { return {signed_in->user.name, address, signed_in->user.role}; }
  // Of the body, and of the query: "" where it was not sent.
  std::string text(std::string_view name) const;
  std::string query_text(std::string_view name) const;
};

// Runs on a thread that may block, one call of it beside others.
using Handler = Result<net::HttpResponse> (*)(Call& call);

struct Route {
  const char* method;  // GET for what changes nothing; all others need the session's CSRF token
  const char* path;    // below kApiPrefix; "{name}" stands for one segment
  std::optional<access::AdminRole> least;  // nothing: whoever asks, signed in or not
  Handler handler;
  const char* summary;
  std::vector<Field> body = {};   // of all methods but GET
  std::vector<Field> query = {};  // of GET
  // Hashes a password: 19 MiB and tens of milliseconds. Few of these run at a time.
  bool is_costly = false;
};

inline constexpr std::string_view kApiPrefix = "/admin/api";

// Of all rooms' subjects (routes.cc).
const std::vector<Route>& Routes();

net::HttpResponse JsonResponse(const boost::json::value& body, int status = 200);
net::HttpResponse Done();  // 204

// A time as replies have it: "2027-01-31T18:00:00Z", null for "not".
boost::json::value TimeValue(int64_t unix_ms);

}  // namespace lemma::admin
