#include "service/tracing/span_exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "service/tracing/request_trace.h"
#include "service/tracing/test_collector.h"

namespace lemma::tracing {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr std::chrono::hours kNever{1};  // it is not sent while the test runs, but at its end

Span SpanNamed(const std::string& name) {
  return {.trace_id = std::string(32, 'a'),
          .id = std::string(16, 'b'),
          .parent_id = std::string(16, 'c'),
          .name = name,
          .kind = SpanKind::kClient,
          .start_unix_ns = 1'900'000'000'000'000'001,
          .end_unix_ns = 1'900'000'000'000'000'002,
          .has_failed = true,
          .attributes = {{"text", std::string("x")},
                         {"number", int64_t{7}},
                         {"list", std::vector<std::string>{"stop"}}}};
}

std::unique_ptr<SpanExporter> ExporterTo(const std::string& collector, milliseconds interval,
                                         size_t spans_max = 2048) {
  auto started = SpanExporter::Start({.collector = collector,
                                      .version = "1.2",
                                      .spans_max = spans_max,
                                      .batch_max = 4,
                                      .interval = interval});
  LEMMA_CHECK(started.ok(), started.status().message().c_str());
  return std::move(*started);
}

bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 30'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return false;
}

std::string FreeSocket() {
  static int n = 0;
  return "unix:/tmp/lemma_tracing_" + std::to_string(getpid()) + "_" + std::to_string(++n);
}

TEST(SpanExporterTest, SpansComeAsOtlp) {
  TestCollector collector;
  const auto exporter = ExporterTo("http://" + collector.address(), milliseconds(1));
  exporter->Add({SpanNamed("one")});
  const net::HttpRequest request = collector.Await(1).front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/v1/traces");
  EXPECT_EQ(request.header("content-type"), "application/json");
  const boost::json::value body = boost::json::parse(request.body);
  EXPECT_EQ(body.at_pointer("/resourceSpans/0/resource/attributes/0"),
            boost::json::parse(R"({"key":"service.name","value":{"stringValue":"lemma"}})"));
  EXPECT_EQ(body.at_pointer("/resourceSpans/0/scopeSpans/0/spans/0"), boost::json::parse(R"({
    "traceId": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "spanId": "bbbbbbbbbbbbbbbb",
    "parentSpanId": "cccccccccccccccc", "name": "one", "kind": 3,
    "startTimeUnixNano": "1900000000000000001", "endTimeUnixNano": "1900000000000000002",
    "attributes": [{"key": "text", "value": {"stringValue": "x"}},
                   {"key": "number", "value": {"intValue": "7"}},
                   {"key": "list", "value": {"arrayValue": {"values": [{"stringValue": "stop"}]}}}],
    "status": {"code": 2}})"));
}

TEST(SpanExporterTest, AFullBatchIsSentAtOnce) {
  TestCollector collector;
  const auto exporter = ExporterTo(collector.address(), kNever);
  for (int i = 0; i < 4; ++i) exporter->Add({SpanNamed("s")});
  EXPECT_EQ(collector.AwaitSpans(4).size(), 4u);
}

TEST(SpanExporterTest, WhatWaitsIsSentInTheEnd) {
  TestCollector collector;
  ExporterTo(collector.address(), kNever)->Add({SpanNamed("a"), SpanNamed("b")});
  EXPECT_EQ(collector.AwaitSpans(2).size(), 2u);
}

// Each answer comes in time; all of them would not.
TEST(SpanExporterTest, TheEndIsBoundedHoweverMuchWaits) {
  TestCollector collector("127.0.0.1:0", [](std::shared_ptr<net::HttpExchange> exchange) {
    std::this_thread::sleep_for(milliseconds(600));
    TestCollector::AnswerWith(200)(std::move(exchange));
  });
  auto exporter = *SpanExporter::Start({.collector = collector.address(),
                                        .version = "1.2",
                                        .batch_max = 1,
                                        .interval = kNever,
                                        .time_max = milliseconds(1000)});
  exporter->Add(std::vector<Span>(6, SpanNamed("s")));
  const auto begin = std::chrono::steady_clock::now();
  exporter.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2000));
}

