#include "service/gateway/answer_mapper.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "common/net/sse.h"

namespace lemma::gateway {
namespace {

bool SaysAnEnd(std::string_view events) {
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"[DONE]", "event: error", "\"error\"",
                                              "\"stop\":true", "\"finish_reason\":\"",
                                              "\"finish_reason\": \""},
      [&](std::string_view sign) { return events.find(sign) != events.npos; });
}

class PassThroughMapper final : public AnswerMapper {
 public:
  explicit PassThroughMapper(bool says_its_end) : has_end_(!says_its_end) {}

  Result<net::HttpResponse> MapWhole(net::HttpResponse response) override { return response; }

  std::string MapEvents(std::string_view bytes) override {
    pending_ += bytes;
    size_t end = EndOfLastEvent();
    if (pending_.size() - end > net::SseParser::kEventBytesMax) end = pending_.size();
    std::string whole = pending_.substr(0, end);
    pending_.erase(0, end);
    if (!has_end_) has_end_ = SaysAnEnd(whole);
    return whole;
  }

  Result<std::string> EndEvents() override {
    if (!has_end_ && !SaysAnEnd(pending_)) {
      return DataLoss("the model's worker failed before its answer was complete");
    }
    return std::move(pending_);
  }

 private:
  size_t EndOfLastEvent() const {
    const size_t lf = pending_.rfind("\n\n");
    const size_t crlf = pending_.rfind("\r\n\r\n");
    return std::max(lf == pending_.npos ? 0 : lf + 2, crlf == pending_.npos ? 0 : crlf + 4);
  }

  std::string pending_;
  bool has_end_;
};

}  // namespace

std::unique_ptr<AnswerMapper> PassThrough(CallKind kind) {
  return std::make_unique<PassThroughMapper>(kind == CallKind::kChat ||
                                             kind == CallKind::kCompletion);
}

}  // namespace lemma::gateway
