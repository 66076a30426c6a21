#include "service/admin/route.h"

#include <boost/json/serialize.hpp>

#include "service/access/time_text.h"

namespace lemma::admin {

namespace json = boost::json;

std::string Call::text(std::string_view name) const {
  const json::value* value = body.if_contains(name);
  return value == nullptr ? "" : std::string(value->as_string());
}

std::string Call::query_text(std::string_view name) const {
  const auto found = query.find(name);
  return found == query.end() ? "" : found->second;
}

net::HttpResponse JsonResponse(const json::value& body, int status) {
  return net::HttpResponse::Json(status, json::serialize(body));
}

net::HttpResponse Done() { return {204, {}, ""}; }

json::value TimeValue(int64_t unix_ms) {
  return unix_ms == 0 ? json::value(nullptr) : json::value(access::TimeText(unix_ms));
}

}  // namespace lemma::admin
