// HTTP messages as plain structs: what handlers and clients see. Nothing of Boost shows here.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lemma::net {

struct Header {
  std::string name;  // compared without regard to case
  std::string value;
};

// ASCII alone, as header names are compared.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

struct HttpRequest {
  std::string method;  // "GET", "POST"
  std::string target;  // as sent: "/v1/models?x=1"
  std::string path;    // decoded path without the query: "/v1/models"
  std::vector<Header> headers;
  std::string body;
  std::string peer;  // "127.0.0.1:53412" or "unix"

  // The first header of that name, or "".
  std::string_view header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::vector<Header> headers;  // Content-Length, Date and Connection are added by the server
  std::string body;

  static HttpResponse Json(int status, std::string body);
  static HttpResponse Text(int status, std::string body);
  std::string_view header(std::string_view name) const;
};

}  // namespace lemma::net
