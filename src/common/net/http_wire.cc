#include "common/net/http_wire.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace lemma::net {
namespace {

constexpr std::string_view kCrlf = "\r\n";

const char* ReasonPhrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

bool IsFramingHeader(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kNames = {"connection", "content-length", "date",
                                                             "keep-alive", "transfer-encoding"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view own) { return EqualsIgnoreCase(own, name); });
}

void AppendHeader(std::string* out, std::string_view name, std::string_view value) {
  out->append(name).append(": ");
  for (const char c : value) {
    const bool is_control = (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    out->push_back(is_control ? ' ' : c);
  }
  out->append(kCrlf);
}

void AppendHeaders(std::string* out, const std::vector<Header>& headers) {
  for (const Header& header : headers) {
    if (IsToken(header.name) && !IsFramingHeader(header.name)) {
      AppendHeader(out, header.name, header.value);
    }
  }
}

std::string HttpDate() {
  const std::time_t now = std::time(nullptr);
  std::tm parts;
  gmtime_r(&now, &parts);
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];  // not strftime("%a"), which depends on the locale
  std::snprintf(text, sizeof(text), "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[parts.tm_wday],
                parts.tm_mday, kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour,
                parts.tm_min, parts.tm_sec);
  return text;
}

}  // namespace

bool StatusHasBody(int status) { return status >= 200 && status != 204 && status != 304; }

bool IsToken(std::string_view text) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != kMarks.npos;
  });
}

bool IsTarget(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string EncodeResponseHead(const HttpResponse& response, BodyFraming framing, bool keep_alive) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
  out.append(ReasonPhrase(response.status)).append(kCrlf);
  AppendHeaders(&out, response.headers);
  AppendHeader(&out, "Date", HttpDate());
  AppendHeader(&out, "Connection", keep_alive ? "keep-alive" : "close");
  if (framing == BodyFraming::kChunked) {
    AppendHeader(&out, "Transfer-Encoding", "chunked");
  } else if (framing == BodyFraming::kLength && StatusHasBody(response.status)) {
    AppendHeader(&out, "Content-Length", std::to_string(response.body.size()));
  }
  out.append(kCrlf);
  return out;
}

std::string EncodeChunk(std::string_view bytes) {
  if (bytes.empty()) return "";
  char size[20];
  const auto end = std::to_chars(size, size + sizeof(size), bytes.size(), 16).ptr;
  std::string out;
  out.reserve(bytes.size() + 24);
  out.append(size, end).append(kCrlf).append(bytes).append(kCrlf);
  return out;
}

std::string EncodeRequest(const HttpRequest& request, std::string_view host) {
  std::string out = request.method + " " + request.target + " HTTP/1.1";
  out.append(kCrlf);
  if (request.header("Host").empty()) AppendHeader(&out, "Host", host);
  AppendHeaders(&out, request.headers);
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    AppendHeader(&out, "Content-Length", std::to_string(request.body.size()));
  }
  out.append(kCrlf).append(request.body);
  return out;
}

}  // namespace lemma::net
