#include "service/gateway/page_files.h"

#include <algorithm>
#include <string>

namespace lemma::gateway {
namespace {

// Trusted types: no string becomes HTML or script but through the sanitizer's own policy.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types dompurify";

// Nothing said: any encoding will do (RFC 9110, 12.5.3).
bool Accepts(const net::HttpRequest& request, std::string_view encoding) {
  const std::string_view accepted = request.header("accept-encoding");
  return encoding.empty() || accepted.empty() || Lists(accepted, encoding) || Lists(accepted, "*");
}

}  // namespace

const char* const kNoPage =
    "\nA page for browsers belongs here, but this program was built without it. To have it, "
    "install\n"
    "nodejs and npm (tools/install-packages web), then configure and build again: ./run does "
    "both.\n";

bool Lists(std::string_view value, std::string_view wanted) {
  while (!value.empty()) {
    std::string_view item = value.substr(0, value.find(','));
    value.remove_prefix(std::min(value.size(), item.size() + 1));
    std::string squeezed;
    std::copy_if(item.begin(), item.end(), std::back_inserter(squeezed),
                 [](char c) { return c != ' ' && c != '\t'; });
    const std::string_view text = squeezed;
    const size_t end = text.find(';');
    const std::string_view name = text.substr(0, end);
    const std::string_view weight = end == squeezed.npos ? "" : text.substr(end + 1);
    const bool is_off =
        weight.starts_with("q=0") && weight.find_first_of("123456789") == weight.npos;
    if (net::EqualsIgnoreCase(name, wanted)) return !is_off;
  }
  return false;
}

const PageFile* PageFiles::Find(std::string_view path) const {
  const auto file = std::find_if(files_.begin(), files_.end(),
                                 [&](const PageFile& known) { return known.path == path; });
  return file == files_.end() ? nullptr : &*file;
}

net::HttpResponse PageFiles::Respond(const PageFile& file, const net::HttpRequest& request) {
  if (!Accepts(request, file.encoding)) {
    return net::HttpResponse::Text(406,
                                   "The page is kept compressed: send Accept-Encoding: gzip\n");
  }
  net::HttpResponse response;
  // The name of an asset says what is in it: it never changes.
  const bool is_asset = file.path.starts_with("/assets/");
  response.headers = {
      {"Content-Type", std::string(file.content_type)},
      {"ETag", std::string(file.etag)},
      {"Cache-Control", is_asset ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Vary", is_asset ? "Accept-Encoding" : "Accept, Accept-Encoding"},
      {"Content-Security-Policy", kContentSecurityPolicy},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"}};
  if (Lists(request.header("if-none-match"), file.etag)) {
    response.status = 304;
    return response;
  }
  if (!file.encoding.empty()) {
    response.headers.push_back({"Content-Encoding", std::string(file.encoding)});
  }
  response.body = file.bytes;
  return response;
}

}  // namespace lemma::gateway
