#include "service/gateway/probes.h"

#include <functional>
#include <utility>

namespace lemma::gateway {
namespace {

constexpr const char* kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

// GETs `target` from the worker; `done` gets the answer, with status 0 where there is none.
void Ask(net::HttpClient& client, const std::string& address, const char* target,
         std::function<void(net::HttpResponse)> done) {
  net::HttpRequest request;
  request.method = "GET";
  request.target = target;
  const auto answer = std::make_shared<net::HttpResponse>();
  net::HttpCallbacks callbacks;
  callbacks.on_head = [answer](net::HttpResponse head) { *answer = std::move(head); };
  callbacks.on_body = [answer](std::string piece) { answer->body += piece; };
  callbacks.on_end = [answer, done = std::move(done)](Status status) {
    if (!status.ok()) *answer = {.status = 0, .headers = {}, .body = ""};
    done(std::move(*answer));
  };
  client.Send(address, std::move(request), std::move(callbacks));
}

}  // namespace

void AnswerReady(net::HttpClient& client, const std::string& worker_address,
                 std::shared_ptr<Reply> reply) {
  Ask(client, worker_address, "/readyz", [reply = std::move(reply)](net::HttpResponse answer) {
    if (answer.status == 200) {
      reply->Send(net::HttpResponse::Json(200, R"({"status":"ok"})"));
    } else {
      reply->SendError(Unavailable(answer.status == 0 ? "the worker does not answer"
                                                      : "the worker is not ready"));
    }
  });
}

void AnswerMetrics(net::HttpClient& client, const std::string& worker_address,
                   const Metrics& metrics, std::shared_ptr<Reply> reply) {
  Ask(client, worker_address, "/metrics",
      [&metrics, reply = std::move(reply)](net::HttpResponse answer) {
        std::string text = metrics.Render();
        if (answer.status == 200) text += answer.body;
        reply->Send({200, {{"Content-Type", kExpositionType}}, std::move(text)});
      });
}

}  // namespace lemma::gateway
