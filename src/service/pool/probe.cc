#include "service/pool/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <memory>
#include <utility>

#include "common/base/json.h"

namespace lemma::pool {
namespace {

namespace json = boost::json;

constexpr size_t kGpuBytesMax = 128;
constexpr const char* kModelsPath = "/v1/models";
constexpr const char* kPaths[] = {"/readyz", "/health", kModelsPath};

// A count that a worker's health says; nothing where it does not.
std::optional<int64_t> CountIn(const json::object& health, std::string_view name) {
  const json::value* value = health.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return std::nullopt;
  return value->get_int64();
}

// Likewise a share, 0 to 1.
std::optional<double> ShareIn(const json::object& health, std::string_view name) {
  const json::value* value = health.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return std::clamp(value->to_number<double>(), 0.0, 1.0);
}

void ReadHealth(const std::string& body, ProbeAnswer& answer) {
  const Result<json::object> health = ParseJsonObject(body, "the health");
  if (!health.ok()) return;
  const auto age_ms = CountIn(*health, "heartbeat_age_ms");
  if (age_ms) answer.heartbeat_age = std::chrono::milliseconds(*age_ms);
  answer.resources.kv_usage = ShareIn(*health, "kv_usage");
  answer.resources.cpu_usage = ShareIn(*health, "cpu_usage");
  const json::value* gpu = health->if_contains("gpu");
  if (gpu != nullptr && gpu->is_string()) {
    answer.resources.gpu = std::string(std::string_view(gpu->get_string()).substr(0, kGpuBytesMax));
  }
  const auto requests = CountIn(*health, "requests_max");
  const auto tokens = CountIn(*health, "tokens_max");
  const auto answer_tokens = CountIn(*health, "answer_tokens");
  if (requests && tokens && answer_tokens) {
    answer.capacity = {.requests = *requests,
                       .tokens = *tokens,
                       .answer_tokens = *answer_tokens,
                       .bounds_answers = true};
  }
}

// Lives as long as the client holds its callbacks.
class ProbeCall : public std::enable_shared_from_this<ProbeCall> {
 public:
  ProbeCall(net::HttpClient& client, ProbeRequest request, std::function<void(ProbeAnswer)> done)
      : client_(client), request_(std::move(request)), done_(std::move(done)) {
    answer_.path = request_.path;
  }

  void AskHealth() {
    Ask(kPaths[answer_.path], [](ProbeCall& self) { self.OnHealth(); });
  }

 private:
  void Ask(const char* target, void (*then)(ProbeCall&)) {
    net::HttpRequest request;
    request.method = "GET";
    request.target = target;
    request.headers = request_.headers;
    net::HttpCallbacks callbacks;
    callbacks.on_head = [self = shared_from_this()](net::HttpResponse head) {
      self->response_ = std::move(head);
    };
    callbacks.on_body = [self = shared_from_this()](std::string piece) {
      self->response_.body += piece;
    };
    callbacks.on_end = [self = shared_from_this(), then](const Status& status) {
      if (status.ok()) return then(*self);
      self->Done(status.code() == StatusCode::kDeadlineExceeded ? ProbeAnswer::Kind::kSilent
                                                                : ProbeAnswer::Kind::kUnreachable,
                 status.message());
    };
    client_.Send(request_.address, std::move(request), std::move(callbacks));
  }

  void OnHealth() {
    const int status = response_.status;
    if (status == 404 || status == 405) {  // it has no such route: the next one
      answer_.path = (answer_.path + 1) % std::size(kPaths);
      if (++n_tried_ < std::size(kPaths)) return AskHealth();
      return Done(ProbeAnswer::Kind::kNotReady, "it has neither /readyz, /health nor /v1/models");
    }
    ReadHealth(response_.body, answer_);
    if (status != 200) return Done(ProbeAnswer::Kind::kNotReady, Said(kPaths[answer_.path]));
    if (!request_.wants_models) return Done(ProbeAnswer::Kind::kReady);
    Ask(kModelsPath, [](ProbeCall& self) { self.OnModels(); });
  }

  void OnModels() {
    if (response_.status != 200) return Done(ProbeAnswer::Kind::kNotReady, Said(kModelsPath));
    Result<std::vector<ServedModel>> models = ParseModelList(response_.body);
    if (!models.ok()) return Done(ProbeAnswer::Kind::kNotReady, models.status().message());
    answer_.models = std::move(*models);
    Done(ProbeAnswer::Kind::kReady);
  }

  std::string Said(const char* path) const {
    return fmt::format("{} answers {}", path, response_.status);
  }

  void Done(ProbeAnswer::Kind kind, std::string why = "") {
    answer_.kind = kind;
    answer_.why = std::move(why);
    done_(std::move(answer_));
  }

  net::HttpClient& client_;
  const ProbeRequest request_;
  const std::function<void(ProbeAnswer)> done_;
  ProbeAnswer answer_;
  size_t n_tried_ = 0;
  net::HttpResponse response_;
};

}  // namespace

ServedModel PlainModel(const std::string& id) {
  return {id, json::serialize(json::object{{"id", id}, {"object", "model"}, {"owned_by", ""}})};
}

Result<std::vector<ServedModel>> ParseModelList(std::string_view body) {
  const auto unusable = [] { return DataLoss("/v1/models lists no models"); };
  const Result<json::object> list = ParseJsonObject(body, "/v1/models");
  if (!list.ok()) return unusable();
  const json::value* data = list->if_contains("data");
  if (data == nullptr || !data->is_array()) return unusable();
  std::vector<ServedModel> models;
  for (const json::value& entry : data->get_array()) {
    const json::value* id = entry.is_object() ? entry.get_object().if_contains("id") : nullptr;
    if (id == nullptr || !id->is_string()) continue;
    models.push_back({std::string(id->get_string()), json::serialize(entry),
                      CountIn(entry.get_object(), "max_model_len").value_or(0)});
  }
  if (models.empty()) return unusable();
  return models;
}

void Probe(net::HttpClient& client, const ProbeRequest& request,
           std::function<void(ProbeAnswer)> done) {
  std::make_shared<ProbeCall>(client, request, std::move(done))->AskHealth();
}

}  // namespace lemma::pool
