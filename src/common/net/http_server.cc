#include "common/net/http_server.h"

#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

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

// Takes connections, on the first loop; what it has begun keeps it alive.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(std::shared_ptr<HttpServerCore> core, std::string address)
      : core_(std::move(core)),
        address_(std::move(address)),
        acceptor_(core_->loops->at(0)),
        retry_timer_(acceptor_.get_executor()) {}

  Status Begin(ListenSocket& listen_socket) {
    const int family = listen_socket.family();
    const int fd = listen_socket.Release();
    ErrorCode error;
    acceptor_.assign(Protocol(family, 0), fd, error);
    if (error) {
      close(fd);
      return Unavailable("cannot listen on " + address_ + ": " + error.message());
    }
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] { self->Accept(); });
    return Ok();
  }

  // Once the server drains.
  void End() {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
      ErrorCode ignored;
      self->acceptor_.close(ignored);
      self->retry_timer_.cancel();
    });
  }

 private:
  void Accept();
  void OnAccept(const ErrorCode& error, Protocol::socket socket);

  const std::shared_ptr<HttpServerCore> core_;
  const std::string address_;
  asio::basic_socket_acceptor<Protocol> acceptor_;
  asio::steady_timer retry_timer_;
  size_t next_loop_ = 0;  // of the next connection
};

void Acceptor::Accept() {
  if (core_->draining) return;
  asio::io_context& loop = core_->loops->at(next_loop_++ % core_->loops->size());
  acceptor_.async_accept(
      loop, [self = shared_from_this()](const ErrorCode& error, Protocol::socket socket) {
        self->OnAccept(error, std::move(socket));
      });
}

void Acceptor::OnAccept(const ErrorCode& error, Protocol::socket socket) {
  if (core_->draining) return;
  if (error) {
    LogWarning("net: accept on {}: {}", address_, error.message());
    retry_timer_.expires_after(kAcceptRetry);
    retry_timer_.async_wait([self = shared_from_this()](const ErrorCode& stopped) {
      if (!stopped) self->Accept();
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

class Server final : public HttpServer {
 public:
  Server(std::shared_ptr<HttpServerCore> core, ListenSocket listen_socket,
         std::unique_ptr<IoLoops> own_loops)
      : own_loops_(std::move(own_loops)),
        core_(std::move(core)),
        listen_socket_(std::move(listen_socket)),
        address_(listen_socket_->address().ToString()),
        acceptor_(std::make_shared<Acceptor>(core_, address_)) {}

  ~Server() override { Stop(); }

  Status Begin() { return acceptor_->Begin(*listen_socket_); }
  std::string address() const override { return address_; }
  int n_active() const override { return core_->n_active; }
  void StopAccepting() override;
  void Stop() override;

 private:
  const std::unique_ptr<IoLoops> own_loops_;  // null: somebody else's
  const std::shared_ptr<HttpServerCore> core_;
  std::optional<ListenSocket> listen_socket_;  // of a Unix socket, the file; none once stopped
  const std::string address_;
  const std::shared_ptr<Acceptor> acceptor_;
};

void Server::StopAccepting() {
  if (core_->draining.exchange(true)) return;
  acceptor_->End();
  for (const auto& session : core_->Sessions()) session->Drain();
}

void Server::Stop() {
  if (!listen_socket_) return;
  StopAccepting();
  core_->RefuseAll();
  for (const auto& session : core_->Sessions()) session->Close();
  core_->loops->OnEach([](size_t) {});  // behind the closes of all connections
  listen_socket_.reset();
}

HttpResponse PlainError(int status, const std::string& message) {
  return HttpResponse::Text(status, message + "\n");
}

// `own_loops`: null where `loops` are somebody else's.
Result<std::unique_ptr<HttpServer>> StartOn(IoLoops& loops, std::unique_ptr<IoLoops> own_loops,
                                            const std::string& address,
                                            const HttpServerLimits& limits, HttpHandler handler,
                                            HttpErrorRenderer render_error,
                                            const std::optional<TlsFiles>& tls) {
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
  core->loops = loops.loops();
  core->limits = limits;
  core->tls = std::move(tls_context);
  core->handler = std::move(handler);
  core->render_error = render_error ? std::move(render_error) : PlainError;
  auto server =
      std::make_unique<Server>(std::move(core), std::move(listen_socket), std::move(own_loops));
  LEMMA_RETURN_IF_ERROR(server->Begin());
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address, IoLoops& loops,
                                                      const HttpServerLimits& limits,
                                                      HttpHandler handler,
                                                      HttpErrorRenderer render_error,
                                                      const std::optional<TlsFiles>& tls) {
  return StartOn(loops, /*own_loops=*/nullptr, address, limits, std::move(handler),
                 std::move(render_error), tls);
}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address, int n_threads,
                                                      const HttpServerLimits& limits,
                                                      HttpHandler handler,
                                                      HttpErrorRenderer render_error,
                                                      const std::optional<TlsFiles>& tls) {
  auto own = std::make_unique<IoLoops>(n_threads);
  IoLoops& loops = *own;
  return StartOn(loops, std::move(own), address, limits, std::move(handler),
                 std::move(render_error), tls);
}

}  // namespace lemma::net
