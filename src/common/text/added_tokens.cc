#include "common/text/added_tokens.h"

#include <algorithm>

namespace lemma::text {

void AddedTokenFinder::Add(const AddedToken& token) {
  std::vector<AddedToken>& tokens = by_first_byte_[static_cast<uint8_t>(token.content[0])];
  const auto longer = [](const AddedToken& a, const AddedToken& b) {
    return a.content.size() > b.content.size();
  };
  tokens.insert(std::upper_bound(tokens.begin(), tokens.end(), token, longer), token);
  empty_ = false;
}

}  // namespace lemma::text
