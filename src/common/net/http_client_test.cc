#include "common/net/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>

#include "common/net/http_server.h"
#include "common/net/test_socket.h"

namespace lemma::net {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;  // NOLINT

HttpRequest Get(std::string target = "/") {
  HttpRequest request;
  request.method = "GET";
  request.target = std::move(target);
  return request;
}

// One call and what came of it.
struct Recorded {
  HttpCallbacks callbacks() {
    HttpCallbacks result;
    result.on_head = [this](HttpResponse head) { status = head.status; };
    result.on_body = [this](std::string piece) {
      std::lock_guard lock(mutex);
      body += piece;
    };
    result.on_end = [this](Status end) { ++n_ends, ended.set_value(std::move(end)); };
    return result;
  }
  std::string Body() {
    std::lock_guard lock(mutex);
    return body;
  }
  std::atomic<int> status{0}, n_ends{0};
  std::mutex mutex;
  std::string body;
  std::promise<Status> ended;
};

// A server that answers every connection's first request with `answer` and closes.
std::unique_ptr<TestListener> Saying(std::string answer) {
  return std::make_unique<TestListener>([answer = std::move(answer)](TestSocket socket) {
    socket.ReadUntil("\r\n\r\n");
    socket.Send(answer);
  });
}

TEST(HttpClient, GetsAnAnswerAndReusesTheConnection) {
  std::mutex mutex;
  std::vector<std::string> peers;
  auto server = HttpServer::Start("127.0.0.1:0", 1, {}, [&](std::shared_ptr<HttpExchange> e) {
    std::lock_guard lock(mutex);
    peers.push_back(e->request().peer);
    HttpResponse response = HttpResponse::Json(201, e->request().method + e->request().body);
    response.headers.push_back({"X-Host", std::string(e->request().header("host"))});
    e->Send(std::move(response));
  });
  HttpClient client;
  HttpRequest request{"POST", "/v1?x=1", "", {{"X-A", "b"}}, "body", ""};
  for (const std::string& address :
       {(*server)->address(), (*server)->address(), "http://" + (*server)->address() + "/"}) {
    auto answer = client.SendAndWait(address, request);
    ASSERT_TRUE(answer.ok()) << answer.status().ToString();
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(answer->body, "POSTbody");
    EXPECT_EQ(answer->header("content-type"), "application/json");
    EXPECT_EQ(answer->header("x-host"), (*server)->address());
  }
  EXPECT_EQ(peers[0], peers[1]);
}

TEST(HttpClient, CallsAUnixSocket) {
  const std::string address =
      "unix:" + testing::TempDir() + "lemma_client_" + std::to_string(getpid()) + ".sock";
  auto server = HttpServer::Start(address, 1, {}, [](std::shared_ptr<HttpExchange> e) {
    e->Send(HttpResponse::Text(200, "over unix"));
  });
  ASSERT_TRUE(server.ok()) << server.status().ToString();
  HttpClient client;
  auto answer = client.SendAndWait(address, Get());
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(answer->body, "over unix");
}

TEST(HttpClient, HandsOverPiecesAsTheyArrive) {
  std::promise<std::shared_ptr<HttpExchange>> arrived;
  auto server = HttpServer::Start("127.0.0.1:0", 1, {}, [&](std::shared_ptr<HttpExchange> e) {
    arrived.set_value(std::move(e));
  });
  HttpClient client;
  Recorded recorded;
  client.Send((*server)->address(), Get(), recorded.callbacks());
  auto exchange = arrived.get_future().get();
  exchange->Start({200, {{"Content-Type", "text/event-stream"}}, ""});
  EXPECT_TRUE(Eventually([&] { return recorded.status == 200; }));
  std::string expected;
  for (const char* piece : {"one", "two", "three"}) {
    exchange->Write(piece);
    expected += piece;
    EXPECT_TRUE(Eventually([&] { return recorded.Body() == expected; })) << piece;
  }
  EXPECT_EQ(recorded.n_ends, 0);
  exchange->Finish();
  EXPECT_TRUE(recorded.ended.get_future().get().ok());
}

TEST(HttpClient, CancelReachesTheServerAndEndsOnce) {
  std::promise<std::shared_ptr<HttpExchange>> arrived;
  auto server = HttpServer::Start("127.0.0.1:0", 1, {}, [&](std::shared_ptr<HttpExchange> e) {
    e->Start(HttpResponse::Text(200, "part"));
    arrived.set_value(std::move(e));
  });
  HttpClient client;
  Recorded recorded;
  auto call = client.Send((*server)->address(), Get(), recorded.callbacks());
  auto exchange = arrived.get_future().get();
  call->Cancel();
  call->Cancel();
  EXPECT_EQ(recorded.ended.get_future().get().code(), StatusCode::kCancelled);
  EXPECT_TRUE(Eventually([&] { return exchange->closed(); }));
  auto other = client.SendAndWait("127.0.0.1:1", Get());  // runs after the second Cancel
  EXPECT_EQ(recorded.n_ends, 1);
}

TEST(HttpClient, DestroyingTheClientCancelsItsCalls) {
  TestListener silent([](TestSocket socket) { socket.ReadAll(); });
  Recorded recorded;
  std::shared_ptr<HttpCall> call;
  {
    HttpClient client;
    call = client.Send(silent.address(), Get(), recorded.callbacks());
  }
  EXPECT_EQ(recorded.n_ends, 1);
  EXPECT_EQ(recorded.ended.get_future().get().code(), StatusCode::kCancelled);
  call->Cancel();  // outlives the client
}

TEST(HttpClient, SaysWhyThereIsNoConnection) {
  HttpClient client;
  EXPECT_EQ(client.SendAndWait("127.0.0.1:1", Get()).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(client.SendAndWait("unix:/nowhere/at/all", Get()).status().code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(client.SendAndWait("no-such-host.invalid:80", Get()).status().code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(client.SendAndWait("127.0.0.1:1", Get("/a b")).status().code(),
            StatusCode::kInvalidArgument);
}

TEST(HttpClient, TakesEveryFramingAndSkipsInterimAnswers) {
  HttpClient client;
  for (const char* answer : {
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
           "HTTP/1.1 200 OK\r\n\r\nhello",
           "HTTP/1.0 200 OK\r\n\r\nhello",
           "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
       }) {
    auto listener = Saying(answer);
    auto got = client.SendAndWait(listener->address(), Get());
    ASSERT_TRUE(got.ok()) << got.status().ToString() << "\n" << answer;
    EXPECT_EQ(got->status, 200);
    EXPECT_EQ(got->body, "hello") << answer;
  }
}

TEST(HttpClient, ACutOrMalformedAnswerIsDataLoss) {
  HttpClient client;
  for (const std::string& answer : {
           std::string(""),
           std::string("HTTP/1.1 200"),
           std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"),
           std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
           std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
           std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
           std::string("SSH-2.0-OpenSSH_9\r\n\r\n"),
           "HTTP/1.1 200 OK\r\nX: " + std::string(100000, 'a') + "\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(100000, 'a'),
       }) {
    auto listener = Saying(answer);
    EXPECT_EQ(client.SendAndWait(listener->address(), Get()).status().code(), StatusCode::kDataLoss)
        << answer.substr(0, 80);
  }
}

TEST(HttpClient, AnAnswerWithoutEndIsNotCollected) {
  TestListener endless([](TestSocket socket) {
    socket.ReadUntil("\r\n\r\n");
    socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\n\r\n");
    while (socket.Send(std::string(65536, 'a'))) {
    }
  });
  HttpClientOptions options;
  options.body_bytes_max = 1 << 20;
  HttpClient client(options);
  EXPECT_EQ(client.SendAndWait(endless.address(), Get()).status().code(), StatusCode::kTooLarge);
}

TEST(HttpClient, TimesOutAtEachStage) {
  HttpClientOptions options;
  options.first_byte_timeout = options.idle_timeout = 100ms;
  HttpClient client(options);
  TestListener silent([](TestSocket socket) { socket.ReadAll(); });
  EXPECT_EQ(client.SendAndWait(silent.address(), Get()).status().code(),
            StatusCode::kDeadlineExceeded);
  TestListener stalled([](TestSocket socket) {
    socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    socket.ReadAll();
  });
  EXPECT_EQ(client.SendAndWait(stalled.address(), Get()).status().code(),
            StatusCode::kDeadlineExceeded);
}

TEST(HttpClient, AnAnswerMayTakeLongerThanTheIdleTimeoutInAll) {
  HttpClientOptions options;
  options.idle_timeout = 1s;
  HttpClient client(options);
  TestListener steady([](TestSocket socket) {
    socket.ReadUntil("\r\n\r\n");
    socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n");
    for (int i = 0; i < 25; ++i) {
      std::this_thread::sleep_for(60ms);
      socket.Send("a");
    }
  });
  auto answer = client.SendAndWait(steady.address(), Get());
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(answer->body.size(), 25u);
}

// Answers one request a connection with keep-alive and closes when the second one comes: the
// connection looks open until it is used.
std::unique_ptr<TestListener> AnsweringOnce(std::atomic<int>& n_connections) {
  return std::make_unique<TestListener>([&n_connections](TestSocket socket) {
    ++n_connections;
    socket.ReadUntil("\r\n\r\n");
    socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    socket.ReadUntil("\r\n\r\n");
  });
}

TEST(HttpClient, SendsAGetAgainWhereAReusedConnectionEnded) {
  std::atomic<int> n_connections{0};
  const auto listener = AnsweringOnce(n_connections);
  HttpClient client;
  for (int i = 0; i < 3; ++i) {
    auto answer = client.SendAndWait(listener->address(), Get());
    ASSERT_TRUE(answer.ok()) << i << answer.status().ToString();
    EXPECT_EQ(answer->body, "ok");
  }
  EXPECT_EQ(n_connections, 3);
}

TEST(HttpClient, DoesNotSendAPostTwice) {
  std::atomic<int> n_connections{0};
  const auto listener = AnsweringOnce(n_connections);
  HttpClient client;
  ASSERT_TRUE(client.SendAndWait(listener->address(), Get()).ok());
  HttpRequest request{"POST", "/", "", {}, "", ""};
  EXPECT_EQ(client.SendAndWait(listener->address(), request).status().code(),
            StatusCode::kDataLoss);
  EXPECT_EQ(n_connections, 1);
}

TEST(HttpClient, DoesNotReuseAConnectionThatTheServerClosed) {
  HttpServerLimits limits;
  limits.idle_seconds_max = 1;
  std::atomic<int> n_requests{0};
  auto server = HttpServer::Start("127.0.0.1:0", 1, limits, [&](std::shared_ptr<HttpExchange> e) {
    ++n_requests;
    e->Send(HttpResponse::Text(200, "ok"));
  });
  HttpClient client;
  ASSERT_TRUE(client.SendAndWait((*server)->address(), Get()).ok());
  std::this_thread::sleep_for(1300ms);
  ASSERT_TRUE(client.SendAndWait((*server)->address(), Get()).ok());
  EXPECT_EQ(n_requests, 2);
}

TEST(HttpClient, AnEarlyRefusalIsReadThoughTheRequestIsNotTaken) {
  HttpServerLimits limits;
  limits.body_bytes_max = 1000;
  auto server = HttpServer::Start("127.0.0.1:0", 1, limits, [](std::shared_ptr<HttpExchange>) {});
  HttpClient client;
  HttpRequest request{"POST", "/", "", {}, std::string(20 << 20, 'a'), ""};
  auto answer = client.SendAndWait((*server)->address(), request);
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(answer->status, 413);
}

TEST(HttpClient, HeadHasNoBody) {
  auto server = HttpServer::Start("127.0.0.1:0", 1, {}, [](std::shared_ptr<HttpExchange> e) {
    e->Send(HttpResponse::Text(200, "not sent"));
  });
  HttpClient client;
  HttpRequest request = Get();
  request.method = "HEAD";
  for (int i = 0; i < 2; ++i) {
    auto answer = client.SendAndWait((*server)->address(), request);
    ASSERT_TRUE(answer.ok()) << answer.status().ToString();
    EXPECT_EQ(answer->body, "");
  }
}

TEST(HttpClient, RunsManyCallsAtOnce) {
  auto server = HttpServer::Start("127.0.0.1:0", 2, {}, [](std::shared_ptr<HttpExchange> e) {
    e->Start(HttpResponse::Text(200, e->request().path));
    for (int i = 0; i < 10; ++i) e->Write("x");
    e->Finish();
  });
  HttpClient client;
  std::vector<std::unique_ptr<Recorded>> calls;
  for (int i = 0; i < 100; ++i) {
    calls.push_back(std::make_unique<Recorded>());
    client.Send((*server)->address(), Get("/" + std::to_string(i)), calls.back()->callbacks());
  }
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(calls[i]->ended.get_future().get().ok());
    EXPECT_EQ(calls[i]->Body(), "/" + std::to_string(i) + "xxxxxxxxxx");
  }
}

}  // namespace
}  // namespace lemma::net
