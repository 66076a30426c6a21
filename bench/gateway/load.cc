#include "load.h"

#include <algorithm>
#include <latch>
#include <memory>
#include <random>
#include <thread>
#include <utility>

#include "common/net/sse.h"
#include "mock_replica.h"

namespace lemma::bench {
namespace {

TimePoint Now() { return std::chrono::steady_clock::now(); }

double Milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// Seconds from the beginning at which requests leave.
std::vector<double> Departures(const OpenLoad& load) {
  std::mt19937_64 random(1);
  std::exponential_distribution<double> gap(load.rate);
  const double end = std::chrono::duration<double>(load.time).count();
  std::vector<double> departures;
  for (double at = 0; at < end;) {
    departures.push_back(at);
    at += load.arrivals == Arrivals::kEven ? 1 / load.rate : gap(random);
  }
  return departures;
}

// What one stream has brought so far; used on the client's thread alone.
struct StreamReading {
  net::SseParser parser;
  int n_seen = 0;  // frames, the next one expected
  bool is_broken = false;
  TimePoint last;
};

void Read(StreamReading& stream, StreamReport& report, const std::string& piece) {
  const TimePoint now = Now();
  int n_in_piece = 0;
  for (const net::SseParser::Event& event : stream.parser.Push(piece)) {
    const FrameStamp stamp = ReadFrameStamp(event.data);
    if (stamp.number < 0) continue;  // how it ends
    if (stamp.number != stream.n_seen) stream.is_broken = true;
    if (++n_in_piece > 1) ++report.n_merged;
    if (stream.n_seen > 0) report.gaps_ms.push_back(Milliseconds(now - stream.last));
    report.delays_ms.push_back(Milliseconds(now - stamp.sent));
    stream.last = now;
    ++stream.n_seen;
  }
}

void End(const StreamReading& stream, StreamReport& report, const StreamLoad& load,
         const Status& status) {
  if (status.ok() && !stream.is_broken && stream.n_seen == load.n_frames) {
    ++report.n_complete;
  } else {
    report.n_lost += std::max(load.n_frames - stream.n_seen, 1);
  }
}

}  // namespace

std::vector<Answered> RunOpenLoad(net::HttpClient& client, const Destination& to,
                                  const OpenLoad& load) {
  const std::vector<double> departures = Departures(load);
  std::vector<Answered> answers(departures.size());
  const auto all = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(answers.size()));
  const TimePoint begin = Now();
  for (size_t i = 0; i < answers.size(); ++i) {
    Answered& answer = answers[i];
    answer.due =
        begin + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(departures[i]));
    std::this_thread::sleep_until(answer.due);
    net::HttpCallbacks callbacks;
    callbacks.on_head = [&answer](net::HttpResponse head) { answer.status = head.status; };
    callbacks.on_end = [&answer, all](const Status& status) {
      answer.at = Now();
      if (!status.ok()) answer.status = 0;
      answer.why = status.message();
      all->count_down();
    };
    client.Send(to.address, to.request, std::move(callbacks));
  }
  all->wait();
  return answers;
}

StreamReport RunStreams(net::HttpClient& client, const Destination& to, const StreamLoad& load) {
  StreamReport report;
  std::vector<StreamReading> streams(static_cast<size_t>(load.n_streams));
  const auto all = std::make_shared<std::latch>(load.n_streams);
  const TimePoint begin = Now();
  for (int i = 0; i < load.n_streams; ++i) {
    std::this_thread::sleep_until(begin + load.begun_within * i / load.n_streams);
    StreamReading& stream = streams[static_cast<size_t>(i)];
    net::HttpCallbacks callbacks;
    callbacks.on_body = [&](const std::string& piece) { Read(stream, report, piece); };
    callbacks.on_end = [&, all](const Status& status) {
      End(stream, report, load, status);
      all->count_down();
    };
    client.Send(to.address, to.stream, std::move(callbacks));
  }
  all->wait();
  return report;
}

}  // namespace lemma::bench
