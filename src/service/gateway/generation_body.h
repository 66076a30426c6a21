// The JSON body of a call that generates, as the gateway reads and completes it for the worker:
// what it may cost at most, and what the worker is told beside what the client said.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "service/gateway/prompt_counter.h"

namespace lemma::gateway {

// What a call to the worker does.
enum class CallKind {
  kChat,        // POST /v1/chat/completions
  kCompletion,  // POST /v1/completions
  kOther,       // another POST below /v1/, of a server that has more than Lemma: may generate
  kFree,        // generates nothing: models, /tokenize, ...
};

// Where a client wants to be told its usage, in a stream.
struct UsageWish {
  bool at_end = false;   // stream_options.include_usage
  bool in_each = false;  // stream_options.continuous_usage_stats
};

// Tokens that a request may use. Their sum is at most access::kRequestTokensMax.
struct TokenClaim {
  int64_t n_prompt = 0;
  int64_t n_output = 0;
  int64_t n_answer = 0;   // of one of the answers, at most
  int64_t n_counted = 0;  // n_prompt where it is exact, else 0
};

class GenerationBody {
 public:
  // Errors: kInvalidArgument where it is not a JSON object. Its fields are for the worker to check.
  static Result<GenerationBody> Parse(std::string text);

  // An upper bound that the worker cannot pass: the prompt counted exactly where `counter` (null:
  // none) knows the model, else a token a byte; and max_tokens x n. Tokenizes: not for an I/O
  // thread. `default_model`: who answers a request that names none; "": whoever `counter` knows.
  // kInvalidArgument where nothing bounds the output: an unknown model and no max_tokens.
  Result<TokenClaim> Claim(CallKind kind, const PromptCounter* counter,
                           std::string_view default_model = "") const;

  std::optional<std::string> model() const;  // as the client named it
  bool is_stream() const;
  UsageWish usage_wish() const;
  // Lets every chunk of the stream, and its end, tell the usage. Vllm's options and ours; other
  // servers ignore the one that they do not know.
  void AskForUsage();
  // At most so long, whatever the client said. 0: as it said.
  void LimitTime(int64_t deadline_ms);

  // The client's own bytes where nothing was changed.
  std::string Text() const;

 private:
  GenerationBody(std::string text, boost::json::object body)
      : text_(std::move(text)), body_(std::move(body)) {}

  std::string text_;
  boost::json::object body_;
  bool is_changed_ = false;
};

}  // namespace lemma::gateway
