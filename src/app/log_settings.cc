#include "app/log_settings.h"

#include "common/base/log.h"

namespace lemma::app {
namespace {

constexpr const char* kText = "text";
constexpr const char* kJson = "json";

}  // namespace

void AddLogOptions(CLI::App& command) {
  command
      .add_option_function<std::string>(
          kLogFormatOption,
          [](const std::string& format) {
            SetLogFormat(format == kJson ? LogFormat::kJson : LogFormat::kText);
          },
          "Of what goes to standard error: text, or json, an object a line")
      ->check(CLI::IsMember({kText, kJson}))
      ->envname("LEMMA_LOG_FORMAT");
}

std::string CurrentLogFormatName() {
  return CurrentLogFormat() == LogFormat::kJson ? kJson : kText;
}

}  // namespace lemma::app
