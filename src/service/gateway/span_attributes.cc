#include "service/gateway/span_attributes.h"

#include <utility>

namespace lemma::gateway {
namespace {

using tracing::Attribute;

class Attributes {
 public:
  // What is not known is not told.
  void Text(const char* name, const std::string& value) {
    if (!value.empty()) list_.push_back({name, value});
  }
  void Number(const char* name, int64_t value) { list_.push_back({name, value}); }
  void Texts(const char* name, const std::string& only) {
    if (!only.empty()) list_.push_back({name, std::vector<std::string>{only}});
  }
  std::vector<Attribute> Take() { return std::move(list_); }

 private:
  std::vector<Attribute> list_;
};

// A method may be any word that a client makes up.
std::string KnownMethod(const std::string& method) {
  for (const char* known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    if (method == known) return method;
  }
  return "_OTHER";
}

// "": it is none that generates.
std::string OperationOf(const std::string& route) {
  if (route == "/v1/chat/completions" || route == "/generate") return "chat";
  return route == "/v1/completions" ? "text_completion" : "";
}

}  // namespace

std::vector<Attribute> RequestAttributes(const std::string& method, const std::string& route,
                                         const store::RequestRecord& record) {
  Attributes attributes;
  attributes.Text("http.request.method", KnownMethod(method));
  attributes.Text("http.route", route);
  attributes.Number("http.response.status_code", record.http_status);
  attributes.Text("gen_ai.operation.name", OperationOf(route));
  attributes.Text("gen_ai.provider.name", "lemma");
  attributes.Text("gen_ai.response.model", record.model);
  attributes.Texts("gen_ai.response.finish_reasons", record.finish_reason);
  attributes.Number("gen_ai.usage.input_tokens", record.prompt_tokens);
  attributes.Number("gen_ai.usage.output_tokens", record.completion_tokens);
  attributes.Text("error.type", record.error_reason);
  attributes.Text("lemma.request_id", record.id);
  attributes.Text("lemma.profile", record.profile);
  attributes.Number("lemma.profile.version", record.profile_version);
  attributes.Text("lemma.replica", record.replica);
  attributes.Number("lemma.queue_ms", record.queue_ms);
  return attributes.Take();
}

std::vector<Attribute> ReplicaAttributes(const std::string& replica, const std::string& target,
                                         int http_status, const std::string& error) {
  Attributes attributes;
  attributes.Text("lemma.replica", replica);
  attributes.Text("gen_ai.operation.name", OperationOf(target));
  attributes.Text("gen_ai.provider.name", "lemma");
  if (http_status != 0) attributes.Number("http.response.status_code", http_status);
  attributes.Text("error.type", error);
  return attributes.Take();
}

}  // namespace lemma::gateway
