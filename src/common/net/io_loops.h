// Threads that wait for sockets, each with a loop of its own, shared by servers and clients: where
// a handler of a server asks a client on the same loops, the call stays on the handler's thread,
// from the request's bytes to the answer's. Each change of threads less is two system calls and a
// wait for the scheduler less.
#pragma once

#include <memory>

namespace lemma::net {

class EventLoops;

// Outlives the servers and clients that use it; what they leave behind (exchanges, calls) may
// outlive all of them.
class IoLoops {
 public:
  explicit IoLoops(int n_threads);
  IoLoops(const IoLoops&) = delete;
  IoLoops& operator=(const IoLoops&) = delete;
  ~IoLoops();  // joins the threads; not from one of them

  const std::shared_ptr<EventLoops>& loops() const;  // for this room

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace lemma::net
