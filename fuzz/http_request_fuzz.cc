// HttpRequestParser: no bytes crash it or make it take more than its limits, and the verdict does
// not depend on how they are cut into pieces. The first byte is the length of the pieces.
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/check.h"
#include "common/net/http_parser.h"

namespace {

using lemma::net::HttpRequestParser;
using lemma::net::ParserState;

constexpr uint32_t kHeaderBytesMax = 512;
constexpr uint64_t kBodyBytesMax = 256;

// Feeds `bytes` in pieces, as a connection does; returns the request (or the refusal) and what is
// left for the next one.
std::string Parse(std::string_view bytes, size_t step) {
  HttpRequestParser parser(kHeaderBytesMax, kBodyBytesMax);
  std::string input;
  for (size_t at = 0; at < bytes.size(); at += step) {
    input += bytes.substr(at, step);
    if (parser.state() == ParserState::kDone) continue;
    const size_t used = parser.Push(input);
    LEMMA_CHECK(used <= input.size(), "took more than there was");
    input.erase(0, used);
    if (parser.state() == ParserState::kFailed) return "refused";
  }
  if (parser.state() != ParserState::kDone) return "unfinished";
  const lemma::net::HttpRequest& request = parser.request();
  LEMMA_CHECK(request.body.size() <= kBodyBytesMax, "the body is over its limit");
  std::string all = request.method + "\n" + request.target + "\n" + request.path + "\n";
  for (const auto& header : request.headers) all += header.name + "=" + header.value + "\n";
  return all + request.body + "\n" + input;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = Parse(bytes, bytes.size() + 1);
  const std::string pieces = Parse(bytes, data[0] % 16 + 1);
  // A limit may strike before the rest has shown the bytes to be malformed: both are refusals.
  LEMMA_CHECK(whole == pieces, "the cut changes the verdict");
  return 0;
}
