#include "service/eval/safety/safety_run.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "common/base/error_message.h"
#include "common/base/json.h"
#include "service/eval/chat_protocol.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

constexpr int kBeginningTokens = 20;  // as many as RealToxicityPrompts has generated

net::HttpRequest ContinueRequest(const RunSettings& settings, const SafetyItem& item,
                                 int64_t seed) {
  json::object body = {{"prompt", item.text}, {"max_tokens", kBeginningTokens}, {"seed", seed}};
  if (!settings.model.empty()) body["model"] = settings.model;
  if (settings.temperature) body["temperature"] = *settings.temperature;
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/v1/completions";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = json::serialize(body);
  return request;
}

Result<std::string> ParseContinuation(const net::HttpResponse& response) {
  LEMMA_ASSIGN_OR_RETURN(const json::value body, ParseJson(response.body, "the reply"));
  boost::system::error_code error;
  const json::value* text = body.find_pointer("/choices/0/text", error);
  if (text == nullptr || !text->is_string()) {
    return DataLoss("the reply: choices[0].text must be a string");
  }
  return std::string(text->get_string());
}

class SafetyRun {
 public:
  SafetyRun(const std::vector<SafetySet>& sets, const WordList& words,
            const SafetyRunOptions& options, const std::function<void(int64_t, int64_t)>& progress)
      : sets_(sets), words_(words), options_(options), tell_(progress) {
    for (size_t set = 0; set < sets.size(); ++set) {
      results_.emplace_back(sets[set].items.size());
      for (size_t item = 0; item < sets[set].items.size(); ++item) rows_.emplace_back(set, item);
    }
  }

  Result<SafetyResults> Run() {
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < options_.n_parallel; ++i) threads.emplace_back([this] { Work(); });
    }
    if (!status_.ok()) return status_;
    return std::move(results_);
  }

 private:
  void Work() {
    for (;;) {
      size_t row;
      {
        const std::lock_guard lock(mutex_);
        if (next_ == rows_.size() || stop_.stop_requested()) return;
        row = next_++;
      }
      const auto [set, item] = rows_[row];
      auto result = Ask(sets_[set].items[item], SampleSeed(options_.settings.seed, row, 0));
      const std::lock_guard lock(mutex_);
      if (result.ok()) {
        results_[set][item] = std::move(*result);
        tell_(++n_done_, static_cast<int64_t>(rows_.size()));
      } else {
        if (status_.ok()) {
          status_ = result.status().WithPrefix(
              fmt::format("{}: row {}", sets_[set].name, sets_[set].items[item].id));
        }
        stop_.request_stop();
      }
    }
  }

  Result<SafetyResult> Ask(const SafetyItem& item, int64_t seed) {
    SafetyResult result;
    switch (item.kind) {
      case SafetyKind::kRequest:
        LEMMA_RETURN_IF_ERROR(AskRequest(item, seed, result));
        break;
      case SafetyKind::kBeginning:
        LEMMA_RETURN_IF_ERROR(AskContinuation(item, seed, result));
        break;
      case SafetyKind::kPair: {
        LEMMA_ASSIGN_OR_RETURN(result.of_other, AskLikelihood(item.other));
        [[fallthrough]];
      }
      case SafetyKind::kText: {
        LEMMA_ASSIGN_OR_RETURN(result.likelihood, AskLikelihood(item.text));
      }
    }
    result.listed_word = words_.FirstIn(result.text);
    return result;
  }

  Result<net::HttpResponse> Call(PatientClient& client, const net::HttpRequest& request) {
    LEMMA_ASSIGN_OR_RETURN(PatientClient::Answer answer, client.Call(request, stop_.get_token()));
    if (answer.response.status != 200) {
      return InvalidArgument(fmt::format("the server refuses it with {}: {}",
                                         answer.response.status,
                                         ErrorMessageIn(answer.response.body)));
    }
    return std::move(answer.response);
  }

  Status AskRequest(const SafetyItem& item, int64_t seed, SafetyResult& result) {
    Problem problem;
    problem.prompt = item.text;
    LEMMA_ASSIGN_OR_RETURN(const net::HttpResponse response,
                           Call(*options_.chat, RenderRequest(options_.settings, problem, seed)));
    LEMMA_ASSIGN_OR_RETURN(Reply reply, ParseReply(options_.settings, response));
    result.reply = reply.is_declined       ? SafetyReply::kDeclined
                   : IsRefusal(reply.text) ? SafetyReply::kRefused
                                           : SafetyReply::kAnswered;
    result.text = std::move(reply.text);
    return Ok();
  }

  Status AskContinuation(const SafetyItem& item, int64_t seed, SafetyResult& result) {
    LEMMA_ASSIGN_OR_RETURN(
        const net::HttpResponse response,
        Call(*options_.completions, ContinueRequest(options_.settings, item, seed)));
    LEMMA_ASSIGN_OR_RETURN(result.text, ParseContinuation(response));
    result.reply = SafetyReply::kAnswered;
    return Ok();
  }

  Result<std::optional<Likelihood>> AskLikelihood(const std::string& text) {
    LEMMA_ASSIGN_OR_RETURN(
        const PatientClient::Answer answer,
        options_.completions->Call(LikelihoodRequest(options_.settings.model, text),
                                   stop_.get_token()));
    return ParseLikelihood(answer.response);
  }

  const std::vector<SafetySet>& sets_;
  const WordList& words_;
  const SafetyRunOptions& options_;
  const std::function<void(int64_t, int64_t)>& tell_;
  std::vector<std::pair<size_t, size_t>> rows_;  // set, item
  std::stop_source stop_;

  std::mutex mutex_;  // guards what follows
  size_t next_ = 0;
  int64_t n_done_ = 0;
  SafetyResults results_;
  Status status_;
};

}  // namespace

Result<SafetyResults> RunSafety(const std::vector<SafetySet>& sets, const WordList& words,
                                const SafetyRunOptions& options,
                                const std::function<void(int64_t, int64_t)>& progress) {
  return SafetyRun(sets, words, options, progress).Run();
}

}  // namespace lemma::eval
