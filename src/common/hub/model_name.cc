#include "common/hub/model_name.h"

#include <algorithm>

namespace lemma::hub {
namespace {

constexpr size_t kPartLengthMax = 96;  // as on Hugging Face
constexpr size_t kRevisionLengthMax = 200;
constexpr size_t kFileNameLengthMax = 200;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

// One component of a path: never "..", hidden, or what a program takes for an option.
bool IsPart(std::string_view part, size_t length_max) {
  return !part.empty() && part.size() <= length_max && part.front() != '.' && part.front() != '-' &&
         part.find("..") == std::string_view::npos &&
         std::all_of(part.begin(), part.end(), IsNameCharacter);
}

bool IsRevision(std::string_view revision) {
  if (revision.size() > kRevisionLengthMax) return false;
  while (true) {
    const size_t slash = revision.find('/');
    if (!IsPart(revision.substr(0, slash), kRevisionLengthMax)) return false;
    if (slash == std::string_view::npos) return true;
    revision.remove_prefix(slash + 1);
  }
}

}  // namespace

bool IsPlainFileName(std::string_view name) { return IsPart(name, kFileNameLengthMax); }

bool IsHex(std::string_view text, size_t n_digits) {
  return text.size() == n_digits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

Result<ModelName> ParseModelName(std::string_view text) {
  std::string_view repository = text.substr(0, text.find('@'));
  const std::string_view revision =
      repository.size() < text.size() ? text.substr(repository.size() + 1) : "";
  if (repository == "vibethinker-1.5b") repository = "WeiboAI/VibeThinker-1.5B";
  if (repository == "vibethinker-3b") repository = "WeiboAI/VibeThinker-3B";
  const size_t slash = repository.find('/');
  const bool has_revision = text.find('@') != std::string_view::npos;
  if (slash == std::string_view::npos || !IsPart(repository.substr(0, slash), kPartLengthMax) ||
      !IsPart(repository.substr(slash + 1), kPartLengthMax) ||
      (has_revision && !IsRevision(revision))) {
    return InvalidArgument("'" + std::string(text) +
                           "' names no model: write vibethinker-1.5b, vibethinker-3b, owner/name "
                           "or owner/name@revision");
  }
  return ModelName{std::string(repository.substr(0, slash)),
                   std::string(repository.substr(slash + 1)), std::string(revision)};
}

}  // namespace lemma::hub
