#include "service/admin/console.h"

#include <string>

#include "service/gateway/errors.h"

namespace lemma::admin {
namespace {

constexpr std::string_view kPath = "/admin";
constexpr std::string_view kAssets = "/assets/";

}  // namespace

bool Console::Has(std::string_view path) {
  return path == "/" || path == kPath || path == "/admin/" || path.starts_with(kAssets);
}

net::HttpResponse Console::Answer(const net::HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    net::HttpResponse response = gateway::HttpErrorResponse(405, request.path + " takes GET");
    response.headers.push_back({"Allow", "GET"});
    return response;
  }
  if (request.path != kPath && !request.path.starts_with(kAssets)) {
    return {302, {{"Location", std::string(kPath)}}, ""};
  }
  if (files_.empty()) {
    return net::HttpResponse::Text(200, std::string("Lemma: the console.\n") + gateway::kNoPage);
  }
  const gateway::PageFile* file = files_.Find(request.path);
  if (file == nullptr) {
    return gateway::HttpErrorResponse(404, "there is no " + request.path + " here; see GET /admin");
  }
  return gateway::PageFiles::Respond(*file, request);
}

}  // namespace lemma::admin
