// Traces through the gateway: what a replica is told, and what a collector gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/net/trace_context.h"
#include "service/gateway/test_gateway.h"
#include "service/tracing/test_collector.h"

namespace lemma::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;
using tracing::AttributeOf;
using tracing::TestCollector;
using tracing::TextAt;

constexpr const char* kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr const char* kParent = "00f067aa0ba902b7";
// Of the domain, so that it is asked.
constexpr const char* kChat = R"({"messages":[{"role":"user","content":"What is 2 + 2? SECRET"}]})";

boost::json::value Text(const std::string& text) { return {{"stringValue", text}}; }

class GatewayTraceTest : public GatewayTest {
 protected:
  GatewayOptions Exporting() {
    auto started = tracing::SpanExporter::Start({.collector = collector_.address(),
                                                 .version = "1",
                                                 .interval = std::chrono::milliseconds(1)});
    LEMMA_CHECK(started.ok(), started.status().message().c_str());
    spans_ = std::move(*started);
    GatewayOptions options;
    options.spans = spans_.get();
    return options;
  }
  net::HttpResponse Chat(const std::string& flags, std::vector<net::Header> more = {}) {
    more.push_back({"traceparent", std::string("00-") + kTrace + "-" + kParent + "-" + flags});
    return Ask("POST", "/v1/chat/completions", kChat, std::move(more));
  }
  // By name.
  std::map<std::string, boost::json::object> AwaitSpans(size_t n) {
    std::map<std::string, boost::json::object> spans;
    for (boost::json::object& span : collector_.AwaitSpans(n)) {
      const std::string name(span.at("name").as_string());
      spans[name] = std::move(span);
    }
    return spans;
  }
  ~GatewayTraceTest() override { gateway_.reset(); }  // before the exporter

  TestCollector collector_;
  std::unique_ptr<tracing::SpanExporter> spans_;
};

TEST_F(GatewayTraceTest, ARequestAndItsStepsAreOneTrace) {
  Begin(AnswerChat, Exporting());
  ASSERT_EQ(Chat("01", {{"tracestate", "a=b"}}).status, 200);
  auto spans = AwaitSpans(3);
  const boost::json::object& whole = spans.at("/v1/chat/completions");
  const boost::json::object& replica = spans.at("replica");
  EXPECT_EQ(TextAt(whole, "traceId"), kTrace);
  EXPECT_EQ(TextAt(whole, "parentSpanId"), kParent);
  EXPECT_EQ(AttributeOf(whole, "http.response.status_code"),
            boost::json::value({{"intValue", "200"}}));
  EXPECT_EQ(AttributeOf(whole, "http.request.method"), Text("POST"));
  EXPECT_EQ(AttributeOf(whole, "gen_ai.operation.name"), Text("chat"));
  EXPECT_EQ(AttributeOf(whole, "gen_ai.usage.input_tokens"),
            boost::json::value({{"intValue", "5"}}));
  EXPECT_EQ(AttributeOf(whole, "gen_ai.usage.output_tokens"),
            boost::json::value({{"intValue", "6"}}));
  EXPECT_EQ(AttributeOf(replica, "lemma.replica"), Text("r0"));
  EXPECT_EQ(replica.at("parentSpanId"), whole.at("spanId"));
  EXPECT_EQ(spans.at("queue").at("parentSpanId"), whole.at("spanId"));
  const auto told = net::TraceContextOf(worker_->last());
  ASSERT_TRUE(told);
  EXPECT_EQ(told->trace_id, kTrace);
  EXPECT_EQ(told->parent_id, TextAt(replica, "spanId"));
  EXPECT_TRUE(told->is_sampled);
  EXPECT_EQ(worker_->last().header("tracestate"), "a=b");
}

TEST_F(GatewayTraceTest, WhatARunAsksIsBelowItsSpanAlsoWhereItsClientNamesNoTrace) {
  Begin(AnswerChat, Exporting());
  const auto answer = Ask("POST", "/v1/solve", R"({"problem":"2 + 2","strategy":"single"})",
                          {{"tracestate", "a=b"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  auto spans = AwaitSpans(4);
  const boost::json::object& run = spans.at("/v1/solve");
  EXPECT_FALSE(run.contains("parentSpanId"));
  EXPECT_EQ(spans.at("/v1/chat/completions").at("traceId"), run.at("traceId"));
  EXPECT_EQ(spans.at("/v1/chat/completions").at("parentSpanId"), run.at("spanId"));
  EXPECT_EQ(worker_->last().header("tracestate"), "") << "of no trace that is known";
}

TEST_F(GatewayTraceTest, SpansHoldNoPromptAnswerOrKey) {
  Begin(
      [](std::shared_ptr<net::HttpExchange> exchange) {
        std::string reply = kChatReply;
        reply.replace(reply.find("\"4\""), 3, "\"SECRET answer\"");
        exchange->Send(net::HttpResponse::Json(200, reply));
      },
      Exporting());
  ASSERT_THAT(Chat("01", {{"Authorization", "Bearer SECRET"}}).body, HasSubstr("SECRET answer"));
  AwaitSpans(3);
  for (const net::HttpRequest& request : collector_.Await(1)) {
    EXPECT_THAT(request.body, Not(HasSubstr("SECRET")));
  }
}

TEST_F(GatewayTraceTest, AFailureIsSeenInBoth) {
  Begin([](std::shared_ptr<net::HttpExchange>) {}, Exporting());  // 500, from the server
  EXPECT_EQ(Chat("01").status, 500);
  auto spans = AwaitSpans(3);
  const boost::json::value failed = {{"code", 2}};
  EXPECT_EQ(spans.at("replica").at("status"), failed);
  EXPECT_EQ(spans.at("/v1/chat/completions").at("status"), failed);
  EXPECT_EQ(AttributeOf(spans.at("/v1/chat/completions"), "error.type"), Text("failed"));
}

TEST_F(GatewayTraceTest, WithoutACollectorTheClientsTraceGoesOn) {
  Begin(AnswerChat);
  ASSERT_EQ(Chat("01", {{"tracestate", "a=b"}}).status, 200);
  EXPECT_EQ(worker_->last().header("traceparent"),
            std::string("00-") + kTrace + "-" + kParent + "-01");
  EXPECT_EQ(worker_->last().header("tracestate"), "a=b");
}

TEST_F(GatewayTraceTest, AClientWithoutATraceGetsOneAndItsStateIsNotBelieved) {
  Begin(AnswerChat);
  for (const char* wrong : {"", "00-0-0-01"}) {
    Ask("POST", "/v1/chat/completions", kChat, {{"traceparent", wrong}, {"tracestate", "a=b"}});
    const auto told = net::TraceContextOf(worker_->last());
    ASSERT_TRUE(told);
    EXPECT_FALSE(told->is_sampled);
    EXPECT_EQ(worker_->last().header("tracestate"), "");
  }
}

TEST_F(GatewayTraceTest, SpansSentAndDroppedAreCounted) {
  Begin(AnswerChat, Exporting());
  Chat("01");
  AwaitSpans(3);
  ASSERT_TRUE(Eventually([&] { return spans_->n_sent() == 3; }));
  const std::string metrics = Ask("GET", "/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("\nlemma_gateway_spans_sent_total 3\n"));
  EXPECT_THAT(metrics, HasSubstr("\nlemma_gateway_spans_dropped_total 0\n"));
  EXPECT_THAT(metrics, HasSubstr("lemma_build_info{version="));
}

}  // namespace
}  // namespace lemma::gateway
