#include "service/gateway/profile_preview.h"

#include <vector>

namespace lemma::gateway {

Result<ProfilePreview> PreviewOf(const InjectedPrompts& prompts,
                                 const text::ChatTemplate& chat_template,
                                 const text::Tokenizer& tokenizer) {
  const std::vector<text::ChatMessage> messages = {{"system", prompts.system},
                                                   {"user", prompts.user}};
  ProfilePreview preview;
  LEMMA_ASSIGN_OR_RETURN(preview.text,
                         chat_template.Render(messages, /*add_generation_prompt=*/true));
  LEMMA_ASSIGN_OR_RETURN(
      const std::vector<text::TokenId> ids,
      chat_template.RenderIds(messages, /*add_generation_prompt=*/true, tokenizer));
  preview.n_tokens = static_cast<int64_t>(ids.size());
  return preview;
}

}  // namespace lemma::gateway
