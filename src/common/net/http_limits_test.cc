// Limits of the server and clients that leave or stall, against raw sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/net/http_server.h"
#include "common/net/test_server.h"

namespace lemma::net {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;  // NOLINT

TEST(HttpLimits, RefusesWhatIsTooLarge) {
  HttpServerLimits limits;
  limits.body_bytes_max = 100;
  limits.header_bytes_max = 1000;
  auto server = Serve(Echo, limits);
  const std::string post = "POST /x HTTP/1.1\r\nHost: a\r\n";
  std::string many_lines = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 100; ++i) many_lines += "a:b\r\n";
  const std::pair<std::string, std::string> cases[] = {
      {post + "Content-Length: 101\r\n\r\n", "HTTP/1.1 413 "},
      {post + "Content-Length: 999999999999999999\r\n\r\n", "HTTP/1.1 413 "},
      {post + "Transfer-Encoding: chunked\r\n\r\n65\r\n", "HTTP/1.1 413 "},
      {post + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + std::string(100, 'a') + "\r\n1\r\n",
       "HTTP/1.1 413 "},
      {post + "X: " + std::string(1000, 'a'), "HTTP/1.1 431 "},
      {"GET /" + std::string(2000, 'a'), "HTTP/1.1 431 "},
      {many_lines + "\r\n", "HTTP/1.1 431 "},
      {post + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(9000, 'a'), "HTTP/1.1 431 "},
      {post + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + std::string(9000, 'a'),
       "HTTP/1.1 431 "},
  };
  for (const auto& [bytes, answer] : cases) {
    TestSocket client = TestSocket::Connect(server->address());
    client.Send(bytes);
    const std::string got = client.ReadAll();
    EXPECT_THAT(got, StartsWith(answer)) << bytes.substr(0, 100);
    EXPECT_THAT(got, HasSubstr("Connection: close"));
    EXPECT_TRUE(client.closed());
  }
  EXPECT_THAT(Ask(server->address(), post + "Content-Length: 100\r\n\r\n" + std::string(100, 'a')),
              StartsWith("HTTP/1.1 200"));
}

TEST(HttpLimits, ALargeBodyThatIsRefusedStillGetsItsAnswer) {
  HttpServerLimits limits;
  limits.body_bytes_max = 100;
  auto server = Serve(Echo, limits);
  TestSocket client = TestSocket::Connect(server->address());
  client.Send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n");
  client.Send(std::string(4000000, 'a'));
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 413 "));
}

