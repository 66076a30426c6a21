// What the model would get of a call of a profile, to the byte: for people who write profiles. Any
// thread; a megabyte takes a tenth of a second.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/text/chat_template.h"
#include "common/text/tokenizer.h"
#include "service/gateway/profile_call.h"

namespace lemma::gateway {

struct ProfilePreview {
  std::string text;      // in the model's chat template
  int64_t n_tokens = 0;  // of it
};

// Errors: those of ChatTemplate::RenderIds.
Result<ProfilePreview> PreviewOf(const InjectedPrompts& prompts,
                                 const text::ChatTemplate& chat_template,
                                 const text::Tokenizer& tokenizer);

}  // namespace lemma::gateway
