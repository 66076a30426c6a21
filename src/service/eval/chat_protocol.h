// What a server is sent for one sample and what it says: POST /v1/chat/completions of any OpenAI
// server, or POST /v1/solve of Lemma's.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/status.h"
#include "common/net/http.h"
#include "service/eval/problem.h"
#include "service/eval/run_settings.h"

namespace lemma::eval {

// One sample, or what a whole solve came to.
struct Reply {
  std::string text;                        // without the thinking, where the server parts the two
  std::string reasoning = "";              // the thinking; "": none, or it is in the text
  std::optional<std::string> answer = {};  // that a solve has voted for
  bool is_cut = false;                     // by the limit of tokens or the deadline
  bool is_stopped = false;                 // by the server's own guard against loops
  bool has_looped = false;                 // the guard has seen a loop, whatever came of it
  bool is_declined = false;                // by Lemma's gateway, as off-domain
  int64_t tokens = 0;  // completion, thinking included, of all samples of a solve
};

net::HttpRequest RenderRequest(const RunSettings& settings, const Problem& problem, int64_t seed);

// `response` has the status 200, or 504 where a deadline was set. Errors: kDataLoss where it is no
// such reply; kInvalidArgument where the server put in a profile's system prompt although there
// should be none.
Result<Reply> ParseReply(const RunSettings& settings, const net::HttpResponse& response);

}  // namespace lemma::eval
