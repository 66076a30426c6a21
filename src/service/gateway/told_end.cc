#include "service/gateway/told_end.h"

#include <chrono>
#include <utility>

namespace lemma::gateway {
namespace {

constexpr std::chrono::seconds kStopTimeMax{2};

}  // namespace

void EndTelling(net::HttpClient& client, const pool::Target& target, const std::string& span_id,
                std::weak_ptr<net::HttpCall> call) {
  net::HttpRequest stop;
  stop.method = "POST";
  stop.target = "/v1/requests/" + span_id + "/stop";
  stop.headers = target.headers;
  const auto is_stopped = std::make_shared<bool>(false);
  net::HttpCallbacks callbacks;
  callbacks.on_head = [is_stopped](const net::HttpResponse& head) {
    *is_stopped = head.status == 200;
  };
  callbacks.on_end = [is_stopped, call = std::move(call)](const Status& status) {
    if (status.ok() && *is_stopped) return;
    if (const auto running = call.lock()) running->Cancel();
  };
  client.Send(target.address, std::move(stop), std::move(callbacks), kStopTimeMax);
}

}  // namespace lemma::gateway
