// SseParser: the events do not depend on how the bytes are cut into pieces.
// The first byte is the length of the pieces.
#include <cstdint>
#include <string_view>

#include "common/base/check.h"
#include "common/net/sse.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using lemma::net::SseParser;
  if (size == 0) return 0;
  const size_t step = data[0] % 16 + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  SseParser whole, pieces;
  const std::vector<SseParser::Event> expected = whole.Push(bytes);
  size_t n_seen = 0;
  for (size_t at = 0; at < bytes.size(); at += step) {
    for (const SseParser::Event& event : pieces.Push(bytes.substr(at, step))) {
      LEMMA_CHECK(n_seen < expected.size(), "an event too many");
      LEMMA_CHECK(event.data == expected[n_seen].data, "other data");
      LEMMA_CHECK(event.event == expected[n_seen].event, "another type");
      ++n_seen;
    }
  }
  LEMMA_CHECK(n_seen == expected.size(), "an event too few");
  return 0;
}
