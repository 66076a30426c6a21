#include "common/net/http_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <utility>

namespace lemma::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

// A chunk line or the trailers, which Beast itself does not bound.
constexpr size_t kChunkLineBytesMax = 8 << 10;
constexpr uint32_t kResponseHeaderBytesMax = 64 << 10;

std::string Copy(string_view text) { return std::string(text.data(), text.size()); }

// Collects what Beast's parser finds. Trailers are checked by Beast and dropped.
template <bool kIsRequest>
class Collector final : public http::basic_parser<kIsRequest> {
 public:
  std::string method, target;  // of a request
  int status = 0;              // of a response
  int version = 0;             // 10 or 11
  std::vector<Header> headers;
  std::string body;
  bool head_done = false;

 private:
  void on_request_impl(http::verb, string_view method_text, string_view target_text,
                       int http_version, error_code&) override {
    method = Copy(method_text);
    target = Copy(target_text);
    version = http_version;
  }
  void on_response_impl(int code, string_view, int http_version, error_code&) override {
    status = code;
    version = http_version;
  }
  void on_field_impl(http::field field, string_view name, string_view value,
                     error_code& error) override {
    if (!head_done) {
      headers.push_back({Copy(name), Copy(value)});
    } else if (field == http::field::host || field == http::field::content_length ||
               field == http::field::transfer_encoding) {
      error = http::error::bad_field;
    }
  }
  void on_header_impl(error_code&) override { head_done = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view bytes, error_code&) override {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(error_code&) override {}
};

HttpRefusal RefusalOf(const error_code& error) {
  if (error == http::error::body_limit) return {413, "the body is too large"};
  if (error == http::error::header_limit) return {431, "the headers are too large"};
  return {400, "the request is malformed: " + error.message()};
}

}  // namespace

struct HttpRequestParser::Impl {
  Collector<true> beast;
  HttpRequest request;
};

HttpRequestParser::HttpRequestParser(uint32_t header_bytes_max, uint64_t body_bytes_max)
    : header_bytes_max_(header_bytes_max), impl_(std::make_unique<Impl>()) {
  impl_->beast.header_limit(header_bytes_max + 4);  // PushHead has the last word
  impl_->beast.body_limit(body_bytes_max);
  impl_->beast.eager(true);
}

HttpRequestParser::~HttpRequestParser() = default;

size_t HttpRequestParser::Push(std::string_view bytes) {
  if (state_ == ParserState::kHead) return PushHead(bytes);
  return state_ == ParserState::kBody ? PushBeast(bytes) : 0;
}

size_t HttpRequestParser::PushHead(std::string_view bytes) {
  // RFC 9112, 2.2: empty lines before the request line are to be ignored.
  size_t skipped = 0;
  while (scanned_ == 0 && bytes.substr(skipped).starts_with("\r\n")) skipped += 2;
  bytes.remove_prefix(skipped);

  const size_t searched = std::max<size_t>(scanned_, 3) - 3;
  const size_t end = bytes.substr(0, header_bytes_max_).find("\r\n\r\n", searched);
  const size_t head_size = end == bytes.npos ? header_bytes_max_ : end + 4;
  if (auto refusal = CheckHeadBytes(bytes.substr(0, head_size), &scanned_)) {
    Fail(std::move(refusal));
    return skipped;
  }
  if (end == bytes.npos) {
    if (bytes.size() >= header_bytes_max_) Fail({431, "the headers are too large"});
    return skipped;
  }
  if (auto refusal = CheckRequestHead(bytes.substr(0, head_size))) {
    Fail(std::move(refusal));
    return skipped;
  }
  return skipped + PushBeast(bytes);
}

