#include "common/net/trace_context.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/random_id.h"

namespace lemma::net {
namespace {

constexpr size_t kBytes = 55;  // 00-<32>-<16>-<2>

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsId(std::string_view text) { return IsHex(text) && text.find_first_not_of('0') != text.npos; }

}  // namespace

std::string TraceContext::ToHeader() const {
  return fmt::format("00-{}-{}-{}", trace_id, parent_id, is_sampled ? "01" : "00");
}

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  if (header.size() < kBytes || header[2] != '-' || header[35] != '-' || header[52] != '-') {
    return std::nullopt;
  }
  const std::string_view version = header.substr(0, 2), trace_id = header.substr(3, 32),
                         parent_id = header.substr(36, 16), flags = header.substr(53, 2);
  if (!IsHex(version) || version == "ff" || !IsId(trace_id) || !IsId(parent_id) || !IsHex(flags)) {
    return std::nullopt;
  }
  const bool is_longer = header.size() > kBytes;
  if (is_longer && (version == "00" || header[kBytes] != '-')) return std::nullopt;
  const char low = flags[1];
  const int bits = low <= '9' ? low - '0' : low - 'a' + 10;
  return TraceContext{std::string(trace_id), std::string(parent_id), (bits & 1) != 0};
}

std::optional<TraceContext> TraceContextOf(const HttpRequest& request) {
  const auto is_named = [](const Header& header) {
    return EqualsIgnoreCase(header.name, "traceparent");
  };
  if (std::count_if(request.headers.begin(), request.headers.end(), is_named) != 1) {
    return std::nullopt;
  }
  return ParseTraceparent(request.header("traceparent"));
}

std::string NewTraceId() { return RandomHex(); }

std::string NewSpanId() { return fmt::format("{:016x}", RandomU64()); }

}  // namespace lemma::net
