#include "service/gateway/load_recorder.h"

#include <algorithm>
#include <optional>

#include "common/base/log.h"

namespace lemma::gateway {
namespace {

constexpr int64_t kMinuteMs = 60'000;

void Raise(std::optional<double>& highest, const std::optional<double>& share) {
  if (share) highest = std::max(highest.value_or(0), *share);
}

store::Load LoadNow(const LoadSources& sources) {
  store::Load load;
  for (const LiveView& view : sources.live.List()) {
    ++(view.state == LiveState::kQueued ? load.n_waiting : load.n_running);
  }
  load.n_ready = sources.pool.n_ready();
  for (const pool::ReplicaView& replica : sources.pool.List()) {
    Raise(load.kv_usage, replica.resources.kv_usage);
    Raise(load.cpu_usage, replica.resources.cpu_usage);
  }
  for (const GpuReading& gpu : sources.gpus.readings()) Raise(load.gpu_usage, gpu.utilization);
  return load;
}

}  // namespace

LoadRecorder::LoadRecorder(store::LoadStore& store, const std::string& gateway,
                           const LoadSources& sources, const UnixClock& clock,
                           std::chrono::milliseconds interval)
    : store_(store), sources_(sources), clock_(clock), gateway_(gateway), task_(interval, [this] {
        Look();
      }) {}

void LoadRecorder::Look() {
  const int64_t now_ms = clock_.NowMs();
  const store::Load now = LoadNow(sources_);
  if (now_ms / kMinuteMs != minute_) {
    minute_ = now_ms / kMinuteMs;
    n_looks_ = 0;
    load_ = {.n_ready = now.n_ready};
  }
  ++n_looks_;
  load_.n_running += (now.n_running - load_.n_running) / n_looks_;
  load_.n_waiting += (now.n_waiting - load_.n_waiting) / n_looks_;
  load_.n_ready = std::min(load_.n_ready, now.n_ready);
  Raise(load_.kv_usage, now.kv_usage);
  Raise(load_.cpu_usage, now.cpu_usage);
  Raise(load_.gpu_usage, now.gpu_usage);
  const Status written = store_.Put(gateway_, now_ms, load_);
  if (!written.ok() && was_ok_) {
    LogWarning("gateway: its load is not recorded: {}", written.message());
  }
  was_ok_ = written.ok();
}

}  // namespace lemma::gateway
