#include "inference/worker/call.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "inference/worker/random_id.h"

namespace lemma::worker {
namespace {

std::string RequestIdOf(const net::HttpRequest& request) {
  const std::string_view id = request.header("x-request-id");
  const bool is_plain =
      !id.empty() && id.size() <= kRequestIdBytesMax &&
      std::all_of(id.begin(), id.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == ':';
      });
  return is_plain ? std::string(id) : "req-" + RandomHex();
}

}  // namespace

Call::Call(std::shared_ptr<net::HttpExchange> exchange, std::string route, Metrics& metrics)
    : exchange_(std::move(exchange)),
      route_(std::move(route)),
      request_id_(RequestIdOf(exchange_->request())),
      metrics_(metrics) {}

void Call::Send(net::HttpResponse response) { exchange_->Send(Stamp(std::move(response))); }

void Call::Start(net::HttpResponse response) { exchange_->Start(Stamp(std::move(response))); }

net::HttpResponse Call::Stamp(net::HttpResponse response) {
  metrics_.CountResponse(route_, response.status);
  response.headers.push_back({"x-request-id", request_id_});
  return response;
}

}  // namespace lemma::worker
