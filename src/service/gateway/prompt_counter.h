// How many tokens a prompt has, counted as the worker counts it: with the model's own tokenizer and
// chat template. Thread-safe; a megabyte takes a tenth of a second, so not for an I/O thread.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "common/text/chat_template.h"
#include "common/text/tokenizer.h"

namespace lemma::gateway {

// The model that the local worker serves.
struct CountedModel {
  std::string id;
  text::Tokenizer tokenizer;
  text::ChatTemplate chat_template;
  int64_t context_tokens = 0;         // prompt and output together have at most so many
  int64_t output_tokens_default = 0;  // of a request that names no max_tokens, at most
};

class PromptCounter {
 public:
  explicit PromptCounter(CountedModel model) : model_(std::move(model)) {}

  const CountedModel& model() const { return model_; }
  // Of the body of a chat or of a plain completion. Nothing where the worker will refuse it.
  std::optional<int64_t> CountChat(const boost::json::object& body) const;
  std::optional<int64_t> CountCompletion(const boost::json::object& body) const;

 private:
  int64_t CountPrompt(const boost::json::value& prompt) const;  // one of a completion's

  CountedModel model_;
};

}  // namespace lemma::gateway
