#include "common/net/http_client.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>
#include <utility>

#include "common/base/check.h"
#include "common/net/client_call.h"

namespace lemma::net {

struct HttpClient::Impl {
  explicit Impl(const HttpClientOptions& options)
      : core(std::make_shared<ClientCore>(options)),
        guard(core->io.get_executor()),
        thread([core = core] { core->io.run(); }) {}

  const std::shared_ptr<ClientCore> core;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard;
  std::thread thread;
};

HttpClient::HttpClient(const HttpClientOptions& options) : impl_(std::make_unique<Impl>(options)) {}

HttpClient::~HttpClient() {
  LEMMA_CHECK(impl_->thread.get_id() != std::this_thread::get_id(), "destroyed by a callback");
  boost::asio::post(impl_->core->io, [core = impl_->core.get()] {
    for (const auto& call : std::vector(core->calls.begin(), core->calls.end())) {
      call->End({StatusCode::kCancelled, "the client was closed"});
    }
    core->pool.Clear();
  });
  impl_->guard.reset();  // the thread ends once every call's last operation has
  impl_->thread.join();
}

std::shared_ptr<HttpCall> HttpClient::Send(const std::string& address, HttpRequest request,
                                           HttpCallbacks callbacks,
                                           std::optional<Duration> time_max) {
  auto call =
      std::make_shared<ClientCall>(impl_->core, address, std::move(request), std::move(callbacks));
  boost::asio::post(impl_->core->io, [call, time_max] { call->Begin(time_max); });
  return call;
}

Result<HttpResponse> HttpClient::SendAndWait(const std::string& address, HttpRequest request) {
  LEMMA_CHECK(impl_->thread.get_id() != std::this_thread::get_id(), "waits for its own thread");
  HttpResponse response;
  std::promise<Status> end;
  HttpCallbacks callbacks;
  callbacks.on_head = [&](HttpResponse head) { response = std::move(head); };
  callbacks.on_body = [&](std::string piece) { response.body += piece; };
  callbacks.on_end = [&](Status status) { end.set_value(std::move(status)); };
  Send(address, std::move(request), std::move(callbacks));
  LEMMA_RETURN_IF_ERROR(end.get_future().get());
  return response;
}

}  // namespace lemma::net
