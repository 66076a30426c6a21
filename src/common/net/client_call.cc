#include "common/net/client_call.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "common/net/client_tls.h"
#include "common/net/http_wire.h"

namespace lemma::net {

namespace asio = boost::asio;

namespace {

// Nothing tells when a listener takes its next connection; it is a server's loop that is behind.
constexpr std::chrono::milliseconds kConnectAgainAfter{10};

Status ClientClosed() { return {StatusCode::kCancelled, "the client was closed"}; }

// A host that has vanished says nothing, however long an answer may take: it is asked whether it is
// there, and the connection lost after some 11 s. A Unix socket has no such options, nor need.
void WatchPeer(int socket) {
  const auto set = [socket](int level, int option, int value) {
    setsockopt(socket, level, option, &value, sizeof(value));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 5);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 2);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 11000);  // of what was sent and is not acknowledged; ms
}

}  // namespace

void ClientCore::Close() {
  is_closed = true;
  for (const auto& call : std::vector(calls.begin(), calls.end())) call->End(ClientClosed());
  pool.Clear();
}

ClientCall::ClientCall(std::shared_ptr<ClientCore> core, std::string address, HttpRequest request,
                       HttpCallbacks callbacks)
    : core_(std::move(core)),
      address_(std::move(address)),
      request_(std::move(request)),
      callbacks_(std::move(callbacks)),
      stream_(Stream::Socket(core_->io), nullptr),
      resolver_(core_->io),
      connect_timer_(core_->io),
      deadline_(core_->io.get_executor()),
      whole_deadline_(core_->io.get_executor()) {}

void ClientCall::Begin(std::optional<Duration> time_max) {
  if (core_->is_closed) return End(ClientClosed());
  core_->calls.insert(shared_from_this());
  if (time_max) whole_deadline_.Set(*time_max, weak_from_this(), &ClientCall::OnTookTooLong);
  Result<Address> address = ParseAddress(address_);
  if (!address.ok()) return End(address.status());
  parsed_ = std::move(*address);
  if (!IsToken(request_.method) || !IsTarget(request_.target)) {
    return End(InvalidArgument("the request's method or target is malformed"));
  }
  wire_ = EncodeRequest(request_, parsed_.Authority());
  if (auto idle = core_->pool.Take(address_, SteadyClock().Now())) {
    stream_ = std::move(*idle);
    is_reused_ = true;
  }
  if (is_reused_) return SendRequest();
  Resolve();
}

void ClientCall::Cancel() {
  // The queue must not own the call, which owns the queue.
  asio::post(core_->io, [weak = weak_from_this()] {
    if (const auto self = weak.lock())
      self->End({StatusCode::kCancelled, "the call was cancelled"});
  });
}

void ClientCall::Resolve() {
  WaitFor("a connection", core_->options.connect_timeout);
  if (parsed_.is_tls && core_->tls == nullptr) core_->tls = ClientTlsContext();
  stream_ = Stream(Stream::Socket(core_->io), parsed_.is_tls ? core_->tls : nullptr);
  if (parsed_.is_unix) return Connect({asio::local::stream_protocol::endpoint(parsed_.path)});
  ErrorCode error;
  const auto ip = asio::ip::make_address(parsed_.host, error);
  if (!error) return Connect({asio::ip::tcp::endpoint(ip, parsed_.port)});
  resolver_.async_resolve(
      parsed_.host, std::to_string(parsed_.port),
      [self = shared_from_this()](const ErrorCode& failed, const auto& found) {
        if (self->has_ended_) return;
        if (failed) {
          return self->End(Unavailable("cannot find " + self->address_ + ": " + failed.message()));
        }
        std::vector<Endpoint> endpoints;
        for (const auto& entry : found) endpoints.emplace_back(entry.endpoint());
        self->Connect(std::move(endpoints));
      });
}

void ClientCall::Connect(std::vector<Endpoint> endpoints) {
  endpoints_ = std::move(endpoints);
  asio::async_connect(
      stream_.socket(), endpoints_,
      [self = shared_from_this()](const ErrorCode& error, const Endpoint&) {
        if (self->has_ended_) return;
        if (!error) return self->IsConnected() ? self->OnConnected() : self->ConnectLater();
        self->End(Unavailable("cannot connect to " + self->address_ + ": " + error.message()));
      });
}

// Linux answers EAGAIN where the queue of a Unix socket's listener is full. Asio takes that for a
// connection being made, and the socket, which can be written to at once, for one that was.
bool ClientCall::IsConnected() {
  ErrorCode error;
  if (parsed_.is_unix) stream_.socket().remote_endpoint(error);
  return !error;
}

