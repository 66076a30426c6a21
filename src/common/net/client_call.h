// One call of the client, and what all its calls on one loop share. Internal to the room: this
// header shows Asio.
//
// Threads: everything but Cancel runs on the loop's thread.
#pragma once

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/net/address.h"
#include "common/net/connection_pool.h"
#include "common/net/deadline.h"
#include "common/net/event_loops.h"
#include "common/net/http_client.h"
#include "common/net/http_parser.h"
#include "common/net/stream.h"

namespace lemma::net {

class ClientCall;

// Lives until the client is gone and the last call is dropped.
struct ClientCore {
  ClientCore(std::shared_ptr<EventLoops> all_loops, size_t i, const HttpClientOptions& its_options)
      : loops(std::move(all_loops)), io(loops->at(i)), options(its_options) {}

  // The client goes: its calls end, also those that are still to begin.
  void Close();

  const std::shared_ptr<EventLoops> loops;
  boost::asio::io_context& io;  // one of them
  const HttpClientOptions options;
  ConnectionPool pool;
  std::shared_ptr<boost::asio::ssl::context> tls;         // made by the first call that wants it
  std::unordered_set<std::shared_ptr<ClientCall>> calls;  // under way
  bool is_closed = false;
};

class ClientCall final : public HttpCall, public std::enable_shared_from_this<ClientCall> {
 public:
  ClientCall(std::shared_ptr<ClientCore> core, std::string address, HttpRequest request,
             HttpCallbacks callbacks);

  void Begin(std::optional<Duration> time_max);
  void Cancel() override;
  // Ends the call unless it has ended: its connection is closed, on_end is called.
  void End(Status status);

 private:
  using Endpoint = boost::asio::generic::stream_protocol::endpoint;
  using ErrorCode = boost::system::error_code;

  void Resolve();
  void Connect(std::vector<Endpoint> endpoints);
  bool IsConnected();  // as Asio says it is
  void ConnectLater();
  void OnConnected();
  void SendRequest();
  void Read();
  void OnRead(const ErrorCode& error, size_t n);
  void Parse();
  // Hands over what has come; false when a callback or a limit has ended the call.
  bool Report();
  void OnConnectionLost(const std::string& why);
  void WaitFor(const char* what, std::chrono::milliseconds time_max);
  void OnWaitedTooLong();
  void OnTookTooLong();

  const std::shared_ptr<ClientCore> core_;  // first: outlives the stream
  const std::string address_;
  Address parsed_;
  const HttpRequest request_;
  HttpCallbacks callbacks_;
  std::string wire_;  // the request as bytes

  Stream stream_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::steady_timer connect_timer_;
  Deadline deadline_;  // of what it waits for now
  const char* waiting_for_ = "";
  Deadline whole_deadline_;  // of the whole call, where it is limited
  std::vector<Endpoint> endpoints_;
  std::optional<HttpResponseParser> parser_;
  std::array<char, 16384> read_buffer_;
  std::string input_;  // read and not yet parsed

  bool is_reused_ = false;     // the connection served an earlier call
  bool is_sent_ = false;       // the whole request is written
  bool has_received_ = false;  // any byte of the answer
  bool head_reported_ = false;
  bool has_ended_ = false;
  uint64_t body_bytes_ = 0;
};

}  // namespace lemma::net
