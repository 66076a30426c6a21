// HTTP/1.1 messages as bytes: what is written to a connection.
#pragma once

#include <string>
#include <string_view>

#include "common/net/http.h"

namespace lemma::net {

// How the reader learns where a body ends.
enum class BodyFraming {
  kLength,      // Content-Length
  kChunked,     // Transfer-Encoding: chunked
  kUntilClose,  // the connection ends (HTTP/1.0 streams)
};

// The head of `response`, with Date, Connection and the framing. Headers of the response that would
// contradict these are left out, and no value can break out of its line.
std::string EncodeResponseHead(const HttpResponse& response, BodyFraming framing, bool keep_alive);

// One chunk; "" for an empty one, which would end the body. The end is kLastChunk.
std::string EncodeChunk(std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// Head and body. `host` is the Host header where the request has none.
std::string EncodeRequest(const HttpRequest& request, std::string_view host);

// One or more characters of an RFC 9110 token: what methods and header names are made of.
bool IsToken(std::string_view text);

// What a request line can hold as its target: printable ASCII without spaces, at least one.
bool IsTarget(std::string_view text);

// False for 1xx, 204 and 304, which have no body and say nothing of its length.
bool StatusHasBody(int status);

}  // namespace lemma::net
