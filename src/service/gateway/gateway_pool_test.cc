// Several replicas behind one gateway: choice by model, a second try, quarantine, drain, replicas
// that hang, go and come back. Real sockets, fake workers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "service/gateway/test_gateway.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;  // NOLINT

void Cut(std::shared_ptr<net::HttpExchange> exchange) {
  exchange->Start(net::HttpResponse::Json(200, "{\"half"));
  exchange->Abort();
}

std::string Prompt(int i) { return R"({"prompt":"question )" + std::to_string(i) + "\"}"; }

class GatewayPoolTest : public GatewayTest {
 protected:
  // r0 and r1. Which is asked depends on the question, so tests ask many.
  void MakeTwo(net::HttpHandler first, net::HttpHandler second) {
    a_ = std::make_unique<TestWorker>(std::move(first));
    b_ = std::make_unique<TestWorker>(std::move(second));
    BeginWith({a_->address(), b_->address()});
    AwaitReady(2);
  }
  std::string Metric(const std::string& line_begins) {
    const std::string text = Ask("GET", "/metrics").body;
    const size_t at = text.find("\n" + line_begins + " ");
    if (at == text.npos) return "";
    const size_t value = at + line_begins.size() + 2;
    return text.substr(value, text.find('\n', value) - value);
  }

  std::unique_ptr<TestWorker> a_;
  std::unique_ptr<TestWorker> b_;
};

TEST_F(GatewayPoolTest, WhatFailsBeforeItsAnswerIsAskedElsewhereWithTheSameSeed) {
  const std::pair<const char*, net::HttpHandler> ways[] = {
      {"cut", Cut},
      {"500", [](auto exchange) { exchange->Send(net::HttpResponse::Json(500, "{}")); }},
      {"503", [](auto exchange) { exchange->Send(net::HttpResponse::Json(503, "{}")); }}};
  for (const auto& [name, fails] : ways) {
    MakeTwo(fails, AnswerChat);
    for (int i = 0; i < 30 && a_->n_requests() == 0; ++i) {
      const auto answer = Post("/generate", Prompt(i));
      EXPECT_EQ(answer.status, 200) << name << answer.body;
      EXPECT_EQ(answer.header("x-lemma-replica"), "r1");
    }
    ASSERT_EQ(a_->n_requests(), 1u) << name;
    EXPECT_EQ(a_->last().body, b_->last().body) << name;  // that retry was the last
    EXPECT_TRUE(Parse(b_->last().body).at("seed").is_int64());
    EXPECT_EQ(Metric("lemma_pool_retries_total"), "1") << name;
    gateway_.reset();
  }
}

TEST_F(GatewayPoolTest, ACallAboutARunningChatReachesTheReplicaThatHasIt) {
  std::mutex mutex;
  std::vector<std::pair<std::string, std::shared_ptr<net::HttpExchange>>> held;  // by replica
  const auto worker = [&](const std::string& name) {
    return [&, name](std::shared_ptr<net::HttpExchange> exchange) {
      if (exchange->request().path.starts_with("/v1/requests/")) {
        return exchange->Send(net::HttpResponse::Json(200, "{}"));
      }
      std::lock_guard lock(mutex);
      held.emplace_back(name, std::move(exchange));
    };
  };
  MakeTwo(worker("r0"), worker("r1"));
  std::vector<std::promise<Status>> ends(12);
  for (size_t i = 0; i < ends.size(); ++i) {
    net::HttpCallbacks callbacks;
    callbacks.on_end = [&ends, i](Status status) { ends[i].set_value(std::move(status)); };
    client_.Send(gateway_->address(),
                 {"POST",
                  "/generate",
                  "",
                  {{"x-request-id", "chat-" + std::to_string(i)}},
                  Prompt(static_cast<int>(i)),
                  ""},
                 std::move(callbacks));
  }
  ASSERT_TRUE(Eventually([&] {
    std::lock_guard lock(mutex);
    return held.size() == ends.size();
  }));
  std::set<std::string> replicas;
  const decltype(held) chats = std::exchange(held, {});  // all have come
  for (const auto& [replica, chat] : chats) {
    const std::string id(chat->request().header("x-request-id"));
    const auto answer = Post("/v1/requests/" + id + "/end_thinking", "");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("x-lemma-replica"), replica);
    replicas.insert(replica);
    AnswerChat(chat);
  }
  EXPECT_EQ(replicas.size(), 2u) << "chats ran on both";
  for (auto& end : ends) EXPECT_TRUE(end.get_future().get().ok());
}