void ClientCall::ConnectLater() {
  connect_timer_.expires_after(kConnectAgainAfter);
  connect_timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (error || self->has_ended_) return;
    self->stream_ = Stream(Stream::Socket(self->core_->io), nullptr);
    self->Connect(self->endpoints_);
  });
}

void ClientCall::OnConnected() {
  ErrorCode ignored;  // a Unix socket has no such option
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  WatchPeer(stream_.socket().native_handle());
  if (!stream_.is_tls()) return SendRequest();
  ExpectHost(stream_.tls(), parsed_.host);
  stream_.tls().async_handshake(
      asio::ssl::stream_base::client, [self = shared_from_this()](const ErrorCode& error) {
        if (self->has_ended_) return;
        if (!error) return self->SendRequest();
        self->End(Unavailable("cannot speak TLS with " + self->address_ + ": " +
                              HandshakeProblem(self->stream_.tls(), error)));
      });
}

// The answer is read while the request is still being written: a server may refuse a request before
// it has read all of it, and its answer then says more than the failed write.
void ClientCall::SendRequest() {
  WaitFor("the answer", core_->options.first_byte_timeout);
  parser_.emplace(/*is_head=*/request_.method == "HEAD");
  is_sent_ = false;
  stream_.AsyncWrite(
      asio::buffer(wire_),
      [self = shared_from_this()](const ErrorCode& error, size_t) { self->is_sent_ = !error; });
  Read();
}

void ClientCall::Read() {
  stream_.AsyncReadSome(
      asio::buffer(read_buffer_),
      [self = shared_from_this()](const ErrorCode& error, size_t n) { self->OnRead(error, n); });
}

void ClientCall::OnRead(const ErrorCode& error, size_t n) {
  if (has_ended_) return;
  if (error == asio::error::eof && has_received_) {
    parser_->PushEof();
    return Parse();
  }
  if (error) return OnConnectionLost(error.message());
  has_received_ = true;
  input_.append(read_buffer_.data(), n);
  Parse();
}

void ClientCall::Parse() {
  input_.erase(0, parser_->Push(input_));
  if (parser_->has_head() && !Report()) return;
  switch (parser_->state()) {
    case ParserState::kFailed:
      return End(parser_->error().WithPrefix(address_));
    case ParserState::kDone:
      if (parser_->keep_alive() && is_sent_ && input_.empty()) {
        core_->pool.Put(address_, std::move(stream_), SteadyClock().Now());
      }
      return End(Ok());
    case ParserState::kBody:
      WaitFor("more of the answer", core_->options.idle_timeout);
      return Read();
    case ParserState::kHead:
      return Read();
  }
}

bool ClientCall::Report() {
  if (!std::exchange(head_reported_, true) && callbacks_.on_head) {
    callbacks_.on_head(parser_->head());
  }
  std::string piece = parser_->TakeBody();
  body_bytes_ += piece.size();
  if (body_bytes_ > core_->options.body_bytes_max) {
    End({StatusCode::kTooLarge, address_ + ": the answer is too large"});
    return false;
  }
  if (!piece.empty() && callbacks_.on_body) callbacks_.on_body(std::move(piece));
  return true;
}

void ClientCall::OnConnectionLost(const std::string& why) {
  // Most likely the server closed an idle connection just as it was reused. It may as well have
  // seen the request and died, so only what changes nothing there is sent again.
  const bool is_repeatable = request_.method == "GET" || request_.method == "HEAD";
  if (is_repeatable && is_reused_ && !has_received_) {
    is_reused_ = false;
    return Resolve();
  }
  End(DataLoss("the connection to " + address_ + " was lost: " + why));
}

void ClientCall::WaitFor(const char* what, std::chrono::milliseconds time_max) {
  waiting_for_ = what;
  deadline_.Set(time_max, weak_from_this(), &ClientCall::OnWaitedTooLong);
}

void ClientCall::OnWaitedTooLong() {
  End({StatusCode::kDeadlineExceeded, address_ + ": waited too long for " + waiting_for_});
}

void ClientCall::OnTookTooLong() {
  End({StatusCode::kDeadlineExceeded, address_ + ": the call took too long"});
}

void ClientCall::End(Status status) {
  if (std::exchange(has_ended_, true)) return;
  const auto self = shared_from_this();  // calls may hold the last reference
  core_->calls.erase(self);
  deadline_.End();
  whole_deadline_.End();
  resolver_.cancel();
  connect_timer_.cancel();
  ErrorCode ignored;
  stream_.socket().close(ignored);
  const HttpCallbacks callbacks = std::exchange(callbacks_, {});
  if (callbacks.on_end) callbacks.on_end(std::move(status));
}

}  // namespace lemma::net
