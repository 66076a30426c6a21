// What was used: sums in any grouping, and single requests found again.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "service/access/time_text.h"
#include "service/admin/parts.h"
#include "service/admin/query_reader.h"
#include "service/admin/request_export.h"
#include "service/admin/routes.h"
#include "service/admin/usage_export.h"
#include "service/store/request_log.h"
#include "service/store/usage_store.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;

constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;

// Of one reply, which is made in memory: 2 MB.
constexpr size_t kCsvRowsMax = 10'000;
// Where a CSV does not hold all: `cursor` of the next one.
constexpr const char* kNextHeader = "x-lemma-next";

// "a,b" -> a, b; "" -> nothing.
std::vector<std::string> ListOf(std::string_view text) {
  std::vector<std::string> list;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    list.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
  }
  return list;
}

Status ReadGroups(const Call& call, store::UsageQuery& query) {
  for (const std::string& name : ListOf(call.query_text("group_by"))) {
    const auto dimension = store::UsageDimensionOf(name);
    if (!dimension) {
      return InvalidArgument(
          "must be of key_id, profile, profile_version, task, model, status, replica, reason, with "
          "commas between them",
          "group_by");
    }
    query.group_by.push_back(*dimension);
  }
  return Ok();
}

Status ReadOrder(const Call& call, store::UsageOrder& order) {
  static const std::map<std::string, store::UsageOrder> orders = {
      {"", store::UsageOrder::kRequests},
      {"requests", store::UsageOrder::kRequests},
      {"errors", store::UsageOrder::kErrors},
      {"prompt_tokens", store::UsageOrder::kPromptTokens},
      {"completion_tokens", store::UsageOrder::kCompletionTokens},
      {"duration_ms", store::UsageOrder::kDuration}};
  const auto found = orders.find(call.query_text("order"));
  if (found == orders.end()) {
    return InvalidArgument(
        "must be requests, errors, prompt_tokens, completion_tokens or duration_ms", "order");
  }
  order = found->second;
  return Ok();
}

Result<store::UsageQuery> ReadUsageQuery(const Call& call) {
  store::UsageQuery query;
  LEMMA_RETURN_IF_ERROR(ReadTimes(call, kDayMs, query.from_ms, query.to_ms));
  LEMMA_ASSIGN_OR_RETURN(query.bucket_minutes, NumberOf(call, "bucket_minutes", 0, 1 << 20, 0));
  LEMMA_ASSIGN_OR_RETURN(const int64_t limit, NumberOf(call, "limit", 1, store::kUsageGroupsMax,
                                                       static_cast<int64_t>(query.groups_max)));
  query.groups_max = static_cast<size_t>(limit);
  LEMMA_RETURN_IF_ERROR(ReadGroups(call, query));
  LEMMA_RETURN_IF_ERROR(ReadOrder(call, query.order));
  for (size_t i = 0; i < store::kUsageDimensions; ++i) {
    const auto dimension = static_cast<store::UsageDimension>(i);
    const auto sent = call.query.find(NameOf(dimension));
    if (sent == call.query.end()) continue;
    // Empty is a value: requests without a key.
    auto values = sent->second.empty() ? std::vector<std::string>{""} : ListOf(sent->second);
    query.filters.push_back({dimension, std::move(values)});
  }
  return query;
}

Result<bool> WantsCsv(const Call& call) {
  const std::string format = call.query_text("format");
  if (format.empty() || format == "json") return false;
  if (format == "csv") return true;
  return InvalidArgument("must be json or csv", "format");
}

net::HttpResponse CsvResponse(const char* file_name, std::string csv) {
  return {200,
          {{"Content-Type", "text/csv; charset=utf-8"},
           {"Content-Disposition", fmt::format("attachment; filename=\"{}\"", file_name)}},
          std::move(csv)};
}

Result<net::HttpResponse> Usage(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const bool wants_csv, WantsCsv(call));
  LEMMA_ASSIGN_OR_RETURN(const store::UsageQuery query, ReadUsageQuery(call));
  LEMMA_ASSIGN_OR_RETURN(const store::UsageReport report, call.parts.usage.Query(query));
  if (!wants_csv) return JsonResponse(UsageJson(query, report));
  return CsvResponse("usage.csv", UsageCsv(query, report));
}

// Page by page: the log answers so many rows at a time.
Result<store::RequestPage> SearchAll(const Call& call, store::RequestSearch search, size_t limit) {
  store::RequestPage all;
  do {
    search.page_max = std::min(limit - all.records.size(), store::kSearchPageMax);
    LEMMA_ASSIGN_OR_RETURN(store::RequestPage page, call.parts.log.Search(search));
    std::move(page.records.begin(), page.records.end(), std::back_inserter(all.records));
    all.next = search.cursor = std::move(page.next);
  } while (!all.next.empty() && all.records.size() < limit);
  return all;
}

