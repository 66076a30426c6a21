#include "service/gateway/worker_request.h"

#include <string>
#include <string_view>

namespace lemma::gateway {
namespace {

constexpr const char* kNobody = "-";  // the tenant of those without a key; no key's id

// Path and query: an absolute target ("http://host/v1/models?x") names the gateway's host, which is
// not the worker's. The server has checked it, and that it has a path where a worker's route is.
std::string OriginForm(const std::string& target) {
  if (target.starts_with('/')) return target;
  const size_t host = target.find("://");
  const size_t path = host == target.npos ? host : target.find('/', host + 3);
  return path == target.npos ? "/" : target.substr(path);
}

}  // namespace

net::HttpRequest ForWorker(Reply& reply) {
  const net::HttpRequest& from = reply.request();
  net::HttpRequest request;
  request.method = from.method;
  request.target = OriginForm(from.target);
  request.body = from.body;
  // All bodies are JSON, whatever a bare `curl -d` calls them.
  if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  const auto pass_on = [&](const char* name) {
    const std::string_view value = from.header(name);
    if (!value.empty()) request.headers.push_back({name, std::string(value)});
  };
  pass_on("Accept");
  // It says more of the trace that traceparent names; who is asked gets that as well (relay).
  if (reply.account().trace().is_continued()) pass_on("tracestate");
  request.headers.push_back({"x-request-id", reply.request_id()});
  // Whose computed prompts it may share, and whose requests it may end. A client's own header of
  // that name is never passed on.
  const KeyPtr& key = reply.account().key();
  request.headers.push_back({"x-lemma-tenant", key == nullptr ? kNobody : key->id});
  return request;
}

}  // namespace lemma::gateway
