#include "service/admin/openapi.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace lemma::admin {
namespace {

namespace json = boost::json;

json::object SchemaOf(FieldType type) {
  switch (type) {
    case FieldType::kString:
      return {{"type", "string"}};
    case FieldType::kStrings:
      return {{"type", "array"}, {"items", {{"type", "string"}}}};
    case FieldType::kInteger:
      return {{"type", "integer"}};
    case FieldType::kNumber:
      return {{"type", "number"}};
    case FieldType::kBool:
      return {{"type", "boolean"}};
    case FieldType::kObject:
      return {{"type", "object"}};
    case FieldType::kObjects:
      return {{"type", "array"}, {"items", {{"type", "object"}}}};
  }
  return {};
}

json::array ParametersOf(const Route& route) {
  json::array parameters;
  const std::string_view path = route.path;
  for (size_t open = path.find('{'); open != path.npos; open = path.find('{', open + 1)) {
    const std::string_view name = path.substr(open + 1, path.find('}', open) - open - 1);
    parameters.push_back({{"name", name},
                          {"in", "path"},
                          {"required", true},
                          {"schema", SchemaOf(FieldType::kString)}});
  }
  for (const Field& field : route.query) {
    parameters.push_back({{"name", field.name},
                          {"in", "query"},
                          {"required", field.required},
                          {"description", field.about},
                          {"schema", SchemaOf(field.type)}});
  }
  return parameters;
}

json::object BodyOf(const Route& route) {
  json::object properties;
  json::array required;
  for (const Field& field : route.body) {
    json::object schema = SchemaOf(field.type);
    schema["description"] = field.about;
    properties[field.name] = std::move(schema);
    if (field.required) required.push_back(field.name);
  }
  json::object schema = {{"type", "object"},
                         {"properties", std::move(properties)},
                         {"required", std::move(required)},
                         {"additionalProperties", false}};
  return {{"required", true}, {"content", {{"application/json", {{"schema", std::move(schema)}}}}}};
}

json::object OperationOf(const Route& route) {
  json::object operation = {{"summary", route.summary}, {"parameters", ParametersOf(route)}};
  if (!route.body.empty()) operation["requestBody"] = BodyOf(route);
  json::object responses = {
      {"2XX", {{"description", "It is done"}}},
      {"default", {{"description", "It is not: {\"error\": {message, type, param, code}}"}}}};
  operation["responses"] = std::move(responses);
  if (!route.least) {
    operation["security"] = json::array();
    return operation;
  }
  operation["x-lemma-role"] = access::NameOf(*route.least);
  json::object needs = {{"session", json::array()}};
  if (std::string_view(route.method) != "GET") needs["csrf"] = json::array();
  operation["security"] = json::array{std::move(needs)};
  return operation;
}

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

json::object OpenApiDocument(const std::vector<Route>& routes) {
  json::object paths;
  for (const Route& route : routes) {
    json::value& path = paths[std::string(kApiPrefix) + route.path];
    if (path.is_null()) path = json::object();
    path.as_object()[LowerCase(route.method)] = OperationOf(route);
  }
  json::object session = {{"type", "apiKey"},
                          {"in", "cookie"},
                          {"name", "lemma_admin"},
                          {"description", "__Host-lemma_admin behind --admin-origin"}};
  json::object csrf = {{"type", "apiKey"},
                       {"in", "header"},
                       {"name", "x-csrf-token"},
                       {"description", "csrf_token of POST /sign-in and GET /me"}};
  json::object schemes = {{"session", std::move(session)}, {"csrf", std::move(csrf)}};
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "Lemma's admin API"}, {"version", "1"}}},
          {"paths", std::move(paths)},
          {"components", {{"securitySchemes", std::move(schemes)}}}};
}

}  // namespace lemma::admin
