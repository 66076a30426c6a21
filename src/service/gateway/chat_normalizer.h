// One canonical chat request out of the many that clients send. Pure: an object in, the same object
// changed.
//
//   messages   at most one of role system, the first (`developer` is one; several are joined, blank
//              ones left out); every content a string; text that a judge's database had escaped,
//              decoded (escaped_text.h); of an assistant's message the thinking left out, but where
//              it calls tools; those and a tool's messages are for servers that know them
//   max_tokens                       also max_completion_tokens (first), max_output_tokens,
//                                    max_new_tokens, n_predict
//   thinking_token_budget            also thinking_budget_tokens, thinking_budget,
//                                    reasoning_budget, reasoning.max_tokens,
//                                    thinking.budget_tokens; 0 where the thinking is switched off:
//                                    enable_thinking, think, reasoning.enabled,
//                                    chat_template_kwargs.enable_thinking: false, or
//                                    thinking.type: "disabled"
//   reasoning_effort                 also reasoning.effort
//
// What is not as it should be (a role nobody knows, a number that is a string) stays where the
// client put it: the error of the worker then names it as the client counts. Fields that nobody
// knows stay too.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace lemma::gateway {

// How clients bound an answer; the first that stands in a body counts.
inline constexpr const char* kMaxTokensNames[] = {
    "max_completion_tokens", "max_tokens", "max_output_tokens", "max_new_tokens", "n_predict"};

// Empty, or white space alone.
bool IsBlank(std::string_view text);

// `model` is absent, null or "".
bool NamesNoModel(const boost::json::object& body);

struct NormalizedChat {
  bool is_changed = false;
  bool has_messages = false;  // canonical ones, at least one
};

NormalizedChat NormalizeChat(boost::json::object& chat);

// The budgets alone; true: something changed.
bool NormalizeBudgets(boost::json::object& body);

}  // namespace lemma::gateway
