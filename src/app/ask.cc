// `lemma ask`: one question. Without --url the two towers run in this process, for one answer.
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "app/chat_printer.h"
#include "app/commands.h"
#include "app/local_server.h"
#include "app/model_choice.h"
#include "app/solve_printer.h"
#include "common/base/error_message.h"
#include "common/base/file.h"
#include "common/base/json.h"
#include "common/net/http_client.h"
#include "common/net/sse.h"
#include "service/reason/judge/judge.h"

namespace lemma::app {
namespace {

namespace json = boost::json;

// A reply that is not streamed begins when it is complete; as the gateway waits for its worker.
constexpr std::chrono::hours kAnswerTimeout{2};

struct AskOptions {
  ModelOptions model;
  std::string question;
  std::string url;
  std::string key;
  std::string profile;
  std::string system;
  std::optional<int64_t> max_tokens;
  std::optional<double> temperature;
  std::optional<int64_t> seed;
  std::optional<int64_t> n_samples;
  std::string strategy;
  std::string tests;  // a file
  bool json_reply = false;

  // Through /v1/solve.
  bool solves() const { return n_samples || !strategy.empty() || !tests.empty(); }
};

constexpr uint64_t kTestsBytesMax = 64 << 20;

// A chat without a system message gets the profile's from the gateway; without max_tokens it may
// use what the context leaves.
Result<std::string> RequestBody(const AskOptions& options) {
  json::array messages;
  if (!options.system.empty()) {
    messages.push_back({{"role", "system"}, {"content", options.system}});
  }
  messages.push_back({{"role", "user"}, {"content", options.question}});
  json::object body = {{"messages", std::move(messages)}, {"stream", !options.json_reply}};
  if (!options.profile.empty()) body["profile"] = options.profile;
  if (options.max_tokens) body["max_tokens"] = *options.max_tokens;
  if (options.temperature) body["temperature"] = *options.temperature;
  if (options.seed) body["seed"] = *options.seed;
  if (options.n_samples) body["samples"] = *options.n_samples;
  if (!options.strategy.empty()) body["strategy"] = options.strategy;
  if (!options.tests.empty()) {
    LEMMA_ASSIGN_OR_RETURN(const std::string text, ReadFile(options.tests, kTestsBytesMax));
    LEMMA_ASSIGN_OR_RETURN(body["tests"], ParseJson(text, options.tests));
  }
  return json::serialize(body);
}

net::HttpClientOptions ClientOptions() {
  net::HttpClientOptions options;
  options.first_byte_timeout = kAnswerTimeout;
  return options;
}

// Sends the streaming request and prints until it ends, or ends it where its answer cannot be
// printed.
Status StreamAnswer(const std::string& address, net::HttpRequest request,
                    std::unique_ptr<EventPrinter> printer) {
  // All but `mutex` and what it guards belongs to the client's thread until `status` is there.
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Status> status;  // guarded by mutex
    bool is_useless = false;       // guarded by mutex: the rest of the answer
    int http_status = 0;
    std::string error_body;
    net::SseParser parser;
    std::unique_ptr<EventPrinter> printer;
    Status printed;
  };
  const auto state = std::make_shared<State>();
  state->printer = std::move(printer);
  net::HttpCallbacks callbacks;
  callbacks.on_head = [state](net::HttpResponse head) { state->http_status = head.status; };
  callbacks.on_body = [state](std::string piece) {
    if (state->http_status != 200) {
      state->error_body += piece;
      return;
    }
    for (const auto& event : state->parser.Push(piece)) {
      if (state->printed.ok()) state->printed = state->printer->Print(event);
    }
    if (state->printed.ok()) return;
    const std::lock_guard lock(state->mutex);
    state->is_useless = true;
    state->changed.notify_one();
  };
  callbacks.on_end = [state](Status status) {
    const std::lock_guard lock(state->mutex);
    state->status = std::move(status);
    state->changed.notify_one();
  };
  net::HttpClient client(ClientOptions());
  const auto call = client.Send(address, std::move(request), std::move(callbacks));
  std::unique_lock lock(state->mutex);
  state->changed.wait(lock, [&] { return state->status.has_value() || state->is_useless; });
  if (!state->status) call->Cancel();  // from here: a callback must not own the call
  state->changed.wait(lock, [&] { return state->status.has_value(); });
  const Status finished = state->printer->Finish();
  LEMMA_RETURN_IF_ERROR(state->printed);
  LEMMA_RETURN_IF_ERROR(*state->status);
  if (state->http_status != 200) return Internal(ErrorMessageIn(state->error_body));
  return finished;
}

Status AskServer(const std::string& address, const AskOptions& options) {
  net::HttpRequest request;
  request.method = "POST";
  request.target = options.solves() ? "/v1/solve" : "/v1/chat/completions";
  request.headers = {{"Content-Type", "application/json"}};
  if (!options.key.empty()) request.headers.push_back({"Authorization", "Bearer " + options.key});
  LEMMA_ASSIGN_OR_RETURN(request.body, RequestBody(options));
  if (!options.json_reply) {
    std::unique_ptr<EventPrinter> printer;
    if (options.solves()) {
      printer = std::make_unique<SolvePrinter>();
    } else {
      printer = std::make_unique<ChatPrinter>();
    }
    return StreamAnswer(address, std::move(request), std::move(printer));
  }
  net::HttpClient client(ClientOptions());
  LEMMA_ASSIGN_OR_RETURN(const net::HttpResponse response, client.SendAndWait(address, request));
  if (response.status != 200) return Internal(ErrorMessageIn(response.body));
  return WriteNow(response.body + "\n", stdout);
}

Status AskHere(const AskOptions& options) {
  std::optional<reason::Judge> judge;
  if (!options.tests.empty()) {
    LEMMA_ASSIGN_OR_RETURN(judge, reason::Judge::Create({}));
  }
  LEMMA_ASSIGN_OR_RETURN(const auto server,
                         LocalServer::Start(options.model, {.judge = judge ? &*judge : nullptr}));
  return AskServer(server->gateway_address(), options);
}

}  // namespace

