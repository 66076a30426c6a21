// One sample of a run: what it has said so far, and what came of it.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/reason/consensus/trace_confidence.h"
#include "service/reason/judge/judge.h"

namespace lemma::solve {

// A sample's confidence is that of its weakest so many tokens. DeepConf takes 2,048 of answers of
// tens of thousands; short answers need a shorter look.
inline constexpr size_t kGroupTokens = 512;

enum class SampleState {
  kRunning,
  kEnded,
  kCancelled,  // the vote was over
  kWeak,       // less confident than the others were: cut short, no vote
};

const char* SampleStateName(SampleState state);  // "running", "ended", "cancelled", "weak"

struct Claim {
  std::string text;
  bool holds = false;
};

struct Sample {
  int index = 0;   // in the run
  int chat = 0;    // which chat it is of
  int choice = 0;  // and which of its samples
  SampleState state = SampleState::kRunning;
  std::string reasoning;
  std::string text;
  std::string finish_reason;
  std::string thinking_closed;  // why, where it was not the model; "": nothing closed it
  boost::json::object loop;     // what the guard did, as chats tell it; empty: it saw none
  bool is_salvaged = false;     // its answer was taken from the thinking, which no answer followed
  int64_t n_tokens = 0;         // as the server says; until it does, the pieces that came
  bool is_counted = false;      // the server says it all along
  reason::TraceConfidence confidence{kGroupTokens};
  bool tells_entropy = false;                 // as a Lemma worker does
  std::optional<std::string> answer;          // of one that has ended
  std::optional<reason::JudgeReport> report;  // where there were tests and a program
  bool has_voted = false;
  bool was_examined = false;  // by its claims, of which it may have none
  std::vector<Claim> claims;  // that it rests on

  bool is_whole() const { return finish_reason == "stop"; }  // the model has ended it itself
};

// By its claims, 0 to 1; 0 where none were examined.
double Reliability(const Sample& sample);

// What a chunk's choice adds: text of either kind.
struct SampleDelta {
  std::string reasoning;
  std::string text;
};

// Reads one choice of a chunk of a chat's stream into its sample. What is not as it should be is
// left out.
SampleDelta ReadChoice(const boost::json::object& choice, Sample& sample);

}  // namespace lemma::solve
