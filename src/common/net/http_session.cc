#include "common/net/http_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <chrono>
#include <utility>

#include "common/net/http_exchange.h"
#include "common/net/http_wire.h"

namespace lemma::net {
namespace {

namespace asio = boost::asio;

// Requests sent ahead of their turn, which no honest client does with so much. The connection is
// closed past this: it could not be read on, and then the client's leaving would not be seen.
constexpr size_t kPipelineBytesMax = 64 << 10;
// How long a client has to read its last answer before the connection is torn down under it.
constexpr int kLingerSeconds = 2;
// Connections beyond connections_max that are told 503 at a time; what comes on top is closed.
constexpr size_t kRefusalsMax = 64;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

HttpServerCore::Admission HttpServerCore::Add(const std::shared_ptr<HttpSession>& session) {
  MutexLock lock(mutex);
  const auto max = static_cast<size_t>(limits.connections_max);
  if (stopped || sessions.size() >= max + kRefusalsMax) return Admission::kDrop;
  sessions.insert(session);
  return sessions.size() > max ? Admission::kRefuse : Admission::kServe;
}

void HttpServerCore::Remove(const std::shared_ptr<HttpSession>& session) {
  MutexLock lock(mutex);
  sessions.erase(session);
}

std::vector<std::shared_ptr<HttpSession>> HttpServerCore::Sessions() {
  MutexLock lock(mutex);
  return {sessions.begin(), sessions.end()};
}

void HttpServerCore::RefuseAll() {
  MutexLock lock(mutex);
  stopped = true;
}

HttpSession::HttpSession(std::shared_ptr<HttpServerCore> core, Stream stream, std::string peer)
    : core_(std::move(core)),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      read_deadline_(stream_.socket().get_executor()),
      write_deadline_(stream_.socket().get_executor()) {}

template <typename F>
void HttpSession::Post(F f) {
  asio::post(stream_.socket().get_executor(), [weak = weak_from_this(), f = std::move(f)] {
    const auto self = weak.lock();
    if (self && self->phase_ != Phase::kClosed) f(*self);
  });
}

void HttpSession::Run() {
  Post([](HttpSession& self) { self.Greet(&HttpSession::AwaitRequest); });
}

void HttpSession::Refuse() {
  Post([](HttpSession& self) { self.Greet(&HttpSession::TellItIsFull); });
}

void HttpSession::Drain() {
  Post([](HttpSession& self) {
    if (self.phase_ == Phase::kReading && !self.has_begun_) self.CloseNow();
  });
}

void HttpSession::Close() {
  Post([](HttpSession& self) { self.CloseNow(); });
}

void HttpSession::Deliver(std::string bytes, Delivery delivery, bool keep_alive) {
  queued_bytes_ += bytes.size();
  Post([bytes = std::move(bytes), delivery, keep_alive](HttpSession& self) {
    if (self.phase_ != Phase::kAnswering) return;
    self.answer_complete_ = delivery == Delivery::kLast;
    self.close_after_ = !keep_alive;
    self.Enqueue(bytes);
  });
}

void HttpSession::Abandon(bool stream_begun) {
  Post([stream_begun](HttpSession& self) {
    if (self.phase_ != Phase::kAnswering) return;
    if (stream_begun) return self.CloseNow();
    self.Fail(500, "the request was not answered");
  });
}

void HttpSession::TellItIsFull() {
  Fail(503, "the server has too many connections");
  ReadMore();
}

void HttpSession::Greet(void (HttpSession::*next)()) {
  if (!stream_.is_tls()) return (this->*next)();
  ReadWithin(core_->limits.header_seconds_max);
  stream_.tls().async_handshake(asio::ssl::stream_base::server,
                                [self = shared_from_this(), next](const ErrorCode& error) {
                                  if (self->phase_ == Phase::kClosed) return;
                                  if (error) return self->OnNoHandshake(error);
                                  (self.get()->*next)();
                                });
}

void HttpSession::OnNoHandshake(const ErrorCode& error) {
  const bool is_plain_http =
      error.category() == asio::error::get_ssl_category() &&
      ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
  if (!is_plain_http) return CloseNow();
  stream_.DropTls();
  Fail(400, "this port speaks HTTPS: ask with https://");
  ReadMore();
}

// Reading. A read is pending nearly always, so that a client's leaving is seen at once.

void HttpSession::AwaitRequest() {
  phase_ = Phase::kReading;
  parser_.emplace(core_->limits.header_bytes_max, core_->limits.body_bytes_max);
  has_begun_ = in_body_ = false;
  ReadWithin(core_->limits.idle_seconds_max);
  if (!input_.empty()) Parse();
  if (read_ended_ && phase_ == Phase::kReading) return CloseNow();
  ReadMore();
}

void HttpSession::ReadMore() {
  if (reading_ || read_ended_ || phase_ == Phase::kClosed) return;
  if (phase_ == Phase::kAnswering && input_.size() >= kPipelineBytesMax) {
    // A complete answer is written first: it may be the 413 to a body that is still on its way.
    // That the client has left is then seen by the write.
    if (!answer_complete_) CloseNow();
    return;
  }
  reading_ = true;
  stream_.AsyncReadSome(
      asio::buffer(read_buffer_),
      [self = shared_from_this()](const ErrorCode& error, size_t n) { self->OnRead(error, n); });
}

void HttpSession::OnRead(const ErrorCode& error, size_t n) {
  reading_ = false;
  if (phase_ == Phase::kClosed) return;
  if (error) {
    read_ended_ = true;
    const bool is_answered = phase_ == Phase::kAnswering && answer_complete_;
    const bool is_end = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
    if (is_end && is_answered) return;  // it may still read the answer
    return CloseNow();
  }
  if (phase_ != Phase::kLingering) {
    input_.append(read_buffer_.data(), n);
    if (phase_ == Phase::kReading) Parse();
  }
  ReadMore();
}

void HttpSession::Parse() {
  if (!std::exchange(has_begun_, true)) ReadWithin(core_->limits.header_seconds_max);
  input_.erase(0, parser_->Push(input_));
  switch (parser_->state()) {
    case ParserState::kHead:
      return;
    case ParserState::kBody:
      if (!std::exchange(in_body_, true)) BeginBody();
      return;
    case ParserState::kFailed:
      return Fail(parser_->refusal().status, parser_->refusal().message);
    case ParserState::kDone:
      return Dispatch();
  }
}

void HttpSession::BeginBody() {
  ReadWithin(core_->limits.body_seconds_max);
  const bool awaits_continue =
      !parser_->request().header("Expect").empty() && !parser_->is_http_1_0();
  if (!awaits_continue || !input_.empty()) return;  // or the body is already on its way
  queued_bytes_ += kContinue.size();
  Enqueue(kContinue);
}

void HttpSession::Dispatch() {
  read_deadline_.Clear();
  phase_ = Phase::kAnswering;
  answer_complete_ = false;
  ++core_->n_active;
  HttpRequest request = std::move(parser_->request());
  request.peer = peer_;
  auto exchange = std::make_shared<Exchange>(shared_from_this(), std::move(request),
                                             parser_->keep_alive(), parser_->is_http_1_0());
  exchange_ = exchange;
  core_->handler(std::move(exchange));
}

void HttpSession::ReadWithin(int seconds) {
  read_deadline_.Set(std::chrono::seconds(seconds), weak_from_this(), &HttpSession::OnReadTimeout);
}

void HttpSession::OnReadTimeout() {
  if (phase_ == Phase::kReading && has_begun_) {
    return Fail(408, in_body_ ? "the body took too long" : "the headers took too long");
  }
  if (phase_ == Phase::kReading || phase_ == Phase::kLingering) CloseNow();
}

// Writing. One write is pending at most; what comes meanwhile waits in output_.

void HttpSession::Fail(int status, const std::string& message) {
  if (phase_ == Phase::kReading) ++core_->n_active;
  read_deadline_.Clear();
  phase_ = Phase::kAnswering;
  answer_complete_ = close_after_ = true;
  const HttpResponse response = core_->render_error(status, message);
  const std::string bytes =
      EncodeResponseHead(response, BodyFraming::kLength, /*keep_alive=*/false) + response.body;
  queued_bytes_ += bytes.size();
  Enqueue(bytes);
}

void HttpSession::Enqueue(std::string_view bytes) {
  output_ += bytes;
  if (writing_.empty()) WriteMore();
}

void HttpSession::WriteMore() {
  if (written_ == writing_.size()) {
    writing_ = std::exchange(output_, {});
    written_ = 0;
  }
  if (writing_.empty()) return OnAllWritten();
  write_deadline_.Set(std::chrono::seconds(core_->limits.stream_stall_seconds_max),
                      weak_from_this(), &HttpSession::CloseNow);
  stream_.AsyncWriteSome(
      asio::buffer(writing_.data() + written_, writing_.size() - written_),
      [self = shared_from_this()](const ErrorCode& error, size_t n) { self->OnWritten(error, n); });
}

void HttpSession::OnWritten(const ErrorCode& error, size_t n) {
  if (phase_ == Phase::kClosed) return;
  if (error) return CloseNow();
  written_ += n;
  queued_bytes_ -= n;
  WriteMore();
}

void HttpSession::OnAllWritten() {
  write_deadline_.Clear();
  if (phase_ != Phase::kAnswering || !answer_complete_) return;
  --core_->n_active;
  exchange_.reset();
  if (close_after_ || core_->draining) return Linger();
  AwaitRequest();
}

void HttpSession::Linger() {
  phase_ = Phase::kLingering;
  if (read_ended_) return CloseNow();
  // A close with unread input would reset the connection and could destroy the answer on its way.
  input_.clear();
  ReadWithin(kLingerSeconds);
  if (stream_.is_tls()) {  // says that it is the end, and the client does too
    stream_.tls().async_shutdown([self = shared_from_this()](const ErrorCode&) {});
  } else {
    ErrorCode ignored;
    stream_.socket().shutdown(Stream::Socket::shutdown_send, ignored);
  }
  ReadMore();
}

void HttpSession::CloseNow() {
  if (phase_ == Phase::kClosed) return;
  ErrorCode ignored;
  if (phase_ == Phase::kAnswering) {
    --core_->n_active;
    // A reset: the kernel does not keep what the client does not read, and an answer that was to
    // last until the connection's end does not look complete.
    stream_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
  }
  phase_ = Phase::kClosed;
  stream_.socket().close(ignored);
  read_deadline_.End();
  write_deadline_.End();
  core_->Remove(shared_from_this());
  if (const auto exchange = exchange_.lock()) exchange->Close();
}

}  // namespace lemma::net
