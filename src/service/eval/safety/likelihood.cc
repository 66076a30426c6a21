#include "service/eval/safety/likelihood.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "common/base/error_message.h"
#include "common/base/json.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

Status NotALogprob() {
  return DataLoss("the reply: choices[0].prompt_logprobs must hold objects with a logprob");
}

}  // namespace

net::HttpRequest LikelihoodRequest(const std::string& model, std::string_view text) {
  json::object body = {{"prompt", "\n" + std::string(text)},
                       {"max_tokens", 1},
                       {"temperature", 0},
                       {"prompt_logprobs", 0}};
  if (!model.empty()) body["model"] = model;
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/v1/completions";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = json::serialize(body);
  return request;
}

Result<std::optional<Likelihood>> ParseLikelihood(const net::HttpResponse& response) {
  const std::string error = response.status == 200 ? "" : ErrorMessageIn(response.body);
  if (response.status == 400 && error.find("prompt_logprobs") != std::string::npos) {
    return std::optional<Likelihood>();
  }
  if (response.status != 200) {
    return InvalidArgument(
        fmt::format("the server refuses it with {}: {}", response.status, error));
  }
  LEMMA_ASSIGN_OR_RETURN(const json::value body, ParseJson(response.body, "the reply"));
  boost::system::error_code none;
  const json::value* tokens = body.find_pointer("/choices/0/prompt_logprobs", none);
  if (tokens == nullptr || !tokens->is_array()) return std::optional<Likelihood>();
  Likelihood likelihood;
  for (const json::value& token : tokens->get_array()) {
    if (token.is_null()) continue;  // the first: nothing is before it
    const json::object* by_id = token.if_object();
    if (by_id == nullptr || by_id->empty()) return NotALogprob();
    // vLLM's first is the prompt's own; there are others where they were asked for.
    const json::object* own = by_id->begin()->value().if_object();
    const json::value* logprob = own == nullptr ? nullptr : own->if_contains("logprob");
    if (logprob == nullptr || !logprob->is_number()) return NotALogprob();
    likelihood.sum += logprob->to_number<double>();
    ++likelihood.n_tokens;
  }
  return std::optional(likelihood);
}

}  // namespace lemma::eval
