#include "service/gateway/free_calls.h"

#include <map>
#include <utility>

#include "common/base/thread_annotations.h"

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

struct FreeCalls::Counts {
  Mutex mutex;
  int n LEMMA_GUARDED_BY(mutex) = 0;
  std::map<std::string, int> of_key LEMMA_GUARDED_BY(mutex);
};

std::shared_ptr<FreeCalls::Counts> FreeCalls::NewCounts() { return std::make_shared<Counts>(); }

std::shared_ptr<void> FreeCalls::Take(const std::string& key_id) {
  {
    const MutexLock lock(counts_->mutex);
    const auto of_key = counts_->of_key.find(key_id);
    const bool has_many = of_key != counts_->of_key.end() && of_key->second >= kKeyMax;
    if (counts_->n >= kMax || (has_many && !key_id.empty())) return nullptr;
    ++counts_->n;
    ++counts_->of_key[key_id];
  }
  return {counts_.get(), [counts = counts_, key_id](void*) {
            const MutexLock lock(counts->mutex);
            --counts->n;
            if (--counts->of_key[key_id] == 0) counts->of_key.erase(key_id);
          }};
}

std::unique_ptr<AnswerMapper> FreeCalls::Begin(const std::string& key_id) {
  std::shared_ptr<void> place = Take(key_id);
  return place == nullptr ? nullptr : std::make_unique<PlacedMapper>(std::move(place));
}

}  // namespace lemma::gateway