void AddAsk(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<AskOptions>();
  CLI::App* command = app.add_subcommand(
      "ask", "Ask one question: the answer on standard output, thinking on standard error");
  command->add_option("question", options->question, "What to ask")->required();
  AddModelOptions(*command, options->model);
  command->add_option("--url", options->url, "Ask this server instead: http://127.0.0.1:8080");
  command->add_option("--key", options->key, "The server's API key")->envname("LEMMA_API_KEY");
  command->add_option("--profile", options->profile, "math, algorithm@3, ... (default: chosen)");
  command->add_option("--system", options->system, "Your own system prompt instead");
  command
      ->add_option("--max-tokens", options->max_tokens,
                   "Thinking and answer together (default: what the context leaves)")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20));
  command->add_option("--temperature", options->temperature, "0 is greedy")
      ->check(CLI::Range(0.0, 2.0));
  command->add_option("--seed", options->seed, "For the same answer again");
  command
      ->add_option("--samples", options->n_samples,
                   "Several answers, of which the one is printed that they agree on; votes on "
                   "standard error")
      ->check(CLI::Range(1, 64));
  command->add_option("--strategy", options->strategy,
                      "How they are asked and voted on: single, majority, adaptive (default), "
                      "first_m, confidence or clr (docs/solve.md)");
  command->add_option("--tests", options->tests,
                      "A file of tests (docs/judge.md): the program that passes them is printed");
  command->add_flag("--json", options->json_reply, "Print the whole reply as JSON");
  command->footer(
      "Examples:\n"
      "  lemma ask \"Solve 3x + 5 = 20\"\n"
      "  lemma ask --samples 8 \"Solve the system 3x + 2y = 16, x - y = 2\"\n"
      "  lemma ask --url http://127.0.0.1:8080 \"解方程 3x + 5 = 20\" 2>/dev/null");
  command->callback([options, &exit_status] {
    exit_status.value =
        Report(options->url.empty() ? AskHere(*options) : AskServer(options->url, *options));
  });
}

}  // namespace lemma::app
