#include "common/net/http_client.h"

#include <boost/asio/post.hpp>
#include <future>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/net/client_call.h"
#include "common/net/event_loops.h"

namespace lemma::net {

struct HttpClient::Impl {
  Impl(std::unique_ptr<IoLoops> own, IoLoops& io_loops, const HttpClientOptions& options)
      : own_loops(std::move(own)), loops(io_loops.loops()) {
    for (size_t i = 0; i < loops->size(); ++i) {
      cores.push_back(std::make_shared<ClientCore>(loops, i, options));
    }
  }

  const std::unique_ptr<IoLoops> own_loops;  // null: somebody else's
  const std::shared_ptr<EventLoops> loops;
  std::vector<std::shared_ptr<ClientCore>> cores;  // one for each loop
};

HttpClient::HttpClient(const HttpClientOptions& options) {
  auto own = std::make_unique<IoLoops>(/*n_threads=*/1);
  IoLoops& loops = *own;
  impl_ = std::make_unique<Impl>(std::move(own), loops, options);
}

HttpClient::HttpClient(IoLoops& loops, const HttpClientOptions& options)
    : impl_(std::make_unique<Impl>(nullptr, loops, options)) {}

HttpClient::~HttpClient() {
  impl_->loops->OnEach([&](size_t i) { impl_->cores[i]->Close(); });
  impl_->loops->OnEach([](size_t) {});  // what the ends have asked for has ended as well
}

std::shared_ptr<HttpCall> HttpClient::Send(const std::string& address, HttpRequest request,
                                           HttpCallbacks callbacks,
                                           std::optional<Duration> time_max) {
  const std::shared_ptr<ClientCore>& core = impl_->cores[impl_->loops->HereOrNext()];
  auto call = std::make_shared<ClientCall>(core, address, std::move(request), std::move(callbacks));
  boost::asio::post(core->io, [call, time_max] { call->Begin(time_max); });
  return call;
}

Result<HttpResponse> HttpClient::SendAndWait(const std::string& address, HttpRequest request) {
  LEMMA_CHECK(!impl_->loops->Here(), "an I/O thread would wait for itself");
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