TEST_F(GatewayPoolTest, AStreamThatHasBegunIsNotAskedAgainAndEndsWithAnError) {
  MakeTwo(
      [](std::shared_ptr<net::HttpExchange> exchange) {
        exchange->Start(EventStream());
        exchange->Write(Delta("content", "It is "));
        exchange->Abort();
      },
      StreamChat);
  for (int i = 0; i < 30 && a_->n_requests() == 0; ++i) {
    const auto answer =
        Post("/generate", R"({"stream":true,"prompt":"a )" + std::to_string(i) + "\"}");
    EXPECT_EQ(answer.status, 200);
    const bool is_first = answer.header("x-lemma-replica") == "r0";
    EXPECT_EQ(answer.body.find("event: error") != answer.body.npos, is_first) << answer.body;
    EXPECT_EQ(answer.body.find("[DONE]") == answer.body.npos, is_first) << answer.body;
  }
  EXPECT_EQ(a_->n_requests(), 1u);
  EXPECT_EQ(Metric("lemma_pool_retries_total"), "0");
}

TEST_F(GatewayPoolTest, AStreamThatHasSaidNothingYetIsAskedElsewhere) {
  const auto pings = [](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Start(EventStream());
    exchange->Write(": ping\n\n");
    exchange->Abort();
  };
  const auto refuses = [](std::shared_ptr<net::HttpExchange> exchange) {
    exchange->Send(net::HttpResponse::Json(503, "{}"));
  };
  for (const bool is_answered : {true, false}) {
    MakeTwo(pings, is_answered ? net::HttpHandler(StreamChat) : refuses);
    for (int i = 0; i < 30 && a_->n_requests() == 0; ++i) {
      const auto answer =
          Post("/generate", R"({"stream":true,"prompt":"a )" + std::to_string(i) + "\"}");
      if (a_->n_requests() == 0) continue;
      EXPECT_EQ(answer.status, 200);
      EXPECT_TRUE(answer.body.starts_with(": ")) << answer.body;
      EXPECT_EQ(answer.body.find("[DONE]") != answer.body.npos, is_answered) << answer.body;
      EXPECT_EQ(answer.body.find("event: error") == answer.body.npos, is_answered) << answer.body;
      EXPECT_EQ(b_->last().body, a_->last().body);
    }
    EXPECT_EQ(a_->n_requests(), 1u);
    gateway_.reset();
  }
}

TEST_F(GatewayPoolTest, TwoThatFailAreAnErrorAndARequestAtTwoCrashesIsQuarantined) {
  MakeTwo(Cut, Cut);
  const auto answer = Post("/generate", Prompt(1));
  EXPECT_EQ(answer.status, 502);
  EXPECT_EQ(a_->n_requests(), 1u);
  EXPECT_EQ(b_->n_requests(), 1u);
  AwaitReady(2);
  const auto again = Post("/generate", Prompt(1));
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(ErrorOf(again).at("code"), "request_quarantined");
  EXPECT_THAT(again.body, HasSubstr("10 more minutes"));
  EXPECT_EQ(a_->n_requests(), 1u);
  EXPECT_EQ(Metric("lemma_pool_quarantined_requests"), "1");
  EXPECT_EQ(Post("/generate", Prompt(2)).status, 502);  // another one is asked
}

TEST_F(GatewayPoolTest, ADeadlineCoversBothTries) {
  MakeTwo(
      [](std::shared_ptr<net::HttpExchange> exchange) {
        std::this_thread::sleep_for(100ms);
        Cut(std::move(exchange));
      },
      AnswerChat);
  for (int i = 0; i < 30 && a_->n_requests() == 0; ++i) {
    const std::string question = std::to_string(i);
    EXPECT_EQ(
        Post("/v1/chat/completions",
             R"({"deadline_ms":60000,"messages":[{"role":"user","content":")" + question + "\"}]}")
            .status,
        200);
  }
  ASSERT_EQ(a_->n_requests(), 1u);
  const int64_t of_first = a_->last_body().at("deadline_ms").as_int64();
  EXPECT_LE(of_first, 59900) << "the way back takes 100 ms";
  EXPECT_GT(of_first, 30000);
  const int64_t of_second = b_->last_body().at("deadline_ms").as_int64();
  EXPECT_LE(of_second, of_first - 100);
  EXPECT_GT(of_second, 30000);
}

