#include "service/gateway/reply.h"

#include <fmt/format.h>

#include <utility>

#include "common/net/request_id.h"
#include "service/gateway/errors.h"

namespace lemma::gateway {

Reply::Reply(std::shared_ptr<net::HttpExchange> exchange, std::string route, Metrics& metrics)
    : exchange_(std::move(exchange)),
      route_(std::move(route)),
      metrics_(metrics),
      arrived_at_(std::chrono::steady_clock::now()),
      request_id_(net::RequestIdOf(exchange_->request())) {}

void Reply::AddHeader(std::string name, std::string value) {
  headers_.push_back({std::move(name), std::move(value)});
}

void Reply::Send(net::HttpResponse response) { exchange_->Send(Stamp(std::move(response))); }

void Reply::SendError(const Status& status, const std::string& code) {
  Send(ErrorResponse(status, code));
}

void Reply::Start(net::HttpResponse response) { exchange_->Start(Stamp(std::move(response))); }

void Reply::CountAbandoned() { metrics_.CountAnswer(route_, 499); }

net::HttpResponse Reply::Stamp(net::HttpResponse response) {
  const Duration overhead = std::chrono::steady_clock::now() - arrived_at_ - worker_wait_;
  metrics_.CountAnswer(route_, response.status);
  metrics_.ObserveOverhead(overhead);
  response.headers.insert(response.headers.end(), headers_.begin(), headers_.end());
  response.headers.push_back({"x-request-id", request_id_});
  const double ms = std::chrono::duration<double, std::milli>(overhead).count();
  response.headers.push_back({"x-lemma-overhead-ms", fmt::format("{:.3f}", ms)});
  return response;
}

}  // namespace lemma::gateway
