// The bytes of one connection: a socket, or TLS over it. Internal to the room: shows Asio.
// Belongs to the executor of its socket.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <utility>
#include <variant>

namespace lemma::net {

class Stream {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using Tls = boost::asio::ssl::stream<Socket>;

  // `tls`: null for plain bytes.
  Stream(Socket socket, std::shared_ptr<boost::asio::ssl::context> tls)
      : context_(std::move(tls)), bytes_(std::move(socket)) {
    if (context_ != nullptr) {
      Socket plain = std::move(std::get<Socket>(bytes_));  // emplace ends it first
      bytes_.emplace<Tls>(std::move(plain), *context_);
    }
  }

  bool is_tls() const { return std::holds_alternative<Tls>(bytes_); }
  Socket& socket() {
    return is_tls() ? std::get<Tls>(bytes_).next_layer() : std::get<Socket>(bytes_);
  }
  // Of a stream of TLS.
  Tls& tls() { return std::get<Tls>(bytes_); }
  // The other side does not speak TLS: what follows are plain bytes. While nothing is under way.
  void DropTls() { bytes_ = Socket(std::move(tls().next_layer())); }

  template <typename Buffer, typename Handler>
  void AsyncReadSome(Buffer buffer, Handler handler) {
    if (is_tls()) return tls().async_read_some(buffer, std::move(handler));
    socket().async_read_some(buffer, std::move(handler));
  }
  template <typename Buffer, typename Handler>
  void AsyncWriteSome(Buffer buffer, Handler handler) {
    if (is_tls()) return tls().async_write_some(buffer, std::move(handler));
    socket().async_write_some(buffer, std::move(handler));
  }
  template <typename Buffer, typename Handler>
  void AsyncWrite(Buffer buffer, Handler handler) {
    if (is_tls()) return boost::asio::async_write(tls(), buffer, std::move(handler));
    boost::asio::async_write(socket(), buffer, std::move(handler));
  }

 private:
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::variant<Socket, Tls> bytes_;
};

}  // namespace lemma::net
