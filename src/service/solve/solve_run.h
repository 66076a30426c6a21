// One call of POST /v1/solve: samples taken as the plan says, each answer voted on or its program
// tested as it comes, the rest cancelled when that is enough.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/net/http_server.h"
#include "service/reason/consensus/answer_vote.h"
#include "service/reason/consensus/sampling_plan.h"
#include "service/reason/judge/judge.h"
#include "service/reason/profile_set.h"
#include "service/solve/chat_desk.h"
#include "service/solve/sample.h"
#include "service/solve/solve_reply.h"
#include "service/solve/solve_request.h"

namespace lemma::solve {

using ProfileSource = std::function<std::shared_ptr<const reason::ProfileSet>()>;

struct RunLimits {
  // From one sign of life of a stream to the next.
  std::chrono::milliseconds ping_interval{15000};
  // So long a program is run against further tests though it has failed one: a hundred tests in
  // which it runs into its time limit would hold up the run for minutes.
  std::chrono::milliseconds failed_program_max{20000};
};

// Run blocks for as long as it takes, on a thread of its own. Close is for any thread.
class SolveRun {
 public:
  // judge: nullptr where there are no tests.
  SolveRun(net::HttpHandler front_door, ProfileSource profiles, const reason::Judge* judge,
           std::shared_ptr<net::HttpExchange> client, std::string id, SolveRequest request,
           const reason::SamplingPlan& plan, const RunLimits& limits = {});

  void Run();
  // The server stops.
  void Close() { desk_.Close(); }

 private:
  struct Chat {
    boost::json::object body;      // that it was asked with
    std::vector<Sample*> samples;  // by choice
    std::vector<Sample*> held;     // asked for as these, once the server is seen to take that
    Usage usage;
    bool is_aside = false;  // its samples are no answers to the problem
    bool has_ended = false;
  };

  void TakeSamples();
  bool StartWave();  // false: no tokens are left for one
  bool Listen();     // until no sample runs; false: nobody waits any more
  void LeaveRunning();
  void AwaitEnds();
  void StartChat(int n_samples, int64_t max_tokens);
  void StartChatFor(std::vector<Sample*> samples, boost::json::object body, bool is_aside,
                    std::vector<Sample*> held = {});
  void StartHeld(int chat_number);
  void StartOneEach(const std::vector<Sample*>& samples, boost::json::object body);
  boost::json::object BodyOf(int n_samples, int64_t max_tokens) const;
  boost::json::object BodyOfAside(boost::json::array messages, int64_t max_tokens) const;
  int64_t TokensOfEach(int* n_samples) const;
  int64_t ShareOf(int* n_samples) const;

  void Handle(ChatNews news);
  void HandleEvent(Chat& chat, const net::SseParser::Event& event);
  void HandleChoice(Chat& chat, const boost::json::object& choice);
  void HandleEnd(Chat& chat);
  void HandleFailure(int chat_number, net::HttpResponse answer);
  bool PutOff(const Chat& chat);
  void StartPutOff();
  bool AskOtherwise(const Chat& chat, std::string_view error);
  void SetProfile(const net::HttpResponse& head);
  std::optional<std::string> AnswerIn(const Sample& sample) const;
  void EndSample(Sample& sample);
  void JudgeSample(Sample& sample);
  void EndIfAnswered(const Sample& sample);
  void Vote(Sample& sample);
  void CountSalvaged();
  void StopIfWeak(Sample& sample);
  void Abandon(Sample& sample, SampleState state);

  void WeighByClaims();
  void VerifyByClaims();
  bool ExamineClaims(const std::vector<Sample*>& samples);
  std::vector<std::string> AskAside(const std::vector<std::string>& questions, int64_t max_tokens);
  void Repair();

  void Finish();
  Sample* Best() const;
  int64_t TokensSaved() const;
  TimePoint NextWake() const;

  const ProfileSource profiles_;
  const reason::Judge* const judge_;
  const std::shared_ptr<net::HttpExchange> client_;
  const SolveRequest request_;
  const reason::SamplingPlan plan_;
  const RunLimits limits_;
  const std::string id_;
  const std::optional<TimePoint> deadline_;
  SolveWriter writer_;

  std::vector<std::unique_ptr<Sample>> samples_;
  std::vector<std::unique_ptr<Sample>> asides_;
  std::vector<Chat> chats_;    // by their numbers
  std::vector<Chat> put_off_;  // refused for the key's limits, until another one has ended
  reason::AnswerVote vote_;
  int n_running_ = 0;                // samples and asides
  int n_ended_ = 0;                  // samples
  bool is_off_domain_ = false;       // refused, in words, by whoever knows what the model is for
  bool one_each_ = false;            // the server does not know n, or stops none of n
  std::optional<double> threshold_;  // of confidence
  std::string stopped_;
  std::string profile_, model_;
  // As the profile says.
  reason::Extractor extractor_ = reason::Extractor::kBoxed;
  bool votes_ = true;
  int n_repairs_ = 0;
  std::optional<net::HttpResponse> failure_;  // the first one
  ChatDesk desk_;                             // last: its chats end before what they tell is gone
};

}  // namespace lemma::solve
