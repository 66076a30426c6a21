#include "service/gateway/free_calls.h"

#include <utility>

namespace lemma::gateway {
namespace {

class PlacedMapper final : public AnswerMapper {
 public:
  explicit PlacedMapper(std::shared_ptr<void> place) : place_(std::move(place)) {}
  Result<net::HttpResponse> MapWhole(net::HttpResponse response) override {
    return answer_->MapWhole(std::move(response));
  }
  std::string MapEvents(std::string_view bytes) override { return answer_->MapEvents(bytes); }
  Result<std::string> EndEvents() override { return answer_->EndEvents(); }

 private:
  const std::shared_ptr<void> place_;
  const std::unique_ptr<AnswerMapper> answer_ = PassThrough();
};

}  // namespace

std::unique_ptr<AnswerMapper> FreeCalls::Begin() {
  const bool has_place = n_->fetch_add(1) < kMax;
  std::shared_ptr<void> place(nullptr, [n = n_](void*) { --*n; });
  return has_place ? std::make_unique<PlacedMapper>(std::move(place)) : nullptr;
}

}  // namespace lemma::gateway
