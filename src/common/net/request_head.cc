#include "common/net/request_head.h"

#include <algorithm>

#include "common/net/http.h"
#include "common/net/http_wire.h"
#include "common/net/query.h"

namespace lemma::net {
namespace {

HttpRefusal Malformed(std::string message) { return {400, std::move(message)}; }

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// 1 to 18 digits, so that it fits, without sign, spaces or leading zeros.
bool IsPlainDecimal(std::string_view text) {
  return !text.empty() && text.size() <= 18 && std::all_of(text.begin(), text.end(), IsDigit) &&
         (text[0] != '0' || text.size() == 1);
}

// Host = uri-host [":" port]; empty where the target has no authority.
bool IsHostValue(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("\"/<>\\^`{|}@?#,").find(c) == std::string::npos;
  });
}

HttpRefusal CheckRequestLine(std::string_view line, bool* is_http_1_0) {
  const size_t first = line.find(' ');
  const size_t second = first == line.npos ? line.npos : line.find(' ', first + 1);
  if (second == line.npos) return Malformed("the request line must be: METHOD target HTTP/1.1");
  if (!IsToken(line.substr(0, first))) return Malformed("the method is malformed");
  if (!IsTarget(line.substr(first + 1, second - first - 1))) {
    return Malformed("the request target is malformed");
  }
  const std::string_view version = line.substr(second + 1);
  *is_http_1_0 = version == "HTTP/1.0";
  if (*is_http_1_0 || version == "HTTP/1.1") return {};
  const bool is_well_formed = version.size() == 8 && version.starts_with("HTTP/") &&
                              IsDigit(version[5]) && version[6] == '.' && IsDigit(version[7]);
  if (is_well_formed) return {505, "the HTTP version must be 1.1 or 1.0"};
  return Malformed("the HTTP version is malformed");
}

struct Framing {
  int n_hosts = 0;
  int n_lengths = 0;
  int n_encodings = 0;
};

HttpRefusal CheckHeaderLine(std::string_view line, Framing* framing) {
  if (line[0] == ' ' || line[0] == '\t') return Malformed("a header is folded over two lines");
  const size_t colon = line.find(':');
  if (colon == line.npos) return Malformed("a header has no colon");
  const std::string_view name = line.substr(0, colon);
  if (!IsToken(name)) return Malformed("a header's name is malformed");
  const std::string_view value = Trim(line.substr(colon + 1));
  if (EqualsIgnoreCase(name, "Host")) {
    ++framing->n_hosts;
    if (!IsHostValue(value)) return Malformed("Host is malformed");
  } else if (EqualsIgnoreCase(name, "Content-Length")) {
    ++framing->n_lengths;
    if (!IsPlainDecimal(value)) return Malformed("Content-Length is not a plain number");
  } else if (EqualsIgnoreCase(name, "Transfer-Encoding")) {
    ++framing->n_encodings;
    if (!EqualsIgnoreCase(value, "chunked")) {
      return Malformed("Transfer-Encoding must be: chunked");
    }
  } else if (EqualsIgnoreCase(name, "Expect") && !EqualsIgnoreCase(value, "100-continue")) {
    return {417, "only 100-continue can be expected"};
  }
  return {};
}

HttpRefusal CheckFraming(const Framing& framing, bool is_http_1_0) {
  if (framing.n_hosts > 1) return Malformed("Host is given twice");
  if (framing.n_hosts == 0 && !is_http_1_0) return Malformed("Host is missing");
  if (framing.n_lengths > 1) return Malformed("Content-Length is given twice");
  if (framing.n_encodings > 1) return Malformed("Transfer-Encoding is given twice");
  if (framing.n_encodings > 0 && framing.n_lengths > 0) {
    return Malformed("Content-Length and Transfer-Encoding are both given");
  }
  if (framing.n_encodings > 0 && is_http_1_0) return Malformed("HTTP/1.0 has no Transfer-Encoding");
  return {};
}

}  // namespace

HttpRefusal CheckHeadBytes(std::string_view bytes, size_t* scanned) {
  size_t i = *scanned;
  for (; i < bytes.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(bytes[i]);
    if (c == '\r') {
      if (i + 1 == bytes.size()) break;  // its LF is still to come
      if (bytes[i + 1] != '\n') return Malformed("a CR is not followed by an LF");
      ++i;
    } else if (c == '\n') {
      return Malformed("a line ends with a bare LF");
    } else if ((c < 0x20 && c != '\t') || c == 0x7f) {
      return Malformed("the head has a control character");
    }
  }
  *scanned = i;
  return {};
}

HttpRefusal CheckRequestHead(std::string_view head) {
  bool is_http_1_0 = false;
  Framing framing;
  size_t end = head.find("\r\n");
  if (auto refusal = CheckRequestLine(head.substr(0, end), &is_http_1_0)) return refusal;
  for (int n_lines = 0;; ++n_lines) {
    const size_t begin = end + 2;
    end = head.find("\r\n", begin);
    if (end == begin) break;  // the empty line
    if (n_lines == kHeaderLinesMax) return {431, "the request has over 100 header lines"};
    if (auto refusal = CheckHeaderLine(head.substr(begin, end - begin), &framing)) return refusal;
  }
  return CheckFraming(framing, is_http_1_0);
}

Result<std::string> PathOfTarget(std::string_view target, std::string_view host) {
  if (target == "*") return std::string(target);
  constexpr std::string_view kScheme = "http://";
  if (EqualsIgnoreCase(target.substr(0, kScheme.size()), kScheme)) {
    target.remove_prefix(kScheme.size());
    const size_t end = std::min(target.find_first_of("/?#"), target.size());
    if (!EqualsIgnoreCase(target.substr(0, end), host)) {
      return InvalidArgument("the target and Host name different hosts");
    }
    target.remove_prefix(end);
    if (target.empty() || target[0] == '?') return std::string("/");
  }
  if (!target.starts_with('/')) return InvalidArgument("the target has no path");
  if (target.find('#') != target.npos) return InvalidArgument("the target has a fragment");
  return DecodePercent(target.substr(0, target.find('?')));
}

}  // namespace lemma::net
