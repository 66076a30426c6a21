// What /metrics tells: the gateway's own, and the workers', however they are. Real sockets, fake
// workers.
#include "service/gateway/worker_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "service/gateway/test_gateway.h"

namespace lemma::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;  // NOLINT

// Of the line that begins so.
double ValueOf(const std::string& line, const std::string& text) {
  const size_t at = text.find(line);
  return at == text.npos ? -1 : std::stod(text.substr(at + line.size()));
}

class WorkerMetricsTest : public GatewayTest {
 protected:
  void BeginWithTwo() {
    BeginWith({r0_.address(), r1_.address()});
    AwaitReady(2);
  }

  TestWorker r0_{AnswerChat};
  TestWorker r1_{AnswerChat};
};

TEST_F(WorkerMetricsTest, MetricsAreItsOwnAndTheWorkers) {
  Begin(AnswerChat);
  Post("/generate", R"({"prompt":"a"})");
  Ask("GET", "/such/a/path");
  // Some of it is counted once an answer has gone, and it may be seen before that.
  AskMetricsWith("request_duration_seconds_count{route=\"unknown\"} 1\n");
  AskMetricsWith("tokens_total{direction=\"output\",route=\"/generate\"} 6\n");
  AskMetricsWith("request_duration_seconds_count{route=\"/generate\"} 1\n");
  const auto both = AskMetricsWith("theirs{");
  EXPECT_THAT(std::string(both.header("content-type")), HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(both.body,
              HasSubstr("lemma_gateway_requests_total{code=\"200\",route=\"/generate\"} 1\n"));
  EXPECT_THAT(both.body, HasSubstr("{code=\"404\",route=\"unknown\"} 1\n"));
  EXPECT_THAT(both.body, HasSubstr("lemma_gateway_prompts_injected_total{profile=\"math\"} 1\n"));
  EXPECT_THAT(both.body, HasSubstr("theirs{replica=\"r0\"} 1\n"));
  EXPECT_THAT(both.body, HasSubstr("lemma_pool_replica_ready{replica=\"r0\"} 1\n"));
  EXPECT_THAT(both.body, HasSubstr("request_duration_seconds_count{route=\"/generate\"} 1\n"));
  EXPECT_THAT(both.body, HasSubstr("request_duration_seconds_count{route=\"unknown\"} 1\n"));
  EXPECT_THAT(both.body, HasSubstr("queue_wait_seconds_count{route=\"/generate\"} 1\n"));
  EXPECT_THAT(both.body, HasSubstr("tokens_total{direction=\"input\",route=\"/generate\"} 5\n"));
  EXPECT_THAT(both.body, HasSubstr("tokens_total{direction=\"output\",route=\"/generate\"} 6\n"));
  EXPECT_THAT(both.body, Not(HasSubstr("ttft_seconds_count"))) << "it is of streams";
  worker_->Die();
  const auto own = Ask("GET", "/metrics");
  EXPECT_EQ(own.status, 200);
  EXPECT_THAT(own.body, Not(HasSubstr("theirs")));
}

TEST_F(WorkerMetricsTest, TheFirstTokenOfAStreamIsMeasured) {
  Begin([](std::shared_ptr<net::HttpExchange> exchange) {
    std::this_thread::sleep_for(30ms);
    StreamChat(std::move(exchange));
  });
  Post("/generate", R"({"prompt":"a","stream":true})");
  const std::string sum = "lemma_gateway_ttft_seconds_sum{route=\"/generate\"} ";
  const std::string text = AskMetricsWith(sum).body;
  EXPECT_THAT(text, HasSubstr("lemma_gateway_ttft_seconds_count{route=\"/generate\"} 1\n"));
  EXPECT_GE(ValueOf(sum, text), 0.03);
}

TEST_F(WorkerMetricsTest, MetricsDoNotWaitForAWorkerThatTellsNothing) {
  BeginWithTwo();
  r0_.tells_nothing = true;
  AskMetricsWith("theirs{replica=\"r1\"} 1\n");
  Duration least = 1h;
  for (int i = 0; i < 10; ++i) {
    const TimePoint asked_at = SteadyClock().Now();
    const std::string text = Ask("GET", "/metrics").body;
    least = std::min(least, SteadyClock().Now() - asked_at);
    EXPECT_THAT(text, HasSubstr("lemma_pool_ready_replicas 2\n"));
    EXPECT_THAT(text, HasSubstr("theirs{replica=\"r1\"} 1\n"));
    EXPECT_THAT(text, Not(HasSubstr("theirs{replica=\"r0\"}")));
    EXPECT_THAT(text, HasSubstr("worker_metrics_age_seconds{replica=\"r0\"} +Inf\n"));
  }
  EXPECT_LT(least, 300ms) << "the quickest of ten, on a machine that has other things to do";
}

TEST_F(WorkerMetricsTest, WhatABusyWorkerToldBeforeIsToldOnWithItsAge) {
  BeginWithTwo();
  AskMetricsWith("theirs{replica=\"r0\"} 1\n");
  r0_.tells_nothing = true;
  std::this_thread::sleep_for(50ms);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Ask("GET", "/metrics").body, HasSubstr("theirs{replica=\"r0\"} 1\n"));
  }
  const std::string age = "lemma_gateway_worker_metrics_age_seconds{replica=\"r0\"} ";
  EXPECT_GE(ValueOf(age, Ask("GET", "/metrics").body), 0.05);
  r0_.Die();
  EXPECT_TRUE(Eventually([&] {
    return Ask("GET", "/metrics").body.find("theirs{replica=\"r0\"}") == std::string::npos;
  })) << "it is gone";
}

}  // namespace
}  // namespace lemma::gateway
