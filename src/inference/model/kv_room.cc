#include "inference/model/kv_room.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "inference/kernels/panel.h"
#include "inference/model/backend.h"

namespace lemma::model {
namespace {

// What the engine runs at once, and so the most that is ever used.
constexpr int64_t kSequences = 32;
constexpr uint64_t kMemoryShare = 4;  // of the memory, for K and V by default

std::string GibText(uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f GiB", static_cast<double>(bytes) * 0x1p-30);
  return text;
}

// What a machine without room for more gets is a quarter of all memory, the mapped weights' too.
uint64_t DefaultBytes(const KvRoom& room, uint64_t bytes_free) {
  const int64_t pages_used = kSequences * kernels::DivideUp(room.context_tokens_max, kPageTokens);
  const auto bytes_of = [&](int64_t tokens) {
    return static_cast<uint64_t>(std::min(tokens / kPageTokens, pages_used)) * room.page_bytes;
  };
  const uint64_t least =
      std::min(bytes_of(kDefaultKvTokensMin), room.bytes_available / kMemoryShare);
  const uint64_t most = std::min(bytes_of(kDefaultKvTokensMax), bytes_free / kMemoryShare);
  return std::min(std::max(least, most), bytes_free);
}

}  // namespace

Result<int32_t> ChooseKvPages(const KvRoom& room) {
  const uint64_t bytes_free =
      room.bytes_available - std::min(room.bytes_available, room.weight_file_bytes);
  // The system hands out any amount and ends the process when it is touched, or drops the weights
  // and reads them again for every token: refuse it here.
  if (room.bytes_asked > bytes_free) {
    return InvalidArgument("asks for " + GibText(room.bytes_asked) + ", " + GibText(bytes_free) +
                               " of memory are available beside the weights",
                           "kv_bytes_max");
  }
  const uint64_t bytes = room.bytes_asked > 0 ? room.bytes_asked : DefaultBytes(room, bytes_free);
  const uint64_t n_pages = bytes / room.page_bytes;
  if (n_pages == 0) {
    const std::string message = "a page of the KV cache needs " + std::to_string(room.page_bytes) +
                                " bytes, the limit is " + std::to_string(bytes);
    return room.bytes_asked > 0 ? InvalidArgument(message, "kv_bytes_max") : IoError(message);
  }
  return static_cast<int32_t>(std::min<uint64_t>(n_pages, INT32_MAX / kPageTokens));
}

}  // namespace lemma::model
