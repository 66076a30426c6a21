#include "service/admin/call_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/constant_time.h"
#include "common/base/json.h"
#include "common/net/query.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;

// The first segment of `rest`, which it leaves without it and its '/'.
std::string_view TakeSegment(std::string_view& rest) {
  const size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return segment;
}

std::optional<Texts> MatchPath(std::string_view pattern, std::string_view path) {
  if (std::count(pattern.begin(), pattern.end(), '/') !=
      std::count(path.begin(), path.end(), '/')) {
    return std::nullopt;
  }
  Texts texts;
  while (!pattern.empty()) {
    const std::string_view wanted = TakeSegment(pattern);
    const std::string_view given = TakeSegment(path);
    if (wanted.starts_with('{') && !given.empty()) {
      texts[std::string(wanted.substr(1, wanted.size() - 2))] = given;
    } else if (wanted != given) {
      return std::nullopt;
    }
  }
  return texts;
}

bool Changes(const Route& route) { return std::string_view(route.method) != "GET"; }

bool IsStrings(const json::value& value) {
  return value.is_array() &&
         std::all_of(value.get_array().begin(), value.get_array().end(),
                     [](const json::value& element) { return element.is_string(); });
}

bool IsObjects(const json::value& value) {
  return value.is_array() &&
         std::all_of(value.get_array().begin(), value.get_array().end(),
                     [](const json::value& element) { return element.is_object(); });
}

Status CheckType(const Field& field, const json::value& value) {
  const auto check = [&](bool is_right, const char* what) {
    return is_right ? Ok() : InvalidArgument(std::string("must be ") + what, field.name);
  };
  switch (field.type) {
    case FieldType::kString:
      return check(value.is_string(), "a string");
    case FieldType::kStrings:
      return check(IsStrings(value), "an array of strings");
    case FieldType::kInteger:
      return check(value.is_int64(), "an integer");
    case FieldType::kNumber:
      return check(value.is_number(), "a number");
    case FieldType::kBool:
      return check(value.is_bool(), "true or false");
    case FieldType::kObject:
      return check(value.is_object(), "an object");
    case FieldType::kObjects:
      return check(IsObjects(value), "an array of objects");
  }
  return Ok();
}

const Field* FindField(const std::vector<Field>& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

Status Unknown(const std::vector<Field>& fields, std::string_view name) {
  std::string known;
  for (const Field& field : fields) known += (known.empty() ? "" : ", ") + std::string(field.name);
  return InvalidArgument(
      known.empty() ? "is not known here: nothing is" : "is not known here; there are " + known,
      std::string(name));
}

// Without a body: as with an empty one.
Result<json::object> ReadBody(const std::vector<Field>& fields, const std::string& text) {
  json::object body;
  if (!text.empty()) {
    LEMMA_ASSIGN_OR_RETURN(body, ParseJsonObject(text, "the request body"));
  }
  json::object kept;
  for (const auto& member : body) {
    const Field* field = FindField(fields, member.key());
    if (field == nullptr) return Unknown(fields, member.key());
    if (member.value().is_null()) continue;
    LEMMA_RETURN_IF_ERROR(CheckType(*field, member.value()));
    kept[member.key()] = member.value();
  }
  for (const Field& field : fields) {
    if (field.required && !kept.contains(field.name)) {
      return InvalidArgument("is missing", field.name);
    }
  }
  return kept;
}

Result<Texts> ReadQuery(const std::vector<Field>& fields, const std::string& target) {
  LEMMA_ASSIGN_OR_RETURN(const auto values, net::QueryOf(target));
  Texts query;
  for (const auto& [name, value] : values) {
    if (FindField(fields, name) == nullptr) return Unknown(fields, name);
    query[name] = value;
  }
  for (const Field& field : fields) {
    if (field.required && !query.contains(field.name)) {
      return InvalidArgument("is missing in the query", field.name);
    }
  }
  return query;
}

Result<store::SignedIn> ReadSignedIn(const Route& route, const AdminParts& parts,
                                     const net::HttpRequest& request) {
  const std::string_view token = parts.site.TokenOf(request);
  if (token.empty()) {
    return Status(StatusCode::kUnauthenticated, "sign in first: POST /admin/api/sign-in");
  }
  LEMMA_ASSIGN_OR_RETURN(store::SignedIn who, parts.sessions.Find(token));
  if (Changes(route) && !EqualInConstantTime(request.header("x-csrf-token"), who.csrf_token)) {
    return Status(StatusCode::kPermissionDenied,
                  "the header x-csrf-token must be the csrf_token of your session: GET "
                  "/admin/api/me has it");
  }
  if (who.user.role < *route.least) {
    return Status(StatusCode::kPermissionDenied,
                  fmt::format("this needs the role {}, yours is {}", access::NameOf(*route.least),
                              access::NameOf(who.user.role)));
  }
  return who;
}

}  // namespace

FoundRoute FindRoute(const std::vector<Route>& routes, std::string_view method,
                     std::string_view path) {
  FoundRoute found;
  if (!path.starts_with(kApiPrefix)) return found;
  path.remove_prefix(kApiPrefix.size());
  if (method == "HEAD") method = "GET";
  for (const Route& route : routes) {
    auto texts = MatchPath(route.path, path);
    if (!texts) continue;
    found.methods.push_back(route.method);
    if (method != route.method || found.route != nullptr) continue;
    found.route = &route;
    found.path = std::move(*texts);
  }
  return found;
}

Status CheckHead(const Route& route, const Site& site, const net::HttpRequest& request) {
  LEMMA_RETURN_IF_ERROR(site.Check(request));
  if (!Changes(route)) return Ok();
  // A page of another site can send no such type without being asked first.
  const std::string_view type = request.header("content-type");
  const std::string_view essence = type.substr(0, std::min(type.find(';'), type.size()));
  if (net::EqualsIgnoreCase(essence, "application/json")) return Ok();
  return InvalidArgument("must be application/json", "Content-Type");
}

Result<Call> ReadCall(const FoundRoute& found, const AdminParts& parts,
                      const net::HttpRequest& request) {
  const Route& route = *found.route;
  Call call{parts, request, parts.site.AddressOf(request), found.path, {}, {}, std::nullopt};
  if (route.least) {
    LEMMA_ASSIGN_OR_RETURN(call.signed_in, ReadSignedIn(route, parts, request));
  }
  LEMMA_ASSIGN_OR_RETURN(call.query, ReadQuery(route.query, request.target));
  LEMMA_ASSIGN_OR_RETURN(call.body, ReadBody(route.body, request.body));
  return call;
}

}  // namespace lemma::admin
