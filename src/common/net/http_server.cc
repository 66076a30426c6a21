#include "common/net/http_server.h"

#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "common/base/check.h"
#include "common/base/log.h"
#include "common/net/http_session.h"
#include "common/net/listen_socket.h"

namespace lemma::net {
namespace {

namespace asio = boost::asio;
using Protocol = asio::generic::stream_protocol;
using ErrorCode = boost::system::error_code;

// After a failed accept (no descriptors left, most likely): others must get to close theirs first.
constexpr std::chrono::milliseconds kAcceptRetry{100};

class Server final : public HttpServer {
 public:
  Server(std::shared_ptr<HttpServerCore> core, ListenSocket listen_socket)
      : core_(std::move(core)),
        listen_socket_(std::move(listen_socket)),
        address_(listen_socket_->address().ToString()),
        acceptor_(*core_->loops.front()),
        retry_timer_(acceptor_.get_executor()) {
    for (const auto& loop : core_->loops) guards_.emplace_back(loop->get_executor());
  }

  ~Server() override { Stop(); }

  Status Run() {
    const int family = listen_socket_->family();
    const int fd = listen_socket_->Release();
    ErrorCode error;
    acceptor_.assign(Protocol(family, 0), fd, error);
    if (error) {
      close(fd);
      return Unavailable("cannot listen on " + address_ + ": " + error.message());
    }
    Accept();
    for (const auto& loop : core_->loops) {
      threads_.emplace_back([core = core_, &loop = *loop] { loop.run(); });
    }
    return Ok();
  }

  std::string address() const override { return address_; }
  int n_active() const override { return core_->n_active; }
  void StopAccepting() override;
  void Stop() override;

 private:
  void Accept();
  void OnAccept(const ErrorCode& error, Protocol::socket socket);

  const std::shared_ptr<HttpServerCore> core_;
  std::optional<ListenSocket> listen_socket_;  // of a Unix socket, the file
  const std::string address_;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards_;
  asio::basic_socket_acceptor<Protocol> acceptor_;  // with retry_timer_, on the first loop
  asio::steady_timer retry_timer_;
  size_t next_loop_ = 0;  // of the next connection
  std::vector<std::thread> threads_;
};

void Server::Accept() {
  asio::io_context& loop = *core_->loops[next_loop_++ % core_->loops.size()];
  acceptor_.async_accept(loop, [this](const ErrorCode& error, Protocol::socket socket) {
    OnAccept(error, std::move(socket));
  });
}

void Server::OnAccept(const ErrorCode& error, Protocol::socket socket) {
  if (core_->draining) return;
  if (error) {
    LogWarning("net: accept on {}: {}", address_, error.message());
    retry_timer_.expires_after(kAcceptRetry);
    retry_timer_.async_wait([this](const ErrorCode& stopped) {
      if (!stopped) Accept();
    });
    return;
  }
  ErrorCode ignored;
  const auto peer = socket.remote_endpoint(ignored);
  const bool is_tcp = peer.data()->sa_family != AF_UNIX;
  if (is_tcp) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  Stream stream(std::move(socket), core_->tls == nullptr ? nullptr : core_->tls->Current());
  auto session =
      std::make_shared<HttpSession>(core_, std::move(stream), SockaddrToString(peer.data()));
  switch (core_->Add(session)) {
    case HttpServerCore::Admission::kServe:
      session->Run();
      break;
    case HttpServerCore::Admission::kRefuse:
      session->Refuse();
      break;
    case HttpServerCore::Admission::kDrop:
      break;
  }
  Accept();
}

void Server::StopAccepting() {
  if (core_->draining.exchange(true)) return;
  asio::post(acceptor_.get_executor(), [this] {
    ErrorCode ignored;
    acceptor_.close(ignored);
    retry_timer_.cancel();
  });
  for (const auto& session : core_->Sessions()) session->Drain();
}

void Server::Stop() {
  if (threads_.empty()) return;
  for (const std::thread& thread : threads_) {
    LEMMA_CHECK(thread.get_id() != std::this_thread::get_id(), "Stop on an I/O thread");
  }
  StopAccepting();
  core_->RefuseAll();
  for (const auto& session : core_->Sessions()) session->Close();
  guards_.clear();  // the threads end once every connection's last operation has
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  listen_socket_.reset();
}

HttpResponse PlainError(int status, const std::string& message) {
  return HttpResponse::Text(status, message + "\n");
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address, int n_threads,
                                                      const HttpServerLimits& limits,
                                                      HttpHandler handler,
                                                      HttpErrorRenderer render_error,
                                                      const std::optional<TlsFiles>& tls) {
  LEMMA_CHECK(n_threads > 0);
  std::unique_ptr<TlsContext> tls_context;
  if (tls) {
    LEMMA_ASSIGN_OR_RETURN(tls_context, TlsContext::Load(*tls));
  }
  LEMMA_ASSIGN_OR_RETURN(const Address parsed, ParseAddress(address));
  if (parsed.is_tls) {
    return InvalidArgument("\"" + address + "\" is no address to listen on: leave https:// out");
  }
  LEMMA_ASSIGN_OR_RETURN(ListenSocket listen_socket, ListenSocket::Open(parsed));
  auto core = std::make_shared<HttpServerCore>();
  for (int i = 0; i < n_threads; ++i) {
    core->loops.push_back(std::make_unique<asio::io_context>(/*concurrency_hint=*/1));
  }
  core->limits = limits;
  core->tls = std::move(tls_context);
  core->handler = std::move(handler);
  core->render_error = render_error ? std::move(render_error) : PlainError;
  auto server = std::make_unique<Server>(std::move(core), std::move(listen_socket));
  LEMMA_RETURN_IF_ERROR(server->Run());
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace lemma::net
