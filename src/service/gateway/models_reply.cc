#include "service/gateway/models_reply.h"

#include "service/gateway/errors.h"

namespace lemma::gateway {
namespace {

constexpr std::string_view kPath = "/v1/models/";

}  // namespace

net::HttpResponse ModelsReply(const std::vector<pool::ServedModel>& models,
                              const std::string& path) {
  const std::string wanted = path.starts_with(kPath) ? path.substr(kPath.size()) : "";
  std::string list;
  for (const pool::ServedModel& model : models) {
    if (model.id == wanted) return net::HttpResponse::Json(200, model.entry);
    list += (list.empty() ? "" : ",") + model.entry;
  }
  if (wanted.empty()) {
    return net::HttpResponse::Json(200, R"({"object":"list","data":[)" + list + "]}");
  }
  return ErrorResponse(
      Status(StatusCode::kNotFound, "there is no model \"" + wanted + "\" here", "model"));
}

}  // namespace lemma::gateway
