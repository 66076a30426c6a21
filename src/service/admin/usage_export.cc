#include "service/admin/usage_export.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "service/admin/csv.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;

constexpr int kPercents[] = {50, 95, 99};

std::vector<std::pair<const char*, int64_t>> CountsOf(const store::UsageCounts& counts) {
  return {{"requests", counts.n_requests},
          {"errors", counts.n_errors},
          {"prompt_tokens", counts.prompt_tokens},
          {"completion_tokens", counts.completion_tokens},
          {"thinking_tokens", counts.thinking_tokens},
          {"truncated", counts.n_truncated},
          {"looped", counts.n_looped},
          {"duration_ms", counts.duration_ms}};
}

double Milliseconds(const store::LatencyHistogram& latency, int percent) {
  return latency.Percentile(percent / 100.0) / 1000;
}

void AddSums(const store::UsageSums& sums, json::object& into) {
  for (const auto& [name, value] : CountsOf(sums.counts)) into[name] = value;
  for (size_t i = 0; i < store::kUsageLatencies; ++i) {
    const store::LatencyHistogram& latency = sums.latencies[i];
    json::object object = {{"count", latency.count()}};
    for (const int percent : kPercents) {
      json::value& at = object[fmt::format("p{}_ms", percent)];
      if (latency.count() > 0) at = Milliseconds(latency, percent);
    }
    into[NameOf(static_cast<store::UsageLatency>(i))] = std::move(object);
  }
}

std::string Names(const store::UsageQuery& query) {
  std::string line = query.bucket_minutes > 0 ? "begin_ms," : "";
  for (const store::UsageDimension d : query.group_by) line += fmt::format("{},", NameOf(d));
  for (const auto& count : CountsOf({})) line += fmt::format("{},", count.first);
  for (size_t i = 0; i < store::kUsageLatencies; ++i) {
    for (const int percent : kPercents) {
      line += fmt::format("{}_p{}_ms,", NameOf(static_cast<store::UsageLatency>(i)), percent);
    }
  }
  line.pop_back();
  return line + kCsvLineEnd;
}

}  // namespace

json::object UsageJson(const store::UsageQuery& query, const store::UsageReport& report) {
  json::object total;
  AddSums(report.total, total);
  json::array groups;
  for (const store::UsageGroup& group : report.groups) {
    json::object object;
    for (const store::UsageDimension d : query.group_by) {
      object[NameOf(d)] = group.values[static_cast<size_t>(d)];
    }
    if (query.bucket_minutes > 0) object["begin_ms"] = group.begin_ms;
    AddSums(group.sums, object);
    groups.push_back(std::move(object));
  }
  return {
      {"total", std::move(total)}, {"n_groups", report.n_groups}, {"groups", std::move(groups)}};
}

std::string UsageCsv(const store::UsageQuery& query, const store::UsageReport& report) {
  std::string csv = Names(query);
  for (const store::UsageGroup& group : report.groups) {
    std::string line = query.bucket_minutes > 0 ? fmt::format("{},", group.begin_ms) : "";
    for (const store::UsageDimension d : query.group_by) {
      line += CsvText(group.values[static_cast<size_t>(d)]) + ",";
    }
    for (const auto& count : CountsOf(group.sums.counts)) {
      line += fmt::format("{},", count.second);
    }
    for (const store::LatencyHistogram& latency : group.sums.latencies) {
      for (const int percent : kPercents) {
        line += latency.count() > 0 ? fmt::format("{:.3f},", Milliseconds(latency, percent)) : ",";
      }
    }
    line.pop_back();
    csv += line + kCsvLineEnd;
  }
  return csv;
}

}  // namespace lemma::admin
