#include "service/gateway/answer_mapper.h"

#include <algorithm>
#include <utility>

#include "common/net/sse.h"

namespace lemma::gateway {
namespace {

class PassThroughMapper final : public AnswerMapper {
 public:
  Result<net::HttpResponse> MapWhole(net::HttpResponse response) override { return response; }

  std::string MapEvents(std::string_view bytes) override {
    pending_ += bytes;
    size_t end = EndOfLastEvent();
    if (pending_.size() - end > net::SseParser::kEventBytesMax) end = pending_.size();
    std::string whole = pending_.substr(0, end);
    pending_.erase(0, end);
    return whole;
  }

  Result<std::string> EndEvents() override { return std::move(pending_); }

 private:
  size_t EndOfLastEvent() const {
    const size_t lf = pending_.rfind("\n\n");
    const size_t crlf = pending_.rfind("\r\n\r\n");
    return std::max(lf == pending_.npos ? 0 : lf + 2, crlf == pending_.npos ? 0 : crlf + 4);
  }

  std::string pending_;
};

}  // namespace

std::unique_ptr<AnswerMapper> PassThrough() { return std::make_unique<PassThroughMapper>(); }

}  // namespace lemma::gateway