TEST_F(GatewayPoolTest, EachModelHasItsReplicasAndAnUnknownOneIsA404) {
  a_ = std::make_unique<TestWorker>(AnswerChat, TestSocketAddress("a"), "math");
  b_ = std::make_unique<TestWorker>(AnswerChat, TestSocketAddress("b"), "code");
  BeginWith({a_->address(), b_->address()});
  AwaitReady(2);
  const auto chat = [&](const std::string& model) {
    return Post("/v1/chat/completions",
                "{" + model + R"("messages":[{"role":"user","content":"a"}]})");
  };
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(chat(R"("model":"code",)").header("x-lemma-replica"), "r1");
    EXPECT_EQ(chat(R"("model":"math",)").header("x-lemma-replica"), "r0");
    EXPECT_EQ(chat("").header("x-lemma-replica"), "r0");
    EXPECT_EQ(a_->last_body().at("model"), "math");  // put in: some servers want one
    EXPECT_EQ(chat(R"("model":null,)").header("x-lemma-replica"), "r0");
  }
  const auto unknown = chat(R"("model":"poetry",)");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(ErrorOf(unknown).at("code"), "model_not_found");
  EXPECT_EQ(ErrorOf(unknown).at("param"), "model");
  EXPECT_THAT(unknown.body, HasSubstr("there are: math, code"));

  const json::object list = Parse(Ask("GET", "/v1/models").body);
  ASSERT_EQ(list.at("data").as_array().size(), 2u);
  EXPECT_EQ(list.at("data").at(1).at("id"), "code");
  EXPECT_EQ(Parse(Ask("GET", "/v1/models/code").body).at("id"), "code");
  EXPECT_EQ(Ask("GET", "/v1/models/poetry").status, 404);
  b_->Die();
  EXPECT_TRUE(Eventually([&] { return chat(R"("model":"code",)").status == 503; }));
  EXPECT_EQ(chat("").status, 200);
}

TEST_F(GatewayPoolTest, AReplicasKeyIsSentAndTheClientsIsNot) {
  a_ = std::make_unique<TestWorker>(AnswerChat);
  pool::PoolOptions options = PoolOf({a_->address()});
  options.remotes[0].key = "sk-of-the-replica";
  BeginWith(options);
  AwaitReady(1);
  Ask("POST", "/generate", R"({"prompt":"a"})", {{"Authorization", "Bearer of-the-client"}});
  EXPECT_EQ(a_->last().header("authorization"), "Bearer sk-of-the-replica");
  EXPECT_THAT(Ask("GET", "/metrics").body, Not(HasSubstr("sk-of-the-replica")));
}

TEST_F(GatewayPoolTest, AReplicaThatDrainsFinishesAndGetsNothingNew) {
  std::promise<std::shared_ptr<net::HttpExchange>> arrived;
  std::atomic<bool> holds{true};
  const auto hold_first = [&](std::shared_ptr<net::HttpExchange> exchange) {
    if (!holds.exchange(false)) return AnswerChat(std::move(exchange));
    arrived.set_value(std::move(exchange));
  };
  MakeTwo(hold_first, hold_first);
  std::promise<net::HttpResponse> end;
  std::thread client([&] { end.set_value(Post("/generate", Prompt(0))); });
  const auto held = arrived.get_future().get();
  const std::string busy = a_->n_requests() == 1 ? "r0" : "r1";
  ASSERT_TRUE(pool_->SetDraining(busy == "r0" ? "remote-0" : "remote-1", true).ok());
  EXPECT_EQ(pool_->SetDraining("nobody", true).code(), StatusCode::kNotFound);
  for (int i = 1; i <= 20; ++i) {
    const auto answer = Post("/generate", Prompt(i));
    EXPECT_EQ(answer.status, 200);
    EXPECT_NE(answer.header("x-lemma-replica"), busy);
  }
  AnswerChat(held);
  EXPECT_EQ(end.get_future().get().header("x-lemma-replica"), busy);
  client.join();
  ASSERT_TRUE(pool_->SetDraining(busy == "r0" ? "remote-0" : "remote-1", false).ok());
  std::set<std::string> used;
  for (int i = 21; i <= 60; ++i) {
    used.insert(std::string(Post("/generate", Prompt(i)).header("x-lemma-replica")));
  }
  EXPECT_EQ(used.size(), 2u);
}

TEST_F(GatewayPoolTest, AReplicaThatGoesIsLeftOutAndComesBack) {
  MakeTwo(AnswerChat, AnswerChat);
  const std::string address = a_->address();
  a_.reset();
  for (int i = 0; i < 30; ++i) {
    const auto answer = Post("/generate", Prompt(i));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("x-lemma-replica"), "r1");
  }
  a_ = std::make_unique<TestWorker>(AnswerChat, address);
  AwaitReady(2);
  for (int i = 0; a_->n_requests() == 0; ++i) {
    ASSERT_LT(i, 300);
    EXPECT_EQ(Post("/generate", Prompt(i)).status, 200);
  }
}

