#include "service/solve/solve_run.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "common/base/error_body.h"
#include "common/base/json.h"

namespace lemma::solve {
namespace {

namespace json = boost::json;
using reason::Strategy;
using std::chrono::milliseconds;

// What one chat may be asked for: a Lemma worker's own bound.
constexpr int kSamplesOfChat = 16;
// What comes between a sample's last token and its chat's end takes no time, mostly.
constexpr milliseconds kEndTime{1000};
// A sample is weak where it is less confident than this part of those that ended before it:
// DeepConf's cautious setting, which keeps nine in ten.
constexpr double kWeakPart = 0.1;

TimePoint Now() { return std::chrono::steady_clock::now(); }

int64_t IntegerOf(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

// As a gateway says it whose worker was lost (a job asks again).
net::HttpResponse BrokenOff() {
  const Status status = Unavailable("the answer broke off");
  return net::HttpResponse::Json(502, ErrorBody(status, "worker_failed"));
}

}  // namespace

SolveRun::SolveRun(net::HttpHandler front_door, ProfileSource profiles, const reason::Judge* judge,
                   std::shared_ptr<net::HttpExchange> client, std::string id, SolveRequest request,
                   const reason::SamplingPlan& plan, const RunLimits& limits)
    : profiles_(std::move(profiles)),
      judge_(judge),
      client_(std::move(client)),
      request_(std::move(request)),
      plan_(plan),
      limits_(limits),
      id_(std::move(id)),
      deadline_(request_.deadline ? std::optional(Now() + *request_.deadline) : std::nullopt),
      writer_(client_, request_.stream),
      desk_(std::move(front_door), client_->request(), id_) {}

void SolveRun::Run() {
  TakeSamples();
  CountSalvaged();
  if (plan_.options().strategy == Strategy::kClr) WeighByClaims();
  if (request_.verify == Verify::kClaims) VerifyByClaims();
  if (request_.tests && stopped_ != "verified" && !desk_.is_closed()) Repair();
  desk_.LeaveAll();
  Finish();
}

void SolveRun::TakeSamples() {
  while (stopped_.empty()) {
    if (!StartWave() || !Listen()) return;
    // Where every chat of a wave fails, the next one's would too.
    if (failure_ && std::all_of(samples_.begin(), samples_.end(),
                                [](const auto& sample) { return sample->finish_reason.empty(); })) {
      return;
    }
    if (const auto over = plan_.IsOver(vote_, n_ended_); over && stopped_.empty()) {
      stopped_ = StopReasonName(*over);
    }
  }
}

bool SolveRun::StartWave() {
  if (plan_.options().strategy == Strategy::kConfidence && n_ended_ > 0) {
    std::vector<double> lowest;
    for (const auto& sample : samples_) {
      if (const auto of_one = sample->confidence.Lowest()) lowest.push_back(*of_one);
    }
    threshold_ = reason::ConfidenceThreshold(std::move(lowest), kWeakPart);
    // Only a Lemma worker stops one sample of a chat.
    one_each_ |= threshold_ &&
                 std::ranges::none_of(samples_, [](const auto& s) { return s->tells_entropy; });
  }
  int n = plan_.NextWave(vote_, n_ended_);
  const int64_t max_tokens = TokensOfEach(&n);
  if (n == 0) {
    stopped_ = "max_total_tokens";
    return false;
  }
  while (n > 0) {
    const int of_chat = one_each_ ? 1 : std::min(n, kSamplesOfChat);
    StartChat(of_chat, max_tokens);
    n -= of_chat;
  }
  return true;
}

TimePoint SolveRun::NextWake() const {
  const TimePoint ping = Now() + limits_.ping_interval;
  return deadline_ ? std::min(*deadline_, ping) : ping;
}

bool SolveRun::Listen() {
  while (n_running_ > 0 && stopped_.empty()) {
    std::optional<ChatNews> news = desk_.Wait(NextWake());
    if (desk_.is_closed()) return false;
    if (news) {
      Handle(std::move(*news));
    } else if (deadline_ && Now() >= *deadline_) {
      stopped_ = "deadline";
    } else {
      writer_.Ping();
    }
  }
  LeaveRunning();
  AwaitEnds();
  return true;
}

void SolveRun::LeaveRunning() {
  for (const Chat& chat : std::exchange(put_off_, {})) {
    for (Sample* sample : chat.samples) Abandon(*sample, SampleState::kCancelled);
    for (Sample* sample : chat.held) Abandon(*sample, SampleState::kCancelled);
  }
  for (Chat& chat : chats_) {
    bool is_left = false;
    for (Sample* sample : std::exchange(chat.held, {})) Abandon(*sample, SampleState::kCancelled);
    for (Sample* sample : chat.samples) {
      if (sample->state != SampleState::kRunning) continue;
      Abandon(*sample, SampleState::kCancelled);
      is_left = true;
    }
    if (!is_left) continue;
    chat.has_ended = true;
    desk_.Leave(static_cast<int>(&chat - chats_.data()));
  }
}

// The chats of which all samples have ended still say what they used.
void SolveRun::AwaitEnds() {
  const TimePoint until = std::min(Now() + kEndTime, deadline_.value_or(TimePoint::max()));
  while (!std::all_of(chats_.begin(), chats_.end(), [](const Chat& c) { return c.has_ended; })) {
    std::optional<ChatNews> news = desk_.Wait(until);
    if (!news) return;
    Handle(std::move(*news));
  }
}

void SolveRun::Handle(ChatNews news) {
  if (news.head && !news.has_ended) StartHeld(news.chat);
  Chat& chat = chats_[static_cast<size_t>(news.chat)];
  if (news.head && news.has_ended) return HandleFailure(news.chat, std::move(*news.head));
  if (news.head && !chat.is_aside) {
    SetProfile(*news.head);
    is_off_domain_ = news.head->header("x-lemma-off-domain") == "refused";
    // Of whichever chat is the first to answer.
    if (writer_.Begin(profile_)) {
      writer_.Event({{"type", "start"},
                     {"id", id_},
                     {"profile", profile_},
                     {"strategy", StrategyName(plan_.options().strategy)},
                     {"samples", plan_.options().n_samples}});
    }
  }
  for (const auto& event : news.events) HandleEvent(chat, event);
  if (news.has_ended) HandleEnd(chat);
  if (chats_[static_cast<size_t>(news.chat)].has_ended) StartPutOff();
}

// A stream that ended well has ended all of its samples.
void SolveRun::HandleEnd(Chat& chat) {
  chat.has_ended = true;
  const auto has_finished = [](const Sample* sample) { return !sample->finish_reason.empty(); };
  const bool is_cut = std::ranges::none_of(chat.samples, has_finished);
  std::vector<Sample*> unheard;  // of a server that does not know n, and does not say so
  for (Sample* sample : chat.samples) {
    if (sample->state != SampleState::kRunning) continue;
    if (chat.is_aside) {
      Abandon(*sample, SampleState::kEnded);
    } else if (!is_cut && sample->n_tokens == 0) {
      unheard.push_back(sample);
    } else {
      if (!failure_) failure_ = BrokenOff();
      EndSample(*sample);
    }
  }
  if (unheard.empty()) return;
  n_running_ -= static_cast<int>(unheard.size());
  std::erase_if(chat.samples, [](Sample* s) { return s->state == SampleState::kRunning; });
  StartOneEach(unheard, chat.body);
}

void SolveRun::HandleEvent(Chat& chat, const net::SseParser::Event& event) {
  if (event.data == "[DONE]") return;
  if (event.event == "error") {
    if (!failure_) failure_ = net::HttpResponse::Json(502, event.data);
    return;
  }
  const Result<json::object> chunk = ParseJsonObject(event.data, "a chunk");
  if (!chunk.ok()) return;
  if (const json::value* model = chunk->if_contains("model"); model && model->is_string()) {
    model_ = std::string(model->get_string());
  }
  const json::value* usage = chunk->if_contains("usage");
  if (usage != nullptr && usage->is_object()) {
    chat.usage = {.prompt_tokens = IntegerOf(usage->get_object(), "prompt_tokens"),
                  .completion_tokens = IntegerOf(usage->get_object(), "completion_tokens")};
    if (chat.samples.size() == 1) {
      chat.samples[0]->n_tokens = chat.usage.completion_tokens;
      chat.samples[0]->is_counted = true;
    }
  }
  const json::value* choices = chunk->if_contains("choices");
  const json::array* array = choices == nullptr ? nullptr : choices->if_array();
  for (const json::value& choice : array == nullptr ? json::array() : *array) {
    if (const json::object* object = choice.if_object()) HandleChoice(chat, *object);
  }
}

void SolveRun::HandleChoice(Chat& chat, const json::object& choice) {
  const auto index = static_cast<size_t>(IntegerOf(choice, "index"));
  if (index >= chat.samples.size()) return;
  Sample& sample = *chat.samples[index];
  if (sample.state != SampleState::kRunning) return;
  const SampleDelta delta = ReadChoice(choice, sample);
  const bool has_ended = !sample.finish_reason.empty();
  if (chat.is_aside) {
    if (has_ended) Abandon(sample, SampleState::kEnded);
    return;
  }
  if (!delta.reasoning.empty() || !delta.text.empty()) {
    json::object told = {{"type", "delta"}, {"sample", sample.index}};
    if (!delta.reasoning.empty()) told["reasoning"] = delta.reasoning;
    if (!delta.text.empty()) told["text"] = delta.text;
    writer_.Event(std::move(told));
  }
  has_ended ? EndSample(sample) : StopIfWeak(sample);
}

void SolveRun::HandleFailure(int chat_number, net::HttpResponse answer) {
  // Not a reference to its element: more chats may begin.
  const Chat chat = std::exchange(chats_[static_cast<size_t>(chat_number)], {});
  chats_[static_cast<size_t>(chat_number)].has_ended = true;
  const int n_samples = static_cast<int>(chat.samples.size() + chat.held.size());
  n_running_ -= n_samples;
  desk_.Leave(chat_number);
  if (answer.status == 400 && AskOtherwise(chat, answer.body)) return;
  if (answer.status == 429 && PutOff(chat)) return;
  if (!failure_ && !chat.is_aside) failure_ = std::move(answer);
  for (Sample* sample : chat.samples) sample->state = SampleState::kEnded;
  for (Sample* sample : chat.held) sample->state = SampleState::kEnded;
  if (!chat.is_aside) n_ended_ += n_samples;
  StartPutOff();
}

// It ends without an answer.
void SolveRun::Abandon(Sample& sample, SampleState state) {
  sample.state = state;
  --n_running_;
  if (state == SampleState::kWeak) ++n_ended_;
}

void SolveRun::EndSample(Sample& sample) {
  sample.state = SampleState::kEnded;
  --n_running_;
  ++n_ended_;
  // What broke off may have said something on its way that is not its answer.
  const bool has_finished = !sample.finish_reason.empty();
  if (has_finished && !request_.tests) sample.answer = AnswerIn(sample);
  json::object told = {
      {"type", "sample"},
      {"sample", sample.index},
      {"answer", sample.answer ? json::value(*sample.answer) : json::value(nullptr)},
      {"finish_reason", sample.finish_reason},
      {"completion_tokens", sample.n_tokens}};
  TellInterventions(sample, told);
  writer_.Event(std::move(told));
  if (is_off_domain_) stopped_ = "off_domain";
  if (request_.tests && has_finished) JudgeSample(sample);
  if (!votes_) return EndIfAnswered(sample);
  if (!sample.answer || sample.is_salvaged) return;
  Vote(sample);
  const auto over = plan_.IsOver(vote_, n_ended_);
  if (over && stopped_.empty()) stopped_ = StopReasonName(*over);
}

void SolveRun::StopIfWeak(Sample& sample) {
  if (!threshold_ || !sample.confidence.HasGroup()) return;
  if (*sample.confidence.Lowest() >= *threshold_) return;
  Chat& chat = chats_[static_cast<size_t>(sample.chat)];
  if (chat.samples.size() == 1) {
    chat.has_ended = true;
    desk_.Leave(sample.chat);
  } else {
    desk_.Stop(sample.chat, sample.choice);
  }
  Abandon(sample, SampleState::kWeak);
  writer_.Event({{"type", "weak"}, {"sample", sample.index}});
}

// Against taking all samples to their ends, each as long as those that ended.
int64_t SolveRun::TokensSaved() const {
  int64_t n_tokens = 0, n_used = 0, n_complete = 0;
  for (const auto& sample : samples_) {
    n_used += sample->n_tokens;
    if (sample->state != SampleState::kEnded || sample->finish_reason.empty()) continue;
    n_tokens += sample->n_tokens;
    ++n_complete;
  }
  if (n_complete == 0) return 0;
  const int64_t whole = n_tokens * plan_.options().n_samples / n_complete;
  return std::max<int64_t>(whole - n_used, 0);
}

void SolveRun::Finish() {
  if (client_->closed()) return;
  const Sample* best = Best();
  if (desk_.is_closed()) return writer_.Fail(Unavailable("the service is stopping"));
  const bool has_finished = std::ranges::any_of(
      samples_, [](const auto& sample) { return !sample->finish_reason.empty(); });
  if (failure_ && !has_finished && (best == nullptr || stopped_ != "deadline")) {
    return writer_.Fail(std::move(*failure_));
  }
  if (best == nullptr && stopped_ == "deadline") {
    return writer_.Fail(
        Status(StatusCode::kDeadlineExceeded, "the deadline passed before the answer began"));
  }
  SolveResult result = {.id = id_,
                        .strategy = StrategyName(plan_.options().strategy),
                        .stopped = stopped_,
                        .profile = profile_,
                        .model = model_,
                        .best = best,
                        .samples = &samples_,
                        .vote = &vote_,
                        .usage = {},
                        .tokens_saved = TokensSaved(),
                        .n_repairs = n_repairs_};
  for (const Chat& chat : chats_) {
    // A chat that was left may not have said what it used.
    int64_t n_heard = 0;
    for (const Sample* sample : chat.samples) n_heard += sample->n_tokens;
    result.usage.prompt_tokens += chat.usage.prompt_tokens;
    result.usage.completion_tokens += std::max(chat.usage.completion_tokens, n_heard);
  }
  writer_.End(result);
}

}  // namespace lemma::solve