TEST(HttpLimits, SlowRequestsAre408AndIdleConnectionsAreClosed) {
  auto server = Serve(Echo, ShortLimits());
  TestSocket idle = TestSocket::Connect(server->address());
  TestSocket slow_head = TestSocket::Connect(server->address());
  TestSocket slow_body = TestSocket::Connect(server->address());
  slow_body.Send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
  // Single bytes do not buy time.
  std::thread drip([&] {
    for (int i = 0; i < 8; ++i) {
      slow_head.Send(i == 0 ? "G" : "A");
      slow_body.Send("b");
      std::this_thread::sleep_for(150ms);
    }
  });
  EXPECT_THAT(slow_head.ReadAll(), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(slow_body.ReadAll(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_TRUE(idle.closed());
  drip.join();
}

TEST(HttpLimits, TellsOneConnectionTooMany503) {
  HttpServerLimits limits;
  limits.connections_max = 3;
  auto server = Serve(Echo, limits);
  std::vector<TestSocket> served;
  for (int i = 0; i < 3; ++i) {
    served.push_back(TestSocket::Connect(server->address()));
    served.back().Send(kGet);
    EXPECT_THAT(served.back().ReadUntil("GET /x"), StartsWith("HTTP/1.1 200"));
  }
  TestSocket refused = TestSocket::Connect(server->address());
  refused.Send(kGet);
  EXPECT_THAT(refused.ReadAll(), StartsWith("HTTP/1.1 503 "));
  served.clear();
  EXPECT_TRUE(Eventually([&] { return Ask(server->address(), kGet).starts_with("HTTP/1.1 200"); }));
}

TEST(HttpLimits, RendersItsOwnErrorsAsTold) {
  auto server =
      HttpServer::Start("127.0.0.1:0", 1, {}, Echo, [](int status, const std::string& message) {
        return HttpResponse::Json(status, "{\"why\":\"" + message + "\"}");
      });
  ASSERT_TRUE(server.ok());
  const std::string got = Ask((*server)->address(), "GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(got, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(got, HasSubstr("{\"why\":\"Host is missing\"}"));
}

// Clients that leave.

TEST(HttpLimits, SeesAtOnceThatAClientHasLeft) {
  for (const bool stream : {false, true}) {
    Holder holder;
    auto server = Serve(holder.handler());
    TestSocket client = TestSocket::Connect(server->address());
    client.Send(kGet);
    auto exchange = holder.first();
    if (stream) {
      exchange->Start(HttpResponse::Text(200, "part"));
      client.ReadUntil("part");
    }
    EXPECT_FALSE(exchange->closed());
    const auto left_at = std::chrono::steady_clock::now();
    client.Close();
    ASSERT_TRUE(Eventually([&] { return holder.n_closed == 1; }));
    EXPECT_LT(holder.closed_at.load() - left_at, 2s);  // no timeout of the server is as short
    EXPECT_TRUE(exchange->closed());
    EXPECT_EQ(server->n_active(), 0);
    bool called = false;  // too late to register: told at once
    exchange->OnClosed([&] { called = true; });
    EXPECT_TRUE(called);
    exchange->Write("into the void");
    exchange->Finish();
    exchange->Send(HttpResponse::Text(200, ""));
  }
}

TEST(HttpLimits, CutsAClientThatSendsTooMuchAheadOfItsTurn) {
  Holder holder;
  auto server = Serve(holder.handler());
  TestSocket client = TestSocket::Connect(server->address());
  client.Send(kGet);
  auto exchange = holder.first();
  client.Send(std::string(32 << 10, 'a'));
  std::this_thread::sleep_for(50ms);
  EXPECT_FALSE(exchange->closed());
  client.Send(std::string(64 << 10, 'a'));
  EXPECT_TRUE(Eventually([&] { return holder.n_closed == 1; }));
  EXPECT_TRUE(exchange->closed());
  EXPECT_EQ(server->n_active(), 0);
}

TEST(HttpLimits, AnAnsweredExchangeIsNotToldThatItsClientLeft) {
  Holder holder;
  auto server = Serve(holder.handler());
  TestSocket client = TestSocket::Connect(server->address());
  client.Send(kGet);
  auto exchange = holder.first();
  exchange->Send(HttpResponse::Text(200, "done"));
  client.ReadUntil("done");
  client.Close();
  server->Stop();
  EXPECT_EQ(holder.n_closed, 0);
}

TEST(HttpLimits, AClientThatLeavesMidRequestCostsNothing) {
  auto server = Serve(Echo);
  for (const std::string_view part :
       {"", "G", "GET / HTTP/1.1\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"}) {
    TestSocket::Connect(server->address()).Send(part);
  }
  EXPECT_THAT(Ask(server->address(), kGet), StartsWith("HTTP/1.1 200"));
}

TEST(HttpLimits, CutsAReaderThatLeavesTooMuch) {
  HttpServerLimits limits;
  limits.stream_bytes_max = 64 << 10;
  Holder holder;
  auto server = Serve(holder.handler(), limits);
  TestSocket client = TestSocket::Connect(server->address(), /*receive_bytes=*/4096);
  client.Send(kGet);
  auto exchange = holder.first();
  exchange->Start(HttpResponse::Text(200, ""));
  size_t written = 0;
  while (!exchange->closed() && written < (64u << 20)) {
    exchange->Write(std::string(16 << 10, 'a'));
    written += 16 << 10;
    std::this_thread::sleep_for(100us);
  }
  EXPECT_TRUE(exchange->closed());
  EXPECT_TRUE(Eventually([&] { return holder.n_closed == 1; }));
  client.ReadAll();
  EXPECT_TRUE(client.reset());
}

TEST(HttpLimits, AReaderThatPausesStillGetsEverything) {
  // A Unix socket: the kernel holds little of a stream, and the server has to hold the rest.
  const std::string path =
      testing::TempDir() + "lemma_net_pause_" + std::to_string(getpid()) + ".sock";
  Holder holder;
  auto server = Serve(holder.handler(), {}, "unix:" + path);
  TestSocket client = TestSocket::Connect(server->address());
  client.Send(kGet);
  auto exchange = holder.first();
  exchange->Start(HttpResponse::Text(200, ""));
  for (int i = 0; i < 1024; ++i) exchange->Write(std::string(1024, '#'));
  exchange->Finish();
  std::this_thread::sleep_for(200ms);
  EXPECT_FALSE(exchange->closed());
  const std::string got = client.ReadUntil("\r\n0\r\n\r\n");
  EXPECT_EQ(CountOf(got, "#"), 1 << 20);
  EXPECT_TRUE(got.ends_with("\r\n0\r\n\r\n"));
}

TEST(HttpLimits, CutsAReaderThatStalls) {
  Holder holder;
  auto server = Serve(holder.handler(), ShortLimits());
  TestSocket client = TestSocket::Connect(server->address(), /*receive_bytes=*/4096);
  client.Send(kGet);
  // One answer, so large that the kernel cannot take all of it.
  holder.first()->Send(HttpResponse::Text(200, std::string(32 << 20, 'a')));
  EXPECT_EQ(server->n_active(), 1);
  EXPECT_TRUE(Eventually([&] { return server->n_active() == 0; }));
}

// It takes five seconds in all, most of which the kernel cannot take the rest of the answer.
TEST(HttpLimits, ASlowButSteadyReaderGetsEverything) {
  HttpServerLimits limits = ShortLimits();
  limits.stream_stall_seconds_max = 3;
  auto server = Serve(
      [](std::shared_ptr<HttpExchange> exchange) {
        exchange->Send(HttpResponse::Text(200, std::string(32 << 20, 'a') + "end"));
      },
      limits);
  TestSocket client = TestSocket::Connect(server->address(), /*receive_bytes=*/65536);
  client.Send(kGet);
  std::string got;
  while (!got.ends_with("end") && !client.closed()) {
    got += client.ReadUntil([](const std::string& piece) { return piece.size() > 1'600'000; });
    std::this_thread::sleep_for(250ms);
  }
  EXPECT_TRUE(got.ends_with("aend"));
}

}  // namespace
}  // namespace lemma::net
