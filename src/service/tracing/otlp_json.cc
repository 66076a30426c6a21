#include "service/tracing/otlp_json.h"

#include <boost/json.hpp>

namespace lemma::tracing {
namespace {

namespace json = boost::json;

constexpr int kStatusError = 2;

json::object AttributeJson(const Attribute& attribute) {
  json::object value;
  if (const auto* text = std::get_if<std::string>(&attribute.value)) {
    value["stringValue"] = *text;
  } else if (const auto* number = std::get_if<int64_t>(&attribute.value)) {
    value["intValue"] = std::to_string(*number);  // as text, for numbers of JSON have 53 bits
  } else {
    json::array values;
    for (const std::string& one : std::get<std::vector<std::string>>(attribute.value)) {
      values.push_back(json::object{{"stringValue", one}});
    }
    value["arrayValue"] = json::object{{"values", std::move(values)}};
  }
  return {{"key", attribute.name}, {"value", std::move(value)}};
}

json::object SpanJson(const Span& span) {
  json::array attributes;
  for (const Attribute& attribute : span.attributes) attributes.push_back(AttributeJson(attribute));
  json::object object{{"traceId", span.trace_id},
                      {"spanId", span.id},
                      {"name", span.name},
                      {"kind", static_cast<int>(span.kind)},
                      {"startTimeUnixNano", std::to_string(span.start_unix_ns)},
                      {"endTimeUnixNano", std::to_string(span.end_unix_ns)},
                      {"attributes", std::move(attributes)}};
  if (!span.parent_id.empty()) object["parentSpanId"] = span.parent_id;
  if (span.has_failed) object["status"] = json::object{{"code", kStatusError}};
  return object;
}

}  // namespace

std::string OtlpTraces(const std::vector<Span>& spans, const std::string& version) {
  json::array written;
  for (const Span& span : spans) written.push_back(SpanJson(span));
  const json::array resource = {AttributeJson({"service.name", std::string("lemma")}),
                                AttributeJson({"service.version", version})};
  json::object scope_spans{{"scope", json::object{{"name", "lemma"}, {"version", version}}},
                           {"spans", std::move(written)}};
  json::object resource_spans{{"resource", json::object{{"attributes", resource}}},
                              {"scopeSpans", json::array{std::move(scope_spans)}}};
  return json::serialize(json::object{{"resourceSpans", json::array{std::move(resource_spans)}}});
}

}  // namespace lemma::tracing
