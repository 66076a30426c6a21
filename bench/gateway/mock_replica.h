// A server of the OpenAI protocol that computes nothing: it answers after a set time, or streams
// numbered frames at a set pace, each with the time at which it was sent.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/status.h"

namespace lemma::bench {

struct Pace {
  Duration answer{};  // of a whole answer, from the request's arrival
  int n_frames = 0;   // of a stream
  Duration frame{};   // between two of them
};

// What a frame's content says: "number sent_ns", steady clock. Frames count from 0.
struct FrameStamp {
  int number = -1;
  TimePoint sent;
};
// Of the data of an event; number -1 where it is no such frame.
FrameStamp ReadFrameStamp(const std::string& event_data);

// Thread-safe.
class MockReplica {
 public:
  // It answers until it is destroyed. Errors: of net::HttpServer::Start.
  static Result<std::unique_ptr<MockReplica>> Start();
  virtual ~MockReplica() = default;

  virtual std::string address() const = 0;
  // For the requests that come from now on.
  virtual void SetPace(const Pace& pace) = 0;
};

}  // namespace lemma::bench
