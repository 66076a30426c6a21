#include "app/eval_server.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdlib>

namespace lemma::app {
namespace {

namespace json = boost::json;

// A server that is asked for the first time is there, or it is the wrong address.
constexpr std::chrono::seconds kFirstPatience{10};

}  // namespace

eval::PatientClientOptions EvalClientOptions(const EvalServerOptions& options,
                                             const std::string& address) {
  eval::PatientClientOptions client;
  client.address = address;
  client.timeout = std::chrono::seconds(options.timeout_s);
  // The key is for the server that --url names.
  const char* key = options.url.empty() ? nullptr : std::getenv(options.key_env.c_str());
  if (key != nullptr) client.key = key;
  return client;
}

Result<std::string> EvalModel(const EvalServerOptions& options, const std::string& address) {
  if (!options.url.empty() && options.names_model) return options.model.model;
  eval::PatientClientOptions client_options = EvalClientOptions(options, address);
  client_options.patience = kFirstPatience;
  net::HttpRequest request;
  request.method = "GET";
  request.target = "/v1/models";
  eval::PatientClient client(client_options);
  LEMMA_ASSIGN_OR_RETURN(const auto answer, client.Call(request, {}));
  boost::system::error_code error;
  const json::value body = json::parse(answer.response.body, error);
  const json::value* id = error ? nullptr : body.find_pointer("/data/0/id", error);
  if (answer.response.status == 200 && id != nullptr && id->is_string()) {
    return std::string(id->get_string());
  }
  return Unavailable(
      fmt::format("{} does not say what models it has (GET /v1/models: {}); give "
                  "--model NAME, and a key in the variable --key-env if it asks one",
                  address, answer.response.status));
}

void AddEvalServerOptions(CLI::App& command, EvalServerOptions& options) {
  CLI::Option* url = command.add_option(
      "--url", options.url,
      "Ask this server, any OpenAI one: http://127.0.0.1:8080; --model is then its name there "
      "(default: a server of this process)");
  command.add_option("--key-env", options.key_env, "The variable that holds the server's API key")
      ->capture_default_str();
  AddModelOptions(command, options.model);
  // Not --isa: a variable of the environment sets it too.
  for (const char* of_this_process : {"--threads", "--weights", "--kv", "--kv-gib"}) {
    command.get_option(of_this_process)->excludes(url);
  }
  command.add_option("--parallel", options.n_parallel, "Questions under way at a time")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  command.add_option("--timeout", options.timeout_s, "Seconds for one answer")
      ->check(CLI::Range(1, 24 * 3600))
      ->capture_default_str();
}

}  // namespace lemma::app
