// The strict reading of a request's head. Beast's parser takes several forms that RFC 9112 lets a
// server take, and that two servers in a row may read differently (request smuggling); these checks
// run before it and refuse them all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::net {

// Why a request is refused, as HTTP says it; status 0 where it is not.
struct HttpRefusal {
  int status = 0;
  std::string message;
  explicit operator bool() const { return status != 0; }
};

inline constexpr int kHeaderLinesMax = 100;

// Checks bytes of a head (or of a chunk line or trailer) as they arrive: lines end with CR LF alone
// and hold no control characters. `scanned` (0 at first) remembers how far earlier calls came: each
// call passes the same bytes and more behind them.
HttpRefusal CheckHeadBytes(std::string_view bytes, size_t* scanned);

// Checks a whole head, up to and including its empty line, whose bytes have passed CheckHeadBytes:
// one method, target and known version; one Host; plain header lines, no folding; one length, said
// once: a single decimal Content-Length or "Transfer-Encoding: chunked".
HttpRefusal CheckRequestHead(std::string_view head);

// The decoded path of a request target: "/a%20b?q" -> "/a b". An absolute target must name `host`.
// "*" is itself. Errors: kInvalidArgument (bad escape, an encoded zero byte, no path).
Result<std::string> PathOfTarget(std::string_view target, std::string_view host);

}  // namespace lemma::net
