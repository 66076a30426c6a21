#include "service/jobs/job_request.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "common/base/check.h"
#include "common/base/field_reader.h"
#include "common/base/json.h"
#include "common/base/random_id.h"

namespace lemma::jobs {
namespace {

namespace json = boost::json;

constexpr size_t kIdempotencyKeyBytesMax = 255;
constexpr size_t kUrlBytesMax = 2048;
constexpr size_t kSecretBytesMax = 256;
constexpr int kSeedBits = 53;  // what every JSON reader holds exactly

std::string Digest(std::string_view text) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int n_bytes = 0;
  LEMMA_CHECK(EVP_Digest(text.data(), text.size(), bytes, &n_bytes, EVP_sha256(), nullptr) == 1,
              "SHA-256 failed");
  std::string hex;
  for (unsigned int i = 0; i < n_bytes; ++i) hex += fmt::format("{:02x}", bytes[i]);
  return hex;
}

bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void ReadTarget(FieldReader& fields, std::string& target) {
  target = kSolve;
  fields.ReadString("target", target);
  for (const char* known : {kSolve, kChat, kGenerate}) {
    if (target == known) return;
  }
  fields.Fail("target", "must be \"/v1/solve\", \"/v1/chat/completions\" or \"/generate\"");
}

void ReadBody(FieldReader& fields, std::string& body) {
  if (fields.Require("body") == nullptr) return;
  const json::object* object = fields.FindObject("body");
  if (object == nullptr) return;
  json::object seeded = *object;
  if (const json::value* seed = seeded.if_contains("seed"); seed == nullptr || seed->is_null()) {
    seeded["seed"] = static_cast<int64_t>(RandomU64() >> (64 - kSeedBits));
  }
  body = json::serialize(seeded);
}

void ReadWebhook(FieldReader& fields, store::JobWebhook& webhook) {
  const json::object* object = fields.FindObject("webhook");
  if (object == nullptr) return;
  FieldReader within = fields.Within(*object, "webhook");
  if (within.Require("url") == nullptr) return;
  within.ReadString("url", webhook.url);
  const bool is_http = webhook.url.starts_with("http://") || webhook.url.starts_with("https://");
  if (!is_http || !IsPlain(webhook.url) || webhook.url.size() > kUrlBytesMax) {
    within.Fail("url", "must be an http:// or https:// URL of at most 2048 plain characters");
  }
  webhook.secret = RandomHex();
  within.ReadString("secret", webhook.secret);
  if (webhook.secret.empty() || !IsPlain(webhook.secret) ||
      webhook.secret.size() > kSecretBytesMax) {
    within.Fail("secret", "must be 1 to 256 characters of ASCII without blanks");
  }
}

}  // namespace

Result<store::Job> ParseJobRequest(const net::HttpRequest& request, const std::string& key_id) {
  LEMMA_ASSIGN_OR_RETURN(const json::object body, ParseJsonObject(request.body, "the body"));
  store::Job job;
  job.id = "job-" + RandomHex();
  job.key_id = key_id;
  job.idempotency_key = std::string(request.header("idempotency-key"));
  if (!IsPlain(job.idempotency_key) || job.idempotency_key.size() > kIdempotencyKeyBytesMax) {
    return InvalidArgument("must be at most 255 characters of ASCII without blanks",
                           "Idempotency-Key");
  }
  Status status;
  FieldReader fields(body, "", status);
  ReadTarget(fields, job.target);
  ReadBody(fields, job.body);
  ReadWebhook(fields, job.webhook);
  LEMMA_RETURN_IF_ERROR(status);
  job.traceparent = std::string(request.header("traceparent"));
  job.digest = Digest(json::serialize(body));
  return job;
}

}  // namespace lemma::jobs
