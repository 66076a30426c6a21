#include "common/net/http.h"

#include <algorithm>

namespace lemma::net {
namespace {

char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view Find(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (EqualsIgnoreCase(header.name, name)) return header.value;
  }
  return {};
}

HttpResponse WithType(int status, const char* type, std::string body) {
  return {status, {{"Content-Type", type}}, std::move(body)};
}

}  // namespace

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ToLower(x) == ToLower(y); });
}

std::string_view HttpRequest::header(std::string_view name) const { return Find(headers, name); }

std::string_view HttpResponse::header(std::string_view name) const { return Find(headers, name); }

HttpResponse HttpResponse::Json(int status, std::string body) {
  return WithType(status, "application/json", std::move(body));
}

HttpResponse HttpResponse::Text(int status, std::string body) {
  return WithType(status, "text/plain; charset=utf-8", std::move(body));
}

}  // namespace lemma::net
