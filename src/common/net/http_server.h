// An HTTP/1.1 server over Boost.Beast: limits, keep-alive, streaming (SSE), disconnects, TLS. It
// knows no JSON and no model.
//
// Threads: each connection belongs to one of the server's I/O threads. A handler runs there and
// must not block; it keeps the exchange and answers from any thread, now or later.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/base/status.h"
#include "common/net/http.h"
#include "common/net/io_loops.h"

namespace lemma::net {

struct HttpServerLimits {
  uint64_t body_bytes_max = 1 << 20;
  uint32_t header_bytes_max = 32 << 10;
  int connections_max = 1024;
  int header_seconds_max = 10;  // from the first byte of a request to the end of its headers
  int body_seconds_max = 30;    // from there to the end of its body
  int idle_seconds_max = 75;    // between two requests of one connection
  // Sent but not yet taken by a slow client; then it is cut. A small model streams 4 MB a second
  // (10,600 tokens in events of 350 bytes) and a healthy client may pause for most of one; a client
  // that takes nothing is cut by the stall limit, whatever it has left.
  size_t stream_bytes_max = 4 << 20;
  int stream_stall_seconds_max = 30;
};

// Of a server that speaks TLS 1.2 and later: PEM files, the certificate with its chain. They are
// read again when they change, for the connections from then on.
struct TlsFiles {
  std::string cert_file;
  std::string key_file;
};

// One request being answered. All methods are thread-safe and never block. Exactly one answer:
// either Send, or Start + Write* + Finish. The first answer wins: calls after it, out of order, or
// after the client has left do nothing. An exchange that is dropped without an answer is answered
// with 500 (or cut, where a stream had begun).
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual const HttpRequest& request() const = 0;
  virtual void Send(HttpResponse response) = 0;
  // Begins a streamed (chunked) answer with the head of `response`; its body is the first chunk.
  virtual void Start(HttpResponse response) = 0;
  virtual void Write(std::string chunk) = 0;
  virtual void Finish() = 0;
  // Ends a streamed answer without its proper end, so that the client sees a broken transfer.
  virtual void Abort() = 0;
  // True once the client has left, was cut, or the server stops: nobody will read the answer.
  virtual bool closed() const = 0;
  // Called once, on an I/O thread, when that happens before the answer is complete (at once, on the
  // calling thread, if it already has). The callback must not block, and must not own the exchange:
  // one that nobody else owns any more would then never be dropped.
  virtual void OnClosed(std::function<void()> callback) = 0;
};

using HttpHandler = std::function<void(std::shared_ptr<HttpExchange>)>;

// The body of the answers that the server itself gives: 400 (malformed), 408, 413, 417, 431, 500
// (handler gave no answer), 503 (too many connections), 505. The connection is closed after them.
using HttpErrorRenderer = std::function<HttpResponse(int status, const std::string& message)>;

// A client that closes its sending side counts as gone, whether or not it still reads: the two look
// the same on the wire, no common client closes half, and only so is a client that left noticed
// before the next write. An answer that is already complete is still written.
class HttpServer {
 public:
  // `address` is "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0" (any port) or "unix:/path/socket"
  // (created with mode 0600; a stale socket file is replaced).
  // Errors (kUnavailable): address in use; (kInvalidArgument): not an address; of `tls`, with the
  // file's path: as ReadFile, and kInvalidArgument where certificate and key are no pair.
  // Without `render_error` the server's own errors are plain text; with `tls` it speaks TLS alone,
  // and plain HTTP is told so (400).
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& address, IoLoops& loops,
                                                   const HttpServerLimits& limits,
                                                   HttpHandler handler,
                                                   HttpErrorRenderer render_error = {},
                                                   const std::optional<TlsFiles>& tls = {});
  // The same, on loops of its own.
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& address, int n_threads,
                                                   const HttpServerLimits& limits,
                                                   HttpHandler handler,
                                                   HttpErrorRenderer render_error = {},
                                                   const std::optional<TlsFiles>& tls = {});
  // Stops, as Stop does.
  virtual ~HttpServer() = default;

  // Where it listens, with the real port: "127.0.0.1:8080".
  virtual std::string address() const = 0;
  // Stops accepting and closes idle connections; running answers go on.
  virtual void StopAccepting() = 0;
  // Exchanges that are not answered yet.
  virtual int n_active() const = 0;
  // Closes everything; no handler or callback runs afterwards. Not from one of them.
  virtual void Stop() = 0;
};

}  // namespace lemma::net