TEST_F(GatewayPoolTest, WhatAReplicaThatHangsHoldsIsAskedElsewhere) {
  std::mutex mutex;
  std::vector<std::shared_ptr<net::HttpExchange>> held;
  std::atomic<bool> both_answer{true};
  a_ = std::make_unique<TestWorker>([&](std::shared_ptr<net::HttpExchange> exchange) {
    if (both_answer) return AnswerChat(std::move(exchange));
    std::lock_guard lock(mutex);
    held.push_back(std::move(exchange));
  });
  b_ = std::make_unique<TestWorker>(AnswerChat);
  pool::PoolOptions options = PoolOf({a_->address(), b_->address()});
  options.probe_timeout = 500ms;
  options.routing.health = {.silent_after = 5s, .hung_after = 2s, .unanswered_min = 3};
  BeginWith(options);
  AwaitReady(2);
  both_answer = false;
  std::vector<std::future<net::HttpResponse>> answers;
  for (int i = 0; i < 12; ++i) {
    answers.push_back(std::async(std::launch::async, [this, i] {
      net::HttpClient client;
      return *client.SendAndWait(gateway_->address(), {"POST", "/generate", "", {}, Prompt(i), ""});
    }));
  }
  ASSERT_TRUE(Eventually([&] {
    std::lock_guard lock(mutex);
    return !held.empty();
  }));
  a_->hangs = true;
  for (auto& answer : answers) {
    const net::HttpResponse response = answer.get();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header("x-lemma-replica"), "r1");
  }
  EXPECT_EQ(Metric("lemma_pool_replica_hung_total{replica=\"r0\"}"), "1");
  a_.reset();  // its threads use what is above
}

TEST_F(GatewayPoolTest, ANameIsAsManyReplicasAsItHasAddresses) {
  a_ = std::make_unique<TestWorker>(AnswerChat, "127.0.0.1:0");
  const std::string port = a_->address().substr(a_->address().find(':'));
  b_ = std::make_unique<TestWorker>(AnswerChat, "127.0.0.2" + port);
  std::mutex mutex;
  std::vector<std::string> addresses = {"127.0.0.1", "127.0.0.2"};
  pool::PoolOptions options = PoolOf({"workers.example" + port});
  options.resolve_interval = 20ms;
  options.resolve = [&](const std::string& host) -> Result<std::vector<std::string>> {
    EXPECT_EQ(host, "workers.example");
    std::lock_guard lock(mutex);
    if (addresses.empty()) return Unavailable("no answer");
    return addresses;
  };
  BeginWith(options);
  AwaitReady(2);
  std::set<std::string> used;
  for (int i = 0; i < 40; ++i) {
    used.insert(std::string(Post("/generate", Prompt(i)).header("x-lemma-replica")));
  }
  EXPECT_EQ(used, (std::set<std::string>{"r0/127.0.0.1", "r0/127.0.0.2"}));
  EXPECT_EQ(a_->last().header("host"), "workers.example" + port);
  {
    std::lock_guard lock(mutex);
    addresses = {"127.0.0.2"};
  }
  AwaitReady(1);
  EXPECT_EQ(Post("/generate", Prompt(0)).header("x-lemma-replica"), "r0/127.0.0.2");
  {
    std::lock_guard lock(mutex);
    addresses.clear();  // a resolver that fails changes nothing
  }
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(pool_->n_ready(), 1);
  gateway_.reset();
  pool_.reset();  // before what its resolver uses
}

TEST_F(GatewayPoolTest, ServersThatHaveNoReadyzAreProbedOtherwise) {
  std::mutex mutex;
  std::set<std::string> asked;
  const auto other_server = [&](const std::string& path_that_works) {
    auto server = net::HttpServer::Start(
        TestSocketAddress("other"), 1, {},
        [&, path_that_works](std::shared_ptr<net::HttpExchange> exchange) {
          const std::string path = exchange->request().path;
          {
            std::lock_guard lock(mutex);
            asked.insert(path);
          }
          if (path == "/v1/models") {
            return exchange->Send(net::HttpResponse::Json(200, R"({"data":[{"id":"x"}]})"));
          }
          if (path == "/v1/chat/completions") return AnswerChat(std::move(exchange));
          exchange->Send(net::HttpResponse::Text(path == path_that_works ? 200 : 404, ""));
        });
    LEMMA_CHECK(server.ok(), "a server");
    return std::move(*server);
  };
  for (const char* path : {"/health", "/v1/models"}) {
    const auto server = other_server(path);
    BeginWith({server->address()});
    AwaitReady(1);
    EXPECT_EQ(Post("/generate", Prompt(1)).status, 200);
    std::lock_guard lock(mutex);
    EXPECT_TRUE(asked.contains(path));
    gateway_.reset();
    pool_.reset();
  }
}

}  // namespace
}  // namespace lemma::gateway
