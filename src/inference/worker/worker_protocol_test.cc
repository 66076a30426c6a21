// What surrounds the answers: models, tokens, errors, routes, ids and metrics.
#include <gtest/gtest.h>
#include <unistd.h>

#include <utility>

#include "inference/worker/worker.h"
#include "inference/worker/worker_testing.h"

namespace lemma::worker {
namespace {

const std::string kChat = "/v1/chat/completions";
const std::string kCompletions = "/v1/completions";

TEST(Worker, ModelsTokensAndTemplates) {
  TestWorker worker;
  const json::object models = ParseJsonObject(worker.Ask("GET", "/v1/models").body, "").value();
  const json::object& model = models.at("data").as_array().at(0).as_object();
  EXPECT_EQ(Text(model.at("id")), "tiny");
  EXPECT_EQ(Text(model.at("owned_by")), "lemma");
  EXPECT_EQ(model.at("max_model_len").as_int64(), 4096);
  EXPECT_EQ(worker.Ask("GET", "/v1/models/tiny").status, 200);
  EXPECT_EQ(worker.Ask("GET", "/v1/models/other").status, 404);

  const json::object tokens = worker.PostOk("/tokenize", {{"content", "hello<|im_end|>"}});
  EXPECT_EQ(json::serialize(tokens.at("tokens")), "[261,302]");
  EXPECT_EQ(tokens.at("count").as_int64(), 2);
  EXPECT_EQ(tokens.at("max_model_len").as_int64(), 4096);
  const json::object plain =
      worker.PostOk("/tokenize", {{"prompt", "<|im_end|>"}, {"parse_special", false}});
  EXPECT_EQ(plain.at("count").as_int64(), 10);
  const json::object text = worker.PostOk("/detokenize", {{"tokens", {261, 302, 0xC3}}});
  EXPECT_EQ(Text(text.at("content")), "hello<|im_end|>\xEF\xBF\xBD");
  EXPECT_EQ(text.at("content"), text.at("prompt"));
  const json::object prompt = worker.PostOk("/apply-template", ChatBody("hi"));
  EXPECT_EQ(Text(prompt.at("prompt")), "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
}

TEST(Worker, ErrorsHaveTheRightStatusAndNameTheField) {
  TestWorker worker;
  const std::string long_text(5000, 'y');
  struct Case {
    std::string path;
    json::object body;
    int status;
    std::string param;
    std::string code;
  };
  const std::vector<Case> cases = {
      {kChat, ChatBody("x", {{"model", "gpt-4"}}), 404, "model", "model_not_found"},
      {kChat, ChatBody("x", {{"temperature", 3}}), 400, "temperature", ""},
      {kChat, ChatBody(long_text), 400, "messages", "context_length_exceeded"},
      {kChat, ChatBody("x", {{"max_tokens", 5000}}), 400, "max_tokens", "context_length_exceeded"},
      {kChat, ChatBody("x", {{"logit_bias", {{"304", 1}}}}), 400, "logit_bias", ""},
      {kChat, ChatBody("x", {{"stop_token_ids", json::array{5, 304}}}), 400, "stop_token_ids", ""},
      {kChat, {{"messages", {{{"role", "user"}, {"content", 1}}}}}, 400, "messages[0].content", ""},
      {kCompletions, {{"prompt", ""}}, 400, "prompt", ""},
      {kCompletions, {{"prompt", {1, 304}}}, 400, "prompt", ""},
      {kCompletions, {{"prompt", long_text}}, 400, "prompt", "context_length_exceeded"},
  };
  for (const Case& c : cases) {
    const net::HttpResponse response = worker.Post(c.path, c.body);
    EXPECT_EQ(response.status, c.status) << response.body;
    const json::object error = ErrorOf(response);
    EXPECT_EQ(Text(error.at("type")), "invalid_request_error");
    EXPECT_EQ(Text(error.at("param")), c.param) << response.body;
    EXPECT_NE(Text(error.at("message")).find(c.param), std::string::npos);
    EXPECT_EQ(error.at("code").is_null() ? "" : Text(error.at("code")), c.code);
  }
  EXPECT_EQ(worker.Ask("POST", kChat, "{\"messages\":").status, 400);
  EXPECT_EQ(worker.Ask("POST", kChat, "\xff\xfe").status, 400);
  const net::HttpResponse too_large = worker.Ask("POST", kChat, std::string(2 << 20, ' '));
  EXPECT_EQ(too_large.status, 413);
  EXPECT_EQ(Text(ErrorOf(too_large).at("type")), "invalid_request_error");
  EXPECT_EQ(worker.PostOk(kChat, ChatBody(Script("a"), {{"model", "default"}})).count("id"), 1u);
}

TEST(Worker, WhatLacksRoomSaysWhetherTheContextOrTheMemoryIsTooSmall) {
  TestWorkerOptions options;
  options.n_pages = 10;
  TestWorker small(options);
  TestWorker roomy;
  const auto message_of = [](TestWorker& worker, const json::object& fields) {
    const net::HttpResponse response = worker.Post(kChat, ChatBody("x", fields));
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(Text(ErrorOf(response).at("code")), "context_length_exceeded");
    return Text(ErrorOf(response).at("message"));
  };
  const std::string memory = "max_tokens: KV memory holds 640 tokens (--kv-gib); ";
  EXPECT_TRUE(message_of(small, {{"max_tokens", 1000}}).starts_with(memory));
  EXPECT_TRUE(message_of(small, {{"max_tokens", 500}, {"n", 3}}).starts_with(memory));
  EXPECT_TRUE(message_of(roomy, {{"max_tokens", 5000}})
                  .starts_with("max_tokens: the context holds 4096 tokens; "));
}

TEST(Worker, AnswersOfNoStatedLengthLeaveRoomForOthers) {
  // Pages, and the tokens of an answer; 704 and 2,816 pages are the least and the most by default.
  const std::pair<int32_t, int64_t> cases[] = {{64, 4096},    {512, 8192},   {704, 11264},
                                               {1408, 11264}, {2816, 22528}, {8192, 40960}};
  for (const auto& [n_pages, n_tokens] : cases) {
    TestWorkerOptions options;
    options.n_pages = n_pages;
    TestWorker worker(options);
    const json::object ready = json::parse(worker.Ask("GET", "/readyz").body).as_object();
    EXPECT_EQ(ready.at("answer_tokens").as_int64(), n_tokens) << n_pages;
  }
}

TEST(Worker, UnknownRoutesAndWrongMethods) {
  TestWorker worker;
  EXPECT_EQ(worker.Ask("GET", "/nothing").status, 404);
  EXPECT_EQ(worker.Ask("GET", "/v1/models/").status, 404);
  const net::HttpResponse response = worker.Ask("GET", kChat);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.header("Allow"), "POST");
  EXPECT_EQ(worker.Ask("POST", "/metrics").status, 405);
}

TEST(Worker, WithAKeyNothingButProbesIsAnsweredWithoutIt) {
  TestWorkerOptions options;
  options.worker.key = "sk-planted";
  TestWorker worker(options);
  const std::string chat = json::serialize(ChatBody(Script("a")));
  const std::vector<std::pair<std::string, std::string>> asked = {
      {"POST", kChat},           {"POST", "/v1/completions"},
      {"GET", "/v1/models"},     {"GET", "/v1/models/tiny"},
      {"POST", "/tokenize"},     {"POST", "/v1/requests/a/stop"},
      {"GET", "/metrics"},       {"GET", "/nothing"},
      {"GET", "/livez/nothing"}, {"DELETE", kChat}};
  const std::vector<std::vector<net::Header>> strangers = {
      {},
      {{"Authorization", "sk-planted"}},
      {{"Authorization", "Basic sk-planted"}},
      {{"Authorization", "Bearer "}},
      {{"Authorization", "Bearer sk-plante"}},
      {{"Authorization", "Bearer sk-planted1"}},
      {{"Authorization", "Bearer SK-planted"}},
      {{"x-lemma-tenant", "a"}, {"Authorization", "Bearer other"}}};
  for (const auto& [method, path] : asked) {
    for (const auto& headers : strangers) {
      const net::HttpResponse refused =
          worker.Ask(method, path, method == "POST" ? chat : "", headers);
      EXPECT_EQ(refused.status, 401) << method << " " << path;
      EXPECT_EQ(Text(ErrorOf(refused).at("type")), "authentication_error");
      EXPECT_EQ(refused.header("WWW-Authenticate"), "Bearer realm=\"lemma\"");
      EXPECT_EQ(refused.body.find("plante"), std::string::npos) << refused.body;
    }
  }
  for (const char* probe : {"/livez", "/readyz", "/health"}) {
    EXPECT_EQ(worker.Ask("GET", probe).status, 200) << probe;
  }
  for (const char* key : {"Bearer sk-planted", "bearer sk-planted", "Bearer  sk-planted "}) {
    EXPECT_EQ(worker.Ask("POST", kChat, chat, {{"Authorization", key}}).status, 200) << key;
  }
  const std::vector<net::Header> gateway = {{"Authorization", "Bearer sk-planted"}};
  EXPECT_EQ(worker.Ask("GET", "/v1/models", "", gateway).status, 200);
  EXPECT_EQ(worker.Ask("GET", "/nothing", "", gateway).status, 404);
  EXPECT_EQ(worker.Ask("GET", "/metrics", "", gateway).body.find("planted"), std::string::npos);
}

TEST(Worker, WithoutAKeyNoOtherSitesPageAsks) {
  TestWorker worker{TestWorkerOptions()};
  for (const net::Header& foreign :
       {net::Header{"Sec-Fetch-Site", "cross-site"}, net::Header{"Host", "rebind.example"}}) {
    const net::HttpResponse refused = worker.Ask("GET", "/v1/models", "", {foreign});
    EXPECT_EQ(refused.status, 403) << foreign.name;
    EXPECT_EQ(refused.header("WWW-Authenticate"), "");
    EXPECT_EQ(worker.Ask("GET", "/livez", "", {foreign}).status, 200);
  }
  EXPECT_EQ(worker.Ask("GET", "/v1/models").status, 200);
}

TEST(Worker, OnTheUnixSocketAKeyIsAskedForToo) {
  TestWorkerOptions options;
  options.worker.listen = "unix:/tmp/lemma_worker_key_test_" + std::to_string(getpid());
  options.worker.key = "sk-planted";
  TestWorker worker(options);
  EXPECT_EQ(worker.Ask("GET", "/v1/models").status, 401);
  EXPECT_EQ(worker.Ask("GET", "/v1/models", "", {{"Authorization", "Bearer sk-planted"}}).status,
            200);
}

TEST(Worker, RequestIdsAreEchoedOrMade) {
  TestWorker worker;
  const auto id_for = [&](const std::string& sent) {
    return std::string(
        worker.Ask("GET", "/health", "", {{"X-Request-Id", sent}}).header("x-request-id"));
  };
  EXPECT_EQ(id_for("abc-1.2:3_x"), "abc-1.2:3_x");
  EXPECT_TRUE(id_for("bad id").starts_with("req-"));
  EXPECT_TRUE(id_for(std::string(200, 'a')).starts_with("req-"));
}

// Of the first line of an exposition that begins so.
double ValueOf(const std::string& exposition, const std::string& name) {
  const size_t line = exposition.find("\n" + name);
  if (line == std::string::npos) ADD_FAILURE() << "no " << name << " in\n" << exposition;
  return std::stod(exposition.substr(exposition.find(' ', line)));
}

TEST(Worker, MetricsCountWhatHappened) {
  TestWorker worker;
  worker.PostOk(kChat, ChatBody(Script("hello")));
  worker.PostOk(kCompletions, {{"prompt", EndlessScript("")}, {"max_tokens", 5}, {"n", 2}});
  EXPECT_TRUE(worker.WaitUntilFree());
  const std::string text = worker.Ask("GET", "/metrics").body;
  const auto has = [&](const std::string& line) {
    EXPECT_NE(text.find("\n" + line + "\n"), std::string::npos) << line << "\n" << text;
  };
  has(R"(vllm:num_requests_running{model_name="tiny"} 0)");
  has(R"(vllm:num_requests_waiting{model_name="tiny"} 0)");
  has(R"(vllm:kv_cache_usage_perc{model_name="tiny"} 0)");
  has(R"(vllm:generation_tokens_total{model_name="tiny"} 12)");
  has(R"(vllm:request_success_total{model_name="tiny",finished_reason="stop"} 1)");
  has(R"(vllm:request_success_total{model_name="tiny",finished_reason="length"} 2)");
  has(R"(vllm:time_to_first_token_seconds_count{model_name="tiny"} 2)");
  has(R"(vllm:inter_token_latency_seconds_count{model_name="tiny"} 8)");
  has(R"(vllm:e2e_request_latency_seconds_count{model_name="tiny"} 2)");
  for (const char* part : {"queue", "prefill", "decode"}) {
    has("vllm:request_" + std::string(part) + R"(_time_seconds_count{model_name="tiny"} 2)");
  }
  has(R"(vllm:request_generation_tokens_sum{model_name="tiny"} 12)");
  has(R"(vllm:request_max_num_generation_tokens_sum{model_name="tiny"} 7)");
  has(R"(vllm:num_preemptions_total{model_name="tiny"} 0)");
  has(R"(vllm:cache_config_info{model_name="tiny",block_size="64",num_gpu_blocks="512"} 1)");
  has(R"(lemma_kv_pages_free{model_name="tiny"} 512)");
  const double n_tokens = ValueOf(text, "vllm:prompt_tokens_total{") + 12;
  const double n_computed = ValueOf(text, "vllm:iteration_tokens_total_sum{");
  EXPECT_GE(n_computed, n_tokens - 3) << text;  // nothing is computed after a sample's last token
  EXPECT_EQ(ValueOf(worker.Ask("GET", "/metrics").body, "vllm:iteration_tokens_total_sum{"),
            n_computed);  // each step counts once
  has(R"(lemma_http_responses_total{model_name="tiny",route="/v1/completions",status="200"} 1)");
  EXPECT_EQ(worker.Ask("GET", "/livez").status, 200);
}

}  // namespace
}  // namespace lemma::worker
