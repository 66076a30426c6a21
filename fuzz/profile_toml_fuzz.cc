// Files of task profiles: whatever the text, parsing it ends with a profile or an error; a profile
// that was read is written as a file that reads the same, and renders its prompts within the
// limits.
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/check.h"
#include "service/reason/profile_toml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lemma::reason;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto profile = ParseProfileToml(text);
  if (!profile.ok()) return 0;
  const std::string written = ProfileToToml(*profile);
  const auto again = ParseProfileToml(written);
  LEMMA_CHECK(again.ok(), "what was written cannot be read");
  LEMMA_CHECK(ProfileToToml(*again) == written, "writing is not stable");
  (void)RenderPrompts(*profile, PromptLanguage::kEnglish, {}, text);
  return 0;
}
