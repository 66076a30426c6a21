// The chats of a run: what each sample is asked for with, and without what where a server does not
// take that.
#include <algorithm>
#include <boost/json.hpp>
#include <limits>
#include <utility>

#include "service/solve/solve_run.h"

namespace lemma::solve {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

// Fewer tokens are no answer.
// The chats end so long before the run must, to be voted on.
constexpr milliseconds kVoteTime{100};
constexpr int kTopLogprobs = 5;
constexpr double kAsideTemperature = 0.6;
// What a question about samples has in common with their chat: who answers, and how long it may be
// thought about. Not how the client wants answers written, such as without an end.
constexpr const char* kOfAsides[] = {"model", "reasoning_effort", "thinking_budget_tokens",
                                     "thinking_token_budget"};

// `max_tokens`: 0: no bound.
json::object AsStream(json::object chat, int64_t max_tokens) {
  if (max_tokens > 0) chat["max_tokens"] = max_tokens;
  chat["stream"] = true;
  chat["stream_options"] = {{"include_usage", true}, {"continuous_usage_stats", true}};
  return chat;
}

}  // namespace

// 0: no bound. n_samples: as many as there are tokens for.
int64_t SolveRun::TokensOfEach(int* n_samples) const {
  const int64_t share = ShareOf(n_samples);
  if (share == 0 || request_.max_tokens == 0) return std::max(share, request_.max_tokens);
  return std::min(request_.max_tokens, share);
}

// Of what is left of the tokens of all samples.
int64_t SolveRun::ShareOf(int* n_samples) const {
  if (request_.max_total_tokens == 0) return 0;
  int64_t n_left = request_.max_total_tokens;
  for (const auto& sample : samples_) n_left -= sample->n_tokens;
  for (const auto& aside : asides_) n_left -= aside->n_tokens;
  *n_samples = static_cast<int>(std::clamp<int64_t>(n_left / kSampleTokensMin, 0, *n_samples));
  return *n_samples == 0 ? 0 : n_left / *n_samples;
}

void SolveRun::StartChat(int n_samples, int64_t max_tokens) {
  std::vector<Sample*> samples;
  for (int choice = 0; choice < n_samples; ++choice) {
    samples_.push_back(std::make_unique<Sample>());
    samples_.back()->index = static_cast<int>(samples_.size()) - 1;
    samples.push_back(samples_.back().get());
  }
  StartChatFor(std::move(samples), BodyOf(n_samples, max_tokens), /*is_aside=*/false);
}

void SolveRun::StartChatFor(std::vector<Sample*> samples, json::object body, bool is_aside,
                            std::vector<Sample*> held) {
  const int number = static_cast<int>(chats_.size());
  // Waves differ, and so do the samples of one.
  if (request_.seed) {
    const uint64_t seed = static_cast<uint64_t>(*request_.seed) + static_cast<uint64_t>(number);
    body["seed"] = seed & static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  }
  if (deadline_) {
    const auto left = std::chrono::duration_cast<milliseconds>(
        *deadline_ - std::chrono::steady_clock::now() - kVoteTime);
    body["deadline_ms"] = std::max<int64_t>(left.count(), 1);
  }
  for (size_t choice = 0; choice < samples.size(); ++choice) {
    samples[choice]->chat = number;
    samples[choice]->choice = static_cast<int>(choice);
  }
  n_running_ += static_cast<int>(samples.size() + held.size());
  desk_.Ask(body);
  chats_.push_back({.body = std::move(body),
                    .samples = std::move(samples),
                    .held = std::move(held),
                    .usage = {},
                    .is_aside = is_aside});
}

void SolveRun::StartHeld(int chat_number) {
  Chat& chat = chats_[static_cast<size_t>(chat_number)];
  if (chat.held.empty()) return;
  const std::vector<Sample*> held = std::exchange(chat.held, {});
  n_running_ -= static_cast<int>(held.size());
  StartOneEach(held, chat.body);
}

// `body`: of the chat that they were asked for in; chats_ grows.
void SolveRun::StartOneEach(const std::vector<Sample*>& samples, json::object body) {
  one_each_ = true;
  body.erase("n");
  for (Sample* sample : samples) StartChatFor({sample}, body, /*is_aside=*/false);
}

json::object SolveRun::BodyOf(int n_samples, int64_t max_tokens) const {
  json::object body = AsStream(request_.chat, max_tokens);
  if (n_samples > 1) body["n"] = n_samples;
  if (plan_.options().strategy == reason::Strategy::kConfidence) {
    body["logprobs"] = true;
    body["top_logprobs"] = kTopLogprobs;
  }
  return body;
}

json::object SolveRun::BodyOfAside(json::array messages, int64_t max_tokens) const {
  json::object chat = {{"messages", std::move(messages)}, {"temperature", kAsideTemperature}};
  for (const char* name : kOfAsides) {
    if (const json::value* value = request_.chat.if_contains(name)) chat[name] = *value;
  }
  return AsStream(std::move(chat), max_tokens);
}

// Without what the server may not take, where the client has not asked for that itself: a bound of
// tokens beyond the context (what is repaired has a longer prompt than the client knows), several
// samples at once, logprobs. False: there is nothing like it.
bool SolveRun::AskOtherwise(const Chat& chat, std::string_view error) {
  json::object body = chat.body;
  const json::value* bound = body.if_contains("max_tokens");
  const bool is_ours =
      bound != nullptr && (chat.is_aside || n_repairs_ > 0 || *bound != request_.max_tokens);
  if (is_ours && error.find("context") != error.npos) {
    body.erase("max_tokens");
    StartChatFor(chat.samples, std::move(body), chat.is_aside, chat.held);
  } else if (chat.samples.size() > 1) {
    // One first: what is wrong may be something else, which all the others would be refused for.
    one_each_ = true;
    body.erase("n");
    StartChatFor({chat.samples[0]}, std::move(body), chat.is_aside,
                 {chat.samples.begin() + 1, chat.samples.end()});
  } else if (body.erase("logprobs") > 0) {
    body.erase("top_logprobs");
    StartChatFor(chat.samples, std::move(body), chat.is_aside, chat.held);
  } else {
    return false;
  }
  return true;
}

// Its key has no room beside the run's other chats: until one of them ends. False: none runs.
bool SolveRun::PutOff(const Chat& chat) {
  const auto runs = [](const Chat& other) { return !other.has_ended && !other.is_aside; };
  if (chat.is_aside || std::ranges::none_of(chats_, runs)) return false;
  n_running_ += static_cast<int>(chat.samples.size() + chat.held.size());
  put_off_.push_back(chat);
  return true;
}

void SolveRun::StartPutOff() {
  if (!stopped_.empty()) return;
  for (Chat& chat : std::exchange(put_off_, {})) {
    n_running_ -= static_cast<int>(chat.samples.size() + chat.held.size());
    StartChatFor(std::move(chat.samples), std::move(chat.body), /*is_aside=*/false,
                 std::move(chat.held));
  }
}

}  // namespace lemma::solve
