// How full the service was.
#include "service/admin/parts.h"
#include "service/admin/query_reader.h"
#include "service/admin/routes.h"
#include "service/store/load_store.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;

constexpr int64_t kHourMs = int64_t{3600} * 1000;

json::object BucketJson(const store::LoadBucket& bucket) {
  const store::Load& load = bucket.load;
  json::object object = {{"begin_ms", bucket.begin_ms},
                         {"running", load.n_running},
                         {"waiting", load.n_waiting},
                         {"replicas_ready", load.n_ready}};
  if (load.kv_usage) object["kv_usage"] = *load.kv_usage;
  if (load.cpu_usage) object["cpu_usage"] = *load.cpu_usage;
  if (load.gpu_usage) object["gpu_usage"] = *load.gpu_usage;
  return object;
}

Result<net::HttpResponse> ShowLoad(Call& call) {
  store::LoadQuery query;
  LEMMA_RETURN_IF_ERROR(ReadTimes(call, kHourMs, query.from_ms, query.to_ms));
  LEMMA_ASSIGN_OR_RETURN(query.bucket_minutes, NumberOf(call, "bucket_minutes", 1, 1 << 20, 1));
  LEMMA_ASSIGN_OR_RETURN(const auto buckets, call.parts.load.Query(query));
  json::array list;
  for (const store::LoadBucket& bucket : buckets) list.push_back(BucketJson(bucket));
  return JsonResponse(json::object{{"buckets", std::move(list)}});
}

}  // namespace

std::vector<Route> LoadRoutes() {
  return {
      {.method = "GET",
       .path = "/load",
       .least = AdminRole::kViewer,
       .handler = ShowLoad,
       .summary = "Requests that ran and waited, replicas and how full they were, over time",
       .query = {{"from_ms", FieldType::kInteger, false,
                  "Unix milliseconds, included; an hour before to_ms where it is missing"},
                 {"to_ms", FieldType::kInteger, false, "Unix milliseconds, not included"},
                 {"bucket_minutes", FieldType::kInteger, false,
                  "Into which time is cut; 1 where it is missing"}}},
  };
}

}  // namespace lemma::admin
