// Bytes in any pieces -> one HTTP/1.1 message. Over Boost.Beast's parser, which only http_parser.cc
// includes. Not thread-safe.
//
// Push takes bytes from the front of what it is given and returns how many; what is left over must
// come again at the front of the next call, with more behind it (after the end of a message: at the
// front of the next message's first call).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/net/http.h"
#include "common/net/request_head.h"

namespace lemma::net {

enum class ParserState { kHead, kBody, kDone, kFailed };

class HttpRequestParser {
 public:
  HttpRequestParser(uint32_t header_bytes_max, uint64_t body_bytes_max);
  ~HttpRequestParser();

  size_t Push(std::string_view bytes);
  ParserState state() const { return state_; }
  const HttpRefusal& refusal() const { return refusal_; }  // once kFailed

  // Once past the head.
  bool keep_alive() const;
  bool is_http_1_0() const;
  HttpRequest& request();  // complete once kDone; `peer` is not set

 private:
  struct Impl;
  size_t PushHead(std::string_view bytes);
  size_t PushBeast(std::string_view bytes);
  void Fail(HttpRefusal refusal);
  void FinishHead();

  const uint32_t header_bytes_max_;
  std::unique_ptr<Impl> impl_;
  ParserState state_ = ParserState::kHead;
  HttpRefusal refusal_;
  size_t scanned_ = 0;  // CheckHeadBytes
};

class HttpResponseParser {
 public:
  // is_head: the answer to a HEAD request, which has no body whatever its headers say.
  explicit HttpResponseParser(bool is_head);
  ~HttpResponseParser();

  size_t Push(std::string_view bytes);
  void PushEof();  // the connection has ended
  ParserState state() const { return state_; }
  const Status& error() const { return error_; }  // once kFailed: kDataLoss

  bool has_head() const { return has_head_; }
  // Once there is one. The body of `head` is empty.
  const HttpResponse& head() const;
  bool keep_alive() const;
  std::string TakeBody();  // what has come of the body since the last call

 private:
  struct Impl;
  void Fail(std::string message);

  const bool is_head_;
  std::unique_ptr<Impl> impl_;
  ParserState state_ = ParserState::kHead;
  bool has_head_ = false;
  Status error_;
};

}  // namespace lemma::net
