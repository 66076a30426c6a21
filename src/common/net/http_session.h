// One connection of the server, and what all connections of a server share. Internal to the room:
// this header shows Asio, so only http_server.cc and http_session.cc include it.
//
// Threads: a session's members belong to its loop, which one thread runs. Run, Refuse, Drain, Close
// and Deliver may be called from any thread.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "common/base/thread_annotations.h"
#include "common/net/deadline.h"
#include "common/net/event_loops.h"
#include "common/net/http_parser.h"
#include "common/net/http_server.h"
#include "common/net/stream.h"
#include "common/net/tls_context.h"

namespace lemma::net {

class HttpSession;
class Exchange;

// Lives until the server is stopped and the last exchange is dropped.
struct HttpServerCore {
  enum class Admission { kServe, kRefuse, kDrop };

  std::shared_ptr<EventLoops> loops;
  HttpServerLimits limits;
  HttpHandler handler;
  HttpErrorRenderer render_error;
  std::unique_ptr<TlsContext> tls;  // null: plain HTTP
  std::atomic<int> n_active{0};
  std::atomic<bool> draining{false};

  // Registers a connection: to be served, to be told 503, or to be closed at once.
  Admission Add(const std::shared_ptr<HttpSession>& session) LEMMA_EXCLUDES(mutex);
  void Remove(const std::shared_ptr<HttpSession>& session) LEMMA_EXCLUDES(mutex);
  std::vector<std::shared_ptr<HttpSession>> Sessions() LEMMA_EXCLUDES(mutex);
  // From now on Add drops every connection.
  void RefuseAll() LEMMA_EXCLUDES(mutex);

  Mutex mutex;
  std::unordered_set<std::shared_ptr<HttpSession>> sessions LEMMA_GUARDED_BY(mutex);
  bool stopped LEMMA_GUARDED_BY(mutex) = false;
};

class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  enum class Delivery { kPart, kLast };

  HttpSession(std::shared_ptr<HttpServerCore> core, Stream stream, std::string peer);

  void Run();     // answers requests until the connection ends
  void Refuse();  // answers 503
  void Drain();   // ends an idle connection now, a busy one after its answer
  void Close();   // now

  // Encoded bytes of the current answer. After the last ones the connection goes on or ends.
  void Deliver(std::string bytes, Delivery delivery, bool keep_alive);
  // False when the client has left more than stream_bytes_max untaken, and is to be cut.
  bool HasRoom() const { return queued_bytes_ <= core_->limits.stream_bytes_max; }
  // The exchange was dropped without a complete answer.
  void Abandon(bool stream_begun);

  const HttpServerCore& core() const { return *core_; }

 private:
  enum class Phase {
    kReading,    // a request, or waiting for one
    kAnswering,  // from the end of a request until its answer is written
    kLingering,  // nothing is answered any more; the client is given time to read the last answer
    kClosed,
  };
  using ErrorCode = boost::system::error_code;

  // Runs f(session) on its loop, unless the session is gone by then: a handler in the queue must
  // not own the session, which owns the queue.
  template <typename F>
  void Post(F f);

  // TLS, where the server speaks it; then `next`.
  void Greet(void (HttpSession::*next)());
  void OnNoHandshake(const ErrorCode& error);
  void TellItIsFull();
  void AwaitRequest();
  void ReadMore();
  void OnRead(const ErrorCode& error, size_t n);
  void OnReadTimeout();
  void Parse();
  void BeginBody();
  void Dispatch();
  void ReadWithin(int seconds);

  void Fail(int status, const std::string& message);
  void Enqueue(std::string_view bytes);
  void WriteMore();
  void OnWritten(const ErrorCode& error, size_t n);
  void OnAllWritten();
  void Linger();
  void CloseNow();

  const std::shared_ptr<HttpServerCore> core_;  // first: outlives the stream
  Stream stream_;
  const std::string peer_;
  Deadline read_deadline_;
  Deadline write_deadline_;
  Phase phase_ = Phase::kReading;

  // Reading.
  std::array<char, 8192> read_buffer_;
  std::string input_;  // read and not yet parsed
  std::optional<HttpRequestParser> parser_;
  bool reading_ = false;     // a read is pending
  bool read_ended_ = false;  // the client has closed its side
  bool has_begun_ = false;   // the current request: a byte of it has come
  bool in_body_ = false;     // the current request: its head is complete

  // Answering.
  std::weak_ptr<Exchange> exchange_;
  bool answer_complete_ = false;  // all of it is in output_ or written
  bool close_after_ = false;      // this answer is the connection's last

  // Writing.
  std::string output_;                   // waits for writing_
  std::string writing_;                  // handed to the socket
  size_t written_ = 0;                   // of writing_
  std::atomic<size_t> queued_bytes_{0};  // delivered and not yet taken by the socket
};

}  // namespace lemma::net
