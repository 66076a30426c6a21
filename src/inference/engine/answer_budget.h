// Makes a sample that thinks answer within its tokens. Thinking and answer share max_tokens, of
// which a part is the answer's. Towards the end of its share the thinking is closed softly: as soon
// as the model itself thinks of closing it (the first closing token is among its three likeliest;
// antirez/ds4#898). At the end it is closed by force: with a bridging sentence, since a bare cut
// leaves models rambling on, and the model's own closing tokens (budget forcing, arXiv 2501.19393).
//
// Where hardly anything is left, it is closed with the tag alone, of those tokens, and a token of
// the answer that shows something is said at least: a deadline waits for it (token_chooser.h).
//
// A pure function of the tokens and the logits, but where a deadline or a live call moves the end.
// The state of one sample; the engine's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "inference/engine/engine.h"

namespace lemma::engine {

class AnswerBudget {
 public:
  static constexpr int32_t kSoftRank = 3;         // among so many likeliest
  static constexpr int32_t kSoftTokensMax = 512;  // the soft end begins so early at most; it is
  static constexpr int32_t kSoftShare = 8;        // an eighth of the thinking's share
  static constexpr int32_t kAnswerShare = 4;      // the answer's part: a quarter at most
  static constexpr int32_t kBridgeShare = 4;  // of the thinking's share; a longer one is left out

  // The token that must come next, if one must. The sample has said n_output tokens and may say
  // n_left more; `logits` are the model's for the next one.
  std::optional<TokenId> Demand(const ThinkingRules& rules, int32_t n_output, int32_t n_left,
                                std::span<const float> logits);
  // What the sink says after each token; before the first, whether the prompt opens the thinking.
  void Observe(RequestSink::Verdict verdict);
  // Closes the thinking with the next token, since it goes round in circles. False where it is not
  // open, or was closed or concluded before.
  bool Conclude();

  // How many tokens a deadline waits for: those that close the thinking and one of the answer,
  // which a sample owes that has said something and not answered.
  int32_t n_owed(const ThinkingRules& rules) const;
  bool owes_answer() const { return owes_answer_; }

  bool is_open() const { return is_open_; }
  bool is_closing() const { return next_ != kNone; }  // amid the tokens that close it
  ThinkingClosed closed() const { return closed_; }

 private:
  static constexpr int32_t kNone = -1;
  void Decide(const ThinkingRules& rules, int32_t n_output, int32_t n_left,
              std::span<const float> logits);

  bool is_open_ = false;
  bool is_looping_ = false;
  bool owes_answer_ = false;
  int32_t next_ = kNone;  // of bridge and close, one after the other
  int32_t n_close_ = 0;   // so many of `close` are said
  ThinkingClosed closed_ = ThinkingClosed::kNever;
};

}  // namespace lemma::engine
