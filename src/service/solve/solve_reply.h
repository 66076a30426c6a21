// What a run tells its client: one JSON body at its end, or events as it goes (docs/solve.md).
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/net/http_server.h"
#include "service/reason/consensus/answer_vote.h"
#include "service/solve/sample.h"

namespace lemma::solve {

struct Usage {
  int64_t prompt_tokens = 0;
  int64_t completion_tokens = 0;
};

// All that a run came to.
struct SolveResult {
  std::string id;
  std::string strategy;
  std::string stopped;  // StopReasonName, "verified", "max_total_tokens", "deadline"
  std::string profile;  // as the chats' header says; "": they did not
  std::string model;
  const Sample* best = nullptr;  // nullptr: no sample has said anything
  const std::vector<std::unique_ptr<Sample>>* samples = nullptr;
  const reason::AnswerVote* vote = nullptr;
  Usage usage;
  int64_t tokens_saved = 0;
  int n_repairs = 0;
};

boost::json::object RenderResult(const SolveResult& result);
// {"verdict", "passed", "total", "verdicts": [{"test", "verdict"}],
//  "failed": {"test", "verdict", "message"}?}
boost::json::object RenderReport(const reason::JudgeReport& report);
// {"claims": [{"claim", "holds"}], "reliability"}
boost::json::object RenderClaims(const Sample& sample);
// Adds thinking_closed, loop and answer_salvaged, where they are so.
void TellInterventions(const Sample& sample, boost::json::object& object);
boost::json::array RenderVotes(const reason::AnswerVote& vote);

// Belongs to the run's thread.
class SolveWriter {
 public:
  SolveWriter(std::shared_ptr<net::HttpExchange> exchange, bool is_stream)
      : exchange_(std::move(exchange)), is_stream_(is_stream) {}

  // The samples have begun: the head of a stream goes out. profile: "", or the chats'. True for
  // what begins a stream.
  bool Begin(const std::string& profile);
  void Event(boost::json::object event);  // nothing where the client wants one body
  void Ping();                            // so that nobody takes silence for the end

  void End(const SolveResult& result);
  // As one error; a chat's own answer is passed on as it came.
  void Fail(const Status& status);
  void Fail(net::HttpResponse response);

 private:
  const std::shared_ptr<net::HttpExchange> exchange_;
  const bool is_stream_;
  bool has_begun_ = false;
};

}  // namespace lemma::solve
