#include "inference/worker/call.h"

#include "common/net/request_id.h"

namespace lemma::worker {

Call::Call(std::shared_ptr<net::HttpExchange> exchange, std::string route, Metrics& metrics)
    : exchange_(std::move(exchange)),
      route_(std::move(route)),
      request_id_(net::RequestIdOf(exchange_->request())),
      trace_(net::TraceContextOf(exchange_->request()).value_or(net::TraceContext())),
      metrics_(metrics) {}

void Call::Send(net::HttpResponse response) { exchange_->Send(Stamp(std::move(response))); }

void Call::Start(net::HttpResponse response) { exchange_->Start(Stamp(std::move(response))); }

net::HttpResponse Call::Stamp(net::HttpResponse response) {
  metrics_.CountResponse(route_, response.status);
  response.headers.push_back({"x-request-id", request_id_});
  return response;
}

}  // namespace lemma::worker