size_t HttpRequestParser::PushBeast(std::string_view bytes) {
  error_code error;
  const size_t used = impl_->beast.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (error && error != http::error::need_more) {
    Fail(RefusalOf(error));
    return used;
  }
  if (state_ == ParserState::kHead) FinishHead();
  if (state_ == ParserState::kFailed) return used;
  if (impl_->beast.is_done()) {
    impl_->request.body = std::move(impl_->beast.body);
    state_ = ParserState::kDone;
    return used;
  }
  // What Beast has left is the beginning of a chunk line or of the trailers.
  const std::string_view rest = bytes.substr(used);
  size_t scanned = 0;
  if (auto refusal = CheckHeadBytes(rest, &scanned)) {
    Fail(std::move(refusal));
  } else if (rest.size() > kChunkLineBytesMax) {
    Fail({431, "a chunk's extension or the trailers are too large"});
  }
  return used;
}

void HttpRequestParser::FinishHead() {
  HttpRequest& request = impl_->request;
  request.method = std::move(impl_->beast.method);
  request.target = std::move(impl_->beast.target);
  request.headers = std::move(impl_->beast.headers);
  Result<std::string> path = PathOfTarget(request.target, request.header("Host"));
  if (!path.ok()) return Fail({400, path.status().message()});
  request.path = std::move(*path);
  state_ = ParserState::kBody;
}

void HttpRequestParser::Fail(HttpRefusal refusal) {
  refusal_ = std::move(refusal);
  state_ = ParserState::kFailed;
}

bool HttpRequestParser::keep_alive() const { return impl_->beast.keep_alive(); }
bool HttpRequestParser::is_http_1_0() const { return impl_->beast.version == 10; }
HttpRequest& HttpRequestParser::request() { return impl_->request; }

struct HttpResponseParser::Impl {
  std::unique_ptr<Collector<false>> beast;
  HttpResponse head;
};

HttpResponseParser::HttpResponseParser(bool is_head)
    : is_head_(is_head), impl_(std::make_unique<Impl>()) {}

HttpResponseParser::~HttpResponseParser() = default;

size_t HttpResponseParser::Push(std::string_view bytes) {
  size_t used = 0;
  while (state_ == ParserState::kHead || state_ == ParserState::kBody) {
    auto& beast = impl_->beast;
    if (!beast) {
      beast = std::make_unique<Collector<false>>();
      beast->header_limit(kResponseHeaderBytesMax);
      beast->body_limit(boost::none);  // the reader takes it piece by piece
      beast->eager(true);
      beast->skip(is_head_);
    }
    const std::string_view rest = bytes.substr(used);
    if (rest.empty()) return used;
    error_code error;
    used += beast->put(boost::asio::buffer(rest.data(), rest.size()), error);
    if (error && error != http::error::need_more) {
      Fail("the answer is malformed: " + error.message());
      return used;
    }
    if (beast->head_done && state_ == ParserState::kHead) {
      if (beast->status / 100 == 1) {  // an interim answer: the real one follows
        beast.reset();
        continue;
      }
      impl_->head.status = beast->status;
      impl_->head.headers = std::move(beast->headers);
      has_head_ = true;
      state_ = ParserState::kBody;
    }
    if (beast->is_done()) {
      state_ = ParserState::kDone;
    } else if (state_ == ParserState::kBody && bytes.size() - used > kChunkLineBytesMax) {
      Fail("the answer is malformed: a chunk's extension or the trailers are too large");
    }
    return used;
  }
  return used;
}

void HttpResponseParser::PushEof() {
  if (state_ == ParserState::kDone || state_ == ParserState::kFailed) return;
  error_code error = http::error::partial_message;
  if (state_ == ParserState::kBody) impl_->beast->put_eof(error);
  if (error) return Fail("the answer was cut off");
  state_ = ParserState::kDone;
}

const HttpResponse& HttpResponseParser::head() const { return impl_->head; }
bool HttpResponseParser::keep_alive() const { return impl_->beast->keep_alive(); }
std::string HttpResponseParser::TakeBody() { return std::exchange(impl_->beast->body, {}); }

void HttpResponseParser::Fail(std::string message) {
  error_ = DataLoss(std::move(message));
  state_ = ParserState::kFailed;
}

}  // namespace lemma::net