Result<net::HttpResponse> Requests(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const bool wants_csv, WantsCsv(call));
  store::RequestSearch search;
  search.id = call.query_text("id");
  search.key_id = call.query_text("key_id");
  search.profile = call.query_text("profile");
  search.model = call.query_text("model");
  search.replica = call.query_text("replica");
  search.has_error = call.query_text("reason") == "any";
  if (!search.has_error) search.error_reason = call.query_text("reason");
  search.cursor = call.query_text("cursor");
  LEMMA_ASSIGN_OR_RETURN(search.http_status, NumberOf(call, "status", 100, 599, 0));
  LEMMA_ASSIGN_OR_RETURN(search.from_ms, NumberOf(call, "from_ms", 0, access::kTimeMsMax, 0));
  LEMMA_ASSIGN_OR_RETURN(search.to_ms, NumberOf(call, "to_ms", 0, access::kTimeMsMax, 0));
  const auto most = static_cast<int64_t>(wants_csv ? kCsvRowsMax : store::kSearchPageMax);
  const auto otherwise = wants_csv ? most : static_cast<int64_t>(search.page_max);
  LEMMA_ASSIGN_OR_RETURN(const int64_t limit, NumberOf(call, "limit", 1, most, otherwise));
  LEMMA_ASSIGN_OR_RETURN(const store::RequestPage page,
                         SearchAll(call, std::move(search), static_cast<size_t>(limit)));
  if (wants_csv) {
    net::HttpResponse response = CsvResponse("requests.csv", RequestsCsv(page.records));
    if (!page.next.empty()) response.headers.push_back({kNextHeader, page.next});
    return response;
  }
  json::array list;
  for (const store::RequestRecord& record : page.records) list.push_back(RequestJson(record));
  json::value next;
  if (!page.next.empty()) next = page.next;
  return JsonResponse(json::object{{"requests", std::move(list)}, {"next", std::move(next)}});
}

Result<net::HttpResponse> Request(Call& call) {
  const std::string& id = call.path.at("id");
  LEMMA_ASSIGN_OR_RETURN(const auto record, call.parts.log.Find(id));
  if (!record) return NotFound("the request log has no " + id);
  json::object object = RequestJson(*record);
  json::value& prompt = object["prompt"];
  json::value& answer = object["answer"];
  if (record->prompt) prompt = *record->prompt;
  if (record->answer) answer = *record->answer;
  return JsonResponse(object);
}

}  // namespace

std::vector<Route> UsageRoutes() {
  const Field from = {"from_ms", FieldType::kInteger, false, "Unix milliseconds, included"};
  const Field to = {"to_ms", FieldType::kInteger, false, "Unix milliseconds, not included"};
  const auto only = [](const char* dimension) {
    return Field{dimension, FieldType::kString, false, "Only these, with commas between them"};
  };
  const auto exactly = [](const char* name) {
    return Field{name, FieldType::kString, false, "Exactly"};
  };
  return {
      {.method = "GET",
       .path = "/usage",
       .least = AdminRole::kViewer,
       .handler = Usage,
       .summary = "What was used, in any grouping, with percentiles; the last day by default",
       .query = {from,
                 to,
                 {"group_by", FieldType::kString, false, "Dimensions, with commas between them"},
                 {"bucket_minutes", FieldType::kInteger, false, "Cuts time; 0: not at all"},
                 {"order", FieldType::kString, false, "requests, errors, completion_tokens, ..."},
                 {"limit", FieldType::kInteger, false, "Of groups: 1 to 1000, 100 by default"},
                 {"format", FieldType::kString, false, "json or csv"},
                 only("key_id"),
                 only("profile"),
                 only("profile_version"),
                 only("task"),
                 only("model"),
                 only("status"),
                 only("replica"),
                 only("reason")}},
      {.method = "GET",
       .path = "/requests",
       .least = AdminRole::kViewer,
       .handler = Requests,
       .summary = "The request log, the newest first, without prompts and answers",
       .query = {from,
                 to,
                 exactly("id"),
                 exactly("key_id"),
                 exactly("profile"),
                 exactly("model"),
                 exactly("replica"),
                 {"status", FieldType::kInteger, false, "Exactly"},
                 {"reason", FieldType::kString, false, "Exactly, or any"},
                 {"cursor", FieldType::kString, false, "The `next` of the page before"},
                 {"format", FieldType::kString, false, "json or csv"},
                 {"limit", FieldType::kInteger, false,
                  "1 to 200, 50 by default; of CSV 1 to 10000, as many by default"}}},
      {"GET", "/requests/{id}", AdminRole::kAdmin, Request,
       "One request, with prompt and answer where its key keeps them"},
  };
}

}  // namespace lemma::admin
