// The calls that generate nothing: tokens counted, templates applied, jobs asked for. No turn
// bounds them, and each takes a connection to a replica or a place in a lane, of which there are so
// many: what generates, and what stops it, needs its own.
#pragma once

#include <memory>
#include <string>

#include "service/gateway/answer_mapper.h"

namespace lemma::gateway {

// Thread-safe. Calls may outlive it.
class FreeCalls {
 public:
  static constexpr int kMax = 256;  // at a time; a Lemma worker takes 4096 connections
  // Of one key, so that others still get in; callers without a key may have them all.
  static constexpr int kKeyMax = kMax / 2;

  // A call's place, as long as it is held; nullptr: none is left.
  std::shared_ptr<void> Take(const std::string& key_id);
  // The answer as it is. It holds the call's place as long as it lives; nullptr: as Take.
  std::unique_ptr<AnswerMapper> Begin(const std::string& key_id);

 private:
  struct Counts;
  static std::shared_ptr<Counts> NewCounts();
  const std::shared_ptr<Counts> counts_ = NewCounts();
};

}  // namespace lemma::gateway
