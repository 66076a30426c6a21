#include "service/store/usage_sums.h"

namespace lemma::store {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr const char* kDimensionNames[kUsageDimensions] = {
    "key_id", "profile", "profile_version", "task", "model", "status", "replica", "reason"};
constexpr const char* kLatencyNames[kUsageLatencies] = {"queue", "first_token", "per_token",
                                                        "whole", "answer"};

}  // namespace

const char* NameOf(UsageDimension dimension) {
  return kDimensionNames[static_cast<size_t>(dimension)];
}

const char* NameOf(UsageLatency latency) { return kLatencyNames[static_cast<size_t>(latency)]; }

std::optional<UsageDimension> UsageDimensionOf(std::string_view name) {
  for (size_t i = 0; i < kUsageDimensions; ++i) {
    if (kDimensionNames[i] == name) return static_cast<UsageDimension>(i);
  }
  return std::nullopt;
}

UsagePlace PlaceOf(const RequestRecord& record) {
  UsagePlace place;
  place.minute = (record.started_ms + record.duration_ms) / kMinuteMs;
  place.values = {record.key_id,
                  record.profile,
                  record.profile_version > 0 ? std::to_string(record.profile_version) : "",
                  record.task,
                  record.model,
                  std::to_string(record.http_status),
                  record.replica,
                  record.error_reason};
  return place;
}

void UsageSums::Add(const RequestRecord& record) {
  UsageSums one;
  one.counts = {.n_requests = 1,
                .n_errors = record.error_reason.empty() ? 0 : 1,
                .prompt_tokens = record.prompt_tokens,
                .completion_tokens = record.completion_tokens,
                .thinking_tokens = record.thinking_tokens,
                .n_truncated = record.finish_reason == "length" ? 1 : 0,
                .n_looped = record.is_looped ? 1 : 0,
                .duration_ms = record.duration_ms};
  const auto add = [&](UsageLatency latency, int64_t microseconds) {
    one.latencies[static_cast<size_t>(latency)].Add(microseconds);
  };
  add(UsageLatency::kQueue, record.queue_ms * 1000);
  add(UsageLatency::kWhole, record.duration_ms * 1000);
  if (record.http_status == 200) add(UsageLatency::kFirstToken, record.first_token_ms * 1000);
  if (record.per_token_us > 0) add(UsageLatency::kPerToken, record.per_token_us);
  if (record.answer_ms > 0) add(UsageLatency::kAnswer, record.answer_ms * 1000);
  Merge(one);
}

void UsageSums::Merge(const UsageSums& other) {
  counts.n_requests += other.counts.n_requests;
  counts.n_errors += other.counts.n_errors;
  counts.prompt_tokens += other.counts.prompt_tokens;
  counts.completion_tokens += other.counts.completion_tokens;
  counts.thinking_tokens += other.counts.thinking_tokens;
  counts.n_truncated += other.counts.n_truncated;
  counts.n_looped += other.counts.n_looped;
  counts.duration_ms += other.counts.duration_ms;
  for (size_t i = 0; i < kUsageLatencies; ++i) latencies[i].Merge(other.latencies[i]);
}

}  // namespace lemma::store
