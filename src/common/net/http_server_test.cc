// The server against raw sockets: answers, keep-alive, pipelining, bodies, the end. What it refuses
// and when it gives up: http_limits_test.cc, malformed_test.cc.
#include "common/net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "common/net/test_server.h"

namespace lemma::net {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;  // NOLINT

TEST(HttpServer, AnswersWithLengthTypeAndDate) {
  auto server = Serve(Echo);
  TestSocket client = TestSocket::Connect(server->address());
  client.Send("POST /a%20b?q=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  const std::string got = client.ReadUntil("abc");
  EXPECT_THAT(got, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(got, HasSubstr("Content-Length: 13\r\n"));
  EXPECT_THAT(got, HasSubstr("Content-Type: text/plain"));
  EXPECT_THAT(got, HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_THAT(got, HasSubstr(" GMT\r\n"));
  EXPECT_THAT(got, HasSubstr("\r\n\r\nPOST /a b abc"));
}

TEST(HttpServer, ABodyMayHoldAnyBytesAlsoInOnePacketWithItsHead) {
  auto server = Serve(Echo);
  const std::string body("{\n  \"a\": 1\r}\0\x01\r\n\r\nGET", 21);
  TestSocket client = TestSocket::Connect(server->address());
  for (const size_t cut : {size_t{0}, size_t{1}, body.size()}) {
    client.Send("POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body.substr(0, cut));
    client.Send(body.substr(cut));
    EXPECT_THAT(client.ReadUntil("POST /b " + body), StartsWith("HTTP/1.1 200"));
  }
}

TEST(HttpServer, KeepsTheConnectionAndAnswersInOrder) {
  auto server = Serve(Echo);
  TestSocket client = TestSocket::Connect(server->address());
  for (int i = 0; i < 100; ++i) {
    const std::string path = "/" + std::to_string(i);
    ASSERT_TRUE(client.Send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"));
    ASSERT_THAT(client.ReadUntil("GET " + path + " "), StartsWith("HTTP/1.1 200"));
  }
}

TEST(HttpServer, AnswersPipelinedRequestsOneAfterAnother) {
  std::atomic<int> n_now{0}, n_most{0};
  std::vector<std::thread> threads;
  auto server = Serve([&](std::shared_ptr<HttpExchange> exchange) {
    n_most = std::max<int>(n_most, ++n_now);
    threads.emplace_back([&n_now, exchange = std::move(exchange)] {
      std::this_thread::sleep_for(1ms);
      --n_now;
      exchange->Send(HttpResponse::Text(200, "<" + exchange->request().path + ">"));
    });
  });
  std::string all, expected;
  for (int i = 0; i < 30; ++i) {
    all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  TestSocket client = TestSocket::Connect(server->address());
  client.Send(all);
  const std::string got = client.ReadUntil("</29>");
  size_t at = 0;
  for (int i = 0; i < 30; ++i) {
    at = got.find("</" + std::to_string(i) + ">", at);
    ASSERT_NE(at, got.npos) << i;
  }
  EXPECT_EQ(n_most, 1);
  for (auto& thread : threads) thread.join();
}

TEST(HttpServer, AnInvalidPipelinedRequestDoesNotSpoilTheAnswerBeforeIt) {
  auto server = Serve(Echo);
  TestSocket client = TestSocket::Connect(server->address());
  client.Send(std::string(kGet) + "GET /bad HTTP/1.1\r\nno colon\r\n\r\n");
  const std::string got = client.ReadAll();
  EXPECT_THAT(got, HasSubstr("GET /x "));
  EXPECT_THAT(got, HasSubstr("HTTP/1.1 400 "));
  EXPECT_EQ(CountOf(got, "HTTP/1.1 "), 2);
}

TEST(HttpServer, TakesChunkedBodiesInAnySplit) {
  auto server = Serve(Echo);
  const std::string request =
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nX-Trailer: t\r\n\r\n";
  TestSocket client = TestSocket::Connect(server->address());
  for (size_t cut = 1; cut < request.size(); ++cut) {
    client.Send(request.substr(0, cut));
    std::this_thread::yield();
    client.Send(request.substr(cut));
    ASSERT_THAT(client.ReadUntil("POST /c abc0123456789"), StartsWith("HTTP/1.1 200")) << cut;
  }
  for (char byte : request) client.Send({&byte, 1});
  EXPECT_THAT(client.ReadUntil("POST /c abc0123456789"), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, Http10IsAnsweredAndClosed) {
  auto server = Serve(Echo);
  TestSocket client = TestSocket::Connect(server->address());
  client.Send("GET /old HTTP/1.0\r\n\r\n");
  const std::string got = client.ReadAll();
  EXPECT_THAT(got, HasSubstr("GET /old "));
  EXPECT_THAT(got, HasSubstr("Connection: close"));
  EXPECT_TRUE(client.closed());
}

TEST(HttpServer, ConnectionCloseIsHonoured) {
  auto server = Serve(Echo);
  TestSocket client = TestSocket::Connect(server->address());
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), HasSubstr("Connection: close"));
  EXPECT_TRUE(client.closed());
}

TEST(HttpServer, HeadHasTheLengthAndNoBody) {
  auto server = Serve(Echo);
  TestSocket client = TestSocket::Connect(server->address());
  client.Send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
  client.Send("GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string got = client.ReadAll();
  EXPECT_THAT(got, HasSubstr("Content-Length: 8"));
  EXPECT_THAT(got, Not(HasSubstr("HEAD /x")));
  EXPECT_THAT(got, HasSubstr("GET /after"));
}

TEST(HttpServer, SendsContinueBeforeTheBodyButNotForOneThatIsTooLarge) {
  HttpServerLimits limits;
  limits.body_bytes_max = 10;
  auto server = Serve(Echo, limits);
  const std::string head =
      "POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ";
  TestSocket client = TestSocket::Connect(server->address());
  client.Send(head + "3\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  EXPECT_THAT(client.ReadUntil("abc"), HasSubstr("POST /e abc"));
  client.Send(head + "11\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 413 "));
}

TEST(HttpServer, AValueCannotBreakOutOfItsHeader) {
  auto server = Serve([](std::shared_ptr<HttpExchange> exchange) {
    HttpResponse response = HttpResponse::Text(200, "ok");
    response.headers.push_back({"X-Id", "a\r\nSet-Cookie: b"});
    response.headers.push_back({"bad name", "v"});
    response.headers.push_back({"Content-Length", "77"});
    exchange->Send(response);
  });
  const std::string got = Ask(server->address(), kGet);
  EXPECT_THAT(got, HasSubstr("X-Id: a  Set-Cookie: b\r\n"));
  EXPECT_THAT(got, Not(HasSubstr("bad name")));
  EXPECT_THAT(got, Not(HasSubstr("77")));
}

TEST(HttpServer, StreamsChunks) {
  auto server = Serve([](std::shared_ptr<HttpExchange> exchange) {
    exchange->Start(HttpResponse::Text(200, "first"));
    exchange->Write("");
    exchange->Write("second");
    exchange->Finish();
  });
  TestSocket client = TestSocket::Connect(server->address());
  client.Send(kGet);
  EXPECT_THAT(client.ReadUntil("0\r\n\r\n"),
              HasSubstr("\r\n\r\n5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n"));
  client.Send(kGet);  // the connection goes on
  EXPECT_THAT(client.ReadUntil("0\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, StreamsToHttp10UntilTheConnectionCloses) {
  auto server = Serve([](std::shared_ptr<HttpExchange> exchange) {
    exchange->Start(HttpResponse::Text(200, "first"));
    exchange->Write("second");
    exchange->Finish();
  });
  TestSocket client = TestSocket::Connect(server->address());
  client.Send("GET /x HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.ReadAll(), HasSubstr("\r\n\r\nfirstsecond"));
  EXPECT_TRUE(client.closed());
  EXPECT_FALSE(client.reset());
}

TEST(HttpServer, AnAbortedStreamLooksBroken) {
  auto server = Serve([](std::shared_ptr<HttpExchange> exchange) {
    exchange->Start(HttpResponse::Text(200, "part"));
    exchange->Abort();
  });
  TestSocket chunked = TestSocket::Connect(server->address());
  chunked.Send(kGet);
  const std::string got = chunked.ReadAll();
  EXPECT_THAT(got, HasSubstr("4\r\npart\r\n"));
  EXPECT_THAT(got, Not(HasSubstr("\r\n0\r\n")));
  EXPECT_TRUE(chunked.closed());

  TestSocket until_close = TestSocket::Connect(server->address());
  until_close.Send("GET /x HTTP/1.0\r\n\r\n");
  until_close.ReadAll();
  EXPECT_TRUE(until_close.reset());
}

TEST(HttpServer, AnUnansweredExchangeIsA500AndAnUnfinishedStreamIsCut) {
  auto server = Serve([](std::shared_ptr<HttpExchange> exchange) {
    if (exchange->request().path == "/x") return;
    exchange->Start(HttpResponse::Text(200, "part"));
  });
  TestSocket client = TestSocket::Connect(server->address());
  client.Send(kGet);
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 500 "));
  TestSocket stream = TestSocket::Connect(server->address());
  stream.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(stream.ReadAll(), Not(HasSubstr("\r\n0\r\n")));
  EXPECT_TRUE(stream.closed());
  EXPECT_TRUE(Eventually([&] { return server->n_active() == 0; }));
}

TEST(HttpServer, TheFirstAnswerWins) {
  auto server = Serve([](std::shared_ptr<HttpExchange> exchange) {
    exchange->Write("early");
    exchange->Finish();
    exchange->Send(HttpResponse::Text(200, "one"));
    exchange->Send(HttpResponse::Text(200, "two"));
    exchange->Start(HttpResponse::Text(200, "three"));
    exchange->Write("four");
    exchange->Abort();
  });
  const std::string got = Ask(server->address(), kGet);
  EXPECT_EQ(CountOf(got, "HTTP/1.1"), 1);
  EXPECT_TRUE(got.ends_with("\r\n\r\none"));
}

// Many, and the end.

TEST(HttpServer, Serves200ConnectionsAtOnce) {
  auto server = Serve(Echo);
  std::vector<TestSocket> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(TestSocket::Connect(server->address()));
  for (int round = 0; round < 5; ++round) {
    for (auto& client : clients) ASSERT_TRUE(client.Send(kGet));
    for (auto& client : clients) ASSERT_THAT(client.ReadUntil("GET /x"), HasSubstr("200 OK"));
  }
}

TEST(HttpServer, StopEndsEverythingAtOnce) {
  Holder holder;
  auto server = Serve(holder.handler());
  const std::string address = server->address();
  std::vector<TestSocket> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(TestSocket::Connect(address));
    clients.back().Send(i % 2 == 0 ? kGet : "GET /half");
  }
  ASSERT_TRUE(Eventually([&] { return holder.n_held == 5; }));
  const auto begin = std::chrono::steady_clock::now();
  server->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);  // not a limit's ten
  EXPECT_EQ(holder.n_closed, 5);
  EXPECT_EQ(server->n_active(), 0);
  server.reset();
  for (auto& exchange : holder.held) {  // exchanges outlive the server
    EXPECT_TRUE(exchange->closed());
    exchange->Send(HttpResponse::Text(200, "late"));
  }
  for (auto& client : clients) {
    client.ReadAll();
    EXPECT_TRUE(client.closed());
  }
}

TEST(HttpServer, DrainingEndsIdleConnectionsAndLetsAnswersFinish) {
  Holder holder;
  auto server = Serve(holder.handler());
  TestSocket idle = TestSocket::Connect(server->address());
  TestSocket busy = TestSocket::Connect(server->address());
  busy.Send(kGet);
  auto exchange = holder.first();
  server->StopAccepting();
  idle.ReadAll();
  EXPECT_TRUE(idle.closed());
  EXPECT_EQ(server->n_active(), 1);
  exchange->Send(HttpResponse::Text(200, "finished"));
  const std::string got = busy.ReadAll();
  EXPECT_THAT(got, HasSubstr("finished"));
  EXPECT_THAT(got, HasSubstr("Connection: close"));
  EXPECT_EQ(server->n_active(), 0);
}

TEST(HttpServer, AnAddressInUseIsRefusedAndOneInvalidNamed) {
  auto server = Serve(Echo);
  auto second = HttpServer::Start(server->address(), 1, {}, Echo);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(second.status().message(), HasSubstr(server->address()));
  for (const char* bad : {"", "8080", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "unix:",
                          "example.com:80", "[::z]:1", "https://127.0.0.1:1", "1.2.3.4:-1"}) {
    auto none = HttpServer::Start(bad, 1, {}, Echo);
    ASSERT_FALSE(none.ok()) << bad;
    EXPECT_EQ(none.status().code(), StatusCode::kInvalidArgument) << bad;
  }
}

// Unix sockets.

struct UnixPath {
  UnixPath() : path(testing::TempDir() + "lemma_net_" + std::to_string(getpid()) + ".sock") {
    std::filesystem::remove(path);
  }
  ~UnixPath() { std::filesystem::remove(path); }
  std::string path;
};

TEST(HttpServer, ServesAUnixSocketThatOthersCannotOpenAndRemovesIt) {
  UnixPath at;
  auto server = Serve(
      [](std::shared_ptr<HttpExchange> exchange) {
        exchange->Send(HttpResponse::Text(200, "peer=" + exchange->request().peer));
      },
      {}, "unix:" + at.path);
  EXPECT_EQ(server->address(), "unix:" + at.path);
  EXPECT_THAT(Ask(server->address(), kGet), HasSubstr("peer=unix"));
  struct stat info;
  ASSERT_EQ(stat(at.path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_FALSE(HttpServer::Start("unix:" + at.path, 1, {}, Echo).ok());
  EXPECT_THAT(Ask(server->address(), kGet), HasSubstr("200 OK"));  // the failed start took nothing
  server->Stop();
  EXPECT_FALSE(std::filesystem::exists(at.path));
}

TEST(HttpServer, ReplacesAStaleSocketButNoOtherFile) {
  UnixPath at;
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, at.path.c_str(), at.path.size());
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof(name)), 0);
  close(fd);  // as a killed server leaves it
  auto server = Serve(Echo, {}, "unix:" + at.path);
  EXPECT_THAT(Ask(server->address(), kGet), HasSubstr("200 OK"));
  server.reset();

  close(open(at.path.c_str(), O_CREAT | O_WRONLY, 0600));
  auto blocked = HttpServer::Start("unix:" + at.path, 1, {}, Echo);
  ASSERT_FALSE(blocked.ok());
  EXPECT_THAT(blocked.status().message(), HasSubstr("not a socket"));
  EXPECT_TRUE(std::filesystem::exists(at.path));
}

}  // namespace
}  // namespace lemma::net
