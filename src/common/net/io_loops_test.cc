#include "common/net/io_loops.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "common/net/http_client.h"
#include "common/net/http_server.h"
#include "common/net/test_server.h"

namespace lemma::net {
namespace {

HttpRequest Get(std::string target = "/") { return {"GET", std::move(target), "", {}, "", ""}; }

std::unique_ptr<HttpServer> ServeOn(IoLoops& loops, HttpHandler handler) {
  auto server = HttpServer::Start("127.0.0.1:0", loops, {}, std::move(handler));
  LEMMA_CHECK(server.ok(), server.status().ToString().c_str());
  return std::move(*server);
}

// Asks `to` and answers with what came, as a relay does.
void PassOn(HttpClient& client, const std::string& to, std::shared_ptr<HttpExchange> exchange,
            std::function<void()> note) {
  const auto response = std::make_shared<HttpResponse>();
  HttpCallbacks callbacks;
  callbacks.on_head = [response, note](HttpResponse head) {
    note();
    *response = std::move(head);
  };
  callbacks.on_body = [response, note](std::string piece) {
    note();
    response->body += piece;
  };
  callbacks.on_end = [response, note, exchange](const Status& status) {
    note();
    exchange->Send(status.ok() ? std::move(*response) : HttpResponse::Text(502, status.message()));
  };
  client.Send(to, exchange->request(), std::move(callbacks));
}

TEST(IoLoops, ACallFromAHandlerStaysOnItsThread) {
  const auto behind = Serve(Echo);
  IoLoops loops(3);
  HttpClient client(loops, {});
  std::atomic<int> n_elsewhere{0};
  std::mutex mutex;
  std::map<std::thread::id, int> handled;
  const auto relay = ServeOn(loops, [&](std::shared_ptr<HttpExchange> exchange) {
    const std::thread::id here = std::this_thread::get_id();
    {
      const std::lock_guard lock(mutex);
      ++handled[here];
    }
    PassOn(client, behind->address(), std::move(exchange),
           [&n_elsewhere, here] { n_elsewhere += std::this_thread::get_id() != here; });
  });
  for (int i = 0; i < 30; ++i) {
    HttpClient caller;  // a connection of its own
    const auto answer = caller.SendAndWait(relay->address(), Get("/" + std::to_string(i)));
    ASSERT_TRUE(answer.ok()) << answer.status().ToString();
    EXPECT_EQ(answer->body, "GET /" + std::to_string(i) + " ");
  }
  EXPECT_EQ(n_elsewhere, 0);
  EXPECT_EQ(handled.size(), 3u);  // and the connections are spread over all of them
}

TEST(IoLoops, CallsFromOtherThreadsAreSpread) {
  const auto behind = Serve(Echo);
  IoLoops loops(2);
  HttpClient client(loops, {});
  std::mutex mutex;
  std::map<std::thread::id, int> ended;
  std::latch all(20);
  for (int i = 0; i < 20; ++i) {
    HttpCallbacks callbacks;
    callbacks.on_end = [&](const Status& status) {
      EXPECT_TRUE(status.ok()) << status.ToString();
      const std::lock_guard lock(mutex);
      ++ended[std::this_thread::get_id()];
      all.count_down();
    };
    client.Send(behind->address(), Get(), std::move(callbacks));
  }
  all.wait();
  const std::lock_guard lock(mutex);
  ASSERT_EQ(ended.size(), 2u);
  for (const auto& [thread, n] : ended) EXPECT_EQ(n, 10);
}

TEST(IoLoops, AClientThatGoesEndsItsCallsAndTheServerGoesOn) {
  Holder holder;
  const auto silent = Serve(holder.handler());
  IoLoops loops(2);
  const auto other = ServeOn(loops, Echo);
  auto client = std::make_unique<HttpClient>(loops, HttpClientOptions{});
  std::atomic<int> n_cancelled{0}, n_ended{0};
  for (int i = 0; i < 8; ++i) {
    HttpCallbacks again;  // what an end asks for ends as well
    again.on_end = [&](const Status& status) {
      n_cancelled += status.code() == StatusCode::kCancelled;
      ++n_ended;
    };
    HttpCallbacks callbacks;
    callbacks.on_end = [&, again, asked = client.get()](const Status& status) {
      n_cancelled += status.code() == StatusCode::kCancelled;
      ++n_ended;
      asked->Send(silent->address(), Get(), again);
    };
    client->Send(silent->address(), Get(), std::move(callbacks));
  }
  ASSERT_TRUE(Eventually([&] { return holder.n_held == 8; }));
  client.reset();
  EXPECT_EQ(n_ended, 16);
  EXPECT_EQ(n_cancelled, 16);
  EXPECT_TRUE(Eventually([&] { return holder.n_closed == 8; }));
  EXPECT_EQ(HttpClient().SendAndWait(other->address(), Get())->body, "GET / ");
}

TEST(IoLoops, ACallIsBegunBeforeAnotherThreadCancelsIt) {
  Holder holder;
  const auto behind = Serve([hold = holder.handler()](std::shared_ptr<HttpExchange> exchange) {
    exchange->request().method == "GET" ? Echo(std::move(exchange)) : hold(std::move(exchange));
  });
  IoLoops loops(1);
  HttpClient client(loops, {});
  ASSERT_TRUE(client.SendAndWait(behind->address(), Get()).ok());  // its connection waits for more
  const auto relay = ServeOn(loops, [&](std::shared_ptr<HttpExchange> exchange) {
    HttpCallbacks callbacks;
    callbacks.on_end = [exchange](const Status& status) {
      exchange->Send(HttpResponse::Text(502, status.message()));
    };
    HttpRequest request{"POST", "/", "", {}, "", ""};
    const auto call = client.Send(behind->address(), std::move(request), std::move(callbacks));
    std::thread([call] { call->Cancel(); }).join();  // while this handler still runs
  });
  EXPECT_EQ(HttpClient().SendAndWait(relay->address(), Get())->body, "the call was cancelled");
  EXPECT_TRUE(Eventually([&] { return holder.n_closed == 1; }));
}

TEST(IoLoops, AServerThatStopsHandlesNothingMoreAndTheOthersGoOn) {
  IoLoops loops(2);
  const auto other = ServeOn(loops, Echo);
  HttpClient client(loops, {});
  for (int round = 0; round < 20; ++round) {
    std::atomic<bool> is_stopped{false};
    std::atomic<int> n_handled{0}, n_late{0};
    auto stopped = ServeOn(loops, [&](std::shared_ptr<HttpExchange> exchange) {
      n_late += is_stopped;
      ++n_handled;
      exchange->Send(HttpResponse::Text(200, "here"));
    });
    const std::string address = stopped->address();
    std::atomic<bool> asks_on{true};
    std::thread asker([&] {
      HttpClient own;
      while (asks_on) (void)own.SendAndWait(address, Get());
    });
    ASSERT_TRUE(Eventually([&] { return n_handled > 10; }));
    stopped->Stop();
    is_stopped = true;
    EXPECT_EQ(client.SendAndWait(other->address(), Get())->body, "GET / ");
    stopped.reset();
    asks_on = false;
    asker.join();
    EXPECT_EQ(n_late, 0);
  }
}

TEST(IoLoops, AnExceptionOfAHandlerOrACallbackEndsItsOwnRequestAlone) {
  const auto behind = Serve(Echo);
  IoLoops loops(1);
  HttpClient client(loops, {});
  Holder holder;
  const auto other = ServeOn(loops, holder.handler());
  const auto faulty = ServeOn(loops, [&](std::shared_ptr<HttpExchange> exchange) {
    if (exchange->request().path == "/handler") throw std::runtime_error("of a handler");
    HttpCallbacks callbacks;
    callbacks.on_end = [exchange](const Status&) { throw std::runtime_error("of a callback"); };
    client.Send(behind->address(), Get(), std::move(callbacks));
  });
  std::promise<Status> ended;  // of a neighbour on the same thread
  HttpCallbacks callbacks;
  callbacks.on_end = [&](Status status) { ended.set_value(std::move(status)); };
  client.Send(other->address(), Get(), std::move(callbacks));
  const auto held = holder.first();
  testing::internal::CaptureStderr();
  EXPECT_EQ(HttpClient().SendAndWait(faulty->address(), Get("/handler"))->status, 500);
  EXPECT_EQ(HttpClient().SendAndWait(faulty->address(), Get("/callback"))->status, 500);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("of a handler"), log.npos) << log;
  EXPECT_NE(log.find("of a callback"), log.npos) << log;
  held->Send(HttpResponse::Text(200, "here"));
  EXPECT_TRUE(ended.get_future().get().ok());
}

TEST(IoLoops, AnExchangeAndACallMayOutliveThem) {
  Holder holder;
  std::shared_ptr<HttpExchange> exchange;
  std::shared_ptr<HttpCall> call;
  std::promise<Status> ended;
  {
    IoLoops loops(1);
    HttpClient client(loops, {});
    const auto server = ServeOn(loops, holder.handler());
    HttpCallbacks callbacks;
    callbacks.on_end = [&](Status status) { ended.set_value(std::move(status)); };
    call = client.Send(server->address(), Get(), std::move(callbacks));
    exchange = holder.first();
  }
  EXPECT_FALSE(ended.get_future().get().ok());
  EXPECT_TRUE(exchange->closed());
  exchange->Send(HttpResponse::Text(200, "nobody reads it"));
  call->Cancel();
}

}  // namespace
}  // namespace lemma::net
