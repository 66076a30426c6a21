// The calls that generate nothing: tokens counted, templates applied. No turn bounds them, and each
// takes a connection to a replica, which has a limit: what generates, and what stops it, needs its
// own.
#pragma once

#include <atomic>
#include <memory>

#include "service/gateway/answer_mapper.h"

namespace lemma::gateway {

// Thread-safe. Calls may outlive it.
class FreeCalls {
 public:
  static constexpr int kMax = 256;  // at a time; a Lemma worker takes 4096 connections

  // The answer as it is. It holds the call's place as long as it lives; nullptr: none is left.
  std::unique_ptr<AnswerMapper> Begin();

 private:
  const std::shared_ptr<std::atomic<int>> n_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace lemma::gateway