TEST(SpanExporterTest, WhatACollectorMissesWhileItIsAwayIsSentLaterUpToTheBound) {
  const std::string address = FreeSocket();
  const auto exporter = ExporterTo(address, milliseconds(5), /*spans_max=*/10);
  for (int i = 0; i < 25; ++i) exporter->Add({SpanNamed(std::to_string(i))});
  EXPECT_EQ(exporter->n_dropped(), 15);
  EXPECT_EQ(exporter->n_sent(), 0);
  TestCollector collector(address);
  ASSERT_TRUE(Eventually([&] { return exporter->n_sent() == 10; }));
  const auto spans = collector.AwaitSpans(10);
  for (size_t i = 0; i < spans.size(); ++i) EXPECT_EQ(TextAt(spans[i], "name"), std::to_string(i));
  EXPECT_THAT(exporter->RenderMetrics(), HasSubstr("\nlemma_gateway_spans_sent_total 10\n"));
  EXPECT_THAT(exporter->RenderMetrics(), HasSubstr("\nlemma_gateway_spans_dropped_total 15\n"));
}

// Adding while the collector holds its answer returns; that it does is the property.
TEST(SpanExporterTest, ACollectorThatHangsBlocksNobody) {
  std::mutex mutex;
  bool is_held = true;
  std::vector<std::shared_ptr<net::HttpExchange>> held;
  TestCollector collector("127.0.0.1:0", [&](std::shared_ptr<net::HttpExchange> exchange) {
    const std::lock_guard lock(mutex);
    if (!is_held) return TestCollector::AnswerWith(400)(std::move(exchange));
    held.push_back(std::move(exchange));
  });
  const auto exporter = ExporterTo(collector.address(), milliseconds(1), /*spans_max=*/10);
  exporter->Add({SpanNamed("held")});
  collector.Await(1);
  for (int i = 0; i < 100; ++i) exporter->Add({SpanNamed("more")});
  EXPECT_EQ(exporter->n_dropped(), 91);
  EXPECT_EQ(exporter->n_sent(), 0);
  const std::lock_guard lock(mutex);
  is_held = false;
  for (const auto& exchange : held) exchange->Send(net::HttpResponse::Json(400, "{}"));
}

TEST(SpanExporterTest, WhatACollectorRefusesIsDroppedAndTheNextOnesGoOn) {
  TestCollector collector("127.0.0.1:0", TestCollector::AnswerWith(400));
  const auto exporter = ExporterTo(collector.address(), milliseconds(1));
  exporter->Add({SpanNamed("a")});
  ASSERT_TRUE(Eventually([&] { return exporter->n_dropped() == 1; }));
  exporter->Add({SpanNamed("b")});
  ASSERT_TRUE(Eventually([&] { return exporter->n_dropped() == 2; }));
  EXPECT_EQ(exporter->n_sent(), 0);
}

TEST(SpanExporterTest, AnOverloadedCollectorIsAskedAgain) {
  std::atomic<int> n_asked = 0;
  TestCollector collector("127.0.0.1:0", [&](std::shared_ptr<net::HttpExchange> exchange) {
    TestCollector::AnswerWith(++n_asked == 1 ? 503 : 200)(std::move(exchange));
  });
  const auto exporter = ExporterTo(collector.address(), milliseconds(1));
  exporter->Add({SpanNamed("a")});
  ASSERT_TRUE(Eventually([&] { return exporter->n_sent() == 1; }));
  EXPECT_EQ(exporter->n_dropped(), 0);
}

TEST(SpanExporterTest, RefusesWhatIsNoAddress) {
  EXPECT_EQ(
      SpanExporter::Start({.collector = "ftp://collector:4318", .version = ""}).status().code(),
      StatusCode::kInvalidArgument);
}

// --- RequestTrace

constexpr const char* kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr const char* kParent = "00f067aa0ba902b7";

