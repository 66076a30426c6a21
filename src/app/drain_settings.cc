#include "app/drain_settings.h"

#include "service/access/time_text.h"

namespace lemma::app {

void AddDrainOption(CLI::App& command, std::string& timeout) {
  command
      .add_option(kDrainTimeoutOption, timeout,
                  "How long answers that run may go on after SIGTERM or Ctrl-C: 90s, 10m; 0: not")
      ->capture_default_str();
}

Result<std::chrono::milliseconds> DrainTimeoutOf(const std::string& timeout) {
  const auto timeout_ms = access::ParseGrace(timeout);
  LEMMA_RETURN_IF_ERROR(timeout_ms.status().WithPrefix(kDrainTimeoutOption));
  return std::chrono::milliseconds(*timeout_ms);
}

}  // namespace lemma::app