net::HttpRequest RequestOf(const std::string& flags) {
  net::HttpRequest request;
  request.headers = {{"traceparent", "00-" + std::string(kTrace) + "-" + kParent + "-" + flags}};
  return request;
}

TEST(RequestTraceTest, ItsStepsAreBelowItAndItIsBelowTheClient) {
  TestCollector collector;
  const auto exporter = ExporterTo(collector.address(), milliseconds(1));
  RequestTrace trace(exporter.get(), RequestOf("01"), "/generate");
  const std::string replica = RequestTrace::NewSpanId();
  EXPECT_EQ(trace.Traceparent(replica), "00-" + std::string(kTrace) + "-" + replica + "-01");
  trace.Add("queue", SpanKind::kInternal, std::chrono::steady_clock::now());
  trace.Add("replica", SpanKind::kClient, std::chrono::steady_clock::now(), {},
            /*has_failed=*/true, replica);
  trace.End({{"http.route", std::string("/generate")}}, /*has_failed=*/false);
  const auto spans = collector.AwaitSpans(3);
  const boost::json::object& whole = spans[2];
  EXPECT_EQ(TextAt(whole, "name"), "/generate");
  EXPECT_EQ(TextAt(whole, "parentSpanId"), kParent);
  EXPECT_FALSE(whole.contains("status"));
  for (const auto& span : spans) EXPECT_EQ(TextAt(span, "traceId"), kTrace);
  for (const auto& step : {spans[0], spans[1]}) {
    EXPECT_EQ(step.at("parentSpanId"), whole.at("spanId"));
    EXPECT_GE(TextAt(step, "startTimeUnixNano"), TextAt(whole, "startTimeUnixNano"));
    EXPECT_LE(TextAt(step, "endTimeUnixNano"), TextAt(whole, "endTimeUnixNano"));
  }
  EXPECT_EQ(TextAt(spans[1], "spanId"), replica);
  EXPECT_NE(TextAt(spans[0], "spanId"), replica);
}

TEST(RequestTraceTest, WithoutAParentItBeginsATrace) {
  TestCollector collector;
  const auto exporter = ExporterTo(collector.address(), milliseconds(1));
  RequestTrace trace(exporter.get(), {}, "/generate");
  trace.End({}, /*has_failed=*/false);
  const auto spans = collector.AwaitSpans(1);
  EXPECT_EQ(TextAt(spans[0], "traceId"), trace.trace_id());
  EXPECT_FALSE(spans[0].contains("parentSpanId"));
  EXPECT_FALSE(trace.is_continued());
}

// A trace that nobody keeps, or that is not kept here, has no hole: who is asked is the client's
// child.
TEST(RequestTraceTest, WhereNothingIsKeptTheClientStaysTheParent) {
  TestCollector collector;
  const auto exporter = ExporterTo(collector.address(), kNever);
  RequestTrace unsampled(exporter.get(), RequestOf("00"), "/generate");
  EXPECT_EQ(unsampled.Traceparent("aaaaaaaaaaaaaaaa"), RequestOf("00").header("traceparent"));
  unsampled.Add("queue", SpanKind::kInternal, std::chrono::steady_clock::now());
  unsampled.End({}, /*has_failed=*/false);
  RequestTrace not_here(nullptr, RequestOf("01"), "/generate");
  EXPECT_EQ(not_here.Traceparent("aaaaaaaaaaaaaaaa"), RequestOf("01").header("traceparent"));
  not_here.End({}, /*has_failed=*/false);
  RequestTrace(exporter.get(), RequestOf("01"), "kept").End({}, /*has_failed=*/false);
  RequestTrace(exporter.get(), RequestOf("01"), "kept").End({}, /*has_failed=*/false);
  RequestTrace(exporter.get(), RequestOf("01"), "kept").End({}, /*has_failed=*/false);
  RequestTrace(exporter.get(), RequestOf("01"), "kept").End({}, /*has_failed=*/false);
  for (const auto& span : collector.AwaitSpans(4)) EXPECT_EQ(TextAt(span, "name"), "kept");
}

}  // namespace
}  // namespace lemma::tracing
